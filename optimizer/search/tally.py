"""Values of stages counted again from the assignments alone, in whole numbers."""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction

from optimizer.model.objectives import classes_of, groups_of
from optimizer.policy import GroupOutcome, Stage, StageKind
from optimizer.problem import Need, Problem
from optimizer.solution import Assignment, Level


class Tally:
    """Counts over the assignments of one problem."""

    def __init__(self, problem: Problem, assignments: Sequence[Assignment]) -> None:
        self.problem = problem
        self.met = frozenset(assignment.need for assignment in assignments)
        self._pairs = {(pair.need, pair.stock, pair.person): pair for pair in problem.pairs}
        self.score: dict[str, int] = defaultdict(int)
        self.units: dict[str, int] = defaultdict(int)
        self.used: dict[str, int] = defaultdict(int)
        for a in assignments:
            pair = self._pairs.get((a.need, a.stock, a.person))
            pair = pair or self._pairs.get((a.need, a.stock, None))
            self.score[a.need] += a.units * (0 if pair is None else pair.score)
            self.used[a.stock] += a.units * (1 if pair is None else pair.consumption)
            if a.person is None:
                self.units[a.need] += a.units

    def value_of(self, stage: Stage, key: str) -> int | None:
        """The value of one aim; None for levels and the lottery."""
        if stage.kind is StageKind.MAX_COUNT:
            needs = dict(classes_of(stage, self.problem))[key]
            return sum(self.problem.needs[d].id in self.met for d in needs)
        if stage.kind is StageKind.MAX_RECIPIENTS:
            return len({need.recipient for need in self._met_needs()})
        if stage.kind is StageKind.MAX_POINTS:
            return sum(need.points for need in self._met_needs())
        if stage.kind is StageKind.MAX_UNITS:
            category = key.removeprefix("category=")
            return sum(
                self.units[need.id]
                for need in self._met_needs()
                if need.category == category and need.least_units < need.quantity
            )
        if stage.kind in (StageKind.MAX_SCORE, StageKind.MIN_COST):
            return sum(self.score.values())
        return None

    def levels_of(self, stage: Stage, possible: dict[str, int]) -> tuple[Level, ...]:
        """Where every group ended, worst-off (busiest) first, then by name."""
        if stage.kind is StageKind.LEXIMAX:
            levels = self._burdens()
            return tuple(sorted(levels, key=lambda v: (-_ratio(v), v.group)))
        if stage.kind is not StageKind.LEXIMIN:
            return ()
        levels = self._scores(stage) if stage.outcome is GroupOutcome.SCORE else []
        levels = levels or self._coverages(stage, possible)
        return tuple(sorted(levels, key=lambda v: (_ratio(v), v.group)))

    def _met_needs(self) -> list[Need]:
        return [need for need in self.problem.needs if need.id in self.met]

    def _burdens(self) -> list[Level]:
        used: dict[str, int] = defaultdict(int)
        capacity: dict[str, int] = defaultdict(int)
        for stock in self.problem.stocks:
            if stock.pledge is not None:
                used[stock.pledge] += self.used[stock.id]
                capacity[stock.pledge] += stock.capacity
        return [Level(p, used[p], capacity[p]) for p in capacity if capacity[p]]

    def _scores(self, stage: Stage) -> list[Level]:
        needs = self.problem.needs
        return [
            Level(group, sum(self.score[needs[d].id] for d in members), 1)
            for group, members in groups_of(stage, self.problem).items()
        ]

    def _coverages(self, stage: Stage, possible: dict[str, int]) -> list[Level]:
        past = {
            h.group: (h.met, h.possible)
            for h in self.problem.history
            if h.dimension == stage.dimension
        }
        found = []
        for group, members in groups_of(stage, self.problem).items():
            met, offered = past.get(group, (0, 0))
            now = sum(self.problem.needs[d].id in self.met for d in members)
            if offered + possible[group]:
                found.append(Level(group, met + now, offered + possible[group]))
        return found


def _ratio(level: Level) -> Fraction:
    return Fraction(level.numerator, level.denominator)
