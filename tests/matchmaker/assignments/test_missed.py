"""Due visits of pairings that were not made: counted plainly, and first in the next month."""

from datetime import date

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.assignments import agreeing, answering, delivering
from matchmaker.assignments.due import do_due
from matchmaker.base.clock import get_instant
from matchmaker.base.extensions import db
from matchmaker.rounds.freeze import service as freeze_service
from matchmaker.rounds.freeze.findings import ROWS, Finding, Prepared
from matchmaker.rounds.freeze.readiness import check_readiness
from matchmaker.rounds.memory.missed import count_missed, find_last_round, list_missed
from matchmaker.rounds.queries import read_snapshot
from matchmaker.rounds.question.problem import make_problem
from matchmaker.rounds.solve.figures import get_figures
from tests.browser import Browser
from tests.draws import lock_and_draw
from tests.factories import NOW
from tests.run_factories import solve_round
from tests.worlds import kept

JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
END = get_instant(AUGUST, 12 * 60)
_S = m.PromiseState


@pytest.fixture
@kept
def month(make, world):
    """One volunteer with six visits; ``pair`` makes a pairing of the organisation."""
    world.one = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=world.subdistrict.id)
    world.giver = make.user(m.Role.COORDINATOR, organisation_id=world.organisation.id)
    world.counter = make.user(m.Role.COMMITTEE_WORKER, committee_id=world.committee.id)
    return world


def pair(world, number: int, frequency=m.VisitFrequency.MONTHLY) -> m.Pairing:
    home = world.make.household(world.committee)
    return world.make.add(
        m.Pairing(
            reference=f"P{number:04d}",
            organisation_id=world.organisation.id,
            volunteer_id=world.volunteer.id,
            resident_id=world.make.resident(home).id,
            category_id=world.visits.id,
            programme=m.Programme.ELDER_VISIT,
            frequency=frequency,
            starts_on=date(2026, 1, 1),
            review_on=date(2027, 1, 1),
        )
    )


def list_visits(pairing: m.Pairing) -> list[m.Promise]:
    query = select(m.Promise).where(m.Promise.pairing_id == pairing.id).order_by(m.Promise.day)
    return list(db.session.scalars(query))


def make_end(month, row: m.Promise, end: str) -> None:
    """Bring one visit to its end, by the services."""
    if end == "declined":
        answering.decline(actor=month.giver, promise_id=row.id, now=NOW)
        return
    answering.accept(actor=month.giver, promise_ids=[row.id], now=NOW)
    if end == "refused":
        away = m.DeclineReason.AWAY
        agreeing.refuse(actor=month.counter, promise_id=row.id, reason=away, now=NOW)
        return
    if end == "waits":
        return
    agreeing.agree(actor=month.counter, promise_id=row.id, now=NOW)
    keys = {"actor": month.giver, "promise_id": row.id, "now": get_instant(row.day, 22 * 60)}
    if end == "failed":
        delivering.fail(reason=m.FailReason.GIVER_ABSENT, **keys)
    else:
        proof = m.DeliveryProof.SIGNATURE
        delivering.deliver(units=row.units, proof=proof, code="", **keys)


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(
    ("end", "missed"), [("made", 0), ("waits", 0), ("refused", 0), ("declined", 1), ("failed", 1)]
)
def test_a_visit_is_missed_if_it_ended_without_a_wish_of_the_recipient(month, end, missed):
    pairing = pair(month, 1)
    month.ask()
    run = month.publish(JULY)
    (row,) = list_visits(pairing)
    make_end(month, row, end)
    found = count_missed(find_last_round(month.subdistrict.id, AUGUST))
    assert found == ({"P0001": missed} if missed else {})
    assert find_last_round(month.subdistrict.id, JULY) is None
    rows = list_missed(run.match_round)
    assert [(r.pairing.reference, r.due, r.missed, r.made) for r in rows] == (
        [("P0001", 1, 1, 0)] if missed else []
    )


