"""One organisation with a draft, its coordinator and the social worker of its street office."""

import pytest

from matchmaker.models import OfferState, Role
from tests.browser import Browser


@pytest.fixture
def organisation(make):
    return make.organisation()


@pytest.fixture
def coordinator_user(make, organisation):
    return make.user(Role.COORDINATOR, organisation_id=organisation.id)


@pytest.fixture
def social_worker_user(make, organisation):
    return make.user(Role.SOCIAL_WORKER, subdistrict_id=organisation.subdistrict_id)


@pytest.fixture
def coordinator(app, coordinator_user):
    return Browser(app).sign_in(coordinator_user).use_language("en")


@pytest.fixture
def social_worker(app, social_worker_user):
    return Browser(app).sign_in(social_worker_user).use_language("en")


@pytest.fixture
def offer(make, organisation):
    return make.offer(organisation, make.category(), state=OfferState.DRAFT, title="Reading aloud")
