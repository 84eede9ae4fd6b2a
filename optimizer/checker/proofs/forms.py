"""The methods that every kind of stage has in the checker; ``stages/`` has one module per kind.

Most kinds derive from ``Sums`` or ``Levels``, which implement the proof; any other kind implements
``prove`` itself.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import ClassVar

from ..month.month import Month
from ..month.schema import Row
from ..program.columns import Program
from ..rules.stages import Aim, Outcome
from .levels import Group, bound_worst, prove_levels
from .proof import Event, Gap, Proof, Weights
from .sums import prove_sum


class Kind(ABC):
    """One kind of stage. Every method takes the stage's row of the policy.

    is_draw         whether the stage decides by lot among equal answers
    labels_names    whether labels replace names, so that the draw decides what an order of names
                    would decide
    is_labelled     whether the policy must label names; False: it must not; None: either
    needs_tier      whether the stage must name a tier
    takes_turns     whether columns count the turns in the tier of the stage
    follows         the kind that an earlier stage (of the same tier, if any) must have
    """

    is_draw: ClassVar[bool] = False
    labels_names: ClassVar[bool] = False
    is_labelled: ClassVar[bool | None] = None
    needs_tier: ClassVar[bool] = False
    takes_turns: ClassVar[bool] = False
    follows: ClassVar[str] = ""

    @abstractmethod
    def list_aims(self, outcome: Outcome, stage: Row) -> Iterator[Aim]:
        """Yield every result that must be stated, in this order, with its value if counted."""

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
        """Raise ``RefutedError`` unless the events prove the result; a sum has these weights."""

    @abstractmethod
    def leave_open(
        self, proof: Proof, month: Month, stage: Row, aim: Aim, weights: Weights, event: Event
    ) -> Gap:
        """Return what an open result reaches, and its bound.

        ``event``: the one that gives the bound; if it is empty, only the bounds of the columns give
        it.
        """

    def list_sums(self, month: Month, program: Program, stage: Row) -> list[Weights]:
        """Return the weights of the sum of every result, in their order; empty without a sum."""
        return [{}]

    def weighs_pairs(self, stage: Row) -> bool:
        """Return whether every need with pairs must have demands of its own."""
        return bool(stage["outcome"] == "score")

    def list_alone(self, month: Month, stage: Row) -> dict[str, tuple[list[Row], int]]:
        """Return the groups whose denominators need a proof, keyed by name.

        Each has its needs, and the number of needs possible in earlier months.
        """
        return {}


class Sums(Kind):
    """A kind that maximises sums one after another, or minimises them if ``sign`` is -1."""

    sign: ClassVar[int] = 1

    @abstractmethod
    def list_sums(self, month: Month, program: Program, stage: Row) -> list[Weights]:
        """Return the weights of every sum, in order of the results; negated if ``sign`` is -1."""

    def prove(
        self,
        proof: Proof,
        month: Month,
        stage: Row,
        result: Row,
        weights: Weights,
        events: list[Event],
    ) -> None:
        """Check the proof of the sum, whole or as shares that add up to it."""
        prove_sum(proof, weights, self.sign * result["value"], events)
        proof.gaps = list(_turn(proof.gaps, self.sign))

    def leave_open(
        self, proof: Proof, month: Month, stage: Row, aim: Aim, weights: Weights, event: Event
    ) -> Gap:
        """Return the value, and its bound by the event's multipliers and tree or by the columns."""
        scale, flat, cuts = event[1:] if event else (1, [], [])
        with proof.aside():
            for cut in cuts:
                proof.prepare(cut)
            most, _ = proof.find_most(weights, scale, flat)
        return Gap("sum", "", aim.value or 0, self.sign * most)


class Levels(Kind):
    """A kind that compares ratios of groups: the worst ratio first, then the next.

    ``sign`` is -1 if the greatest ratio is the worst; the groups then have negative ratios.
    """

    sign: ClassVar[int] = 1

    @abstractmethod
    def list_levels(
        self, month: Month, program: Program, stage: Row, levels: dict[str, Row]
    ) -> list[Group]:
        """Return the groups with the values of their stated levels, which are keyed by group."""

    def prove(
        self,
        proof: Proof,
        month: Month,
        stage: Row,
        result: Row,
        weights: Weights,
        events: list[Event],
    ) -> None:
        """Check the proof of the levels one after another."""
        stated = {level["group"]: level for level in result["levels"]}
        groups = self.list_levels(month, proof.program, stage, stated)
        prove_levels(proof, groups, events, is_worst_only=stage["worst_only"])
        proof.gaps = list(_turn(proof.gaps, self.sign))

    def leave_open(
        self, proof: Proof, month: Month, stage: Row, aim: Aim, weights: Weights, event: Event
    ) -> Gap:
        """Return the worst level, and its bound: the least ratio that some group can have at most.

        A denominator that is not known counts as the greatest that it can be, so the true level is
        at least the one returned. FORMULATION.md: an earlier month never met more than it could.
        """
        stated = {
            group: {"numerator": units, "denominator": aim.bounds[group][1]}
            for group, units in aim.numerators.items()
            if aim.bounds[group][1]
        }
        groups = self.list_levels(month, proof.program, stage, stated)
        if not groups:
            return Gap("level", "", 0, 0)
        worst = min(groups, key=lambda group: group.ratio(group.value))
        gap = Gap("level", worst.name, worst.ratio(worst.value), bound_worst(groups))
        return next(_turn([gap], self.sign))


def _turn(gaps: Iterable[Gap], sign: int) -> Iterator[Gap]:
    """Yield the gaps; ``sign`` -1 gives sums and levels the signs that the answer states."""
    for gap in gaps:
        if sign < 0 and gap.of in ("sum", "level"):
            yield replace(gap, value=-gap.value, bound=-gap.bound)
        else:
            yield gap
