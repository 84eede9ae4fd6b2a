"""Places that became free: what is gone, who is offered, and what keeping it changes."""

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, or_, select

from matchmaker import models as m
from matchmaker.assignments import agreeing, answering, delivering
from matchmaker.assignments.due import do_due
from matchmaker.base.clock import get_instant
from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import db
from matchmaker.calendar.service import NoticeTerms, save_notice
from matchmaker.promises.present import list_broken
from matchmaker.rounds import matching
from matchmaker.rounds.matching import make_rest_json
from matchmaker.rounds.memory import carrying
from matchmaker.rounds.publish import keeping, publication
from matchmaker.rounds.solve import jobs, repairs
from matchmaker.rounds.solve.laying import lay_down
from matchmaker.slots import Break
from optimizer import codec
from optimizer.checker.check import judge
from optimizer.checker.verdict import Ruling, Unproved, Verdict
from optimizer.facts import Facts
from optimizer.report import Failure, SolveReport
from tests.factories import NOW
from tests.matchmaker.rounds.free_places import LATER, FreePlaces, solve_repair
from tests.run_factories import publish_month

_S, _R = m.PromiseState, m.DeclineReason
GIVERS = (_R.NO_CAPACITY, _R.PERSON_ILL, _R.UNSUITABLE, _R.UNSAFE, None)
RECIPIENTS = (_R.NO_LONGER_NEEDED, _R.OTHER_HELP, _R.OTHER_GIVER, _R.AWAY)


@pytest.fixture
def world(make, context):
    return FreePlaces(make)


def list_stocks(facts: Facts) -> dict[str, int]:
    return {row.id: row.capacity for row in facts.stocks}


def list_names(facts: Facts) -> set[tuple[str, bool, bool]]:
    """Of each forbid: its need, whether it names an offer, and a person."""
    return {(row.need, row.stock is not None, row.person is not None) for row in facts.forbids}


def come_alone(world: FreePlaces, rows: list[m.Promise]) -> datetime:
    """Two agreed to come and one did; returns the evening of that day."""
    world.accept(*rows)
    agreeing.agree(actor=world.act(world.make_counter()), promise_id=rows[0].id, now=LATER)
    on = get_instant(rows[0].day, 18 * 60)
    givers = [world.make_giver(row.organisation_id) for row in rows]
    proof: dict[str, Any] = {"units": 1, "proof": m.DeliveryProof.SIGNATURE, "code": ""}
    delivering.deliver(actor=givers[0], promise_id=rows[0].id, now=on, **proof)
    reason = m.FailReason.GIVER_ABSENT
    delivering.fail(actor=givers[1], promise_id=rows[1].id, reason=reason, now=on)
    return on


# What is gone.


@pytest.mark.parametrize("reason", GIVERS)
def test_a_giver_s_no_takes_what_it_says(world, reason):
    need = world.ask()
    world.publish()
    [row] = world.list_promises(need)
    world.decline(row, reason)
    facts = lay_down(world.run, LATER).facts
    assert (facts.standing, dict(facts.asked)) == ((), {need.reference: 1})
    assert facts.lost == (need.reference,)
    people = {person.id: (person.slots, person.most_visits) for person in facts.people}
    who = row.volunteer.reference
    if reason in (_R.NO_CAPACITY, None):
        assert list_names(facts) == {(need.reference, False, True)}
        assert sorted(list_stocks(facts).values()) == [8]
        assert people[who][1] == 0
        assert row.slot not in people[who][0]
    elif reason is _R.PERSON_ILL:
        assert list_names(facts) == {(need.reference, False, True)}
        assert people[who] == ((), 0)
        assert list_stocks(facts) == {}
    elif reason is _R.UNSUITABLE:
        assert list_names(facts) == {(need.reference, False, True)}
        assert (people, list_stocks(facts)) == ({}, {})
    else:
        assert list_names(facts) == {(need.reference, True, False)}
        assert (people, list_stocks(facts)) == ({}, {})


