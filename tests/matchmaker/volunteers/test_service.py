from datetime import date

import pytest
from sqlalchemy import select

from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import AuditEvent, OfferKind, Qualification, Role, VolunteerState
from matchmaker.volunteers import service
from matchmaker.volunteers.profile import VolunteerProfile
from matchmaker.volunteers.states import VOLUNTEER_STATES, VolunteerStep
from tests.factories import NOW
from tests.reach import list_reachable, reach

pytestmark = pytest.mark.both_databases

MOVES = [step for step in VolunteerStep if step is not VolunteerStep.EDIT]


@pytest.fixture
def organisation(context, make):
    return make.organisation()


@pytest.fixture
def coordinator(organisation, make):
    return make.user(Role.COORDINATOR, organisation_id=organisation.id)


@pytest.fixture
def skill(context, make):
    return make.category()


def make_profile(skill, **values):
    defaults = {
        "name": "单雨",
        "visits_per_month": 2,
        "categories": (skill.code,),
        "windows": ("WD-AM",),
    }
    return VolunteerProfile(**{**defaults, **values})


def list_actions():
    return list(db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def test_volunteers_get_numbers_and_sort_keys(coordinator, skill, make):
    make.volunteer(make.organisation(), reference="V0041")
    volunteer = service.add_volunteer(actor=coordinator, now=NOW, profile=make_profile(skill))
    assert volunteer.reference == "V0042"
    assert volunteer.sort_key.startswith("shan yu")
    assert volunteer.organisation_id == coordinator.organisation_id
    assert list_actions() == ["volunteer.add"]


def test_qualifications_are_added_changed_and_taken_away(coordinator, skill):
    end = date(2027, 3, 1)
    profile = make_profile(
        skill, qualifications={Qualification.MEDICAL: None, Qualification.DRIVING: end}
    )
    volunteer = service.add_volunteer(actor=coordinator, now=NOW, profile=profile)
    changed = make_profile(skill, qualifications={Qualification.MEDICAL: end})
    service.edit_volunteer(actor=coordinator, now=NOW, volunteer_id=volunteer.id, profile=changed)
    db.session.refresh(volunteer)
    held = {row.qualification: row.expires_on for row in volunteer.qualifications}
    assert held == {Qualification.MEDICAL: end}
    assert list_actions() == ["volunteer.add", "volunteer.edit"]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": ""}),
        ("visits_per_month", {"visits_per_month": 25}),
        ("categories", {"categories": ()}),
        ("categories", {"categories": ("flying",)}),
        ("windows", {"windows": ()}),
        ("windows", {"windows": ("NIGHT",)}),
        ("committees", {"committees": ("elsewhere",)}),
    ],
)
def test_what_cannot_be_names_its_field(coordinator, skill, field, values):
    with pytest.raises(InvalidError) as refusal:
        service.add_volunteer(actor=coordinator, now=NOW, profile=make_profile(skill, **values))
    assert refusal.value.field == field


def test_goods_are_no_skill(coordinator, make):
    goods = make.category(kind=OfferKind.GOODS)
    with pytest.raises(InvalidError):
        service.add_volunteer(actor=coordinator, now=NOW, profile=make_profile(goods))


@pytest.mark.parametrize("step", MOVES)
@pytest.mark.parametrize("state", list_reachable(VolunteerState))
def test_a_step_works_from_its_states_and_no_other(organisation, coordinator, make, step, state):
    volunteer = reach(make, make.volunteer(organisation), state)
    values = {"actor": coordinator, "now": NOW, "volunteer_id": volunteer.id, "step": step}
    if VOLUNTEER_STATES.can(state, step):
        assert service.move_volunteer(**values).state is VOLUNTEER_STATES.check(state, step)
        assert list_actions()[-1] == f"volunteer.{step}"
    else:
        with pytest.raises(ConflictError, match=r"volunteer\.state"):
            service.move_volunteer(**values)


def test_nobody_edits_a_volunteer_who_left(organisation, coordinator, skill, make):
    volunteer = reach(make, make.volunteer(organisation), VolunteerState.LEFT)
    with pytest.raises(ConflictError):
        service.edit_volunteer(
            actor=coordinator, now=NOW, volunteer_id=volunteer.id, profile=make_profile(skill)
        )


@pytest.mark.parametrize("role", [Role.SOCIAL_WORKER, Role.COORDINATOR, Role.VOLUNTEER])
def test_volunteers_of_another_organisation_do_not_exist(organisation, make, role):
    volunteer = make.volunteer(organisation)
    stranger = make.user(
        role,
        organisation_id=make.organisation().id if role is Role.COORDINATOR else None,
        subdistrict_id=organisation.subdistrict_id if role is Role.SOCIAL_WORKER else None,
    )
    with pytest.raises(NotFoundError):
        service.get_volunteer(volunteer.id, stranger)
