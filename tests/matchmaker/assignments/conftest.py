"""The published world and its coordinator."""

import pytest

from matchmaker.models import Role
from tests.browser import Browser
from tests.matchmaker.assignments.published_world import World


@pytest.fixture
def world(make):
    return World(make)


@pytest.fixture
def coordinator(app, make, world):
    user = make.user(Role.COORDINATOR, organisation_id=world.organisation.id)
    return Browser(app).sign_in(user).use_language("en")