@pytest.mark.parametrize("reason", RECIPIENTS)
def test_a_recipient_s_no_frees_the_giver(world, reason):
    need = world.ask()
    world.publish()
    [row] = world.list_promises(need)
    world.accept(row)
    world.refuse(row, reason)
    facts = lay_down(world.run, LATER).facts
    assert (facts.standing, facts.lost, facts.stocks, facts.people) == ((), (), (), ())
    if reason is _R.OTHER_GIVER:  # waits for another one, not ahead of others
        assert dict(facts.asked) == {need.reference: 1}
        assert list_names(facts) == {(need.reference, True, False)}
    else:
        assert (dict(facts.asked), facts.forbids) == ({}, ())


def test_who_is_not_reached_waits_for_the_next_month(world):
    need = world.ask()
    world.publish()
    [row] = world.list_promises(need)
    world.accept(row)
    world.miss(row)
    facts = lay_down(world.run, LATER).facts
    assert (dict(facts.asked), facts.lost, facts.people) == ({}, (), ())
    assert world.search().proposal == {}


def test_who_never_answered_is_not_asked_again(world):
    need = world.ask()
    world.publish()
    [row] = world.list_promises(need)
    after = NOW + timedelta(days=5)
    do_due(after)
    assert db.session.get_one(m.Promise, row.id).state is _S.EXPIRED
    facts = lay_down(world.run, after).facts
    assert list_names(facts) == {(need.reference, False, True)}
    assert sorted(list_stocks(facts).values()) == [8]


def test_a_no_that_can_be_taken_back_still_holds_its_place(world):
    need = world.ask()
    world.publish()
    [row] = world.list_promises(need)
    giver = world.make_giver(row.organisation_id)
    answering.decline(actor=giver, promise_id=row.id, now=NOW)
    assert keeping.list_free(world.run, NOW) == []
    assert [line.need for line in lay_down(world.run, NOW).facts.standing] == [need.reference]


def test_days_that_are_past_are_not_used(world):
    world.ask()
    world.publish()
    facts = lay_down(world.run, NOW + timedelta(days=10)).facts
    assert "W1-WD-AM" in facts.over
    assert all(int(day) > 16 for days in facts.days.values() for day in days)


# Who is offered.


def test_an_offer_with_hours_gives_while_one_of_them_is_left(make, context):
    world = FreePlaces(make)
    hours = {"windows": [m.Window.SATURDAY_AM.value]}
    offer = make.offer(world.organisations[0], world.visit, capacity_per_month=5, **hours)
    need = world.ask()
    world.publish()
    [row] = world.list_promises(need)
    world.decline(row, _R.PERSON_ILL)
    name = next(k for k, v in world.month.snapshot.offer_ids.items() if v == offer.id)
    assert name not in list_stocks(lay_down(world.run, LATER).facts)


@pytest.mark.parametrize("reason", GIVERS)
def test_a_visit_goes_to_somebody_else(world, reason):
    need = world.ask()
    world.publish()
    [row] = world.list_promises(need)
    world.decline(row, reason)
    assert [free.id for free in keeping.list_free(world.run, LATER)] == [row.id]
    [new] = world.keep(world.search())
    assert (new.need_id, new.state) == (need.id, _S.AWAITING_GIVER)
    assert new.volunteer_id != row.volunteer_id
    if reason is _R.UNSAFE:
        assert new.organisation_id != row.organisation_id
    assert keeping.list_free(world.run, LATER) == []
    asked = db.session.get_one(m.Need, need.id)
    assert (asked.state, asked.waiting_rounds) == (m.NeedState.MATCHED, 0)
    outcome = db.session.scalars(select(m.NeedOutcome)).one()
    assert (outcome.is_met, outcome.received_units, outcome.ground) == (True, 1, "met")


def test_the_other_of_two_visitors_may_come_with_a_third(world):
    need = world.ask(world.pair)
    world.publish()
    first, second = world.list_promises(need)
    world.decline(first, _R.NO_CAPACITY)
    assert second.revoked_reason is m.RevokeReason.REST_TOO_LITTLE
    new = world.keep(world.search())
    assert len({row.volunteer_id for row in new}) == 2
    assert first.volunteer_id not in {row.volunteer_id for row in new}
    assert len({(row.slot, tuple(row.days)) for row in new}) == 1


