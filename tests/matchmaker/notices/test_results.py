"""Results that come and go: the last valid message of each person is how things stand."""

from collections import defaultdict
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.needs.desk_service import withdraw_need
from matchmaker.notices import service
from matchmaker.offers import service as offer_service
from matchmaker.promises.present import list_broken
from matchmaker.residents.merging import merge_residents
from matchmaker.rounds.freeze import overrides
from matchmaker.rounds.publish import notices, publication
from matchmaker.rounds.publish.revoking import revoke, revoke_broken
from matchmaker.rounds.solve import jobs, runs
from matchmaker.volunteers import service as volunteer_service
from matchmaker.volunteers.states import VolunteerStep
from tests import pins
from tests.factories import NOW
from tests.journeys.page_costs import count_statements
from tests.matchmaker.rounds.small_month import SmallMonth, solve_here
from tests.worlds import kept

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("context")]

AFTERWARDS = {m.NeedState.MATCHED: "need.matched", m.NeedState.IN_ROUND: "need.answer_withdrawn"}
FORBID: dict[str, Any] = {"kind": m.OverrideKind.FORBID, "offer_id": None, "volunteer_id": None}


@pytest.fixture
@kept
def month(make):
    return SmallMonth(make)


@pytest.fixture
@kept
def people(make, month):
    """An account of each resident but the last, of a coordinator, a volunteer and a committee."""
    return {
        **{k: make.user(m.Role.RESIDENT, resident_id=month.residents[k].id) for k in range(1, 6)},
        "giver": make.user(m.Role.COORDINATOR, organisation_id=month.organisations[1].id),
        "visitor": make.user(m.Role.VOLUNTEER, volunteer_id=month.volunteers[1].id),
        "counter": make.user(m.Role.COMMITTEE_WORKER, committee_id=month.needs[1].committee_id),
    }


def withdraw(month, run: m.RoundRun) -> None:
    publication.withdraw_publication(run.match_round, reason="a slip", actor=month.one, now=NOW)
    db.session.flush()


def publish(month, run: m.RoundRun) -> None:
    publication.publish_run(run, actor=month.two, now=NOW)
    db.session.flush()


def solve_without(month, run: m.RoundRun, need: m.Need) -> m.RoundRun:
    """Another run of the round, in which the need must not be met."""
    pins.add_override(run.match_round, need=need, reason="gone", actor=month.one, now=NOW, **FORBID)
    return solve_again(month, run)


def solve_again(month, run: m.RoundRun) -> m.RoundRun:
    other = runs.start_run(run.match_round, limit_seconds=60, actor=month.one, now=NOW)
    jobs.take_job(runs.get_job(other).id, lease_seconds=60, now=NOW)
    runs.finish_run(other, solve_here(other), now=NOW)
    return other


def list_valid(user: m.User) -> list[str]:
    return [row.kind for row in service.list_notices(user, most=99) if row.void_at is None]


def check_residents(month) -> None:
    """Of each need one message is valid, the last, and it is the need's state."""
    valid = defaultdict(list)
    last: dict[int, str] = {}
    query = select(m.Notice).where(m.Notice.subject_type == "need").order_by(m.Notice.id)
    for row in db.session.scalars(query):
        last[row.subject_id] = row.kind
        if row.void_at is None:
            valid[row.subject_id].append(row.kind)
    for need in month.needs.values():
        state = db.session.get_one(m.Need, need.id).state
        if state is m.NeedState.WITHDRAWN:
            assert valid[need.id] == []
            continue
        expected = AFTERWARDS.get(state, "need.not_matched")
        assert valid[need.id] == [expected] == [last[need.id]]


def check_others(month, run: m.RoundRun, people, is_out: bool) -> None:
    """What givers and committees heard last is whether the month is out and holds work for them."""
    query = select(m.Promise).where(m.Promise.round_run_id == run.id)
    rows = [row for row in db.session.scalars(query) if row.state is not m.PromiseState.REVOKED]
    gives = any(row.organisation_id == month.organisations[1].id for row in rows)
    visits = any(row.volunteer_id == month.volunteers[1].id for row in rows)
    said = {
        "giver": "round.published" if gives else "round.nothing_asked",
        "visitor": "visits.out" if visits else "visits.none",
        "counter": "month.out",
    }
    for name, kind in said.items():
        taken_back = kind.partition(".")[0] + ".withdrawn"
        assert list_valid(people[name]) == [kind if is_out else taken_back]


