"""Each property of ``community/2`` on a few dozen random months; 500 and more in the slow sweep."""

import pytest

from tests.optimizer.community2.properties import PROPERTIES
from tests.optimizer.community2.trials import Property, try_property


def assert_holds(property_: Property, wanted: int, start: int = 0) -> None:
    trials = try_property(property_, wanted, start)
    assert trials.tried == wanted, f"only {trials.tried} of {trials.seen} months bear on it"
    allowed = wanted * property_.per_myriad / 10_000
    assert len(trials.broken) <= allowed, f"broken with seeds {trials.broken[:9]}"


@pytest.mark.parametrize("property_", [p for p in PROPERTIES if not p.per_myriad], ids=str)
@pytest.mark.one_in(3)
def test_the_property_holds(property_):
    assert_holds(property_, 30)


@pytest.mark.slow
@pytest.mark.parametrize("property_", PROPERTIES, ids=str)
def test_the_property_holds_in_600_months(property_):
    assert_holds(property_, 600, start=1000)
