"""The board of a published month, its close, and missed due visits."""

from datetime import date

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.base.clock import get_local_date, get_now
from matchmaker.base.errors import NotFoundError
from matchmaker.forms.base import IdempotentForm
from matchmaker.forms.fields import CountField
from matchmaker.models import MatchRound, RoundRun
from matchmaker.promises.board import Grouping, count_funnel, list_board
from matchmaker.rounds import queries
from matchmaker.rounds.memory.carrying import list_missing
from matchmaker.rounds.memory.missed import find_last_round, list_missed
from matchmaker.rounds.pages.blueprint import bp
from matchmaker.rounds.publish import closing
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, has_permission, requires


class CloseForm(IdempotentForm):
    """The close of a month, with the number of open promises that the page showed."""

    known_open = CountField()


@bp.get("/<month:month>/board")
@requires(Permission.ROUND_READ)
def board(month: date) -> str:
    """Show how far the promises are, by organisation, committee or category."""
    match_round, run = _get_published(month)
    asked = request.args.get("by", "")
    by = Grouping(asked) if asked in set(Grouping) else Grouping.ORGANISATION
    now = get_now()
    today = get_local_date(now)
    return render_template(
        "rounds/board.html",
        match_round=match_round,
        by=by,
        groupings=list(Grouping),
        funnel=count_funnel(run, today),
        rows=list_board(run, by, today),
        can_close=closing.can_close(match_round, now) and _may_run(),
    )


@bp.route("/<month:month>/close", methods=["GET", "POST"])
@requires(Permission.ROUND_RUN)
def close(month: date) -> Answer:
    """Close the month; the page first says what ends with it."""
    match_round, run = _get_published(month)
    form = CloseForm()

    def act() -> str:
        closing.close_round(
            match_round, known_open=form.known_open.data, actor=current_user, now=get_now()
        )
        flash(_("The month is closed. The next list knows what was given."), "success")
        return url_for("rounds.board", month=month)

    def show() -> str:
        left = closing.count_open(run)
        if not form.is_submitted():
            form.known_open.data = left
        return render_template(
            "rounds/close.html",
            match_round=match_round,
            funnel=count_funnel(run, get_local_date(get_now())),
            left=left,
            missing=list_missing(run),
            to_come=closing.count_to_come(run, get_now()),
            can_close=closing.can_close(match_round, get_now()),
            form=form,
        )

    return answer_form(form, act, show)


@bp.get("/missed")
@requires(Permission.ROUND_READ)
def missed() -> str:
    """Show the due visits of pairings that were not made in the last published month."""
    match_round = find_last_round(queries.get_subdistrict_id(current_user))
    rows = [] if match_round is None else list_missed(match_round)
    return render_template(
        "rounds/missed.html",
        match_round=match_round,
        rows=rows,
        total=sum(row.missed for row in rows),
    )


def _get_published(month: date) -> tuple[MatchRound, RoundRun]:
    match_round = queries.get_round(month, current_user)
    if match_round.published_run is None:
        raise NotFoundError("round.not_published")
    return match_round, match_round.published_run


def _may_run() -> bool:
    return has_permission(current_user.role, Permission.ROUND_RUN)
