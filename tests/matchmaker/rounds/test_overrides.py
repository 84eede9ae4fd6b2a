"""Pins and forbids: in force from the next run, on record for ever."""

from datetime import date

import pytest

from matchmaker import models as m
from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.rounds.freeze import overrides
from matchmaker.rounds.freeze.overrides import Candidates
from matchmaker.rounds.publish import publication
from matchmaker.rounds.question.snapshot import FrozenOverride
from tests import pins
from tests.factories import NOW

pytestmark = pytest.mark.both_databases


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
        pins.add_override(
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


def test_candidates_are_the_offers_and_volunteers_of_the_need_s_category(context, month):
    """Offers of other categories and volunteers of other work are no choice."""
    month.make.volunteer(month.organisations[2], categories=["errands"])
    match_round = month.freeze()
    offers, volunteers = month.offers, month.volunteers
    assert overrides.list_candidates(match_round, _get_need(month, 1)) == Candidates(
        (offers["visit"],), (volunteers[1], volunteers[2])
    )
    for number, name in ((3, "goods"), (6, "money")):
        found = overrides.list_candidates(match_round, _get_need(month, number))
        assert found == Candidates((offers[name],), ())


def test_candidates_are_those_that_the_freeze_took(context, month):
    match_round = month.freeze()
    month.make.offer(month.organisations[1], month.goods)
    late = month.make.volunteer(month.organisations[1], categories=["elder_visit"])
    found = overrides.list_candidates(match_round, _get_need(month, 3))
    assert found.offers == (month.offers["goods"],)
    assert late not in overrides.list_candidates(match_round, _get_need(month, 1)).volunteers


def test_a_need_that_came_after_the_freeze_is_not_of_the_month(context, month):
    match_round = month.freeze()
    late = _write_late_need(month)
    assert overrides.get_frozen_need(match_round, "N2607-0001").reference == "N2607-0001"
    for reference in (late.reference, "N0000-0000"):
        with pytest.raises(NotFoundError, match=r"need\.unknown"):
            overrides.get_frozen_need(match_round, reference)


@pytest.mark.parametrize(
    ("late", "code"),
    [("need", "need.unknown"), ("offer", "offer.unknown"), ("volunteer", "volunteer.unknown")],
)
def test_what_the_freeze_did_not_take_cannot_be_pinned(context, month, late, code):
    match_round = month.freeze()
    chosen = {"need": _get_need(month, 3), "offer_id": None, "volunteer_id": None}
    if late == "need":
        chosen["need"] = _write_late_need(month)
    elif late == "offer":
        chosen["offer_id"] = month.make.offer(month.organisations[1], month.goods).id
    else:
        chosen["volunteer_id"] = month.make.volunteer(month.organisations[1]).id
    with pytest.raises(NotFoundError, match=code):
        _pin(month, match_round, **chosen)


def test_the_same_override_is_made_once_and_again_when_it_was_lifted(context, month):
    match_round = month.freeze()
    goods = month.offers["goods"].id
    first = _pin(month, match_round, need=_get_need(month, 3), offer_id=goods)
    with pytest.raises(ConflictError, match=r"round\.override_exists"):
        _pin(month, match_round, need=_get_need(month, 3), offer_id=goods)
    _pin(month, match_round, need=_get_need(month, 4), offer_id=goods)
    _pin(month, match_round, need=_get_need(month, 3))
    overrides.lift_override(match_round, first.id, actor=month.one, now=NOW)
    assert _pin(month, match_round, need=_get_need(month, 3), offer_id=goods).id != first.id


def test_active_overrides_are_frozen_by_the_names_of_the_snapshot(context, month):
    match_round = month.freeze()
    _pin(month, match_round, need=_get_need(month, 3), offer_id=month.offers["goods"].id)
    _pin(month, match_round, need=_get_need(month, 1), volunteer_id=month.volunteers[2].id)
    lifted = _forbid(month, match_round)
    overrides.lift_override(match_round, lifted.id, actor=month.one, now=NOW)
    pin, reason = m.OverrideKind.PIN, "promised"
    assert overrides.freeze_overrides(match_round) == (
        FrozenOverride(pin, "N2607-0003", "O01/rice_oil/1", None, reason),
        FrozenOverride(pin, "N2607-0001", None, "V0002", reason),
    )


def test_an_override_of_another_round_is_unknown(context, month):
    first = month.publish().match_round
    publication.withdraw_publication(first, reason="a mistake", actor=month.one, now=NOW)
    override = _forbid(month, first)
    month.make.need(month.residents[1], month.goods, month.first, month.committees[1].id)
    second = month.freeze(date(2026, 8, 1))
    for match_round, number in ((second, override.id), (first, override.id + 1)):
        with pytest.raises(NotFoundError, match=r"override\.unknown"):
            overrides.lift_override(match_round, number, actor=month.one, now=NOW)


def test_nothing_is_pinned_before_the_freeze_or_after_the_publication(context, month):
    with pytest.raises(ConflictError, match=r"round\.not_open_to_overrides"):
        _forbid(month, month.open())
    db.session.rollback()
    with pytest.raises(ConflictError, match=r"round\.not_open_to_overrides"):
        _forbid(month, month.publish().match_round)


OPEN_TO_OVERRIDES = {
    m.RoundState.FROZEN,
    m.RoundState.DRAWN,
    m.RoundState.REVIEW,
    m.RoundState.NO_SOLUTION,
}


@pytest.mark.parametrize("state", m.RoundState)
def test_pins_and_forbids_change_between_the_freeze_and_the_publication(state):
    match_round = m.MatchRound(state=state)
    if state in OPEN_TO_OVERRIDES:
        overrides.require_open_to_overrides(match_round)
        return
    with pytest.raises(ConflictError, match=r"^round\.not_open_to_overrides$") as refused:
        overrides.require_open_to_overrides(match_round)
    assert refused.value.numbers == {"state": state.value}


def _get_need(month, number: int) -> m.Need:
    return db.session.get_one(m.Need, month.needs[number].id)


def _write_late_need(month) -> m.Need:
    place = month.committees[1].id
    return month.make.need(month.residents[1], month.goods, month.first, place)


def _pin(month, match_round, *, need, offer_id=None, volunteer_id=None) -> m.RoundOverride:
    return pins.add_override(
        match_round,
        kind=m.OverrideKind.PIN,
        need=need,
        offer_id=offer_id,
        volunteer_id=volunteer_id,
        reason="promised",
        actor=month.one,
        now=NOW,
    )


def _forbid(month, match_round) -> m.RoundOverride:
    return pins.add_override(
        match_round,
        kind=m.OverrideKind.FORBID,
        need=db.session.get_one(m.Need, month.needs[1].id),
        offer_id=None,
        volunteer_id=None,
        reason="the resident is away",
        actor=month.one,
        now=NOW,
    )


def test_nobody_who_came_after_the_lock_is_pinned(context, month):
    """The question does not know them: their visits of the month are none."""
    match_round = month.freeze()
    newcomer = month.make.volunteer(
        month.organisations[1], categories=["elder_visit"], windows=[m.Window.WEEKDAY_AM.value]
    )
    pin = {"kind": m.OverrideKind.PIN, "reason": "promised", "actor": month.one, "now": NOW}
    need = db.session.get_one(m.Need, month.needs[1].id)
    with pytest.raises((InvalidError, NotFoundError)):
        pins.add_override(match_round, need=need, offer_id=None, volunteer_id=newcomer.id, **pin)
