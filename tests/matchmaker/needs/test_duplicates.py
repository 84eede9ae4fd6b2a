"""What counts as the same asked twice: current needs of one resident and kind."""

from datetime import date

import pytest

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.needs.queries import find_duplicates, list_duplicates
from tests.reach import NEEDS_STAY_IN

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("context")]

JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
S = m.NeedState
# The state of the earlier need: whether it is a duplicate in the month of its help, and after it.
CURRENT = {
    S.DRAFT: (False, False),
    S.SUBMITTED: (True, True),
    S.RETURNED: (True, True),
    S.OPEN: (True, True),
    S.IN_ROUND: (True, True),
    S.MATCHED: (True, False),
    S.SERVED: (True, False),
    S.PARTLY_SERVED: (True, False),
    S.WITHDRAWN: (False, False),
    S.CLOSED: (False, False),
    S.EXPIRED: (False, False),
    S.REFERRED: (True, True),
}


@pytest.mark.parametrize("state", NEEDS_STAY_IN)
def test_who_is_helped_every_month_does_not_ask_twice(place, post, make, state):
    earlier = post(state=state)
    neighbour = make.resident(make.household(place.committee), phone="13800000007")
    need = post(state=S.SUBMITTED)
    for other in ({"category": place.rice}, {"resident": neighbour}):
        post(state=S.SUBMITTED, **other)
    worker = db.session.get(m.User, place.worker.id)
    for month, is_current in zip((JULY, AUGUST), CURRENT[state], strict=True):
        stored = db.session.get(m.Need, need.id)
        listed = {row.id for row in list_duplicates(stored, worker, month)}
        assert (earlier.id in listed) is is_current
        found = find_duplicates([stored], month).get(need.id, [])
        assert (earlier.reference in found) is is_current
        kept = 1 if state is S.CLOSED else 0  # what it was joined with waits to be checked
        assert len(listed) == len(found) == is_current + kept
