"""The interface of a kind of stage; one object implements it for each ``StageKind``.

A kind has one of these forms. *Sums* are maximised one after another, one for each class. *Levels*
are ratios of groups; the worst is raised first. A *draw* meets needs in an order drawn by lot, a
*public draw* recipients first. *Homes* are a sum over needs that are still undecided. A *ladder*
has groups whose units have ranks; the ranks are filled or spared one after another. *Cells* get as
many units as possible in turn. Code that treats every form in its own way is an ``Asker``.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar, Protocol, TypeVar, runtime_checkable

from optimizer.engine.matrix import Weights
from optimizer.model.variables import Columns
from optimizer.policy import Stage
from optimizer.problem import Problem
from optimizer.solution import Level
from optimizer.stages.steps import Rungs
from optimizer.stages.tally import Tally

Reply = TypeVar("Reply", covariant=True)


@dataclass(frozen=True, slots=True)
class Aim:
    """One sum to be maximised and then fixed. ``key`` names the class of needs within its stage.

    ``weights``: column -> its weight in the sum.
    """

    stage: Stage
    key: str
    weights: Weights


@dataclass(frozen=True, slots=True)
class Measure:
    """The ratio (value + offset) / denominator of one group, to be raised.

    ``weights``: the sum that gives the value. No answer has a value below ``low`` or above
    ``high``: nothing is asked beyond them. So a ``high`` below the true maximum hides better
    answers, from the second opinion too; a higher one only costs time.
    """

    group: str
    weights: Weights
    offset: int
    denominator: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Count:
    """One result of a stage, counted from the assignments.

    vector   numbers to be maximised lexicographically
    value    what a sum adds up to, in the unit of the stage
    levels   the level of every group, worst first
    """

    key: str
    vector: tuple[Fraction | int, ...]
    value: int | None = None
    levels: tuple[Level, ...] = ()


@dataclass(frozen=True, slots=True)
class Basis:
    """What the result of a stage is measured by, as found while solving.

    possible      group -> the most of its needs that could be met; empty without a denominator
    needs         the ids of the needs that count, if the stage leaves some out
    is_borrowed   whether it was found for another question; more than ``possible`` may be met then
    """

    possible: Mapping[str, int] = field(default_factory=dict)
    needs: frozenset[str] = frozenset()
    is_borrowed: bool = False


class Kind(ABC):
    """One kind of stage. Objects hold no state; the fields of the stage are passed in.

    is_separable   whether the sum is greatest if it is greatest in every component of the model
    is_draw        whether the stage decides by lot
    settles        whether the stage finds by itself which needs the stages before it have decided
    sign           1, or -1 if the stated value is the negative of the maximised sum
    """

    is_separable: ClassVar[bool] = False
    is_draw: ClassVar[bool] = False
    settles: ClassVar[bool] = False
    sign: ClassVar[int] = 1

    @abstractmethod
    def ask(self, stage: Stage, asker: "Asker[Reply]") -> Reply:
        """Call the asker's method for the form of this kind, and return its reply."""

    @abstractmethod
    def count(self, stage: Stage, tally: Tally, basis: Basis) -> list[Count]:
        """Return the results, counted from the assignments, in the order of ``keys``."""

    def aims(self, stage: Stage, columns: Columns) -> list[Aim]:
        """Return one sum for each of the stage's ``keys``; an empty list if the form is another."""
        return []

    def keys(self, stage: Stage, problem: Problem) -> list[str]:
        """Return the keys of the stage's results, one for each class, the first aim first."""
        return [""]

    def groups_alone(self, stage: Stage, problem: Problem) -> dict[str, list[int]]:
        """Map each group to its needs, by position, for a kind whose denominators are solved for.

        A group's denominator then counts what it could get alone. Other kinds return no group.
        """
        return {}


class Sums(Kind):
    """A kind whose form is sums; each sum is maximised and fixed before the next."""

    @abstractmethod
    def aims(self, stage: Stage, columns: Columns) -> list[Aim]:
        """Return one sum for each of the stage's ``keys``, in their order."""

    @abstractmethod
    def values(self, stage: Stage, tally: Tally) -> dict[str, int]:
        """Return the value of the sum of each of the stage's ``keys``, in their order."""

    def ask(self, stage: Stage, asker: "Asker[Reply]") -> Reply:
        """Call ``ask_sums``."""
        return asker.ask_sums(self, stage)

    def count(self, stage: Stage, tally: Tally, basis: Basis) -> list[Count]:
        """Return one result for each of the stage's ``keys``: the value of its sum."""
        values = self.values(stage, tally)
        return [Count(key, (self.sign * value,), value) for key, value in values.items()]


class Levels(Kind):
    """A kind whose form is levels: the lowest ratio is raised first.

    With ``sign`` -1 the highest ratio is lowered first. ``is_among_met``: the kind compares what
    the met needs get; the stages before it have decided which needs are met.
    """

    is_among_met: ClassVar[bool] = False

    @abstractmethod
    def measures(
        self, stage: Stage, columns: Columns, possible: Mapping[str, int]
    ) -> list[Measure]:
        """Return the measure of each group, in the order of the groups' names."""

    @abstractmethod
    def list_levels(self, stage: Stage, tally: Tally, possible: Mapping[str, int]) -> list[Level]:
        """Return the level of every group, in any order."""

    def ask(self, stage: Stage, asker: "Asker[Reply]") -> Reply:
        """Call ``ask_levels``."""
        return asker.ask_levels(self, stage)

    def count(self, stage: Stage, tally: Tally, basis: Basis) -> list[Count]:
        """Return one result with all levels, the worst first; equal levels are in order of name."""
        levels = self.list_levels(stage, tally, basis.possible)
        levels.sort(key=lambda level: (self.sign * level.ratio, level.group))
        vector = tuple(self.sign * level.ratio for level in levels)
        return [Count("", vector[:1] if stage.worst_only else vector, levels=tuple(levels))]