def test_a_visit_by_one_of_two_keeps_no_other_search_from_its_answer(world):
    """One came and the other did not: that is no promise any more that others wait behind."""
    need, other = world.ask(world.pair), world.ask()
    world.publish()
    rows, [lost] = world.list_promises(need), world.list_promises(other)
    on = come_alone(world, rows)
    if lost.state is _S.AWAITING_GIVER:
        answering.decline(actor=world.make_giver(lost.organisation_id), promise_id=lost.id, now=on)
    do_due(on + timedelta(minutes=30))
    repair = world.search(on + timedelta(minutes=30))
    assert repair.status is m.RunStatus.PROVEN


def test_a_part_of_goods_that_is_lost_is_added_again(make, context):
    world = FreePlaces(make, rice=2)
    need = world.ask(world.goods, quantity=3)
    world.publish()
    lost, kept = sorted(world.list_promises(need), key=lambda row: row.units)
    assert (lost.units, kept.units) == (1, 2)
    world.decline(lost, _R.UNSUITABLE)
    found = lay_down(world.run, LATER)
    assert dict(found.facts.asked) == {need.reference: 1}
    assert [line.units for line in found.facts.standing] == [2]
    repair = world.search()
    assert repair.proposal == {}  # nobody has more: the one offer is full, the other said no
    assert world.keep(repair) == []
    assert keeping.list_free(world.run, LATER) == []
    assert db.session.get_one(m.Promise, kept.id).state is _S.AWAITING_GIVER


def test_a_part_of_goods_is_given_by_another_offer(make, context):
    world = FreePlaces(make, rice=2)
    third = make.organisation(world.subdistrict, name_en="Giver 3")
    make.offer(third, world.goods, capacity_per_month=2)
    need = world.ask(world.goods, quantity=3)
    world.publish()
    lost, *left = world.list_promises(need)
    world.decline(lost, _R.NO_CAPACITY)
    found = world.keep(world.search())
    assert {new.need_id for new in found} == {need.id}
    assert sum(new.units for new in found) == lost.units
    assert lost.organisation_id not in {new.organisation_id for new in found}
    assert [row.state for row in left] == [_S.AWAITING_GIVER] * len(left)
    outcome = db.session.scalars(select(m.NeedOutcome)).one()
    assert outcome.received_units == 3


def test_a_due_visit_of_a_pairing_is_made_by_another_of_its_giver(world):
    pairing = world.pair_up()
    world.ask()
    world.publish()
    [row] = [row for row in world.list_promises() if row.pairing_id == pairing.id]
    world.decline(row, _R.PERSON_ILL)
    [new] = world.keep(world.search())
    assert (new.pairing_id, new.state) == (pairing.id, _S.AWAITING_GIVER)
    assert new.volunteer_id != row.volunteer_id


def test_what_is_not_proved_is_kept_only_by_who_read_so(world):
    world.ask()
    world.publish()
    [row] = world.list_promises()
    world.decline(row, _R.PERSON_ILL)
    repair = world.search()
    proved = repair.verdict
    repair.verdict = codec.to_json(
        Verdict(
            Ruling.FEASIBLE,
            labels={"gap": 1},
            unproved=(Unproved("points", "", "gap", "sum", "", "20", "22"),),
        )
    )
    with pytest.raises(ConflictError, match=r"^run\.unproved_not_read$"):
        world.keep(repair)
    assert proved != repair.verdict
    actor = world.act(world.second)
    kept = keeping.keep_repair(repair, actor=actor, now=LATER, accepts_unproved=True)
    assert len(kept) == 1


