"""Lots of tests: random among each other, the same in every run."""

import os
from random import Random

import pytest

from matchmaker.models.columns import draw_lot


@pytest.fixture
def other_lot() -> str:
    return draw_lot()


def test_a_test_draws_from_a_stream_of_its_own(request, other_lot):
    seed = os.environ.get("LOTS_SEED", "0")
    stream = Random(f"{seed} {request.node.nodeid}")
    assert draw_lot() == stream.randbytes(8).hex() != other_lot