class Draw(Kind):
    """A kind that meets needs in an order drawn by lot, as far as the stages before allow it."""

    is_draw = True

    @abstractmethod
    def order(self, stage: Stage, problem: Problem) -> list[int]:
        """Return all needs, by position, in the order drawn."""

    def ask(self, stage: Stage, asker: "Asker[Reply]") -> Reply:
        """Call ``ask_draw``."""
        return asker.ask_draw(self, stage)

    def count(self, stage: Stage, tally: Tally, basis: Basis) -> list[Count]:
        """Return one result: for each need in the order drawn, 1 if it is met, else 0."""
        needs, order = tally.problem.needs, self.order(stage, tally.problem)
        return [Count("", tuple(int(needs[d].id in tally.met) for d in order))]


class PublicDraw(Kind):
    """A kind that draws which needs are met: first recipients by ticket, then needs by ticket."""

    is_draw = True
    settles = True

    def ask(self, stage: Stage, asker: "Asker[Reply]") -> Reply:
        """Call ``ask_public_draw``."""
        return solving(asker).ask_public_draw(self, stage)

    def count(self, stage: Stage, tally: Tally, basis: Basis) -> list[Count]:
        """Return one result of 1s and 0s: for each recipient, then for each need.

        1: the recipient has a met need of the basis; the need is met. Both are in the order of
        their labels, which is that of their tickets.
        """
        needs = tally.problem.needs
        served = {need.recipient for need in tally.list_met() if need.id in basis.needs}
        homes = sorted({need.recipient for need in needs})
        vector = (*(int(h in served) for h in homes), *(int(n.id in tally.met) for n in needs))
        return [Count("", vector)]


class Homes(Kind):
    """A kind that meets a need of a tier for as many recipients as possible.

    Only undecided needs count: those that the stages before do not decide.
    """

    @abstractmethod
    def candidates(self, stage: Stage, problem: Problem) -> list[int]:
        """Return the needs, by position, that count if they are undecided."""

    def ask(self, stage: Stage, asker: "Asker[Reply]") -> Reply:
        """Call ``ask_homes``."""
        return solving(asker).ask_homes(self, stage)

    def count(self, stage: Stage, tally: Tally, basis: Basis) -> list[Count]:
        """Return for each key the number of recipients who have a met need of the basis."""
        keys = self.keys(stage, tally.problem)
        served = {need.recipient for need in tally.list_met() if need.id in basis.needs}
        return [Count(key, (len(served),), len(served)) for key in keys]


class UnsupportedStageError(Exception):
    """The asker cannot treat the form of a stage."""


def solving(asker: "Asker[Reply]") -> "SolvingAsker[Reply]":
    """Return the asker if it treats every form; else raise ``UnsupportedStageError``."""
    if isinstance(asker, SolvingAsker):
        return asker
    raise UnsupportedStageError


class Ladder(Kind):
    """A kind whose groups have units with ranks.

    With ``sign`` 1 as many units as possible are taken, the lowest rank first; with ``sign`` -1 as
    few as possible, the highest rank first.
    """

    @abstractmethod
    def list_groups(self, stage: Stage, problem: Problem, basis: Basis) -> list[str]:
        """Return the names of the groups, in the order in which their units get columns."""

    @abstractmethod
    def rungs(self, stage: Stage, columns: Columns, basis: Basis) -> list[Rungs]:
        """Return each group's units and their ranks, in the order of ``list_groups``."""

    @abstractmethod
    def count(self, stage: Stage, tally: Tally, basis: Basis) -> list[Count]:
        """Return one result with the level of every group."""

    def ask(self, stage: Stage, asker: "Asker[Reply]") -> Reply:
        """Call ``ask_ladder``."""
        return solving(asker).ask_ladder(self, stage)

    def climbs_contests(self, stage: Stage) -> bool:
        """Return whether only contested needs count; the contests must then be found first."""
        return False


class Cells(Kind):
    """A kind that gives each cell in turn as many units as any answer still possible gives it."""

    @abstractmethod
    def cells(self, stage: Stage, columns: Columns, met: Collection[int]) -> list[Weights]:
        """Return the sum of each cell's units, in the order of the draw.

        ``met``: the needs met, by position.
        """

    def ask(self, stage: Stage, asker: "Asker[Reply]") -> Reply:
        """Call ``ask_cells``."""
        return solving(asker).ask_cells(self, stage)


class Asker(Protocol[Reply]):
    """Code that treats each form in its own way."""

    def ask_sums(self, kind: Sums, stage: Stage) -> Reply:
        """Treat a stage of sums."""

    def ask_levels(self, kind: Levels, stage: Stage) -> Reply:
        """Treat a stage of levels."""

    def ask_draw(self, kind: Draw, stage: Stage) -> Reply:
        """Treat a stage that draws lots."""


@runtime_checkable
class SolvingAsker(Asker[Reply], Protocol[Reply]):
    """An asker that also treats public draws, homes, ladders and cells."""

    def ask_public_draw(self, kind: PublicDraw, stage: Stage) -> Reply:
        """Treat a draw of recipients, then needs."""

    def ask_homes(self, kind: Homes, stage: Stage) -> Reply:
        """Treat a stage that counts recipients among undecided needs."""

    def ask_ladder(self, kind: Ladder, stage: Stage) -> Reply:
        """Treat a stage of units with ranks."""

    def ask_cells(self, kind: Cells, stage: Stage) -> Reply:
        """Treat a stage that gives units to cells in turn."""
