"""The public results: what a published month gave, how it was decided, how to check it."""

from datetime import date

from flask import Blueprint, render_template
from flask_babel import gettext as _

from matchmaker.base.errors import NotFoundError
from matchmaker.rounds import queries
from matchmaker.rounds.freeze.entries import list_shares_of_run
from matchmaker.rounds.pages import figures
from matchmaker.rounds.pages.figures import hide_small_coverage, hide_small_groups
from matchmaker.rounds.solve.figures import get_figures
from matchmaker.web.charts import build_coverage_chart
from matchmaker.web.permissions import public

bp = Blueprint("results", __name__, url_prefix="/results")


@bp.get("/")
@public
def index() -> str:
    """Every published month, latest first, and every month that is being decided."""
    return render_template(
        "results/index.html",
        rounds=queries.list_published_rounds(),
        undecided=queries.list_undecided_rounds(),
    )


@bp.get("/<month:month>/")
@public
def show(month: date) -> str:
    """The result; before the publication and after its withdrawal, what is fixed of the month."""
    match_round = next((r for r in queries.list_published_rounds() if r.month == month), None)
    run = match_round.published_run if match_round else None
    if match_round is None or run is None:
        return _show_undecided(month)
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
        entries=figures.hide_small_entries(list_shares_of_run(run), names),
    )


def _show_undecided(month: date) -> str:
    match_round = next((r for r in queries.list_undecided_rounds() if r.month == month), None)
    if match_round is None:
        raise NotFoundError("results.unknown")
    return render_template(
        "results/undecided.html",
        match_round=match_round,
        interventions=queries.count_interventions(match_round),
    )