def test_a_day_that_became_free_after_the_lock_is_not_given_out(make, context):
    """The frozen month has the days of its own calendar, whatever a later notice says."""
    world = FreePlaces(make)
    breaks = (Break("高温假", date(2026, 7, 13), date(2026, 7, 17)),)
    terms = NoticeTerms("国办发明电〔2026〕1号", breaks, ())
    keys = {"year": 2026, "actor": world.act(world.worker), "now": NOW}
    save_notice(version=0, terms=terms, **keys)
    world.ask()
    world.publish()
    later = NoticeTerms(terms.number, (Break("高温假", date(2026, 7, 13), date(2026, 7, 14)),), ())
    save_notice(version=1, terms=later, **keys)
    days = lay_down(world.run, LATER).facts.days
    left = {day for found in days.values() for day in found}
    assert {"10", "20"} <= left
    assert not {"15", "16", "17"} & left


def test_who_is_visited_hears_of_another_visitor(world):
    pairing = world.pair_up()
    world.ask()
    world.publish()
    account = world.make.user(m.Role.RESIDENT, resident_id=pairing.resident_id)
    [row] = [row for row in world.list_promises() if row.pairing_id == pairing.id]
    world.decline(row, _R.PERSON_ILL)
    assert list_heard(account, "pairing.out") != [LATER]
    world.keep(world.search())
    assert list_heard(account, "pairing.out") == [LATER]


def list_heard(account: m.User, kind: str) -> list[datetime]:
    owned = or_(m.Notice.user_id == account.id, m.Notice.resident_id == account.resident_id)
    query = select(m.Notice.created_at).where(m.Notice.kind == kind, owned)
    return list(db.session.scalars(query.where(m.Notice.void_at.is_(None))))


def test_one_place_may_be_searched_for_and_kept_by_one_person(make, context):
    """As many as the policy lets one person keep; with one more a second person is needed."""
    world = FreePlaces(make)
    for _ in range(2):
        world.ask()
    world.publish()
    alone = world.act(world.worker)
    for user in db.session.scalars(select(m.User).filter_by(role=m.Role.SOCIAL_WORKER)):
        user.person_id = alone.person_id
    first, second = world.list_promises()
    world.decline(first, _R.PERSON_ILL)
    keeping.require_keeper_left(world.month, alone, LATER)
    world.decline(second, _R.PERSON_ILL)
    with pytest.raises(ConflictError, match=r"^repair\.nobody_left$"):
        keeping.require_keeper_left(world.month, alone, LATER)


def test_what_nobody_wants_goes_to_the_next_in_order(make, context):
    world = FreePlaces(make, visitors=1)
    needs = [world.ask(tier=tier) for tier in (2, 2, 3, 3)]
    world.publish()
    rows = world.list_promises()
    served = {row.need_id for row in rows}
    assert served == {needs[0].id, needs[1].id}
    world.accept(rows[0])
    world.refuse(rows[0], _R.NO_LONGER_NEEDED)
    before = [(row.id, row.state, row.volunteer_id) for row in world.list_promises()]
    [new] = world.keep(world.search())
    assert new.need_id in {needs[2].id, needs[3].id}
    assert new.volunteer_id == rows[0].volunteer_id
    [outcome] = db.session.scalars(select(m.NeedOutcome).filter_by(need_id=new.need_id))
    assert (outcome.is_met, outcome.numbers) == (True, {"asked": 1, "units": 1})
    after = [(row.id, row.state, row.volunteer_id) for row in world.list_promises()]
    assert after[: len(before)] == before  # nobody else is moved


def test_who_lost_a_promise_comes_before_equals_that_had_none(make, context):
    world = FreePlaces(make, visitors=1)
    for _ in range(4):
        world.ask()
    world.publish()
    first, second = world.list_promises()
    world.decline(first, _R.UNSUITABLE)  # the visitor is free, for somebody else
    world.accept(second)
    world.refuse(second, _R.AWAY)
    new = world.keep(world.search())
    assert first.need_id in {row.need_id for row in new}


