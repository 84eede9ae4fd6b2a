"""Each step reads its rows again before it decides: what others wrote since then counts.

The other's write is an UPDATE that the session does not notice, so a step that trusts what it has
loaded fails here on SQLite too, which knows no row locks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from matchmaker import models as m
from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import db
from matchmaker.rounds.freeze import draws, overrides
from matchmaker.rounds.publish import publication
from matchmaker.rounds.solve import runs
from tests import pins
from tests.draws import PUBLIC_VALUE
from tests.factories import NOW
from tests.matchmaker.rounds.small_month import SmallMonth

pytestmark = pytest.mark.usefixtures("context")


def write_unnoticed(row: Any, **values: object) -> None:
    """What another process commits while this one holds ``row``."""
    model = type(row)
    statement = update(model).where(model.id == row.id).values(**values)
    db.session.execute(statement, execution_options={"synchronize_session": False})


def forbid(month: SmallMonth, match_round: m.MatchRound) -> m.RoundOverride:
    return pins.add_override(
        match_round,
        kind=m.OverrideKind.FORBID,
        need=db.session.get_one(m.Need, month.needs[1].id),
        offer_id=None,
        volunteer_id=None,
        reason="away",
        actor=month.one,
        now=NOW,
    )


def lift(month: SmallMonth, match_round: m.MatchRound) -> None:
    overrides.lift_override(match_round, 1, actor=month.one, now=NOW)


def freeze(month: SmallMonth, match_round: m.MatchRound) -> None:
    month.lock_open(match_round)


def enter_draw(month: SmallMonth, match_round: m.MatchRound) -> None:
    later = NOW + timedelta(days=7)
    draws.draw_seed(match_round, drawn=PUBLIC_VALUE, actor=month.two, now=later)


def publish(month: SmallMonth, match_round: m.MatchRound) -> None:
    publication.publish_run(runs.list_runs(match_round)[0], actor=month.two, now=NOW)


def withdraw(month: SmallMonth, match_round: m.MatchRound) -> None:
    publication.withdraw_publication(match_round, reason="x", actor=month.one, now=NOW)


def cancel(month: SmallMonth, match_round: m.MatchRound) -> None:
    runs.cancel_run(runs.list_runs(match_round)[0], actor=month.one, now=NOW)


def open_month(month: SmallMonth) -> m.MatchRound:
    return month.open()


def freeze_and_forbid(month: SmallMonth) -> m.MatchRound:
    match_round = month.freeze()
    forbid(month, match_round)
    return match_round


@dataclass(frozen=True)
class Case:
    """``values``: what the other writes into the round meanwhile; ``code``: the refusal."""

    prepare: Callable[[SmallMonth], m.MatchRound]
    act: Callable[[SmallMonth, m.MatchRound], object]
    values: Callable[[SmallMonth], dict[str, object]]
    code: str


CASES = {
    "freeze": Case(open_month, freeze, lambda _: {"state": m.RoundState.FROZEN}, "round.state"),
    "draw": Case(
        lambda month: month.lock(),
        enter_draw,
        lambda _: {"state": m.RoundState.DRAWN},
        "round.state",
    ),
    "draw by who locked": Case(
        lambda month: month.lock(),
        enter_draw,
        lambda month: {"frozen_by_id": month.second.id},
        "round.second_person_to_draw",
    ),
    "solve": Case(
        lambda month: month.freeze(),
        lambda month, match_round: month.start(match_round),
        lambda _: {"state": m.RoundState.SOLVING},
        "round.state",
    ),
    "forbid": Case(
        lambda month: month.freeze(),
        forbid,
        lambda _: {"state": m.RoundState.PUBLISHED},
        "round.not_open_to_overrides",
    ),
    "lift": Case(
        freeze_and_forbid,
        lift,
        lambda _: {"state": m.RoundState.PUBLISHED},
        "round.not_open_to_overrides",
    ),
    "publish": Case(
        lambda month: month.solve().match_round,
        publish,
        lambda _: {"seed": "0" * 64},  # the run is of another question
        "run.overrides_changed",
    ),
    "withdraw": Case(
        lambda month: month.publish().match_round,
        withdraw,
        lambda month: {"published_by_id": month.first.id},
        "round.second_person_to_withdraw",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_step_sees_what_others_wrote_into_its_round(month, name):
    case = CASES[name]
    match_round = case.prepare(month)
    write_unnoticed(match_round, **case.values(month))
    with pytest.raises(ConflictError) as refusal:
        case.act(month, match_round)
    assert refusal.value.code == case.code


def test_a_run_that_ended_meanwhile_is_not_cancelled(month):
    run = month.take()
    job = runs.get_job(run)
    write_unnoticed(job, state=m.JobState.DONE)
    with pytest.raises(ConflictError, match=r"^run\.finished$"):
        cancel(month, run.match_round)


@pytest.mark.parametrize(
    ("prepare", "act"),
    [(lambda month: month.solve(), publish), (lambda month: month.publish(), withdraw)],
    ids=["publish", "withdraw"],
)
def test_a_need_that_was_withdrawn_meanwhile_stays_withdrawn(month, prepare, act):
    run = prepare(month)
    needs = list(db.session.query(m.Need).order_by(m.Need.id))
    write_unnoticed(needs[0], state=m.NeedState.WITHDRAWN)
    act(month, run.match_round)
    db.session.flush()
    left = {need.state for need in needs[1:]}
    db.session.expire_all()
    assert needs[0].state is m.NeedState.WITHDRAWN
    assert m.NeedState.WITHDRAWN not in left
