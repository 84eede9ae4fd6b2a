"""Validity by day, from rows to printed days: what begins and ends within a month."""

from datetime import date, datetime, timedelta

import pytest

from matchmaker import models as m
from matchmaker.base.clock import get_instant
from matchmaker.base.errors import ConflictError, InvalidError
from matchmaker.base.extensions import db
from matchmaker.rounds.freeze import service as freeze_service
from matchmaker.rounds.freeze.days import cut_days, lasts
from matchmaker.rounds.queries import read_snapshot
from matchmaker.rounds.question.problem import make_problem
from matchmaker.slots import list_days
from tests.draws import lock_and_draw, make_draw
from tests.factories import NOW
from tests.matchmaker.rounds.small_month import SmallMonth

JULY = date(2026, 7, 1)
EVE = NOW - timedelta(days=6)  # 30 June: the whole of July is left
ALL = tuple(m.Window)


def july(day: int) -> date:
    return JULY + timedelta(days=day - 1)


def test_days_are_cut_to_first_and_last_as_counting_says():
    for lock in range(0, 31):
        left = list_days(JULY, july(lock))
        for first in (None, *range(-1, 34, 3)):
            for last in (None, *range(-1, 34, 3)):
                start = None if first is None else july(first)
                end = None if last is None else july(last)
                counted = tuple(
                    day
                    for day in range(lock + 1, 32)
                    if (first is None or first <= day) and (last is None or day <= last)
                )
                expected = None if not counted else () if len(counted) == 31 - lock else counted
                assert cut_days(left, lasts(start, end)) == expected


@pytest.mark.parametrize("lock", range(1, 32))
@pytest.mark.one_in(4)
def test_a_list_locked_on_any_day_has_no_day_up_to_it(app, make, lock):
    now = get_instant(july(lock), 10 * 60)
    with app.app_context():
        office = Office(make)
        match_round = freeze_service.open_round(month=JULY, actor=office.one, now=now)
        draw = make_draw(now)
        if draw.day.month != JULY.month or lock == 31:
            with pytest.raises((ConflictError, InvalidError)):
                freeze_service.freeze_round(match_round, draw=draw, actor=office.one, now=now)
            return
        freeze_service.freeze_round(match_round, draw=draw, actor=office.one, now=now)
        snapshot = read_snapshot(match_round)
        days = {day for row in snapshot.slot_days.values() for day in row}
        assert days == set(range(lock + 1, 32)), "no holiday is in July"


class Office(SmallMonth):
    """One volunteer who is always free, one visit of one resident who asks at any time."""

    def __init__(self, make, **offer) -> None:
        super().__init__(make)
        self.one_offer = self._change(m.Offer, self.offers["visit"].id, **offer)
        windows = [window.value for window in ALL]
        self.visitor = self._change(
            m.Volunteer, self.volunteers[1].id, windows=windows, visits_per_month=9
        )
        self._change(m.Volunteer, self.volunteers[2].id, windows=[])

    def _change(self, model, row_id, **values):
        with self.make.context():
            row = db.session.get_one(model, row_id)
            for name, value in values.items():
                setattr(row, name, value)
            db.session.commit()
        return self.make.get(model, row_id)

    def freeze_at(self, now: datetime = EVE) -> m.MatchRound:
        """A month whose list is locked then and has its seed."""
        match_round = freeze_service.open_round(month=JULY, actor=self.one, now=now)
        lock_and_draw(match_round, first=self.one, second=self.two, now=now)
        return match_round

    def find_visit(self, now: datetime = EVE) -> m.Promise | None:
        """The visit of the first need in the month as it is decided."""
        run = self.solve(self.freeze_at(now))
        query = db.select(m.Promise).where(
            m.Promise.round_run_id == run.id, m.Promise.need_id == self.needs[1].id
        )
        return db.session.scalar(query)


def read_days(visit: m.Promise | None) -> list[int] | None:
    return None if visit is None else [date.fromisoformat(day).day for day in visit.days]


def test_an_offer_of_the_last_days_is_used_in_the_last_week_and_printed_so(app, make):
    office = Office(make, valid_from=july(28), valid_until=july(31))
    with app.app_context():
        visit = office.find_visit()
        assert visit.slot.startswith("W4-")
        assert set(read_days(visit)) <= {28, 29, 30, 31}
        assert read_days(visit)


def test_a_volunteer_who_is_away_is_not_sent_and_the_rest_of_the_slot_is_printed(app, make):
    office = Office(make)
    add_absence(office, 1, 20)
    add_absence(office, 23, 31)
    with app.app_context():
        visit = office.find_visit()
        assert (visit.slot, read_days(visit)) in [
            ("W3-WD-AM", [21]),
            ("W3-WD-PM", [21]),
            ("W4-WD-AM", [22]),
            ("W4-WD-PM", [22]),
        ]


def test_things_that_share_no_day_are_not_used_together(app, make):
    office = Office(make, valid_from=july(22), valid_until=july(24))
    add_absence(office, 20, 26)
    with app.app_context():
        assert office.find_visit() is None


def test_who_is_away_all_the_month_is_not_in_it(app, make):
    office = Office(make)
    add_absence(office, -5, 31)
    with app.app_context():
        assert "V0001" not in [
            row.reference for row in read_snapshot(office.freeze_at()).volunteers
        ]


