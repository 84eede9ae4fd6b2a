"""The review of a run: figures, stages, every line, print; pins and forbids."""

from datetime import date
from typing import Any

from flask import Response, abort, render_template
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.charts import build_coverage_chart, build_load_chart, build_supply_demand_chart
from matchmaker.exports import FILE_FORMATS, send_file, send_table
from matchmaker.models import RoundRun
from matchmaker.paging import get_other_arguments, paginate
from matchmaker.permissions import Permission, has_permission, requires
from matchmaker.rounds import lines, service, tables
from matchmaker.rounds.blueprint import bp
from matchmaker.rounds.forms import LineFilterForm
from matchmaker.rounds.line_export import LINE_HEADERS, list_line_rows
from matchmaker.rounds.proof_file import PROOF_FORMAT, make_proof_zip
from matchmaker.rounds.running import get_job, is_usable


@bp.get("/<month:month>/runs/<id:number>/")
@requires(Permission.ROUND_READ)
def review(month: date, number: int) -> str:
    run = _get_run(month, number)
    return render_template("rounds/review.html", **_describe(run))


@bp.get("/<month:month>/runs/<id:number>/print")
@requires(Permission.ROUND_READ)
def print_review(month: date, number: int) -> str:
    run = _get_run(month, number)
    return render_template("rounds/print.html", **_describe(run))


@bp.get("/<month:month>/runs/<id:number>/lines/")
@requires(Permission.ROUND_READ)
def list_lines(month: date, number: int) -> str:
    """Every need of the run with what was found for it."""
    run = _get_run(month, number)
    form = _make_filter_form(run)
    found = paginate(lines.select_lines(run, form.read_filters()))
    return render_template(
        "rounds/lines.html",
        match_round=run.match_round,
        run=run,
        form=form,
        found=found,
        givers=lines.list_givers(run, found.items),
        arguments=get_other_arguments(),
        file_formats=FILE_FORMATS,
    )


@bp.get("/<month:month>/runs/<id:number>/lines.<file_format>")
@requires(Permission.ROUND_READ)
def download_lines(month: date, number: int, file_format: str) -> Response:
    """The same lines as a file, filtered as the list is."""
    if file_format not in FILE_FORMATS:
        abort(404)
    run = _get_run(month, number)
    statement = lines.select_lines(run, _make_filter_form(run).read_filters())
    headers = [str(header) for header in LINE_HEADERS]
    name = f"round-{month:%Y-%m}-run-{number}"
    return send_table(file_format, name, _("Lines"), headers, list_line_rows(run, statement))


@bp.get("/<month:month>/runs/<id:number>/proof.<file_format>")
@requires(Permission.ROUND_READ)
def download_proof(month: date, number: int, file_format: str) -> Response:
    """Question, answer and certificate, for whoever wants to check them without this site."""
    content = make_proof_zip(_get_run(month, number))
    if content is None or file_format != PROOF_FORMAT:
        abort(404)
    return send_file(file_format, f"round-{month:%Y-%m}-run-{number}-proof", content)


@bp.get("/<month:month>/runs/<id:number>/lines/<reference>")
@requires(Permission.ROUND_READ)
def show_line(month: date, number: int, reference: str) -> str:
    """One need: what was found, by whom, or why nothing."""
    run = _get_run(month, number)
    outcome = lines.get_line(run, reference)
    return render_template(
        "rounds/line.html",
        match_round=run.match_round,
        run=run,
        outcome=outcome,
        givers=lines.list_givers(run, [outcome]).get(outcome.need_id, []),
        can_run=has_permission(current_user.role, Permission.ROUND_RUN),
    )


def _describe(run: RoundRun) -> dict[str, Any]:
    """Everything the review shows; only the run itself when it has no result."""
    match_round = run.match_round
    context: dict[str, Any] = {
        "match_round": match_round,
        "run": run,
        "is_usable": is_usable(run),
        "job": get_job(run),
        "can_publish": has_permission(current_user.role, Permission.ROUND_PUBLISH)
        and run.started_by_id != current_user.id,
    }
    if run.figures is None:
        return context
    names = tables.read_names(match_round.subdistrict_id)
    history = service.read_snapshot(match_round)["history"]
    coverage = tables.list_coverage(run.figures, history, names)
    loads = tables.list_loads(run.figures, names)
    supply = tables.list_supply(run.figures, names)
    return context | {
        "figures": run.figures,
        "coverage": (coverage, build_coverage_chart(coverage)),
        "loads": (loads, build_load_chart(loads)),
        "supply": (supply, build_supply_demand_chart(supply)),
        "categories": tables.list_category_rows(run.figures, names),
        "committees": tables.list_committee_rows(run.figures, names),
        "statuses": tables.list_status_rows(run.figures, _("No verified status")),
        "tiers": tables.list_plain_rows(run.figures["by_tier"], _name_tier),
        "waits": tables.list_plain_rows(run.figures["by_waiting"], _name_wait),
    }


def _name_tier(code: str) -> str:
    return _("Urgency %(tier)s", tier=code)


def _name_wait(code: str) -> str:
    return _("Passed over %(count)s times", count=code)


def _make_filter_form(run: RoundRun) -> LineFilterForm:
    names = tables.read_names(run.match_round.subdistrict_id)
    form = LineFilterForm()
    form.offer(
        category=names.categories.items(),
        committee=names.committees.items(),
        organisation=names.organisations.items(),
    )
    return form


def _get_run(month: date, number: int) -> RoundRun:
    return service.get_run(service.get_round(month, current_user), number)
