"""The public results: what a published month gave, how it was decided, how to check it."""

from datetime import date

from flask import Blueprint, render_template
from flask_babel import gettext as _

from matchmaker.charts import build_coverage_chart
from matchmaker.errors import NotFoundError
from matchmaker.permissions import public
from matchmaker.rounds import service, tables
from matchmaker.rounds.public_figures import hide_small_coverage, hide_small_groups

bp = Blueprint("results", __name__, url_prefix="/results")


@bp.get("/")
@public
def index() -> str:
    """Every published month, the latest first."""
    return render_template("results/index.html", rounds=service.list_published_rounds())


@bp.get("/<month:month>/")
@public
def show(month: date) -> str:
    match_round = next((r for r in service.list_published_rounds() if r.month == month), None)
    run = match_round.published_run if match_round else None
    if match_round is None or run is None or run.figures is None:
        raise NotFoundError("results.unknown")
    names = tables.read_names(match_round.subdistrict_id)
    history = service.read_snapshot(match_round)["history"]
    committees = hide_small_groups(tables.list_committee_rows(run.figures, names))
    coverage = hide_small_coverage(tables.list_coverage(run.figures, history, names), committees)
    return render_template(
        "results/show.html",
        match_round=match_round,
        run=run,
        figures=run.figures,
        coverage=(coverage, build_coverage_chart(coverage)),
        committees=committees,
        categories=hide_small_groups(tables.list_category_rows(run.figures, names)),
        statuses=hide_small_groups(tables.list_status_rows(run.figures, _("No verified status"))),
        snapshot=service.get_snapshot(match_round),
    )
