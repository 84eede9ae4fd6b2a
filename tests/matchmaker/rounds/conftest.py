"""A small street office with a month to decide, and one person for each part."""

import pytest

from tests.matchmaker.rounds.small_month import SmallMonth


@pytest.fixture
def month(make):
    """Six needs, five of which can be met; two social workers and an auditor."""
    return SmallMonth(make)