def test_published_withdrawn_and_published_changed_each_last_message_is_the_state(month, people):
    run = month.publish()
    check_residents(month)
    check_others(month, run, people, is_out=True)
    withdraw(month, run)
    check_residents(month)
    check_others(month, run, people, is_out=False)
    other = solve_without(month, run, db.session.get_one(m.Need, month.needs[1].id))
    publish(month, other)
    check_residents(month)
    check_others(month, other, people, is_out=True)
    kinds = [row.kind for row in service.list_notices(people[1], most=9)]
    assert kinds == ["need.not_matched", "need.answer_withdrawn", "need.matched"]


# What changes between two publications; each gives the run that is published afterwards.


def change_nothing(month, _people, run: m.RoundRun) -> m.RoundRun:
    withdraw(month, run)
    return run


def forbid_the_first_need(month, _people, run: m.RoundRun) -> m.RoundRun:
    withdraw(month, run)
    return solve_without(month, run, db.session.get_one(m.Need, month.needs[1].id))


def forbid_it_and_lift_that(month, people, run: m.RoundRun) -> m.RoundRun:
    without = forbid_the_first_need(month, people, run)
    publish(month, without)
    check_everybody(month, without, people)
    withdraw(month, without)
    (pin,) = overrides.list_active_overrides(run.match_round)
    overrides.lift_override(run.match_round, pin.id, actor=month.one, now=NOW)
    return solve_again(month, run)


def pause_the_visits(month, people, run: m.RoundRun) -> m.RoundRun:
    offer = db.session.get_one(m.Offer, month.offers["visit"].id)
    values = {"offer_id": offer.id, "version": offer.version, "known_breaks": 9}
    offer_service.pause_offer(actor=people["giver"], now=NOW, **values)
    revoke_broken(run, {row.promise.id for row in list_broken(run, NOW)}, actor=month.one, now=NOW)
    db.session.flush()
    check_nothing_is_said_twice(people)
    withdraw(month, run)
    return run


def take_the_first_need_back(month, people, run: m.RoundRun) -> m.RoundRun:
    withdraw(month, run)
    withdraw_need(actor=people[1], need_id=month.needs[1].id, now=NOW)
    return run


FOUND, NOTHING = ["need.matched"], ["need.not_matched"]
VISITS, NO_VISIT = ["visits.out"], ["visits.none"]
# What the first resident and the first volunteer have heard in the end.
CHANGES = [
    (change_nothing, FOUND, VISITS),
    (forbid_the_first_need, NOTHING, VISITS),
    (forbid_it_and_lift_that, FOUND, VISITS),
    (pause_the_visits, NOTHING, NO_VISIT),
    (take_the_first_need_back, [], VISITS),
]
NAMES = [change.__name__ for change, *_heard in CHANGES]


@pytest.mark.parametrize(("change", "by_resident", "by_visitor"), CHANGES, ids=NAMES)
def test_what_each_heard_last_is_the_state_whatever_changed_between_two_publications(
    month, people, change, by_resident, by_visitor
):
    """Residents with an account and without, the coordinator, the volunteer and the committee."""
    run = month.publish()
    last = change(month, people, run)
    db.session.flush()
    check_nothing_is_said_twice(people)
    publish(month, last)
    check_everybody(month, last, people)
    assert list_valid(people[1]) == by_resident
    assert list_valid(people["visitor"]) == by_visitor
    assert list_valid(people["giver"]) == ["round.published"]
    assert list_valid(people["counter"]) == ["month.out"]
    on_paper = select(m.Notice.kind).where(m.Notice.resident_id == month.residents[6].id)
    assert db.session.scalars(on_paper.where(m.Notice.void_at.is_(None))).all() == NOTHING


def check_everybody(month, run: m.RoundRun, people) -> None:
    db.session.expire_all()
    check_residents(month)
    check_others(month, run, people, is_out=True)
    check_nothing_is_said_twice(people)


def check_nothing_is_said_twice(people) -> None:
    """No resident, giver, volunteer or committee has two valid messages about one thing."""
    users = {user.id for user in people.values()}
    rows = db.session.scalars(select(m.Notice).where(m.Notice.void_at.is_(None)))
    valid = [
        (row.user_id, row.resident_id, row.subject_type, row.subject_id)
        for row in rows
        if row.resident_id is not None or row.user_id in users
    ]
    assert valid
    assert len(valid) == len(set(valid))


