"""Stages of a finished solve put back on an incremental model, to ask which needs it can meet.

Levels (S2, S6) become rows: the least value that each group has in any best answer. All best
answers have the same ascending levels, but not always the same group at each. A group that takes
another's level leaves its own to a third, and so on round a cycle; so a group has its own level or
that of a group on a cycle with it (in its strong component) of groups that could have each other's
levels. With distinct levels there is seldom a cycle at all.

``Replay`` puts back what the certificate proves: cuts and bounds of columns. Only the stages before
the first that ties components together are read (sums). Every conclusion is drawn again from the
multipliers; one that does not follow is left out. So the linear programs are as tight as they were
for the solve, without solving anything.

``find_reachable`` asks about many needs at once, and about the rest one by one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from optimizer.engine.highs import LONG, EngineResult, IncrementalModel
from optimizer.engine.matrix import INFINITY, WHOLE, Vector, Weights, sum_at
from optimizer.explain.rivals import number_components
from optimizer.model.variables import Columns
from optimizer.policy import Stage
from optimizer.search.alone import read_possible
from optimizer.solution import SolutionStatus, StageResult
from optimizer.stages.kind import Levels, Measure


@dataclass(frozen=True, slots=True)
class KeptLevels:
    """Measures of a stage, the least value of each in any best answer, and all levels stated."""

    measures: tuple[Measure, ...]
    floors: tuple[int, ...]
    levels: tuple[Fraction, ...]

    def are_kept_by(self, point: Vector) -> bool:
        """True when an integer point that keeps the floors has the same levels, or better ones."""
        found = sorted(_level(measure, sum_at(measure.weights, point)) for measure in self.measures)
        return tuple(found) >= self.levels


def keep_levels(kind: Levels, stage: Stage, columns: Columns, result: StageResult) -> KeptLevels:
    """The levels of a stage as a solution states them."""
    stated = {level.group: level for level in result.levels}
    possible = read_possible(stage, columns.problem, result.levels)
    measures = tuple(kind.measures(stage, columns, possible))
    values = [kind.sign * stated[m.group].numerator - m.offset for m in measures]
    levels = [_level(m, value) for m, value in zip(measures, values, strict=True)]
    if stage.worst_only:
        worst = min(levels, default=Fraction(0))
        floors = [-(-(worst * m.denominator - m.offset) // 1) for m in measures]
        return KeptLevels(measures, tuple(floors), ())
    on_cycle = find_cycles(measures, levels)
    floors = [
        min(_value_at(measures[g], levels[other]) for other in on_cycle[g] | {g})
        for g in range(len(measures))
    ]
    return KeptLevels(measures, tuple(floors), tuple(sorted(levels)))


def find_cycles(measures: Sequence[Measure], levels: Sequence[Fraction]) -> list[set[int]]:
    """For every group the groups on a cycle with it whose level it could have itself."""
    could = [_list_fitting(m, levels[g], levels) for g, m in enumerate(measures)]
    for g, others in enumerate(could):  # equal levels are one place
        others |= {o for o in range(len(levels)) if levels[o] == levels[g] and o != g}
    part = number_components(range(len(could)), could.__getitem__)
    return [{o for o in others if part[o] == part[g]} for g, others in enumerate(could)]


def _list_fitting(measure: Measure, own: Fraction, levels: Sequence[Fraction]) -> set[int]:
    """The other levels, by position, that the group could have with an integer value."""
    return {
        k
        for k, level in enumerate(levels)
        if level != own
        and (level * measure.denominator).denominator == 1
        and measure.low <= _value_at(measure, level) <= measure.high
    }


def _level(measure: Measure, value: int) -> Fraction:
    return Fraction(value + measure.offset, measure.denominator)


def _value_at(measure: Measure, level: Fraction) -> int:
    return int(level * measure.denominator) - measure.offset


class Replay:
    """Events of sums in their order. Rows of the certificate are numbered in order of making."""

    def __init__(self, engine: IncrementalModel) -> None:
        self._engine, self._matrix = engine, engine.matrix
        self._rows = list(range(len(engine.matrix.row_low)))

    def keep(self, weights: Weights, events: Sequence[Sequence[Any]]) -> None:
        """Keep what the events of one aim prove: cuts, values of its parts, fixed columns."""
        for event in events:
            if event[0] == "cut":
                self._add_cut(event[1], set(event[2]), event[3])
                continue
            own = weights if len(event) < 5 else {j: weights[j] for j in event[4]}
            self._fix_columns(own, *event[1:4])
            self._rows.append(self._engine.add_row(own))
            self._engine.bound_row(self._rows[-1], float(event[1]), float(event[1]))

    def _add_cut(self, sides: Sequence[int], raised: set[int], stated: int) -> None:
        """Half of a sum of rows, odd weights made even by a bound, the right side rounded down."""
        low, high = self._matrix.low, self._matrix.high
        total: dict[int, int] = {}
        right = 0.0
        for code in sides:
            sign = -1 if code & 1 else 1
            right += self._side(self._rows[code >> 1], sign)
            self._add_up(total, self._rows[code >> 1], sign)
        for j, weight in total.items():
            if weight & 1:
                total[j] = weight + 1 if j in raised else weight - 1
                right += high[j] if j in raised else -low[j]
        self._rows.append(self._engine.add_row({j: w // 2 for j, w in total.items() if w}))
        if right <= stated:
            self._engine.bound_row(self._rows[-1], -INFINITY, float(stated // 2))

    def _fix_columns(self, weights: Weights, value: int, scale: int, flat: Sequence[int]) -> None:
        """Fix the columns that no answer of this value can move (weak duality)."""
        low, high = self._matrix.low, self._matrix.high
        reduced = {j: weight * scale for j, weight in weights.items()}
        total = 0.0
        for i, multiplier in zip(flat[::2], flat[1::2], strict=True):
            sign = 1 if multiplier > 0 else -1
            total += sign * multiplier * self._side(self._rows[i], sign)
            self._add_up(reduced, self._rows[i], -multiplier)
        total += sum(r * float(high[j] if r > 0 else low[j]) for j, r in reduced.items())
        slack = total - value * scale
        fixed = {j: high[j] if r > 0 else low[j] for j, r in reduced.items() if abs(r) > slack >= 0}
        ends = [float(end) for end in fixed.values()]
        self._engine.bound_columns(list(fixed), ends, ends)

    def _add_up(self, total: dict[int, int], row: int, times: int) -> None:
        columns, weights = self._matrix.row(row)
        for j, weight in zip(columns.tolist(), weights.tolist(), strict=True):
            total[j] = total.get(j, 0) + times * int(weight)

    def _side(self, row: int, sign: int) -> float:
        """sign times the upper (or lower) bound of a row; infinite where it has none."""
        return float(sign * (self._matrix.row_high[row] if sign > 0 else self._matrix.row_low[row]))


BRANCHED = 4000  # columns; branching on a larger model takes seconds a need
SECONDS_OF_A_RUN = 0.5


def find_reachable(
    engine: IncrementalModel, columns: Sequence[int], is_kept: Callable[[Vector], bool]
) -> tuple[set[int], set[int]]:
    """Columns of needs that some integer point meets, and those that none does.

    Those about which neither is known are in neither set. ``is_kept``: what an integer point must
    keep beside the rows.
    """
    reach = _ReachQueries(engine, columns, is_kept)
    reach.ask()
    return reach.open, reach.shut - reach.open


class _ReachQueries:
    """Questions about some columns. ``open``: met by an integer point; ``shut``: met by none."""

    def __init__(
        self, engine: IncrementalModel, columns: Sequence[int], is_kept: Callable[[Vector], bool]
    ) -> None:
        self._engine, self._columns, self._is_kept = engine, columns, is_kept
        self.open: set[int] = set()
        self.shut = {j for j in columns if engine.matrix.high[j] == 0}

    def ask(self) -> None:
        """All together, then those that a fractional point gave something one by one."""
        for j in self._ask_together([j for j in self._columns if j not in self.shut]):
            if j in self.open or self._engine.seconds_left <= 0:
                continue
            answer = self._ask_alone(j)
            if _is_none(answer):
                self.shut.add(j)
            elif answer.point is not None:
                self._read(answer.point)

    def _ask_together(self, waiting: list[int]) -> list[int]:
        """Shut all but a few, which are given back."""
        alone: list[int] = []
        if waiting:
            self._engine.maximise_linear({})  # new rows first: the last basis stays useful
        while waiting:
            answer = self._engine.maximise_linear(dict.fromkeys(waiting, 1))
            if _is_none(answer):
                self.shut.update(waiting)
                break
            if answer.point is None:
                break
            point = answer.point
            self._read(point)
            alone += [j for j in waiting if point[j] > WHOLE]
            waiting = [j for j in waiting if point[j] <= WHOLE]
        return alone

    def _ask_alone(self, column: int) -> EngineResult:
        """The linear answer, or that of branch and bound where this takes little time."""
        answer = self._engine.maximise_linear({column: 1})
        matrix = self._engine.matrix
        if _is_none(answer) or answer.point is None or len(matrix.low) > BRANCHED:
            return answer
        if self._is_whole(answer.point):
            return answer
        self._engine.seconds_of_a_run = SECONDS_OF_A_RUN
        answer = self._engine.maximise_integer({column: 1}, matrix.is_whole)
        self._engine.seconds_of_a_run = LONG
        return answer

    def _is_whole(self, point: Vector) -> bool:
        return self._engine.matrix.is_integral(point) and self._is_kept(point)

    def _read(self, point: Vector) -> None:
        """Note what an integer point meets."""
        if self._is_whole(point):
            self.open.update(j for j in self._columns if point[j] > 0.5)


def _is_none(answer: EngineResult) -> bool:
    """True when not even one is met: by the multipliers, or by search."""
    if answer.status is not SolutionStatus.PROVEN:
        return False
    return answer.bound < 1 - WHOLE if answer.proof is None else answer.proof.floor < 1
