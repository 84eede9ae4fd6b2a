"""What the checker asks of a kind of stage; the modules of ``stages/`` answer, one each.

A kind has the form of sums or of levels, or proves itself in its own way.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from ..month.month import Month
from ..month.schema import Row
from ..program.columns import Program
from ..rules.stages import Aim, Outcome
from .levels import Group, prove_levels
from .proof import Event, Proof, Weights
from .sums import prove_sum


class Kind(ABC):
    """One kind of stage, asked with the stage's row of the policy."""

    @abstractmethod
    def list_aims(self, outcome: Outcome, stage: Row) -> Iterator[Aim]:
        """Every result that must be stated, in order, with its true value."""

    @abstractmethod
    def prove(
        self,
        proof: Proof,
        month: Month,
        stage: Row,
        result: Row,
        weights: Weights,
        events: list[Event],
    ) -> None:
        """Raise ``RefutedError`` unless the events prove a result. ``weights``: of its sum."""

    def list_sums(self, month: Month, program: Program, stage: Row) -> list[Weights]:
        """Weights of every result in order; one that adds up nothing where results are no sums."""
        return [{}]

    def weighs_pairs(self, stage: Row) -> bool:
        """True when single pairs decide, so that each has a column of its own."""
        return bool(stage["outcome"] == "score")

    def list_alone(self, month: Month, stage: Row) -> dict[str, tuple[list[Row], int]]:
        """Groups whose denominators need a proof: needs, and units possible in earlier months."""
        return {}


class Sums(Kind):
    """Sums made as great as can be, one after another. ``sign`` -1: as small."""

    sign: ClassVar[int] = 1

    @abstractmethod
    def list_sums(self, month: Month, program: Program, stage: Row) -> list[Weights]:
        """Weights of every sum in order; with ``sign`` -1 their negatives."""

    def prove(
        self,
        proof: Proof,
        month: Month,
        stage: Row,
        result: Row,
        weights: Weights,
        events: list[Event],
    ) -> None:
        """By multipliers, or as shares that add up."""
        prove_sum(proof, weights, self.sign * result["value"], events)


class Levels(Kind):
    """Ratios of groups, the worst as good as can be first."""

    @abstractmethod
    def list_levels(
        self, month: Month, program: Program, stage: Row, levels: dict[str, Row]
    ) -> list[Group]:
        """The groups by name, with what the stated levels (by group) give each."""

    def prove(
        self,
        proof: Proof,
        month: Month,
        stage: Row,
        result: Row,
        weights: Weights,
        events: list[Event],
    ) -> None:
        """Level after level."""
        stated = {level["group"]: level for level in result["levels"]}
        groups = self.list_levels(month, proof.program, stage, stated)
        prove_levels(proof, groups, events, is_worst_only=stage["worst_only"])
