"""Results that come and go: the last valid message of each person is how things stand."""

from collections import defaultdict
from typing import Any

import pytest
from sqlalchemy import insert, select

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.needs.desk_service import withdraw_need
from matchmaker.notices import service
from matchmaker.promises.present import list_broken
from matchmaker.residents.merging import merge_residents
from matchmaker.rounds.freeze import overrides
from matchmaker.rounds.publish import notices, publication
from matchmaker.rounds.publish.revoking import revoke_broken
from matchmaker.rounds.solve import jobs, runs
from matchmaker.volunteers import service as volunteer_service
from matchmaker.volunteers.states import VolunteerStep
from tests.factories import NOW
from tests.journeys.page_costs import count_statements
from tests.matchmaker.rounds.small_month import SmallMonth, solve_here

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("context")]

AFTERWARDS = {m.NeedState.MATCHED: "need.matched", m.NeedState.IN_ROUND: "need.answer_withdrawn"}


@pytest.fixture
def month(make):
    return SmallMonth(make)


@pytest.fixture
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
    values: dict[str, Any] = {"kind": m.OverrideKind.FORBID, "offer_id": None, "volunteer_id": None}
    overrides.add_override(
        run.match_round, need=need, reason="gone", actor=month.one, now=NOW, **values
    )
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
    assert many == few <= 20


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