@pytest.mark.usefixtures("context")
def test_a_month_in_preparation_counts_only_what_earlier_months_missed(month):
    pairing = pair(month, 1)
    month.ask()
    month.publish(AUGUST)
    (row,) = list_visits(pairing)
    make_end(month, row, "declined")
    select_rows = ROWS[Finding.MISSED_DUTIES].select
    for of, missed in ((JULY, []), (date(2026, 9, 1), ["P0001"])):
        found = db.session.scalars(select_rows(Prepared(month.subdistrict.id, of)))
        assert [row.reference for row in found] == missed


@pytest.mark.usefixtures("context")
def test_of_weekly_visits_as_many_come_first_as_were_missed(month):
    """One fails, one is refused, the others are made; for some nobody may be found."""
    pairing = pair(month, 1, m.VisitFrequency.WEEKLY)
    month.ask()
    run = month.publish(JULY)
    due = len(read_snapshot(run.match_round).due_visits)
    rows = list_visits(pairing)
    assert due >= 3
    ends = ["failed", "refused", *["made"] * len(rows)]
    for row, end in zip(rows, ends, strict=False):
        make_end(month, row, end)
    missed = 1 + due - len(rows)
    assert count_missed(run.match_round) == {"P0001": missed}
    match_round = freeze_service.open_round(month=AUGUST, actor=month.one, now=END)
    (line,) = [
        line
        for line in check_readiness(match_round, END.date())
        if line.finding is Finding.MISSED_DUTIES
    ]
    assert line.count == 1
    month.ask()
    lock_and_draw(match_round, first=month.one, second=month.worker, now=END)
    visits = read_snapshot(match_round).due_visits
    assert [visit.missed for visit in visits] == [k < missed for k in range(len(visits))]


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("policy", ["community/1", "community/2"])
def test_a_missed_visit_is_made_before_one_that_was_made(make, month, policy):
    """One visitor with time for one visit: of three pairings the one that was missed has it."""
    pairings = [pair(month, number) for number in (1, 2, 3)]
    month.ask()
    month.publish(JULY)
    for number, pairing in enumerate(pairings):
        (row,) = list_visits(pairing)
        make_end(month, row, "failed" if number == 1 else "made")
    do_due(END)
    volunteer = make.get(m.Volunteer, month.volunteer.id)
    volunteer.visits_per_month = 1
    make.add(volunteer)
    month.ask()
    match_round = freeze_service.open_round(month=AUGUST, actor=month.one, now=END, policy=policy)
    lock_and_draw(match_round, first=month.one, second=month.worker, now=END)
    question = make_problem(read_snapshot(match_round), "1")
    marked = {n.id for n in question.needs if n.duty and (n.waiting or n.points > 100)}
    assert marked == {"P0002#1"}
    run = solve_round(match_round)
    query = select(m.Promise).where(m.Promise.round_run_id == run.id)
    visited = [row.pairing.reference for row in db.session.scalars(query) if row.pairing]
    assert visited == ["P0002"]
    assert get_figures(run).due_visits_met == 1


def test_the_page_has_the_visits_that_readiness_counts_and_the_list_to_ring_begins_with_them(
    app, month
):
    with app.app_context():
        first, second = pair(month, 1), pair(month, 2)
        month.ask()
        month.publish(JULY)
        make_end(month, list_visits(first)[0], "failed")
        for row in db.session.scalars(select(m.Promise)):
            if row.state is _S.AWAITING_GIVER:
                answering.accept(actor=month.giver, promise_ids=[row.id], now=NOW)
        db.session.commit()
        found = agreeing.list_helps(month.counter, NOW).list_questions()
        assert [row.first.pairing_id for row in found] == [second.id, None]
    office = Browser(app).sign_in(month.one).use_language("en")
    page = office.get("rounds.missed").text
    assert "P0001" in page
    assert "P0002" not in page
    assert "1 due visit of a pairing was not made" in page