def test_who_loses_all_work_by_the_second_publication_hears_that_nothing_is_asked(month, people):
    run = month.publish()
    withdraw(month, run)
    db.session.execute(
        m.Promise.__table__.update().values(organisation_id=month.organisations[2].id)
    )
    db.session.execute(m.Promise.__table__.update().values(volunteer_id=None))
    db.session.expire_all()
    heard = notices.notify_all(run, [], list_promises(run), month.two, NOW)
    assert list_valid(people["giver"]) == ["round.nothing_asked"]
    assert list_valid(people["visitor"]) == ["visits.none"]
    assert heard == notices.Heard(0, 0, 1)


def list_promises(run: m.RoundRun) -> list[m.Promise]:
    query = select(m.Promise).where(m.Promise.round_run_id == run.id)
    return list(db.session.scalars(query))


def test_a_revoked_promise_takes_the_answer_back_and_the_next_publication_gives_another(
    month, people
):
    run = month.publish()
    values: dict[str, Any] = {"volunteer_id": month.volunteers[1].id, "step": VolunteerStep.LEAVE}
    volunteer_service.move_volunteer(actor=people["giver"], now=NOW, known_breaks=9, **values)
    office = [row for row in service.list_notices(month.one, most=9) if row.void_at is None]
    assert "round.promises_broken" in {row.kind for row in office}
    broken = list_broken(run, NOW)
    (need_id,) = {row.promise.need_id for row in broken}
    revoke_broken(run, {row.promise.id for row in broken}, actor=month.one, now=NOW)
    k = next(k for k, need in month.needs.items() if need.id == need_id)
    assert list_valid(people[k]) == ["need.promise_revoked"]
    assert "round.promises_broken" not in list_valid(month.one), "nothing is broken any more"
    withdraw(month, run)
    assert list_valid(people[k]) == ["need.answer_withdrawn"]


def test_a_part_that_falls_adds_to_the_answer_and_ends_with_it(month, people):
    run = month.publish()
    met = select(m.NeedOutcome).where(m.NeedOutcome.is_met)
    outcome = db.session.scalars(met.order_by(m.NeedOutcome.need_id)).first()
    user = next(people[k] for k, need in month.needs.items() if need.id == outcome.need_id)
    notices.notify_of_ended(run, [outcome], [], NOW)
    assert list_valid(user) == ["need.part_revoked", "need.matched"]
    withdraw(month, run)
    assert list_valid(user) == ["need.answer_withdrawn"]


def test_no_answer_is_valid_once_the_need_is_taken_back(make, month, people):
    month.publish()
    open_ones = select(m.Need.id).where(m.Need.state == m.NeedState.OPEN)
    need_id = db.session.scalars(open_ones).first()
    k = next(k for k, need in month.needs.items() if need.id == need_id)
    user = people.get(k) or make.user(m.Role.RESIDENT, resident_id=month.residents[k].id)
    withdraw_need(actor=user, need_id=need_id, now=NOW)
    db.session.expire_all()
    assert list_valid(user) == []


def test_a_run_waits_for_every_social_worker_but_the_one_who_started_it(month):
    run = month.solve()
    assert list_valid(month.one) == ["run.finished"]
    assert list_valid(month.two) == ["run.waits"]
    publish(month, run)
    assert list_valid(month.two) == []
    assert list_valid(month.one) == ["run.published", "run.finished"]


@pytest.mark.parametrize("by", ["pin", "lift", "another run"])
def test_no_run_waits_any_more_once_another_question_is_asked(month, by):
    run = month.solve()
    need = db.session.get_one(m.Need, month.needs[1].id)
    if by == "another run":
        other = solve_again(month, run)
        (row,) = [row for row in service.list_notices(month.two, most=9) if row.void_at is None]
        assert (row.kind, row.subject_id) == ("run.waits", other.id)
        return
    pin = pins.add_override(
        run.match_round, need=need, reason="gone", actor=month.two, now=NOW, **FORBID
    )
    if by == "lift":
        write_waiting(month.two, run)
        overrides.lift_override(run.match_round, pin.id, actor=month.two, now=NOW)
    assert list_valid(month.two) == []


def write_waiting(user: m.User, run: m.RoundRun) -> None:
    service.notify([service.Recipient(user.id)], "run.waits", run, NOW)


def test_no_run_waits_for_who_pinned_in_it(month):
    run = month.solve()
    need = db.session.get_one(m.Need, month.needs[1].id)
    pins.add_override(run.match_round, need=need, reason="gone", actor=month.two, now=NOW, **FORBID)
    solve_again(month, run)
    assert list_valid(month.two) == []