def test_nobody_can_says_why(make, context):
    world = FreePlaces(make, visitors=1)
    needs = [world.ask() for _ in range(2)]
    world.publish()
    first, _second = world.list_promises()
    world.decline(first, _R.NO_CAPACITY)
    repair = world.search()
    lost = next(need for need in needs if need.id == first.need_id)
    found = repairs.read_proposal(repair)
    assert found.lines == ()
    assert {row.need for row in found.unfilled} == {lost.reference}
    assert {row.ground for row in found.unfilled} <= {"no_eligible_offer", "forbidden"}


def test_a_revoked_promise_is_searched_for_as_a_declined_one(world):
    need = world.ask()
    world.publish()
    [row] = world.list_promises(need)
    world.revoke(row)
    repair = world.search()
    third = world.make.user(m.Role.SOCIAL_WORKER, subdistrict_id=world.subdistrict.id)
    [new] = keeping.keep_repair(repair, actor=world.act(third), now=LATER)
    assert (new.need_id, list_broken(world.run, LATER)) == (need.id, [])


# What is kept, and by whom.


@pytest.fixture
def found(world):
    """A search with one new giver for one need; the row that fell."""
    world.need = world.ask()
    world.publish()
    [world.row] = world.list_promises(world.need)
    world.decline(world.row, _R.NO_CAPACITY)
    world.repair = world.search()
    return world


def test_the_record_is_checked_as_a_month_is(found):
    repair = found.repair
    question, answer = json.loads(repair.problem_json), json.loads(repair.solution_json)
    verdict = judge(question, answer)
    assert (verdict.ruling, verdict.problem_sha256) == ("proved", repair.problem_sha256)
    facts = json.loads(repair.facts_json)["facts"]
    again = make_rest_json(found.run.problem_json, Facts.from_json(facts))
    assert again == repair.problem_json


def test_the_run_stays_as_it_was_published(found):
    run = found.run
    before = run.figures, run.result_sha256, run.problem_sha256, run.solution_json
    lines = db.session.scalar(
        select(func.count()).select_from(m.Assignment).where(m.Assignment.round_repair_id.is_(None))
    )
    [new] = found.keep(found.repair)
    assert (run.figures, run.result_sha256, run.problem_sha256, run.solution_json) == before
    assert new.assignment.round_repair_id == found.repair.id
    assert lines == db.session.scalar(
        select(func.count()).select_from(m.Assignment).where(m.Assignment.round_repair_id.is_(None))
    )


def test_an_answer_that_came_in_since_makes_the_proposal_old(found):
    [line] = repairs.read_proposal(found.repair).lines
    found.make_away(line.person)
    with pytest.raises(ConflictError, match=r"repair\.outdated"):
        found.keep(found.repair)
    assert found.list_promises(found.need) == [found.row]
    repair = found.search()
    [new] = found.keep(repair)
    assert new.volunteer.reference != line.person


def test_a_later_search_takes_the_place_of_an_earlier_one(found):
    later = found.search()
    assert (found.repair.number, later.number) == (1, 2)
    with pytest.raises(ConflictError, match=r"repair\.replaced"):
        found.keep(found.repair)
    found.keep(later)


def test_nothing_is_kept_twice(found):
    found.keep(found.repair)
    with pytest.raises(ConflictError, match=r"repair\.kept_already"):
        found.keep(found.repair)
    assert len(found.list_promises(found.need)) == 2


def test_single_places_may_be_kept_by_who_searched(found):
    [new] = keeping.keep_repair(found.repair, actor=found.act(found.worker), now=LATER)
    assert new.state is _S.AWAITING_GIVER


def test_help_for_somebody_else_is_kept_by_a_second_person(make, context):
    world = FreePlaces(make, visitors=1)
    for _ in range(3):
        world.ask()
    world.publish()
    first = world.list_promises()[0]
    world.accept(first)
    world.refuse(first, _R.AWAY)
    repair = world.search()
    with pytest.raises(ConflictError, match=r"repair\.had_a_hand"):
        keeping.keep_repair(repair, actor=world.act(world.worker), now=LATER)
    assert world.worker.name not in {user.name for user in keeping.list_keepers(repair)}
    [new] = world.keep(repair)
    assert new.need_id != first.need_id


