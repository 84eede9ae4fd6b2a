"""The public results: what a published month gave, how it was decided, how to check it."""

from collections.abc import Sequence
from datetime import date

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from matchmaker.base.errors import NotFoundError
from matchmaker.models import MatchRound, RoundRun
from matchmaker.rounds import queries
from matchmaker.rounds.freeze.entries import list_shares_of_run
from matchmaker.rounds.pages import figures
from matchmaker.rounds.pages.figures import hide_small_coverage, hide_small_groups
from matchmaker.rounds.publish.bundles import find_bundle
from matchmaker.rounds.publish.public_file import COMMAND
from matchmaker.rounds.solve.figures import get_figures
from matchmaker.web.charts import build_coverage_chart
from matchmaker.web.downloads import send_file
from matchmaker.web.permissions import public

bp = Blueprint("results", __name__, url_prefix="/results")


@bp.get("/")
@public
def index() -> str:
    """List every published month, latest first, and every locked month without a publication."""
    rounds, undecided = queries.list_published_rounds(), queries.list_undecided_rounds()
    offices = {row.subdistrict_id for row in (*rounds, *undecided)}
    return render_template(
        "results/index.html", rounds=rounds, undecided=undecided, names_offices=len(offices) > 1
    )


@bp.get("/<month:month>/")
@public
def show(month: date) -> str:
    """Show the result of a month, or a choice of street offices if several locked it."""
    rounds = queries.list_public_rounds(month)
    if len(rounds) > 1:
        return render_template("results/offices.html", month=month, rounds=rounds)
    return _show_round(rounds)


@bp.get("/<month:month>/<office>/")
@public
def show_office(month: date, office: str) -> str:
    """Show the result of the street office with this code."""
    rounds = queries.list_public_rounds(month)
    return _show_round([row for row in rounds if row.subdistrict.code == office])


@bp.get("/<month:month>/<office>/month.<any(zip):file_format>")
@public
def download(month: date, office: str, file_format: str) -> Response:
    """Send the file of a published month, which has no names: question, answer and checker."""
    rounds = [row for row in queries.list_public_rounds(month) if row.subdistrict.code == office]
    bundle = find_bundle(rounds[0]) if rounds else None
    if bundle is None:
        raise NotFoundError("results.no_file")
    if bundle.sha256 in request.if_none_match:
        return Response(status=304)
    answer = send_file(file_format, f"{office}-{month:%Y-%m}", bundle.content)
    answer.headers["Cache-Control"] = "no-cache"  # asked for each time: it may be withdrawn
    answer.set_etag(bundle.sha256)
    return answer


def _show_round(rounds: Sequence[MatchRound]) -> str:
    """Show the result or, while no publication is in force, what is fixed of the month.

    ``rounds``: none or one. Raises ``NotFoundError`` for none.
    """
    if not rounds:
        raise NotFoundError("results.unknown")
    [match_round] = rounds
    if match_round.published_run is None:
        return render_template(
            "results/undecided.html",
            match_round=match_round,
            interventions=queries.count_interventions(match_round),
        )
    return _show_published(match_round, match_round.published_run)


def _show_published(match_round: MatchRound, run: RoundRun) -> str:
    found = get_figures(run)
    names = figures.read_names(match_round.subdistrict_id)
    history = queries.read_snapshot(match_round).history
    committees = hide_small_groups(figures.list_committee_rows(found, names))
    coverage = hide_small_coverage(figures.list_coverage(found, history, names), committees)
    return render_template(
        "results/show.html",
        match_round=match_round,
        run=run,
        figures=found,
        names=names,
        coverage=(coverage, build_coverage_chart(coverage)),
        committees=committees,
        categories=hide_small_groups(figures.list_category_rows(found, names)),
        statuses=hide_small_groups(figures.list_status_rows(found, _("No verified status"))),
        snapshot=queries.get_snapshot(match_round),
        interventions=queries.count_interventions(match_round),
        entries=figures.hide_small_entries(list_shares_of_run(run), committees, names),
        bundle=find_bundle(match_round),
        command=COMMAND,
    )
