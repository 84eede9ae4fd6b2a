"""A committee with its worker, a resident of it, and one of elsewhere."""

import pytest

from matchmaker.models import Role
from tests.browser import Browser

PHONE = "13812345678"


@pytest.fixture
def committee(make):
    return make.committee()


@pytest.fixture
def resident(make, committee):
    return make.resident(make.household(committee), phone=PHONE)


@pytest.fixture
def stranger(make):
    """A resident of another committee in another subdistrict."""
    return make.resident(phone="13900001111", display_name="李师傅", sort_key="li shi fu lsf")


@pytest.fixture
def worker(make, committee):
    return make.user(Role.COMMITTEE_WORKER, committee_id=committee.id)


@pytest.fixture
def colleague(make, committee):
    """Another worker of the same committee."""
    return make.user(Role.COMMITTEE_WORKER, committee_id=committee.id)


@pytest.fixture
def social_worker(make, committee):
    return make.user(Role.SOCIAL_WORKER, subdistrict_id=committee.subdistrict_id)


@pytest.fixture
def counter(app, worker):
    """The committee worker's browser."""
    return Browser(app).sign_in(worker).use_language("en")


@pytest.fixture
def office(app, social_worker):
    """The social worker's browser."""
    return Browser(app).sign_in(social_worker).use_language("en")