def add_absence(office: Office, first: int, last: int) -> None:
    office.make.add(
        m.VolunteerAbsence(
            volunteer_id=office.visitor.id,
            first_day=july(first),
            last_day=july(last),
            entered_by_id=office.first.id,
            created_at=NOW,
        )
    )


@pytest.mark.parametrize(
    ("last", "days"),
    [(None, ()), (31, ()), (30, tuple(range(1, 31))), (1, (1,)), (0, None), (-20, None)],
)
def test_proofs_and_statuses_count_until_their_last_day(app, make, last, days):
    office = Office(make)
    end = None if last is None else july(last)
    proof = {"volunteer_id": office.visitor.id, "qualification": m.Qualification.MEDICAL}
    make.add(m.VolunteerQualification(expires_on=end, **proof))
    status = {"kind": m.StatusKind.LOW_INCOME, "evidence": "seen", "verified_at": EVE}
    make.add(m.RecipientStatus(resident_id=office.residents[1].id, valid_until=end, **status))
    with app.app_context():
        snapshot = read_snapshot(office.freeze_at())
        (visitor,) = (row for row in snapshot.volunteers if row.reference == "V0001")
        (need,) = (row for row in snapshot.needs if row.reference == "N2607-0001")
        held = () if days is None else ("medical",)
        assert visitor.qualifications == held
        assert need.statuses == (() if days is None else ("low_income",))
        assert visitor.qualification_days == ({"medical": days} if days else {})
        assert need.status_days == ({"low_income": days} if days else {})
        problem = make_problem(snapshot, "0")
        assert bool(problem.days) is bool(days)
        named = {person.id: person.skill_days for person in problem.people}["V0001"]
        assert named == ({"medical": tuple(f"{day:02d}" for day in days)} if days else {})


def test_what_ended_before_the_lock_or_is_away_after_it_is_not_in_the_month(app, make):
    """The list is locked on 15 July: nothing of the first half counts any more."""
    office = Office(make, valid_until=july(15))
    add_absence(office, 16, 31)
    status = {"kind": m.StatusKind.LOW_INCOME, "evidence": "seen", "verified_at": EVE}
    make.add(m.RecipientStatus(resident_id=office.residents[1].id, valid_until=july(15), **status))
    with app.app_context():
        snapshot = read_snapshot(office.freeze_at(NOW + timedelta(days=9)))
        assert "V0001" not in [row.reference for row in snapshot.volunteers]
        (need,) = (row for row in snapshot.needs if row.reference == "N2607-0001")
        assert need.statuses == ()
        visit = office.one_offer.category_id
        stored = db.session.scalars(db.select(m.StoredSnapshot)).one()
        offers = db.session.scalars(
            db.select(m.Offer.category_id).where(m.Offer.id.in_(stored.offer_ids.values()))
        )
        assert visit not in set(offers)


PAIRINGS = [
    ((-30, None), [], [1, 2, 3, 4], ()),
    ((28, None), [], [4], (28, 29, 30, 31)),
    ((-30, 9), [], [1, 2], tuple(range(1, 10))),
    ((-30, None), [(-30, 16, False)], [1, 2, 3], tuple(range(1, 17))),
    ((-30, None), [(-30, 16, True)], [1, 2, 3, 4], ()),
    ((-30, None), [(-30, -1, False), (30, 90, False)], [4], (30, 31)),
    ((-30, None), [(-30, -1, False)], [], None),
]


@pytest.mark.parametrize(("pairing", "agreements", "weeks", "days"), PAIRINGS)
def test_a_weekly_visit_is_due_while_pairing_and_agreement_last(
    app, make, pairing, agreements, weeks, days
):
    office = Office(make)
    first, last = pairing
    make.add(
        m.Pairing(
            reference="P0001",
            organisation_id=office.organisations[1].id,
            resident_id=office.residents[3].id,
            category_id=office.visit.id,
            programme=m.Programme.ELDER_VISIT,
            frequency=m.VisitFrequency.WEEKLY,
            starts_on=july(first),
            ended_on=None if last is None else july(last),
            review_on=date(2027, 1, 1),
        )
    )
    for start, end, renews in agreements:
        make.add(
            m.PairingAgreement(
                organisation_id=office.organisations[1].id,
                signed_on=july(start),
                starts_on=july(start),
                ends_on=july(end),
                renews=renews,
                scope="visits",
            )
        )
    with app.app_context():
        visits = read_snapshot(office.freeze_at()).due_visits
        assert [visit.weeks for visit in visits] == [(week,) for week in weeks]
        assert {visit.days for visit in visits} == (set() if days is None else {days})


def test_a_month_in_which_all_holds_throughout_has_no_days_in_its_question(app, make):
    office = Office(make)
    with app.app_context():
        problem = make_problem(read_snapshot(office.freeze_at()), "0").to_json()
        assert "days" not in problem
        assert not any("days" in row for row in problem["stocks"] + problem["people"])


def test_goods_that_are_given_on_some_days_say_which(app, make):
    office = Office(make)
    office._change(m.Offer, office.offers["goods"].id, valid_from=july(10), valid_until=july(12))
    with app.app_context():
        run = office.solve(office.freeze_at())
        found = db.session.scalars(
            db.select(m.Promise).where(
                m.Promise.round_run_id == run.id,
                m.Promise.offer_id == office.offers["goods"].id,
            )
        ).all()
        assert found
        assert all(read_days(row) == [10, 11, 12] for row in found)
