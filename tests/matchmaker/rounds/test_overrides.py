"""Pins and forbids: in force from the next run, on record for ever."""

import pytest

from matchmaker import models as m
from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import db
from matchmaker.rounds.freeze import overrides
from matchmaker.rounds.publish import publication
from tests.factories import NOW


def test_a_run_that_ignores_a_later_forbid_cannot_be_published(context, month):
    run = month.solve()
    _forbid(month, run.match_round)
    with pytest.raises(ConflictError, match=r"run\.overrides_changed"):
        publication.publish_run(run, actor=month.two, now=NOW)
    again = month.solve(run.match_round)
    assert again.number == 2
    publication.publish_run(again, actor=month.two, now=NOW)
    assert again.match_round.published_run is again


def test_a_forbid_holds_from_the_next_run_and_can_be_lifted(context, month):
    first = month.solve()
    override = _forbid(month, first.match_round)
    second = month.solve(first.match_round)
    assert second.figures["met"] == first.figures["met"] - 1
    overrides.lift_override(first.match_round, override.id, actor=month.one, now=NOW)
    third = month.solve(first.match_round)
    assert third.result_sha256 == first.result_sha256
    with pytest.raises(ConflictError, match=r"round\.override_lifted"):
        overrides.lift_override(first.match_round, override.id, actor=month.one, now=NOW)


def test_pins_that_cannot_all_hold_leave_no_solution(context, month):
    match_round = month.freeze()
    for number in (3, 4, 5):
        overrides.add_override(
            match_round,
            kind=m.OverrideKind.PIN,
            need=db.session.get_one(m.Need, month.needs[number].id),
            offer_id=None,
            volunteer_id=None,
            reason="promised",
            actor=month.one,
            now=NOW,
        )
    run = month.solve(match_round)
    assert run.status is m.RunStatus.INFEASIBLE
    assert match_round.state is m.RoundState.NO_SOLUTION


def _forbid(month, match_round) -> m.RoundOverride:
    return overrides.add_override(
        match_round,
        kind=m.OverrideKind.FORBID,
        need=db.session.get_one(m.Need, month.needs[1].id),
        offer_id=None,
        volunteer_id=None,
        reason="the resident is away",
        actor=month.one,
        now=NOW,
    )
