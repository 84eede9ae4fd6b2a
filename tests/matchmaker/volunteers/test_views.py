from datetime import date

import pytest

from matchmaker.base.extensions import db
from matchmaker.models import Qualification, Role, Volunteer, VolunteerQualification
from tests.browser import Browser

KEY = "1" * 32


@pytest.fixture
def organisation(make):
    return make.organisation()


@pytest.fixture
def coordinator(app, make, organisation):
    user = make.user(Role.COORDINATOR, organisation_id=organisation.id)
    return Browser(app).sign_in(user).use_language("en")


@pytest.fixture
def skill(make):
    return make.category(name_en="Elder visit")


@pytest.fixture
def typed(skill):
    return {
        "idempotency_key": KEY,
        "name": "王小明",
        "visits_per_month": "3",
        "categories": [skill.code],
        "windows": ["SAT-AM"],
        "qualifications": ["medical"],
        "expires_medical": "2027-01-31",
    }


def test_a_coordinator_adds_and_changes_a_volunteer(app, coordinator, typed):
    answer = coordinator.submit("volunteers.add", typed)
    assert answer.status_code == 303
    with app.app_context():
        volunteer = db.session.get(Volunteer, 1)
        held = [(row.qualification, row.expires_on) for row in volunteer.qualifications]
        assert held == [(Qualification.MEDICAL, date(2027, 1, 31))]
    page = coordinator.get("volunteers.show", volunteer_id=1)
    assert "31 January 2027" in page.text
    changed = {**typed, "idempotency_key": "2" * 32, "name": "王大明"}
    assert coordinator.submit("volunteers.edit", changed, volunteer_id=1).status_code == 303
    assert "王大明" in coordinator.get("volunteers.index", search="wdm").text
    assert "王大明" not in coordinator.get("volunteers.index", search="zhang").text


def test_a_refused_form_keeps_what_was_typed(coordinator, typed):
    page = coordinator.submit("volunteers.add", {**typed, "visits_per_month": "often"})
    assert page.status_code == 422
    assert "王小明" in page.text
    assert 'value="often"' in page.text


def test_a_day_without_its_qualification_is_questioned(coordinator, typed):
    page = coordinator.submit("volunteers.add", {**typed, "qualifications": []})
    assert page.status_code == 422
    assert "Tick the qualification as well" in page.text


def test_the_list_is_narrowed_by_skill_and_state(coordinator, make, organisation, skill):
    other = make.category(name_en="Repairs")
    make.volunteer(organisation, name="Ann", categories=[skill.code])
    make.volunteer(organisation, name="Bao", categories=[other.code])
    page = coordinator.get("volunteers.index", category=skill.code).text
    assert "Ann" in page
    assert "Bao" not in page
    assert "Ann" not in coordinator.get("volunteers.index", state="left").text


def test_an_expired_qualification_is_marked(app, coordinator, make, organisation):
    volunteer = make.volunteer(organisation)
    make.add(
        VolunteerQualification(
            volunteer_id=volunteer.id,
            qualification=Qualification.LEGAL,
            expires_on=date(2020, 1, 1),
        )
    )
    assert "Qualification expired" in coordinator.get("volunteers.index").text
    assert "Expired" in coordinator.get("volunteers.show", volunteer_id=volunteer.id).text


def test_an_empty_list_says_what_to_do(coordinator):
    assert "No volunteers yet" in coordinator.get("volunteers.index").text


def test_steps_are_taken_or_refused(coordinator, make, organisation):
    volunteer = make.volunteer(organisation)
    on = coordinator.get_url("volunteers.show", volunteer_id=volunteer.id)
    values = {"on": on, "volunteer_id": volunteer.id}
    pause = coordinator.submit("volunteers.move", {"idempotency_key": KEY}, step="pause", **values)
    assert pause.status_code == 303
    again = coordinator.submit(
        "volunteers.move", {"idempotency_key": "3" * 32}, step="pause", **values
    )
    assert again.status_code == 409


def test_foreign_volunteers_do_not_exist(coordinator, make, organisation):
    own = make.volunteer(organisation)
    foreign = make.volunteer(make.organisation())
    for endpoint in ("volunteers.show", "volunteers.edit"):
        assert coordinator.get(endpoint, volunteer_id=foreign.id).status_code == 404
    answer = coordinator.submit(
        "volunteers.move",
        {"idempotency_key": KEY},
        on=coordinator.get_url("volunteers.show", volunteer_id=own.id),
        volunteer_id=foreign.id,
        step="leave",
    )
    assert answer.status_code == 404