ENDS = {
    "promise.decline": lambda world, row: world.decline(row),
    "promise.refuse": lambda world, row: world.refuse(row, _R.NO_LONGER_NEEDED),
    "promise.call_off": lambda world, row: world.call_off(row),
    "promise.not_reached": lambda world, row: world.miss(row),
    "promise.revoke": lambda world, row: world.revoke(row),
}


@pytest.mark.parametrize("action", ENDS)
def test_who_ended_a_place_does_not_keep_what_is_found_for_it(world, action):
    """Not with another account either: a coordinator may be a social worker of the office too."""
    world.ask()
    world.publish()
    [row] = world.list_promises()
    if action in ("promise.refuse", "promise.not_reached", "promise.call_off"):
        world.accept(row)
    ENDS[action](world, row)
    ended = select(m.AuditEvent.actor_id).where(m.AuditEvent.action == action)
    [ender] = set(db.session.scalars(ended))
    second = world.act(world.second)
    second.person_id = db.session.get_one(m.User, ender).person_id
    repair = world.search(LATER + timedelta(days=4))
    with pytest.raises(ConflictError, match=r"repair\.had_a_hand"):
        world.keep(repair)
    assert second.name not in {user.name for user in keeping.list_keepers(repair)}


def test_a_home_that_is_served_after_all_had_its_turn(make, context, monkeypatch):
    """What a home asks twice is one ask: once a part comes after all, the rest starts again."""
    monkeypatch.setattr(matching, "DEFAULT_POLICY", "community/2")
    world = FreePlaces(make, rice=1)
    home = world.make.resident(world.make.household(world.committee, block="Lane 7"))
    pair = [
        make.need(home, world.goods, world.worker, world.committee.id, waiting_rounds=3)
        for _ in range(2)
    ]
    other = world.ask(world.goods, tier=1)
    world.publish()

    def read() -> list[tuple[str, bool, int]]:
        query = select(m.NeedOutcome).where(m.NeedOutcome.need_id.in_([row.id for row in pair]))
        rows = db.session.scalars(query).all()
        return sorted((row.ground, row.is_met, row.need.waiting_rounds) for row in rows)

    assert read() == [("left_at_home", False, 0), ("met", True, 0)]
    [lost] = [row for need in pair for row in world.list_promises(need)]
    [freed] = world.list_promises(other)
    world.decline(lost, _R.UNSUITABLE)
    waits = [row for row in read() if row[0] == "taken_back_at_home"]
    assert waits == [("taken_back_at_home", False, 4)]
    world.accept(freed)
    world.refuse(freed, _R.NO_LONGER_NEEDED)
    [found] = world.keep(world.search())
    assert found.need_id in {row.id for row in pair}
    assert [row[:2] for row in read()] == [("left_at_home", False), ("met", True)]
    assert read()[0][2] == 0


def test_who_verified_a_danger_does_not_keep_its_place(make, context):
    world = FreePlaces(make)
    need = world.ask(tier=1, verified_by_id=world.second.id)
    world.publish()
    [row] = world.list_promises(need)
    world.decline(row, _R.NO_CAPACITY)
    repair = world.search()
    with pytest.raises(ConflictError, match=r"repair\.had_a_hand"):
        world.keep(repair)
    keeping.keep_repair(repair, actor=world.act(world.worker), now=LATER)


def test_a_withdrawn_publication_has_no_search(found):
    third = found.make.user(m.Role.SOCIAL_WORKER, subdistrict_id=found.subdistrict.id)
    publication.withdraw_publication(found.month, reason="slip", actor=found.act(third), now=LATER)
    with pytest.raises(ConflictError, match=r"round\.not_published"):
        found.keep(found.repair)


def test_one_search_at_a_time(found):
    repairs.start_repair(found.month, limit_seconds=9, actor=found.act(found.worker), now=LATER)
    with pytest.raises(ConflictError, match=r"repair\.under_way"):
        repairs.start_repair(found.month, limit_seconds=9, actor=found.act(found.worker), now=LATER)


