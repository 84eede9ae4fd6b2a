from datetime import date

import pytest

from matchmaker.base.extensions import db
from matchmaker.models import Organisation, OrganisationState, PairingAgreement, Role
from tests.browser import Browser

KEY = "4" * 32
TYPED = {"idempotency_key": KEY, "name_zh": "乐汇社", "name_en": "Lehui", "kind": "school"}


@pytest.fixture
def subdistrict(make):
    return make.subdistrict()


@pytest.fixture
def social_worker(app, make, subdistrict):
    user = make.user(Role.SOCIAL_WORKER, subdistrict_id=subdistrict.id)
    return Browser(app).sign_in(user).use_language("en")


def read(app, organisation_id):
    with app.app_context():
        return db.session.get(Organisation, organisation_id)


def test_a_social_worker_registers_an_organisation(app, social_worker):
    assert social_worker.submit("organisations.register", TYPED).status_code == 303
    assert read(app, 1).state is OrganisationState.APPROVED
    assert "Lehui" in social_worker.get("organisations.index", search="lhs").text


def test_a_taken_name_comes_back_as_typed(social_worker, make, subdistrict):
    make.organisation(subdistrict, name_zh="乐汇社")
    page = social_worker.submit("organisations.register", TYPED)
    assert page.status_code == 422
    assert "already here" in page.text
    assert "乐汇社" in page.text


def test_the_list_is_narrowed_by_kind_state_and_agreement(social_worker, make, subdistrict):
    paired = make.organisation(subdistrict, name_en="Paired Bank")
    make.organisation(subdistrict, name_en="Quiet School", kind="school")
    add_agreement(make, paired)
    with_agreement = social_worker.get("organisations.index", has_agreement="y").text
    assert "Paired Bank" in with_agreement
    assert "Quiet School" not in with_agreement
    assert "Paired Bank" not in social_worker.get("organisations.index", kind="school").text
    assert "Quiet School" not in social_worker.get("organisations.index", state="applied").text


def add_agreement(make, organisation, **values):
    days = {"signed_on": date(2020, 1, 1), "starts_on": date(2020, 1, 1)}
    row = PairingAgreement(
        organisation_id=organisation.id,
        scope="Visits",
        **{**days, "ends_on": date(2020, 12, 31), "renews": False, **values},
    )
    return make.add(row)


def test_an_expired_agreement_is_marked_and_one_that_renews_is_not(
    social_worker, make, subdistrict
):
    organisation = make.organisation(subdistrict)
    add_agreement(make, organisation)
    page = social_worker.get("organisations.show", organisation_id=organisation.id).text
    assert "Expired" in page
    assert "In force" not in page
    add_agreement(make, organisation, renews=True)
    page = social_worker.get("organisations.show", organisation_id=organisation.id).text
    assert "In force" in page


def test_an_organisation_is_suspended_with_a_reason_and_reinstated(
    app, social_worker, make, subdistrict
):
    organisation = make.organisation(subdistrict)
    on = social_worker.get_url("organisations.show", organisation_id=organisation.id)
    values = {"on": on, "organisation_id": organisation.id}
    silent = social_worker.submit(
        "organisations.move_with_reason", {"idempotency_key": KEY}, step="suspend", **values
    )
    assert silent.status_code == 422
    typed = {"idempotency_key": KEY, "reason": "Moved away"}
    answer = social_worker.submit("organisations.move_with_reason", typed, step="suspend", **values)
    assert answer.status_code == 303
    assert read(app, organisation.id).state is OrganisationState.SUSPENDED
    illegal = social_worker.submit(
        "organisations.move", {"idempotency_key": "5" * 32}, step="approve", **values
    )
    assert illegal.status_code == 409
    back = social_worker.submit(
        "organisations.move", {"idempotency_key": "6" * 32}, step="reinstate", **values
    )
    assert back.status_code == 303
    assert read(app, organisation.id).state is OrganisationState.APPROVED


def test_foreign_organisations_do_not_exist(social_worker, make):
    foreign = make.organisation()
    assert social_worker.get("organisations.show", organisation_id=foreign.id).status_code == 404


def test_a_coordinator_reads_the_page_of_the_own_organisation(app, make, subdistrict):
    organisation = make.organisation(subdistrict, name_en="Our Bank")
    make.offer(organisation, make.category(name_en="Elder visit"), title="Visits")
    user = make.user(Role.COORDINATOR, organisation_id=organisation.id)
    coordinator = Browser(app).sign_in(user).use_language("en")
    page = coordinator.get("organisations.own")
    assert page.status_code == 200
    assert "Our Bank" in page.text
    assert "Elder visit" in page.text
    assert coordinator.get("organisations.index").status_code == 403
