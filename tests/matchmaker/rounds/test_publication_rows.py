"""What a publication and its withdrawal write, row by row: needs, promises, notices, memory."""

from datetime import date

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.needs import desk_service
from matchmaker.rounds.publish import publication
from matchmaker.rounds.solve.figures import get_figures
from tests.factories import NOW

pytestmark = pytest.mark.usefixtures("context")

OPEN, IN_ROUND, MATCHED = m.NeedState.OPEN, m.NeedState.IN_ROUND, m.NeedState.MATCHED
A = m.PromiseState


def publish(month, run: m.RoundRun) -> None:
    publication.publish_run(run, actor=month.two, now=NOW)
    db.session.flush()


def withdraw(month, run: m.RoundRun) -> None:
    publication.withdraw_publication(run.match_round, reason="x", actor=month.one, now=NOW)
    db.session.flush()


def list_needs(month) -> dict[int, tuple[m.NeedState, int]]:
    """State and rounds waited of each need, by its number."""
    rows = {number: db.session.get_one(m.Need, need.id) for number, need in month.needs.items()}
    return {number: (row.state, row.waiting_rounds) for number, row in rows.items()}


def list_outcomes(run: m.RoundRun) -> list[m.NeedOutcome]:
    query = select(m.NeedOutcome).where(m.NeedOutcome.round_run_id == run.id)
    return list(db.session.scalars(query.order_by(m.NeedOutcome.need_id)))


def list_assignments(run: m.RoundRun) -> list[m.Promise]:
    query = select(m.Promise).where(m.Promise.round_run_id == run.id)
    return list(db.session.scalars(query.order_by(m.Promise.id)))


def list_met(month, run: m.RoundRun) -> dict[int, bool]:
    numbers = {need.id: number for number, need in month.needs.items()}
    return {numbers[row.need_id]: row.is_met for row in list_outcomes(run)}


def list_notices() -> set[tuple]:
    rows = db.session.scalars(select(m.Notice))
    heard = (r for r in rows if not r.kind.startswith(("run.", "month.", "visits.")))
    return {
        (r.resident_id, r.user_id, r.kind, r.subject_type, r.subject_id, r.created_at)
        for r in heard
    }


def set_waiting(month) -> None:
    """Each need has waited as many rounds as its number says."""
    for number, need in month.needs.items():
        db.session.get_one(m.Need, need.id).waiting_rounds = number
    db.session.flush()


def test_a_need_is_matched_or_waits_one_round_more_and_a_withdrawal_undoes_both(month):
    set_waiting(month)
    run = month.solve()
    publish(month, run)
    met = list_met(month, run)
    assert set(met.values()) == {True, False}
    assert list_needs(month) == {
        number: (MATCHED, 0) if is_met else (OPEN, number + 1) for number, is_met in met.items()
    }
    withdraw(month, run)
    assert list_needs(month) == {number: (IN_ROUND, number) for number in met}


def test_a_need_taken_back_since_the_freeze_goes_its_own_way(make, month):
    run = month.solve()
    met = list_met(month, run)
    assert met[1]
    own_way = db.session.get_one(m.Need, month.needs[1].id)
    desk_service.withdraw_need(actor=month.one, need_id=own_way.id, now=NOW)
    publish(month, run)
    states = {row.need_id: row.state for row in list_assignments(run)}
    assert states.pop(own_way.id) is A.REVOKED
    assert list(states.values()) == [A.AWAITING_GIVER] * 3
    heard = {row[2] for row in list_notices() if row[0] == month.residents[1].id}
    assert heard == {"need.withdrawn"}
    withdraw(month, run)
    assert own_way.state is m.NeedState.WITHDRAWN
    states = {row.need_id: row.state for row in list_assignments(run)}
    assert states.pop(own_way.id) is A.REVOKED
    assert list(states.values()) == [A.PROPOSED] * 3


def test_a_due_visit_is_promised_although_it_is_no_need(make, month):
    pairing = make.add(
        m.Pairing(
            reference="P0001",
            organisation_id=month.organisations[1].id,
            volunteer_id=month.volunteers[1].id,
            resident_id=month.residents[3].id,
            category_id=month.visit.id,
            programme=m.Programme.ELDER_VISIT,
            frequency=m.VisitFrequency.MONTHLY,
            starts_on=date(2026, 7, 1),
            review_on=date(2027, 7, 1),
        )
    )
    run = month.publish()
    (row,) = [row for row in list_assignments(run) if row.pairing_id is not None]
    assert (row.pairing_id, row.need_id, row.state) == (pairing.id, None, A.AWAITING_GIVER)


def test_residents_and_coordinators_get_notices_and_nobody_else(make, month):
    busy, idle = (
        make.user(m.Role.COORDINATOR, organisation_id=month.organisations[number].id)
        for number in (1, 2)
    )
    make.user(m.Role.VOLUNTEER, volunteer_id=month.volunteers[1].id)
    run = month.publish()
    of_needs = {
        (
            month.residents[number].id,
            None,
            "need.matched" if is_met else "need.not_matched",
            "need",
            month.needs[number].id,
            NOW,
        )
        for number, is_met in list_met(month, run).items()
    }
    published = (None, busy.id, "round.published", "match_round", run.match_round_id, NOW)
    assert list_notices() == of_needs | {published}
    withdraw(month, run)
    withdrawn = (None, busy.id, "round.withdrawn", "match_round", run.match_round_id, NOW)
    taken_back = {(*row[:2], "need.answer_withdrawn", *row[3:]) for row in of_needs}
    assert list_notices() == of_needs | taken_back | {published, withdrawn}
    assert idle.id not in {row[1] for row in list_notices()}


def test_the_memory_is_the_figures_of_the_published_run(month):
    run = month.publish()
    figures = get_figures(run)
    rows = db.session.scalars(select(m.FairnessLedger)).all()
    assert {(row.subdistrict_id, row.month) for row in rows} == {
        (month.subdistrict.id, run.match_round.month)
    }
    expected = {
        *(
            (scope, code, count.asked, count.possible, count.met, 0)
            for scope, counts in (
                (m.LedgerScope.HOUSEHOLD, figures.by_household),
                (m.LedgerScope.COMMITTEE, figures.by_committee),
            )
            for code, count in counts.items()
        ),
        *(
            (m.LedgerScope.ORGANISATION, code, 0, 0, 0, load.used)
            for code, by_measure in figures.loads.items()
            for load in by_measure.values()
        ),
    }
    found = {(r.scope, r.reference, r.asked, r.possible, r.received, r.given) for r in rows}
    assert found == expected
    withdraw(month, run)
    assert db.session.scalars(select(m.FairnessLedger)).all() == []


def test_another_run_of_the_round_is_not_published_with_it(month):
    first = month.solve()
    second = month.solve(first.match_round)
    publish(month, second)
    assert {row.state for row in list_assignments(first)} == {A.PROPOSED}
    assert {row.state for row in list_assignments(second)} == {A.AWAITING_GIVER}
    withdraw(month, second)
    assert {row.state for row in list_assignments(second)} == {A.PROPOSED}
