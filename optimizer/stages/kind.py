"""What the rest of the optimizer asks of a stage; one object for each ``StageKind`` answers.

A kind has one of three forms. *Sums* are raised one after another, one for each class. *Levels* are
ratios of groups; the worst is raised first. A *draw* meets needs in an order drawn by lot.
What treats the forms differently is an ``Asker``; no other code needs to know them.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Protocol, TypeVar

from optimizer.engine.matrix import Weights
from optimizer.model.variables import Columns
from optimizer.policy import Stage
from optimizer.problem import Need, Problem
from optimizer.solution import Assignment, Level
from optimizer.stages.tally import Tally

Reply = TypeVar("Reply", covariant=True)


@dataclass(frozen=True, slots=True)
class Aim:
    """One sum to be maximised and then kept. ``key`` names the class within its stage."""

    stage: Stage
    key: str
    weights: Weights


@dataclass(frozen=True, slots=True)
class Measure:
    """(value + offset) / denominator of one group, to be raised; ``low`` bounds the value."""

    group: str
    weights: Weights
    offset: int
    denominator: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Count:
    """What one result of a stage comes to in an answer, counted from the assignments.

    vector   numbers to be made great, first what counts first
    value    of a sum, in the unit of the stage
    levels   where every group ended, worst first
    """

    key: str
    vector: tuple[Fraction | int, ...]
    value: int | None = None
    levels: tuple[Level, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What a kind may know of an answer in which lines are exchanged.

    helped   needs met of every recipient        pledge_of   by stock
    """

    needs: Mapping[str, Need]
    helped: Mapping[str, int]
    pledge_of: Mapping[str, str | None]
    consumption: Callable[[Assignment], int]
    score: Callable[[Assignment], int]


Lines = Sequence[Assignment]
NeedsTest = Callable[[Need, Sequence[Need]], bool]  # one need in, some out
LinesTest = Callable[[Lines, Lines], bool]  # lines before, lines after; all of whole needs


class Kind(ABC):
    """One kind of stage. Objects hold no state; the fields of the stage are passed in.

    is_separable   its sums are greatest when they are greatest in every component
    is_draw        it decides by lot, so what it decides is no one's merit
    sign           -1: what is stated is the negative of what is maximised
    """

    is_separable: ClassVar[bool] = False
    is_draw: ClassVar[bool] = False
    sign: ClassVar[int] = 1

    @abstractmethod
    def ask(self, stage: Stage, asker: "Asker[Reply]") -> Reply:
        """Call the asker's method for this form."""

    @abstractmethod
    def count(self, stage: Stage, tally: Tally, possible: Mapping[str, int]) -> list[Count]:
        """Every result counted from the assignments, in the order of ``keys``.

        possible   what every group could get alone [needs], where the stage asks for it
        """

    def aims(self, stage: Stage, columns: Columns) -> list[Aim]:
        """One sum for each key, in order; none where the form is another."""
        return []

    def keys(self, stage: Stage, problem: Problem) -> list[str]:
        """The classes that have a result each, in their order."""
        return [""]

    def groups_alone(self, stage: Stage, problem: Problem) -> dict[str, list[int]]:
        """Groups (needs by position) for which is asked what each could get alone."""
        return {}

    def counts_every_need(self, stage: Stage) -> bool:
        """True when two needs out for one in can never be kept."""
        return False

    def needs_test(self, stage: Stage, facts: Facts) -> NeedsTest | None:
        """False for an exchange that the needs alone show not to keep the stage; None: no such."""
        return None

    def lines_test(self, stage: Stage, facts: Facts) -> LinesTest | None:
        """True for lines that surely keep the stage, if the needs do; None: the needs say all."""
        return _is_never_sure


def _is_never_sure(before: Lines, after: Lines) -> bool:
    return False


class Sums(Kind):
    """Sums, each to be maximised and kept before the next."""

    @abstractmethod
    def aims(self, stage: Stage, columns: Columns) -> list[Aim]:
        """One sum for each key, in order."""

    @abstractmethod
    def values(self, stage: Stage, tally: Tally) -> dict[str, int]:
        """The value of every key, in order."""

    def ask(self, stage: Stage, asker: "Asker[Reply]") -> Reply:
        """Ask for sums."""
        return asker.ask_sums(self, stage)

    def count(self, stage: Stage, tally: Tally, possible: Mapping[str, int]) -> list[Count]:
        """One value for each key."""
        values = self.values(stage, tally)
        return [Count(key, (self.sign * value,), value) for key, value in values.items()]


class Levels(Kind):
    """Groups whose lowest ratio (``sign`` -1: highest) is raised (lowered) first, then the next."""

    @abstractmethod
    def measures(
        self, stage: Stage, columns: Columns, possible: Mapping[str, int]
    ) -> list[Measure]:
        """The groups by name."""

    @abstractmethod
    def list_levels(self, stage: Stage, tally: Tally, possible: Mapping[str, int]) -> list[Level]:
        """Where every group ended, in any order."""

    def ask(self, stage: Stage, asker: "Asker[Reply]") -> Reply:
        """Ask for levels."""
        return asker.ask_levels(self, stage)

    def count(self, stage: Stage, tally: Tally, possible: Mapping[str, int]) -> list[Count]:
        """All levels, worst-off (busiest) first, then by name."""
        levels = self.list_levels(stage, tally, possible)
        levels.sort(key=lambda level: (self.sign * ratio_of(level), level.group))
        vector = tuple(self.sign * ratio_of(level) for level in levels)
        return [Count("", vector[:1] if stage.worst_only else vector, levels=tuple(levels))]


class Draw(Kind):
    """Needs are met in an order drawn by lot, wherever everything before leaves it open."""

    is_draw = True

    @abstractmethod
    def order(self, stage: Stage, problem: Problem) -> list[int]:
        """Needs by position, the first to be met first."""

    def ask(self, stage: Stage, asker: "Asker[Reply]") -> Reply:
        """Ask for an order."""
        return asker.ask_draw(self, stage)

    def count(self, stage: Stage, tally: Tally, possible: Mapping[str, int]) -> list[Count]:
        """Who is met, in the order drawn."""
        needs, order = tally.problem.needs, self.order(stage, tally.problem)
        return [Count("", tuple(int(needs[d].id in tally.met) for d in order))]


class Asker(Protocol[Reply]):
    """Treats the three forms each in its own way."""

    def ask_sums(self, kind: Sums, stage: Stage) -> Reply:
        """A stage of sums."""

    def ask_levels(self, kind: Levels, stage: Stage) -> Reply:
        """A stage of levels."""

    def ask_draw(self, kind: Draw, stage: Stage) -> Reply:
        """A stage that draws lots."""


def ratio_of(level: Level) -> Fraction:
    """The level as a number."""
    return Fraction(level.numerator, level.denominator)


def keeps_classes(class_of: Mapping[str, object]) -> NeedsTest:
    """A test of needs: at most one that counts goes out, and the need that comes in is its like."""

    def test(need: Need, outs: Sequence[Need]) -> bool:
        counted = [class_of[out.id] for out in outs if class_of[out.id] is not None]
        return not counted or (len(counted) == 1 and counted[0] == class_of[need.id])

    return test
