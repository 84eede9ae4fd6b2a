import pytest
from sqlalchemy import select

from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import AuditEvent, OrganisationKind, OrganisationState, Role
from matchmaker.organisations import service
from matchmaker.organisations.states import ORGANISATION_STATES, OrganisationStep
from tests.factories import NOW
from tests.reach import get_start, list_reachable, reach

pytestmark = pytest.mark.both_databases

STEPS = {
    OrganisationStep.APPROVE: service.approve_organisation,
    OrganisationStep.RETURN: service.return_organisation,
    OrganisationStep.SUSPEND: service.suspend_organisation,
    OrganisationStep.REINSTATE: service.reinstate_organisation,
}
REASONED = {OrganisationStep.RETURN, OrganisationStep.SUSPEND}


@pytest.fixture
def subdistrict(context, make):
    return make.subdistrict(code="XJH")


@pytest.fixture
def social_worker(subdistrict, make):
    return make.user(Role.SOCIAL_WORKER, subdistrict_id=subdistrict.id)


def register(actor, name_zh="乐汇社", **values):
    defaults = {"name_en": "Lehui", "kind": OrganisationKind.SCHOOL}
    return service.register_organisation(
        actor=actor, now=NOW, name_zh=name_zh, **{**defaults, **values}
    )


def list_actions():
    return list(db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def test_numbers_go_on_after_the_thousandth(social_worker, subdistrict, make):
    for code in ("XJH-999", "XJH-1000", "XJH-old"):
        make.organisation(subdistrict, code=code, name_zh=code)
    assert register(social_worker).code == "XJH-1001"


def test_registered_organisations_are_approved_and_numbered(social_worker):
    first, second = register(social_worker), register(social_worker, "银杏社", name_en="")
    assert (first.code, second.code) == ("XJH-001", "XJH-002")
    assert first.state is OrganisationState.APPROVED
    assert first.sort_key.startswith("le hui she")
    assert second.name_en == "银杏社"
    assert list_actions() == ["organisation.register", "organisation.register"]


def test_a_name_is_taken_once_in_a_subdistrict(social_worker, make):
    register(social_worker)
    with pytest.raises(InvalidError) as refusal:
        register(social_worker)
    assert (refusal.value.code, refusal.value.field) == ("organisation.name_taken", "name_zh")
    elsewhere = make.user(Role.SOCIAL_WORKER, subdistrict_id=make.subdistrict().id)
    assert register(elsewhere).name_zh == "乐汇社"


@pytest.mark.parametrize(
    "name",
    [
        "上海春晖(集团)公司",
        " 上海春晖 （集团）公司",
        "上海\u200b春晖（集团）公司",
        "上海春晖（集团）公司\u202e",
    ],
)
def test_a_name_is_taken_however_it_is_typed(social_worker, name):
    register(social_worker, "上海春晖（集团）公司")
    with pytest.raises(InvalidError) as refusal:
        register(social_worker, name)
    assert refusal.value.code == "organisation.name_taken"


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", list_reachable(OrganisationState))
def test_a_step_works_from_its_states_and_no_other(subdistrict, social_worker, make, step, state):
    organisation = reach(make, make.organisation(subdistrict, state=get_start(state)), state)
    values = {"actor": social_worker, "now": NOW, "organisation_id": organisation.id}
    reason = {"reason": "Ask again"} if step in REASONED else {}
    if ORGANISATION_STATES.can(state, step):
        moved = STEPS[step](**values, **reason)
        assert moved.state is ORGANISATION_STATES.check(state, step)
        assert moved.return_reason == reason.get("reason")
        assert list_actions()[-1] == f"organisation.{step}"
    else:
        with pytest.raises(ConflictError, match=r"organisation\.state"):
            STEPS[step](**values, **reason)


@pytest.mark.parametrize("reason", ["", "x" * 301])
def test_a_return_needs_a_reason_of_fitting_length(subdistrict, social_worker, make, reason):
    organisation = make.organisation(subdistrict, state=OrganisationState.APPLIED)
    with pytest.raises(InvalidError):
        service.return_organisation(
            actor=social_worker, now=NOW, organisation_id=organisation.id, reason=reason
        )


def test_organisations_of_another_subdistrict_do_not_exist(social_worker, make):
    foreign = make.organisation()
    with pytest.raises(NotFoundError):
        service.get_organisation(foreign.id, social_worker)
    with pytest.raises(NotFoundError):
        service.suspend_organisation(
            actor=social_worker, now=NOW, organisation_id=foreign.id, reason="x"
        )


def test_a_coordinator_knows_the_own_organisation_alone(subdistrict, make):
    own, neighbour = make.organisation(subdistrict), make.organisation(subdistrict)
    coordinator = make.user(Role.COORDINATOR, organisation_id=own.id)
    assert service.get_organisation(own.id, coordinator).id == own.id
    with pytest.raises(NotFoundError):
        service.get_organisation(neighbour.id, coordinator)
