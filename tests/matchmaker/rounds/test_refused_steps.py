"""What the services of a round refuse: the kind of error, its code and its numbers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from matchmaker import models as m
from matchmaker.base.errors import ConflictError, DomainError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.rounds.freeze import overrides
from matchmaker.rounds.freeze import service as freeze_service
from matchmaker.rounds.publish import publication
from matchmaker.rounds.solve import figures, runs
from optimizer.report import Failure, SolveReport
from tests import pins
from tests.factories import NOW
from tests.matchmaker.rounds.small_month import MONTH, SmallMonth, solve_here

pytestmark = pytest.mark.usefixtures("context")


@dataclass(frozen=True)
class Case:
    """``prepare`` brings the month to where ``act`` is refused; its round or run goes along."""

    prepare: Callable[[SmallMonth], Any]
    act: Callable[..., object]
    error: type[DomainError]
    code: str
    numbers: dict[str, object]


def freeze(month: SmallMonth, match_round: m.MatchRound) -> None:
    month.lock_open(match_round)


def freeze_in_vain(month: SmallMonth) -> m.MatchRound:
    """Another month, whose needs are all in the round of this one."""
    month.freeze()
    return month.open(MONTH.replace(month=8))


def override(month: SmallMonth, match_round: m.MatchRound, **values) -> m.RoundOverride:
    chosen = {
        "kind": m.OverrideKind.FORBID,
        "need": db.session.get_one(m.Need, month.needs[1].id),
        "offer_id": None,
        "volunteer_id": None,
        "reason": "away",
    }
    return pins.add_override(match_round, **{**chosen, **values}, actor=month.one, now=NOW)


def lift(month: SmallMonth, match_round: m.MatchRound, override_id: int) -> None:
    overrides.lift_override(match_round, override_id, actor=month.one, now=NOW)


def lay(month: SmallMonth) -> m.RoundOverride:
    return override(month, month.freeze())


def lift_once(month: SmallMonth) -> m.RoundOverride:
    row = lay(month)
    lift(month, get_round(row), row.id)
    return row


def get_round(row: m.RoundOverride) -> m.MatchRound:
    return db.session.get_one(m.MatchRound, row.match_round_id)


def publish(month: SmallMonth, run: m.RoundRun, actor: m.User | None = None) -> None:
    publication.publish_run(run, actor=actor or month.two, now=NOW)


def withdraw(month: SmallMonth, run: m.RoundRun, actor: m.User | None = None) -> None:
    match_round = run.match_round
    publication.withdraw_publication(match_round, reason="x", actor=actor or month.one, now=NOW)


def solve_and_fail(month: SmallMonth) -> m.RoundRun:
    """A failed run beside a good one: the round is under review."""
    run = month.start(month.solve().match_round)
    runs.finish_run(run, SolveReport(failure=Failure.HUNG), now=NOW)
    return run


def solve_and_forbid(month: SmallMonth) -> m.RoundRun:
    run = month.solve()
    override(month, run.match_round)
    return run


def publish_and_freeze_the_next(month: SmallMonth) -> m.RoundRun:
    run = month.publish()
    month.freeze(MONTH.replace(month=8))
    return run


STATE = "round.state"
REFUSALS = {
    "a month is opened once": Case(
        lambda month: month.open(),
        lambda month, _round: month.open(),
        ConflictError,
        "round.exists",
        {},
    ),
    "a frozen month is not frozen": Case(
        lambda month: month.freeze(),
        freeze,
        ConflictError,
        STATE,
        {"state": "drawn", "step": "frozen"},
    ),
    "a locked list is not solved before its draw": Case(
        lambda month: month.lock(),
        lambda month, match_round: month.start(match_round),
        ConflictError,
        STATE,
        {"state": "frozen", "step": "solving"},
    ),
    "a freeze needs something to decide": Case(
        freeze_in_vain, freeze, ConflictError, "round.nothing_to_decide", {}
    ),
    "a draft is not solved": Case(
        lambda month: month.open(),
        lambda month, match_round: month.start(match_round),
        ConflictError,
        STATE,
        {"state": "draft", "step": "solving"},
    ),
    "a finished run is not cancelled": Case(
        lambda month: month.solve(),
        lambda month, run: runs.cancel_run(run, actor=month.one, now=NOW),
        ConflictError,
        "run.finished",
        {"state": "done", "step": "cancelled"},
    ),
    "a run without a result has no figures": Case(
        lambda month: month.start(),
        lambda _month, run: figures.get_figures(run),
        NotFoundError,
        "figures.unknown",
        {},
    ),
    "a draft takes no override": Case(
        lambda month: month.open(),
        override,
        ConflictError,
        "round.not_open_to_overrides",
        {"state": "draft"},
    ),
    "a round being solved takes no override": Case(
        lambda month: month.start().match_round,
        override,
        ConflictError,
        "round.not_open_to_overrides",
        {"state": "solving"},
    ),
    "a published round takes no override": Case(
        lambda month: month.publish().match_round,
        override,
        ConflictError,
        "round.not_open_to_overrides",
        {"state": "published"},
    ),
    "an override is made once": Case(
        lay,
        lambda month, row: override(month, get_round(row)),
        ConflictError,
        "round.override_exists",
        {},
    ),
    "an override is lifted once": Case(
        lift_once,
        lambda month, row: lift(month, get_round(row), row.id),
        ConflictError,
        "round.override_lifted",
        {},
    ),
    "nothing is lifted while a run is solved": Case(
        lambda month: month.start(get_round(lay(month))).match_round,
        lambda month, match_round: lift(month, match_round, 1),
        ConflictError,
        "round.not_open_to_overrides",
        {"state": "solving"},
    ),
    "an override that is not there is unknown": Case(
        lambda month: month.freeze(),
        lambda month, match_round: lift(month, match_round, 1),
        NotFoundError,
        "override.unknown",
        {},
    ),
    "a round that is not under review is not published": Case(
        lambda month: month.start(),
        publish,
        ConflictError,
        STATE,
        {"state": "solving", "step": "published"},
    ),
    "a failed run is not published": Case(
        solve_and_fail, publish, ConflictError, "run.not_verified", {}
    ),
    "who started a run does not publish it": Case(
        lambda month: month.solve(),
        lambda month, run: publish(month, run, month.one),
        ConflictError,
        "round.second_person",
        {},
    ),
    "a run of other overrides is not published": Case(
        solve_and_forbid, publish, ConflictError, "run.overrides_changed", {}
    ),
    "what is not published is not withdrawn": Case(
        lambda month: month.solve(), withdraw, ConflictError, "round.not_published", {}
    ),
    "who published does not withdraw": Case(
        lambda month: month.publish(),
        lambda month, run: withdraw(month, run, month.two),
        ConflictError,
        "round.second_person_to_withdraw",
        {},
    ),
    "what a later month builds on is not withdrawn": Case(
        publish_and_freeze_the_next, withdraw, ConflictError, "round.later_month_frozen", {}
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_says_which_rule_and_its_numbers_and_changes_nothing(month, name):
    case = REFUSALS[name]
    prepared = case.prepare(month)
    db.session.commit()
    events = db.session.query(m.AuditEvent).count()
    with pytest.raises(case.error) as refusal:
        case.act(month, prepared)
    assert (type(refusal.value), refusal.value.code) == (case.error, case.code)
    assert refusal.value.numbers == case.numbers
    assert db.session.query(m.AuditEvent).count() == events


def test_the_page_asks_before_what_the_service_asks_again(month):
    """``get_withdrawable_run`` and ``require_publishable`` give a page its refusal too."""
    run = month.solve()
    publication.require_publishable(run, month.two)
    publish(month, run)
    assert publication.get_withdrawable_run(run.match_round, month.one) is run
    with pytest.raises(ConflictError, match=r"^round\.state$"):
        publication.require_publishable(run, month.two)


@pytest.mark.parametrize(
    ("status", "is_verified", "is_usable"),
    [
        (m.RunStatus.PROVEN, True, True),
        (m.RunStatus.FEASIBLE, True, True),
        (m.RunStatus.PROVEN, False, False),
        (m.RunStatus.INFEASIBLE, True, False),
        (m.RunStatus.FAILED, True, False),
        (m.RunStatus.PENDING, True, False),
    ],
)
def test_a_run_is_usable_when_it_has_a_result_that_passed_the_check(status, is_verified, is_usable):
    assert runs.is_usable(SimpleNamespace(status=status, is_verified=is_verified)) is is_usable


@pytest.mark.parametrize(
    ("shift", "is_remembered"),
    [
        (timedelta(0), True),  # frozen in the very moment of the publication
        (timedelta(seconds=1), True),
        (timedelta(seconds=-1), False),  # it could not build on what was not there yet
    ],
)
def test_a_month_builds_on_what_was_published_before_its_freeze(month, shift, is_remembered):
    run = month.publish()
    later = month.freeze(MONTH.replace(month=8))
    later.frozen_at = run.match_round.published_at + shift
    db.session.flush()
    if is_remembered:
        with pytest.raises(ConflictError, match=r"^round\.later_month_frozen$"):
            publication.get_withdrawable_run(run.match_round, month.one)
    else:
        assert publication.get_withdrawable_run(run.match_round, month.one) is run


def test_an_earlier_month_and_another_street_office_build_on_nothing(month):
    run = month.publish()
    earlier = month.freeze(MONTH.replace(month=6))
    earlier.frozen_at = run.match_round.published_at
    stranger = db.session.get_one(m.User, month.stranger.id)
    elsewhere = freeze_service.open_round(month=MONTH.replace(month=8), actor=stranger, now=NOW)
    elsewhere.frozen_at = NOW
    db.session.flush()
    assert publication.get_withdrawable_run(run.match_round, month.one) is run


def test_a_result_of_another_problem_is_kept_and_never_usable(month):
    run = month.take()
    report = solve_here(run)
    stray = replace(report.solution, problem_sha256="0" * 64)
    runs.finish_run(run, replace(report, solution=stray), now=NOW)
    assert run.solution_json is not None
    assert (run.status, run.is_verified, run.figures) == (m.RunStatus.FAILED, False, None)
