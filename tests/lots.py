"""The lots and keys that tests draw: random, and the same in every run.

A row gets a random lot at entry, and the month is drawn by lots. A test whose months fell otherwise
in each run would fail once in a hundred for nobody to see again. So every fixture, every world put
aside and every test has a stream of its own, begun from its name and ``LOTS_SEED`` (0 unless set).
Another number shows which tests hang on how the draw falls.
"""

import os
from random import Random
from typing import Any

import pytest

from matchmaker.models import columns


class SeededSecrets:
    """Stands where the columns look for ``secrets``."""

    def __init__(self) -> None:
        self.begin("")

    def begin(self, name: str) -> None:
        """Start the stream of a test, a fixture or a world."""
        self._random = Random(f"{os.environ.get('LOTS_SEED', '0')} {name}")

    def token_hex(self, nbytes: int) -> str:
        """The next ``nbytes`` bytes of the stream, in hexadecimal digits."""
        return self._random.randbytes(nbytes).hex()


lots = SeededSecrets()
vars(columns)["secrets"] = lots


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: Any, request: Any) -> None:
    """Each fixture draws from its own stream, whichever test asks for it first."""
    lots.begin(f"{request.node.nodeid} {fixturedef.argname}")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> None:
    """What the test itself makes does not hang on what its fixtures drew."""
    lots.begin(pyfuncitem.nodeid)
