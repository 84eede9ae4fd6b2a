"""Aims that are taken again: what a value that was too high excluded is forgotten."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np

from optimizer.search import components
from optimizer.search.lexicographic import RetakeError
from optimizer.solution import Proof


@dataclass
class TwoTries:
    """A search whose first try excludes both columns by a value that no point reaches."""

    columns: list[list[int]] = field(default_factory=lambda: [[0, 0], [1, 0]])
    due: int = 0

    @property
    def matrix(self) -> SimpleNamespace:
        return SimpleNamespace(high=np.array(self.columns[0]))

    def maximise(self, weights: dict[int, int]) -> SimpleNamespace:
        return SimpleNamespace(value=1, proof=Proof.DUAL)

    def check_incumbent_when_due(self) -> None:
        self.due += 1
        if self.due == 2:
            raise RetakeError

    def check_incumbent(self) -> bool:
        return True

    def undo_to(self) -> None:
        del self.columns[0]


def test_what_a_value_that_was_too_high_excluded_is_forgotten():
    component = components.Component((7, 9), ())
    sums = components.ComponentSums([0, 0], [Proof.DUAL] * 2)
    wanted = {0: ("first", {0: 1}), 1: ("second", {1: 1})}
    found = components._maximise_aims(TwoTries(), component, wanted, sums)
    assert found == [(0, 1, Proof.DUAL), (1, 1, Proof.DUAL)]
    assert sums.excluded_by == {9: "first"}
