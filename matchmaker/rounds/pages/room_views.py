"""The list of months, the opening of a month, and the room of a round."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from flask import current_app, flash, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.base.clock import add_months, get_local_date, get_month, get_now
from matchmaker.forms.base import ButtonForm
from matchmaker.models import MatchRound, RoundRun, RoundState, User
from matchmaker.promises.answers import list_held
from matchmaker.promises.board import count_funnel
from matchmaker.rounds import queries
from matchmaker.rounds.freeze import service as freeze_service
from matchmaker.rounds.freeze.draws import is_known, is_replaceable
from matchmaker.rounds.freeze.overrides import list_overrides
from matchmaker.rounds.freeze.readiness import check_readiness, is_ready
from matchmaker.rounds.pages.blueprint import bp
from matchmaker.rounds.pages.figures import read_names
from matchmaker.rounds.pages.forms import OpenRoundForm
from matchmaker.rounds.pages.room import (
    count_broken,
    describe_progress,
    find_free_month,
    list_run_steps,
    list_side_by_side,
    list_steps,
)
from matchmaker.rounds.publish import hands
from matchmaker.rounds.publish.keeping import choose_free
from matchmaker.rounds.publish.pricing import choose_run, list_open_prices
from matchmaker.rounds.solve.runs import is_usable, list_runs
from matchmaker.rounds.words.names import Names
from matchmaker.rounds.words.prices import describe_seen
from matchmaker.rounds.words.readiness import describe_readiness
from matchmaker.rounds.words.stages import describe_prices
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, has_permission, requires

_BEFORE_PUBLICATION = {
    RoundState.DRAFT,
    RoundState.FROZEN,
    RoundState.DRAWN,
    RoundState.NO_SOLUTION,
    RoundState.REVIEW,
}


@bp.get("/")
@requires(Permission.ROUND_READ)
def index() -> str:
    return render_template(
        "rounds/index.html", rounds=queries.list_rounds(current_user), can_run=_can_run()
    )


@bp.route("/open", methods=["GET", "POST"])
@requires(Permission.ROUND_RUN)
def open_round() -> Answer:
    form = OpenRoundForm(data={"month": _propose_month()})

    def act() -> str:
        match_round = freeze_service.open_round(
            month=form.month.value,
            actor=current_user,
            now=get_now(),
            policy=current_app.config["POLICY"],
        )
        flash(
            _("The month is open. Needs and offers may come in until the lock."),
            "success",
        )
        return url_for("rounds.show", month=match_round.month)

    def show() -> str:
        first, last = freeze_service.list_open_months(get_now())
        return render_template("rounds/open.html", form=form, first=first, last=last)

    return answer_form(form, act, show)


def _propose_month() -> date:
    """The month to propose: see ``find_free_month``; next month if it finds none."""
    now = get_now()
    free = find_free_month(queries.list_rounds(current_user), now)
    return free or add_months(get_month(now), 1)


@bp.get("/<month:month>/")
@requires(Permission.ROUND_READ)
def show(month: date) -> str:
    return show_room(month, ButtonForm(formdata=None))


def show_room(month: date, form: ButtonForm) -> str:
    """Show the room: the round's state, what comes next, and every run."""
    match_round, now = queries.get_round(month, current_user), get_now()
    is_draft = match_round.state is RoundState.DRAFT
    lines = check_readiness(match_round, get_local_date(now)) if is_draft else []
    runs = [] if is_draft else list_runs(match_round)  # a draft has no runs and no overrides
    candidate = choose_run(runs) if match_round.state is RoundState.REVIEW else None
    in_hand = candidate or match_round.published_run
    return render_template(
        "rounds/show.html",
        match_round=match_round,
        steps=list_steps(match_round),
        readiness=describe_readiness(lines),
        is_ready=is_ready(lines),
        runs=runs,
        candidate=candidate,
        in_hand=in_hand,
        broken=count_broken(in_hand, now),
        has_result=bool(runs) and is_usable(runs[0]),
        run_steps=list_run_steps(candidate, current_user) if candidate else None,
        progress=None if match_round.published_run else describe_progress(runs),
        side_by_side=list_side_by_side(runs),
        **_describe_overrides(match_round, candidate),
        **_describe_promises(match_round.published_run, now),
        can_run=_can_run(),
        is_known=match_round.state is RoundState.FROZEN and is_known(match_round, now),
        is_replaceable=is_replaceable(match_round, now),
        publishers=_list_publishers(match_round),
        form=form,
    )


def _describe_promises(run: RoundRun | None, now: datetime) -> dict[str, Any]:
    """Count how far the promises of a published run are, as the board does, and its free places."""
    if run is None:
        return {"funnel": None, "free": 0}
    funnel = count_funnel(run, get_local_date(now))
    return {"funnel": funnel, "free": len(choose_free(list_held(run), now))}


@bp.get("/<month:month>/progress")
@requires(Permission.ROUND_READ)
def progress(month: date) -> str:
    """Show the progress of the latest run: the part of the room that is polled meanwhile."""
    match_round = queries.get_round(month, current_user)
    runs = list_runs(match_round)
    return render_template(
        "rounds/progress.html", match_round=match_round, progress=describe_progress(runs)
    )


def _describe_overrides(match_round: MatchRound, candidate: RoundRun | None) -> dict[str, Any]:
    """Pins and forbids, what each costs in the run in hand, what was seen before it was kept.

    ``open_prices``: decisions of the reader that are priced and not kept.
    """
    is_draft = match_round.state is RoundState.DRAFT
    overrides = [] if is_draft else list_overrides(match_round)
    run, names = candidate or match_round.published_run, Names()
    if overrides:
        names = read_names(match_round.subdistrict_id)
    return {
        "overrides": overrides,
        "prices": describe_prices(run, names, match_round.policy) if run and overrides else {},
        "seen": describe_seen(overrides, names, match_round.policy),
        "open_prices": list_open_prices(match_round, candidate, current_user) if candidate else [],
    }


def _list_publishers(match_round: MatchRound) -> Sequence[User] | None:
    """Who could publish if the reader started the next run; None if the reader cannot start one."""
    if not _can_run() or match_round.state not in _BEFORE_PUBLICATION:
        return None
    return hands.list_publishers(match_round, hands.foresee_hands(match_round, current_user))


def _can_run() -> bool:
    return has_permission(current_user.role, Permission.ROUND_RUN)
