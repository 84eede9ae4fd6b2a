"""The review of a run: figures, stages, print and proof."""

from datetime import date
from typing import Any

from flask import abort, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from matchmaker.audit.handing import hand_out
from matchmaker.base.clock import get_now
from matchmaker.forms.base import ButtonForm
from matchmaker.models import ListKind, ListWay, RoundRun
from matchmaker.rounds import queries
from matchmaker.rounds.freeze import doubts
from matchmaker.rounds.pages import figures, lines
from matchmaker.rounds.pages.blueprint import bp
from matchmaker.rounds.pages.room import count_broken, list_run_steps
from matchmaker.rounds.publish.proof_file import make_proof_zip
from matchmaker.rounds.solve.figures import LONGEST_WAIT, find_figures
from matchmaker.rounds.solve.runs import get_job, is_usable
from matchmaker.rounds.solve.verdicts import list_stages
from matchmaker.web.act import Answer
from matchmaker.web.charts import build_coverage_chart, build_load_chart, build_supply_demand_chart
from matchmaker.web.downloads import send_file
from matchmaker.web.permissions import Permission, has_permission, requires


@bp.get("/<month:month>/runs/<id:number>/")
@requires(Permission.ROUND_READ)
def review(month: date, number: int) -> str:
    run = find_run(month, number)
    return render_template("rounds/review.html", **_describe(run))


@bp.get("/<month:month>/runs/<id:number>/print")
@requires(Permission.ROUND_READ)
def print_review(month: date, number: int) -> str:
    run = find_run(month, number)
    return render_template("rounds/print.html", **_describe(run))


@bp.route("/<month:month>/runs/<id:number>/proof.<any(zip):file_format>", methods=["GET", "POST"])
@requires(Permission.ROUND_READ)
def download_proof(month: date, number: int, file_format: str) -> Answer:
    """Send question, answer, certificate and draw, to be checked without this site."""
    run = find_run(month, number)
    content = make_proof_zip(run)
    if content is None:
        abort(404)
    return hand_out(
        ListKind.PROOF,
        ListWay.FILE,
        lambda: lines.list_persons(run),
        lambda: send_file(file_format, f"round-{month:%Y-%m}-run-{number}-proof", content),
        filters={"month": f"{month:%Y-%m}", "number": number},
        back_url=url_for("rounds.review", month=month, number=number),
    )


def _describe(run: RoundRun) -> dict[str, Any]:
    """Everything that the review shows; without figures, the run and the pins in conflict."""
    match_round = run.match_round
    names = figures.read_names(match_round.subdistrict_id)
    context: dict[str, Any] = {
        "names": names,
        "match_round": match_round,
        "run": run,
        "is_usable": is_usable(run),
        "job": get_job(run),
        "steps": list_run_steps(run, current_user),
        "broken": count_broken(run, get_now()),
    }
    found = find_figures(run)
    if found is None:
        return context | _describe_conflict(run)
    coverage = figures.list_coverage(found, queries.read_snapshot(match_round).history, names)
    loads = figures.list_loads(found, names)
    supply = figures.list_supply(found, names)
    return context | {
        "figures": found,
        "stages": list_stages(run, found),
        "coverage": (coverage, build_coverage_chart(coverage)),
        "loads": (loads, build_load_chart(loads)),
        "supply": (supply, build_supply_demand_chart(supply)),
        "categories": figures.list_category_rows(found, names),
        "committees": figures.list_committee_rows(found, names),
        "statuses": figures.list_status_rows(found, _("No verified status")),
        "tiers": figures.list_plain_rows(found.by_tier, _name_tier),
        "waits": figures.list_plain_rows(found.by_waiting, _name_wait),
    }


def _describe_conflict(run: RoundRun) -> dict[str, Any]:
    """The pins and forbids that leave no answer, and what the buttons to lift them need."""
    return {
        "conflict": doubts.list_conflict(run),
        "can_run": has_permission(current_user.role, Permission.ROUND_RUN),
        "form": ButtonForm(formdata=None),
    }


def _name_tier(code: str) -> str:
    return _("Urgency %(tier)s", tier=code)


def _name_wait(code: str) -> str:
    if code == str(LONGEST_WAIT):
        return ngettext("%(num)s month waited or more", "%(num)s months waited or more", int(code))
    return ngettext("%(num)s month waited", "%(num)s months waited", int(code))


def find_run(month: date, number: int) -> RoundRun:
    """Return a run of the reader's street office. Raises ``NotFoundError`` if there is none."""
    return queries.get_run(queries.get_round(month, current_user), number)
