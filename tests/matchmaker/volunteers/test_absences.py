"""Days on which a volunteer is away: entered by either side, refused in words, taken back."""

from datetime import date, timedelta

import pytest

from matchmaker import models as m
from matchmaker.base.clock import get_local_date, get_now
from matchmaker.base.errors import ConflictError, InvalidError
from matchmaker.base.extensions import db
from matchmaker.volunteers import absences
from tests.browser import Browser
from tests.factories import NOW
from tests.worlds import kept

TODAY = date(2026, 7, 6)  # of NOW


class Office:
    def __init__(self, make) -> None:
        self.make = make
        organisation = make.organisation()
        self.volunteer = make.volunteer(organisation)
        self.stranger = make.volunteer(make.organisation())
        self.coordinator = make.user(m.Role.COORDINATOR, organisation_id=organisation.id)
        self.own = make.user(m.Role.VOLUNTEER, volunteer_id=self.volunteer.id)

    def enter(self, first: int, last: int) -> m.VolunteerAbsence:
        """Days away, counted from today."""
        return absences.enter_absence(
            db.session.get_one(m.Volunteer, self.volunteer.id),
            first_day=TODAY + timedelta(days=first),
            last_day=TODAY + timedelta(days=last),
            actor=db.session.get_one(m.User, self.coordinator.id),
            now=NOW,
        )


@pytest.fixture
@kept
def office(make):
    return Office(make)


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (0, 0, None),
        (-9, 0, None),
        (5, 370, None),
        (3, 2, "absence.last_day"),
        (-3, -1, "absence.last_day"),
        (5, 371, "absence.too_long"),
    ],
)
def test_days_away_end_today_or_later_and_are_at_most_a_year(app, office, first, last, code):
    with app.app_context():
        if code is None:
            assert office.enter(first, last).id
            return
        with pytest.raises(InvalidError) as refused:
            office.enter(first, last)
        assert (refused.value.code, refused.value.field) == (code, "last_day")


def test_entries_that_are_not_over_are_bounded(app, office):
    with app.app_context():
        for day in range(absences.MOST_ENTRIES):
            office.enter(day, day)
        with pytest.raises(ConflictError, match=r"absence\.too_many"):
            office.enter(1, 1)


def test_a_day_lies_in_its_absence():
    away = m.VolunteerAbsence(first_day=date(2026, 7, 2), last_day=date(2026, 7, 3))
    days = [date(2026, 7, day) for day in range(1, 5)]
    assert [day in away for day in days] == [False, True, True, False]


def key(number: int) -> dict[str, str]:
    return {"idempotency_key": f"{number:032x}"}


def test_the_volunteer_and_the_coordinator_enter_and_take_back_on_one_page(app, office):
    first = get_local_date(get_now()) + timedelta(days=3)
    form = {"first_day": first.isoformat(), "last_day": first.isoformat()}
    own = Browser(app).sign_in(office.own).use_language("en")
    coordinator = Browser(app).sign_in(office.coordinator).use_language("en")
    page = {"volunteer_id": office.volunteer.id}
    assert "No days away" in own.get("volunteers.own_away").text
    assert own.submit("volunteers.own_away", {**key(1), **form}).status_code == 303
    assert "Take back" in coordinator.get("volunteers.away", **page).text
    assert coordinator.submit("volunteers.away", {**key(2), **form}, **page).status_code == 303
    wrong = own.submit("volunteers.own_away", {**key(3), **form, "last_day": "2020-01-01"})
    assert wrong.status_code == 422
    assert "must not be before" in wrong.text
    with app.app_context():
        one, two = db.session.scalars(db.select(m.VolunteerAbsence.id)).all()
    on = own.get_url("volunteers.own_away")
    assert own.submit("volunteers.own_back", key(4), on=on, absence_id=one).status_code == 303
    on = coordinator.get_url("volunteers.away", **page)
    assert coordinator.submit("volunteers.back", key(5), on=on, absence_id=two).status_code == 303
    assert "No days away" in own.get("volunteers.own_away").text
    with app.app_context():
        actions = db.session.scalars(db.select(m.AuditEvent.action).order_by(m.AuditEvent.id)).all()
        assert [a for a in actions if a.startswith("volunteer.")] == [
            "volunteer.go_away",
            "volunteer.go_away",
            "volunteer.stay",
            "volunteer.stay",
        ]


def test_another_organisation_s_volunteer_is_unknown(app, office):
    coordinator = Browser(app).sign_in(office.coordinator)
    assert coordinator.get("volunteers.away", volunteer_id=office.stranger.id).status_code == 404
    row = m.VolunteerAbsence(
        volunteer_id=office.stranger.id,
        first_day=TODAY,
        last_day=TODAY,
        entered_by_id=office.coordinator.id,
        created_at=NOW,
    )
    row = office.make.add(row)
    on = coordinator.get_url("volunteers.away", volunteer_id=office.volunteer.id)
    answer = coordinator.submit("volunteers.back", key(6), on=on, absence_id=row.id)
    assert answer.status_code == 404
