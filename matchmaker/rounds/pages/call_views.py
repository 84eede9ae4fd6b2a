"""The call to givers of a month: what little more help would meet, and texts to send."""

from datetime import date

from flask import render_template
from flask_login import current_user

from matchmaker.base.errors import NotFoundError
from matchmaker.rounds import queries
from matchmaker.rounds.pages.blueprint import bp
from matchmaker.rounds.pages.figures import map_kinds, read_names
from matchmaker.rounds.publish.pricing import choose_run
from matchmaker.rounds.publish.publication import list_present_runs
from matchmaker.rounds.solve.runs import list_runs
from matchmaker.rounds.solve.shortages import read_shortages
from matchmaker.rounds.words.calls import describe_calls, describe_enough, describe_rows
from matchmaker.web.permissions import Permission, requires


@bp.get("/<month:month>/call")
@requires(Permission.ROUND_READ)
def call(month: date) -> str:
    """Show what more would meet beside the published run, or before that the one to go on with.

    Texts to send are only of a published run; the page says why there are none yet.
    """
    match_round = queries.get_round(month, current_user)
    published = match_round.published_run
    run = published or choose_run(list_runs(match_round))
    if run is None:
        raise NotFoundError("run.unknown")
    rows, names = read_shortages(run), read_names(match_round.subdistrict_id)
    shown = rows or () if published else ()  # what is not decided is not sent
    return render_template(
        "rounds/call.html",
        match_round=match_round,
        run=run,
        is_counted=rows is not None,
        rows=describe_rows(rows or (), names, month),
        texts=describe_calls(shown, names, map_kinds(), month),
        is_published=published is not None,
        is_outdated=published is None and not list_present_runs([run]),
        enough=describe_enough(rows or ()),
    )
