"""The methods that every kind of stage has in the checker; ``stages/`` has one module per kind.

Most kinds derive from ``Sums`` or ``Levels``, which implement the proof; any other kind implements
``prove`` itself.
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
    """One kind of stage. Every method takes the stage's row of the policy."""

    @abstractmethod
    def list_aims(self, outcome: Outcome, stage: Row) -> Iterator[Aim]:
        """Yield every result that must be stated, in order, with its true value."""

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
        """Raise ``RefutedError`` unless the events prove the result; its sum has these weights."""

    def list_sums(self, month: Month, program: Program, stage: Row) -> list[Weights]:
        """Return the weights of the sum of every result in order; empty if it is no sum."""
        return [{}]

    def weighs_pairs(self, stage: Row) -> bool:
        """Return whether scores of single pairs decide, so that each pair needs its own column."""
        return bool(stage["outcome"] == "score")

    def list_alone(self, month: Month, stage: Row) -> dict[str, tuple[list[Row], int]]:
        """Return the groups whose denominators need a proof: needs, and needs possible earlier."""
        return {}


class Sums(Kind):
    """A kind that maximises sums one after another, or minimises them where ``sign`` is -1."""

    sign: ClassVar[int] = 1

    @abstractmethod
    def list_sums(self, month: Month, program: Program, stage: Row) -> list[Weights]:
        """Return the weights of every sum in order, negated where ``sign`` is -1."""

    def prove(
        self,
        proof: Proof,
        month: Month,
        stage: Row,
        result: Row,
        weights: Weights,
        events: list[Event],
    ) -> None:
        """Prove the sum by multipliers, or by shares that add up to it."""
        prove_sum(proof, weights, self.sign * result["value"], events)


class Levels(Kind):
    """A kind that compares ratios of groups: the worst ratio first, then the next."""

    @abstractmethod
    def list_levels(
        self, month: Month, program: Program, stage: Row, levels: dict[str, Row]
    ) -> list[Group]:
        """Return the groups by name, with what the stated levels (by group) give each."""

    def prove(
        self,
        proof: Proof,
        month: Month,
        stage: Row,
        result: Row,
        weights: Weights,
        events: list[Event],
    ) -> None:
        """Prove the levels one after another."""
        stated = {level["group"]: level for level in result["levels"]}
        groups = self.list_levels(month, proof.program, stage, stated)
        prove_levels(proof, groups, events, is_worst_only=stage["worst_only"])