def test_a_cancelled_search_ends_its_job(found):
    repair = repairs.start_repair(
        found.month, limit_seconds=9, actor=found.act(found.worker), now=LATER
    )
    repairs.cancel_repair(repair, actor=found.act(found.second), now=LATER)
    job = repairs.get_repair_job(repair)
    assert (repair.status, job.state) == (m.RunStatus.FAILED, m.JobState.CANCELLED)
    repairs.finish_repair(repair, solve_repair(repair), now=LATER)
    assert repair.solution_json is None


def test_a_failed_search_changes_nothing(found):
    repair = repairs.start_repair(
        found.month, limit_seconds=9, actor=found.act(found.worker), now=LATER
    )
    hold = jobs.take_job(repairs.get_repair_job(repair).id, lease_seconds=60, now=LATER)
    assert (hold.kind, hold.problem_json) == (m.JobKind.REPAIR, repair.problem_json)
    assert jobs.finish_job(hold, SolveReport(failure=Failure.KILLED), now=LATER)
    job = repairs.get_repair_job(repair)
    assert (repair.status, job.error) == (m.RunStatus.FAILED, "killed")
    with pytest.raises(ConflictError, match=r"repair\.not_verified"):
        found.keep(repair)
    assert [row.id for row in keeping.list_free(found.run, LATER)] == [found.row.id]


def test_a_search_that_kills_its_worker_is_given_up(found):
    repair = repairs.start_repair(
        found.month, limit_seconds=9, actor=found.act(found.worker), now=LATER
    )
    job = repairs.get_repair_job(repair)
    job.tries = jobs.MOST_JOB_TRIES
    later = LATER + timedelta(hours=1)
    assert jobs.list_overdue_jobs(lease_seconds=60, now=later) == []
    assert (repair.status, job.error) == (m.RunStatus.FAILED, "too_many_tries")


def test_the_giver_answers_in_time_for_the_help(found):
    [new] = found.keep(found.repair)
    assert new.answer_by is not None
    assert new.answer_by.isoformat() <= new.days[-1]
    assert min(new.days) > LATER.date().isoformat()


def test_the_ledger_counts_what_is_promised_now(found):
    def read() -> dict[tuple[str, str], tuple[int, int]]:
        rows = db.session.scalars(select(m.FairnessLedger))
        return {(row.scope.value, row.reference): (row.received, row.given) for row in rows}

    lost = read()
    home = found.row.need.resident.household.reference
    assert lost["household", home] == (0, 0)
    [new] = found.keep(found.repair)
    assert read()["household", home] == (1, 0)
    assert read()["organisation", new.organisation.code][1] >= 1


def test_help_found_later_counts_for_its_home(make, context):
    world = FreePlaces(make, visitors=1)
    for _ in range(3):
        world.ask()
    world.publish()
    first = world.list_promises()[0]
    world.accept(first)
    world.refuse(first, _R.AWAY)
    [new] = world.keep(world.search())
    query = select(m.FairnessLedger.received).where(
        m.FairnessLedger.reference == new.need.resident.household.reference
    )
    assert db.session.scalars(query).one() == 1
    world.decline(new, _R.NO_CAPACITY)
    assert db.session.scalars(query).one() == 0


def test_everybody_concerned_hears_once(found):
    first = db.session.scalar(select(func.max(m.Notice.id)))
    coordinators = {
        organisation.id: found.make.user(m.Role.COORDINATOR, organisation_id=organisation.id).id
        for organisation in found.organisations
    }
    [new] = found.keep(found.repair)
    rows = db.session.scalars(select(m.Notice).where(m.Notice.id > first)).all()
    heard = [(row.kind, row.user_id, row.resident_id) for row in rows]
    asked = [user for kind, user, _ in heard if kind == "promise.asked"]
    assert coordinators[new.organisation_id] in asked
    assert ("need.matched", None, found.row.need.resident_id) in heard
    free = select(m.Notice.void_at).where(m.Notice.kind == "round.places_free")
    assert all(db.session.scalars(free))


