"""Put the stages of a finished solve on an incremental model and ask which needs it can meet.

Levels (S2, S6) become rows: the least value that each group has in any best answer. All best
answers have the same sorted levels, but not always the same group at each level. A group that takes
another group's level leaves its own to a third, and so on round a cycle. So a group has its own
level or one of a group in its strong component, where an edge means that a group could have
another's level. With distinct levels there is seldom a cycle.

``Replay`` restores what the certificate proves: cuts and bounds of columns. It reads the stages
before the first that ties components together (sums), derives every conclusion again from the
multipliers and leaves out any that does not follow. The linear programs are then as tight as they
were during the solve, without solving anything.

``find_reachable`` asks about many needs at once, and about the rest one by one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from optimizer.engine.branching import search_once
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
    """Measures of a stage, the least value of each in any best answer, and all stated levels."""

    measures: tuple[Measure, ...]
    floors: tuple[int, ...]
    levels: tuple[Fraction, ...]

    def are_kept_by(self, point: Vector) -> bool:
        """Return whether an integer point that keeps the floors has the same or better levels."""
        found = sorted(_level(measure, sum_at(measure.weights, point)) for measure in self.measures)
        return tuple(found) >= self.levels


def keep_levels(kind: Levels, stage: Stage, columns: Columns, result: StageResult) -> KeptLevels:
    """Return the levels of a stage as a solution states them."""
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
    """Return for every group the groups on a cycle with it whose level it could have."""
    could = [_list_fitting(m, levels[g], levels) for g, m in enumerate(measures)]
    for g, others in enumerate(could):  # groups at equal levels are interchangeable
        others |= {o for o in range(len(levels)) if levels[o] == levels[g] and o != g}
    part = number_components(range(len(could)), could.__getitem__)
    return [{o for o in others if part[o] == part[g]} for g, others in enumerate(could)]


def _list_fitting(measure: Measure, own: Fraction, levels: Sequence[Fraction]) -> set[int]:
    """Return the other levels, by position, that the group could have with an integer value."""
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
    """Replays events of sums in order. Rows of the certificate are numbered as they are made."""

    def __init__(self, engine: IncrementalModel) -> None:
        self._engine, self._matrix = engine, engine.matrix
        self._rows = list(range(len(engine.matrix.row_low)))

    def keep(self, weights: Weights, events: Sequence[Sequence[Any]]) -> None:
        """Apply what the events of one aim prove: cuts, values of its parts, fixed columns."""
        for event in events:
            if event[0] == "cut":
                self._add_cut(event[1], set(event[2]), event[3])
            if event[0] != "sum":
                continue
            own = weights if len(event) < 5 else {j: weights[j] for j in event[4]}
            self._fix_columns(own, *event[1:4])
            self._rows.append(self._engine.add_row(own))
            self._engine.bound_row(self._rows[-1], float(event[1]), float(event[1]))

    def _add_cut(self, sides: Sequence[int], raised: set[int], stated: int) -> None:
        """Add half of a sum of rows, odd weights made even by a bound, the right side floored."""
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
        """Fix the columns that no answer of this value can move (reduced-cost fixing)."""
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
        """Return sign times the upper (or lower) bound of a row; infinite if it has none."""
        return float(sign * (self._matrix.row_high[row] if sign > 0 else self._matrix.row_low[row]))


BRANCHED = 4000  # columns; branching on a larger model takes seconds per need
SECONDS_OF_A_RUN = 0.5


def find_reachable(
    engine: IncrementalModel, columns: Sequence[int], is_kept: Callable[[Vector], bool]
) -> tuple[set[int], set[int]]:
    """Return the columns of needs that some integer point meets, and those that none meets.

    Columns for which neither is known are in neither set. ``is_kept`` is a condition on integer
    points in addition to the rows.
    """
    reach = _ReachQueries(engine, columns, is_kept)
    reach.ask()
    return reach.open, reach.shut - reach.open


class _ReachQueries:
    """Queries about some columns. ``open``: met by an integer point; ``shut``: met by none."""

    def __init__(
        self, engine: IncrementalModel, columns: Sequence[int], is_kept: Callable[[Vector], bool]
    ) -> None:
        self._engine, self._columns, self._is_kept = engine, columns, is_kept
        self.open: set[int] = set()
        self.shut = {j for j in columns if engine.matrix.high[j] == 0}

    def ask(self) -> None:
        """Ask about all together, then one by one about those that a fractional point meets."""
        for j in self._ask_together([j for j in self._columns if j not in self.shut]):
            if j in self.open or self._engine.seconds_left <= 0:
                continue
            answer = self._engine.maximise_linear({j: 1})
            if _is_none(answer) or self._is_searched_off(j, answer):
                self.shut.add(j)

    def _ask_together(self, waiting: list[int]) -> list[int]:
        """Prove of many columns at once that no point meets them; return the others."""
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

    def _is_searched_off(self, column: int, answer: EngineResult) -> bool:
        """Read the LP's point, or search where that is fast; return whether no point meets it."""
        if answer.point is None:
            return False
        if len(self._engine.matrix.low) > BRANCHED or self._is_whole(answer.point):
            self._read(answer.point)
            return False
        self._engine.seconds_of_a_run = SECONDS_OF_A_RUN
        found = search_once(self._engine, {column: 1})
        self._engine.seconds_of_a_run = LONG
        if found.best is not None:
            self._read(found.best.point)
        return found.is_claimed and found.best is not None and found.best.value < 1

    def _is_whole(self, point: Vector) -> bool:
        return self._engine.matrix.is_integral(point) and self._is_kept(point)

    def _read(self, point: Vector) -> None:
        """Record the columns that an integer point meets."""
        if self._is_whole(point):
            self.open.update(j for j in self._columns if point[j] > 0.5)


def _is_none(answer: EngineResult) -> bool:
    """Return whether no column can be met, by multipliers."""
    if answer.status is not SolutionStatus.PROVEN:
        return False
    return answer.proof is not None and answer.proof.floor < 1
