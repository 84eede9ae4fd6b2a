"""The published world and its coordinator."""

import pytest

from matchmaker import models as m
from tests.browser import Browser
from tests.matchmaker.assignments.published_world import World
from tests.worlds import kept


@pytest.fixture
@kept
def world(make):
    return World(make)


@pytest.fixture
def coordinator(app, make, world):
    user = make.user(m.Role.COORDINATOR, organisation_id=world.organisation.id)
    return Browser(app).sign_in(user).use_language("en")


@pytest.fixture
@kept
def giver(make, month):
    """The coordinator of the organisation; ``month`` is each file's own."""
    return make.user(m.Role.COORDINATOR, organisation_id=month.organisation.id)


@pytest.fixture
@kept
def counter(make, month):
    """Who rings the residents of the committee."""
    return make.user(m.Role.COMMITTEE_WORKER, committee_id=month.committee.id)