def test_a_need_that_a_later_month_decided_keeps_the_wait_of_that_month(make, context):
    """July finds somebody once August has passed the need over: its wait is that of August."""
    world = FreePlaces(make, rice=1)
    needs = [world.ask(world.goods) for _ in range(2)]
    world.publish()
    for row in world.list_promises():
        world.decline(row, _R.UNSUITABLE)
    later = publish_month(make, world.subdistrict.id, date(2026, 8, 1))
    for row in world.list_promises():
        if row.round_run_id == later.id:
            world.decline(row, _R.UNSUITABLE)
    waits = [db.session.get_one(m.Need, need.id).waiting_rounds for need in needs]
    assert waits == [2, 2]
    for row in world.keep(world.search()):
        world.decline(row, _R.UNSUITABLE)
    waits = [db.session.get_one(m.Need, need.id).waiting_rounds for need in needs]
    assert waits == [2, 2]


def test_what_came_in_part_and_a_later_month_promises_is_asked_no_more(world):
    """One of two came in July; August promises the visit again: July's search leaves it alone."""
    need, other = world.ask(world.pair), world.ask()
    world.publish()
    rows, [lost] = world.list_promises(need), world.list_promises(other)
    on = come_alone(world, rows)
    giver = world.make_giver(lost.organisation_id)
    answering.decline(actor=giver, promise_id=lost.id, now=on)
    do_due(on + timedelta(minutes=30))
    carrying.carry_missing(world.run, world.act(world.worker), on + timedelta(minutes=30))
    db.session.commit()
    publish_month(world.make, world.subdistrict.id, date(2026, 8, 1))
    assert db.session.get_one(m.Need, need.id).state is m.NeedState.MATCHED
    facts = lay_down(world.run, on + timedelta(hours=1)).facts
    assert need.reference not in facts.asked


def test_a_month_carries_what_is_missing_of_its_own_promises_alone(make, context):
    """Two offices have each served a need in part: the close of one leaves the other's alone."""
    worlds = [FreePlaces(make) for _ in range(2)]
    needs = [world.ask(world.pair) for world in worlds]
    for world, need in zip(worlds, needs, strict=True):
        world.publish()
        on = come_alone(world, world.list_promises(need)) + timedelta(minutes=30)
    carried = carrying.carry_missing(worlds[0].run, worlds[0].act(worlds[0].worker), on)
    assert [row.need.id for row in carried] == [needs[0].id]
    assert db.session.get_one(m.Need, needs[1].id).state is m.NeedState.PARTLY_SERVED


def test_lines_that_stand_keep_person_time_and_units(world):
    world.ask(world.goods, quantity=3), world.ask(), world.ask(world.pair)
    world.publish()
    lines = {
        (row.need.reference, row.volunteer and row.volunteer.reference, row.slot, row.units)
        for row in world.list_promises()
    }
    standing = lay_down(world.run, LATER).facts.standing
    assert {(row.need, row.person, row.slot, row.units) for row in standing} == lines
    assert {None} < {row.slot for row in standing}


def test_a_part_that_a_later_month_gave_is_its_own_to_carry(world):
    """One of two came in July, and again in August: the close of July leaves it to August."""
    need = world.ask(world.pair)
    world.publish()
    on = come_alone(world, world.list_promises(need)) + timedelta(minutes=30)
    carrying.carry_missing(world.run, world.act(world.worker), on)
    db.session.commit()
    later = publish_month(world.make, world.subdistrict.id, date(2026, 8, 1))
    rows = [row for row in world.list_promises(need) if row.round_run_id == later.id]
    come_alone(world, rows)
    assert db.session.get_one(m.Need, need.id).state is m.NeedState.PARTLY_SERVED
    assert carrying.list_missing(world.run) == []
    run = db.session.get_one(m.RoundRun, later.id)
    assert [row.need.id for row in carrying.list_missing(run)] == [need.id]