@pytest.fixture
@kept
def visited(make, month):
    """A pairing with the first resident; the month plans a visit for it."""
    return make.add(
        m.Pairing(
            reference="P0001",
            organisation_id=month.organisations[1].id,
            volunteer_id=month.volunteers[1].id,
            resident_id=month.residents[1].id,
            category_id=month.visit.id,
            programme=m.Programme.ELDER_VISIT,
            frequency=m.VisitFrequency.MONTHLY,
            starts_on=date(2026, 1, 1),
            review_on=date(2027, 1, 1),
        )
    )


def list_of_pairing(user: m.User) -> list[str]:
    return [kind for kind in list_valid(user) if kind.startswith(("pairing.", "visit."))]


def test_a_resident_with_a_pairing_hears_who_comes_and_when_that_ends(month, people, visited):
    """The last valid message says how things stand, through three publications."""
    run, heard = month.publish(), []
    for ended_on in (None, NOW.date()):
        heard.append(list_of_pairing(people[1]))
        withdraw(month, run)
        heard.append(list_of_pairing(people[1]))
        db.session.get_one(m.Pairing, visited.id).ended_on = ended_on
        publish(month, run)
    heard.append(list_of_pairing(people[1]))
    planned, back = ["pairing.out"], ["pairing.withdrawn"]
    assert heard == [planned, back, planned, back, ["pairing.none"]]
    others = [people[k] for k in range(2, 6)]
    assert [kind for user in others for kind in list_of_pairing(user)] == []


def test_what_was_said_of_single_promises_ends_with_the_publication(month, people, visited):
    run = month.publish()
    (row,) = [row for row in list_promises(run) if row.pairing_id == visited.id]
    revoke(run, {row.id: m.RevokeReason.VOLUNTEER_LEFT}, actor=month.one, now=NOW)
    service.notify([service.Recipient(month.one.id)], "round.promises_broken", run.match_round, NOW)
    assert list_of_pairing(people[1]) == ["visit.cancelled", "pairing.out"]
    assert "promise.revoked" in list_valid(people["giver"])
    assert "visit.revoked" in list_valid(people["visitor"])
    withdraw(month, run)
    assert list_of_pairing(people[1]) == ["pairing.withdrawn"]
    assert list_valid(people["giver"]) == ["round.withdrawn"]
    assert list_valid(people["visitor"]) == ["visits.withdrawn"]
    assert "round.promises_broken" not in list_valid(month.one)


def test_notices_follow_a_resident_into_the_entry_that_is_kept(month, people):
    month.publish()
    gone, kept = month.residents[1], month.residents[6]
    before = [row.id for row in service.list_notices(people[1], most=9)]
    merge_residents(actor=month.one, kept_id=kept.id, gone_id=gone.id, now=NOW)
    db.session.expire_all()
    user = db.session.get_one(m.User, people[1].id)
    heard = service.list_notices(user, most=9)
    assert set(before) < {row.id for row in heard}
    assert heard[0].kind == "resident.merge"
    assert {row.resident_id for row in heard} == {kept.id}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_telling_many_takes_as_many_statements_as_telling_few(app, make, month, people):
    """A month of 1,670 needs is published without a statement for each."""
    run = month.publish()
    rows = db.session.scalars(select(m.NeedOutcome)).all()
    few = _count(app, lambda: notices.notify_all(run, rows, list_promises(run), month.two, NOW))
    _add_needs(month, run, 300)
    rows = db.session.scalars(select(m.NeedOutcome)).all()
    assert [row.need.id for row in rows][-1]
    many = _count(app, lambda: notices.notify_all(run, rows, list_promises(run), month.two, NOW))
    assert len(rows) > 300
    assert many == few <= 24


def _count(app, act) -> int:
    with count_statements(app) as statements:
        act()
    return len(statements)


def _add_needs(month, run: m.RoundRun, count: int) -> None:
    pattern = db.session.get_one(m.Need, month.needs[6].id)
    names = [row.key for row in m.Need.__mapper__.column_attrs if row.key != "id"]
    columns = {name: getattr(pattern, name) for name in names}
    rows = [{**columns, "reference": f"N2607-1{number:03d}"} for number in range(count)]
    db.session.execute(insert(m.Need), rows)
    added = db.session.scalars(select(m.Need.id).where(m.Need.reference.startswith("N2607-1")))
    values: dict[str, Any] = {
        "round_run_id": run.id,
        "is_met": False,
        "ground": "outranked",
        "numbers": {},
    }
    db.session.execute(insert(m.NeedOutcome), [{**values, "need_id": key} for key in added])
