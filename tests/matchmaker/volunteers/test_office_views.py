"""The office's list of the volunteers of all its organisations: by number, recorded, narrowed."""

from datetime import date

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.models import Role, VolunteerState
from tests.browser import Browser
from tests.reach import reach


class Office:
    """Two organisations with a volunteer each, and one of another street office."""

    def __init__(self, app, make) -> None:
        self.app = app
        place = make.subdistrict()
        make.category(code="errands", kind=m.OfferKind.PEOPLE, parent_id=make.category().id)
        self.one, self.two = make.organisation(place), make.organisation(place)
        self.active = make.volunteer(
            self.one, name="李梅", categories=["errands"], phone="13900001111"
        )
        self.paused = make.volunteer(self.two, name="王芳", categories=["reading"])
        reach(make, self.paused, VolunteerState.PAUSED)
        self.foreign = make.volunteer(make.organisation(make.subdistrict()), name="赵远")
        kind = next(iter(m.Qualification))
        make.add(
            m.VolunteerQualification(
                volunteer_id=self.active.id, qualification=kind, expires_on=date(2020, 1, 31)
            )
        )
        self.worker = make.user(Role.SOCIAL_WORKER, subdistrict_id=place.id)
        self.browser = Browser(app).sign_in(self.worker).use_language("en")

    def find(self, text: str) -> set[int]:
        """The volunteers whose number is in a text."""
        rows = (self.active, self.paused, self.foreign)
        return {row.id for row in rows if row.reference in text}

    def list(self, **filters) -> set[int]:
        return self.find(self.browser.get("volunteers.office", **filters).text)


@pytest.fixture
def office(app, make):
    return Office(app, make)


def test_the_list_has_the_volunteers_of_all_organisations_of_the_office(office):
    assert office.list() == {office.active.id, office.paused.id}


def test_it_names_nobody_and_has_no_phone(office):
    page = office.browser.get("volunteers.office").text
    assert [text for text in ("李梅", "王芳", "13900001111") if text in page] == []
    assert "Qualification expired" in page


def test_it_is_narrowed_by_organisation_skill_state_and_number(office):
    active, paused = {office.active.id}, {office.paused.id}
    assert office.list(organisation_id=office.two.id) == paused
    assert office.list(category="errands") == active
    assert office.list(state="paused") == paused
    assert office.list(search=office.active.reference) == active
    assert office.list(organisation_id="x", state="gone", category="?") == active | paused


def test_the_file_is_taken_for_a_purpose_and_recorded_with_everybody_in_it(office):
    keys = {"file_format": "csv", "state": "active"}
    asked = office.browser.get("volunteers.download_office", **keys)
    assert office.find(asked.text) == set()
    answer = office.browser.take("volunteers.download_office", **keys)
    assert office.find(answer.text) == {office.active.id}
    with office.app.app_context():
        record = db.session.scalars(
            select(m.ListDisclosure).where(m.ListDisclosure.way == m.ListWay.FILE)
        ).one()
        assert (record.kind, record.persons) == (m.ListKind.VOLUNTEERS, 1)
        assert (record.user_id, record.filters) == (office.worker.id, {"state": "active"})


def test_the_office_reads_the_list_and_opens_no_volunteer(office):
    answer = office.browser.get("volunteers.show", volunteer_id=office.active.id)
    assert answer.status_code == 403
