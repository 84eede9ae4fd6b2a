"""Lexicographic optimisation: every stage value is fixed at its LP bound and checked afterwards.

A step that maximises a sum takes its LP bound, rounded down: an integer that no integer point can
exceed, given the values fixed by earlier steps. The step fixes the sum at that integer before it is
known whether a point reaches it. An *incumbent check* later looks for an integer point that has all
fixed values. If there is none, bisection finds the first step whose value is too high; only that
step is solved in integers, and the steps after it are taken again. In the end every fixed value is
both proved as a bound and reached by a point.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from optimizer.bitset import has_member
from optimizer.engine.bounds import Bound, renew
from optimizer.engine.branching import EngineError, find_integer_point, repair_integer_point
from optimizer.engine.highs import EngineResult, IncrementalModel
from optimizer.engine.matrix import INFINITY, WHOLE, Matrix, Vector, Weights, weigh
from optimizer.engine.tree import maximise_exactly
from optimizer.search.lp_queries import MOST_ROUNDS, LpQueries
from optimizer.search.near_answers import NearAnswers
from optimizer.search.nearby import Nearby
from optimizer.search.parts import PartSums
from optimizer.search.ranks import RankSteps
from optimizer.search.trail import BoundChange, Step, StepKind, Trail, fix_by_reduced_costs
from optimizer.search.undecided import Undecided
from optimizer.solution import Proof, SolutionStatus


class NoPointError(Exception):
    """Proved: no integer point satisfies C1 to C15."""


class UnreachableError(Exception):
    """No point has all the fixed values, not even a fractional one: one of them is too high."""


class RetakeError(Exception):
    """A fixed value is too high: the caller must undo the steps and take them again."""


class LexicographicSearch:
    """The steps taken so far on one incremental model, and the solves that find the next.

    is_small    marks the columns of small components, which a repair leaves free
    undecided   finds the columns that have one value in all points, and fixes them
    ranks       fixes ranks of a ladder
    near        finds, at the end, which columns can be 1 in other answers
    parts       fixes parts of a sum
    """

    def __init__(self, engine: IncrementalModel) -> None:
        self.is_small = np.zeros(len(engine.matrix.low), dtype=bool)
        self._engine, self._trail = engine, Trail(engine)
        self._incumbent, self._lp = self._trail.incumbent, LpQueries(self._trail)
        self._careful: set[int] = set()  # steps by position that are solved in integers
        self._window, self._unchecked = 1, 0  # aims per incumbent check; aims since the last one
        self._refusal: Bound | None = None
        self.undecided = Undecided(self._trail, self._lp)
        self.ranks = RankSteps(self._trail, self._lp, self._careful)
        self.near = NearAnswers(self._trail, self._lp)
        self._nearby = Nearby(self._trail, self._lp)
        self.parts = PartSums(self._trail, self._lp, self._careful)

    # Queries that solve nothing.

    @property
    def steps(self) -> Sequence[Step]:
        """The steps in force, in the order in which they were taken."""
        return self._trail.steps

    @property
    def point(self) -> Vector | None:
        """The incumbent, which may lack the values fixed last; None if no point is known."""
        return self._incumbent.point

    @property
    def matrix(self) -> Matrix:
        """The rows and columns with their current bounds."""
        return self._engine.matrix

    @property
    def seconds_left(self) -> float:
        """Wall-clock seconds until the deadline."""
        return self._engine.seconds_left

    def is_open(self, column: int) -> bool:
        """Return whether a column can still take more than one value."""
        return bool(self.matrix.high[column] - self.matrix.low[column] > WHOLE)

    def is_on(self, column: int) -> bool:
        """Return whether a column in {0, 1} is fixed at 1."""
        return bool(self.matrix.low[column] > WHOLE)

    def is_off(self, column: int) -> bool:
        """Return whether a column is fixed at 0."""
        return bool(self.matrix.high[column] == 0)

    # Steps that need no solve.

    def keep_columns(self, columns: Sequence[tuple[int, float, float]]) -> None:
        """Set bounds of columns (number, low, high) that are proved already, as one step."""
        self._trail.keep_columns(columns)

    def keep_rows(self, rows: Sequence[tuple[int, float]], high: float = INFINITY) -> None:
        """Set lower bounds of rows (number, low) and a common upper bound, proved already."""
        self._trail.keep_rows(rows, high)

    def add_column(self, high: int, *, is_defined: bool = False) -> int:
        """Add an integer column up to ``high`` (see ``Step.is_defined``); return its number."""
        return self._trail.add_column(high, is_defined=is_defined)

    def add_row(self, weights: Weights) -> int:
        """Add a row without bounds; return its number."""
        return self._trail.add_row(weights)

    def propose(self, point: Vector) -> None:
        """Make a point the incumbent if it is integer and has all fixed values."""
        self._incumbent.propose(point, len(self.steps))

    def undo_to(self, count: int = 0) -> None:
        """Undo all but the first ``count`` steps; taking them again costs no solve."""
        self._trail.undo_to(count)

    def close(self) -> None:
        """Record that the last failed try decides about a group."""
        if self._trail.replay() is None:
            tries = (step for step in reversed(self.steps) if step.kind is StepKind.TRIED)
            failed = next(step for step in tries if not step.value)
            self._trail.apply(replace(failed, kind=StepKind.CLOSED, rows=[]))

    # Steps that are solved.

    def maximise(self, weights: Weights, *, climbs: bool = False) -> Step:
        """Fix a sum at its upper bound under all that is fixed; a later check seeks a point there.

        ``climbs``: points near the incumbent are tried before cuts. Raises ``UnreachableError``.
        """
        return self._trail.replay() or self._fix_greatest(weights, climbs=climbs)

    def maximise_in_turn(self, sums: Sequence[Weights]) -> list[int]:
        """Fix the greatest value of every sum in turn, check them all and return the values.

        After a failed check it undoes all steps and starts again. Raises ``NoPointError`` if no
        point satisfies C1 to C15, and ``OutOfTimeError`` at the deadline.
        """
        while True:
            try:
                values = [self._maximise_and_check(weights) for weights in sums]
            except UnreachableError:
                if self.check_incumbent():
                    raise EngineError("a sum has no bound where a point is known") from None
            except RetakeError:
                pass
            else:
                if self.check_incumbent():
                    return values
            self.undo_to()

    def _maximise_and_check(self, weights: Weights) -> int:
        if not weights:
            return 0
        value = self.maximise(weights).value
        self.check_incumbent_when_due()
        return value

    def try_rows(self, rows: Sequence[tuple[int, float]], *, is_near: bool = True) -> bool:
        """Raise lower bounds of rows unless it is proved that no point has them; return whether.

        False: nothing is raised. ``is_near``: the try is near the edge of feasibility; cuts pay.
        """
        step = self._trail.replay() or self._try_bounds(rows, MOST_ROUNDS if is_near else 0)
        return bool(step.value)

    def refuse(self) -> Step | None:
        """Return a refuted step: no integer point gives the sums the LP bounds fixed so far.

        None: an integer point does. Call it last: its step is not undone.
        """
        self._careful.add(len(self.steps))
        step = self._try_bounds([], MOST_ROUNDS)
        return None if step.value else replace(step, kind=StepKind.CLOSED)

    def reachable(self, columns: Sequence[int], value: int) -> list[bool]:
        """Return for every column in {0, 1} whether it may have a value; fix nothing.

        False is proved by the LP; True is not proved.
        """
        step = self._trail.replay()
        if step is None:
            step = self._lp.find_reachable(columns, value)
            self._trail.apply(step)
        return [has_member(step.value, k) for k in range(len(columns))]

    def measure(self, weights: Weights, off: Sequence[int]) -> tuple[Step, Vector | None]:
        """Return the greatest value of a sum with the columns ``off`` at 0, and a point with it.

        Nothing is fixed. The point is None if no integer point satisfies everything in force.
        """
        return self._lp.measure(weights, off)

    def seek_point(self, columns: Sequence[int]) -> Vector | None:
        """Return an integer point with all fixed values and many of these columns at 1.

        It is the LP point, rounded or repaired; None does not prove that there is no such point.
        """
        point = self._lp.maximise(dict.fromkeys(columns, 1)).point
        found = weigh(self.matrix, {}, point)
        if found is None and point is not None:
            found = repair_integer_point(self._engine, point, self.is_small)
        return None if found is None else found.point

    # Incumbent checks.

    def check_incumbent_when_due(self) -> None:
        """Check the incumbent after 1, 2, 4, ... aims, and after 1 again once a check fails.

        Raises ``RetakeError`` if a fixed value is too high.
        """
        self._unchecked += 1
        if self._incumbent.checked < len(self.steps) and self._unchecked >= self._window:
            self._unchecked = 0
            if not self.check_incumbent():
                self._window = 1
                raise RetakeError
            self._window *= 2

    def check_incumbent(self) -> bool:
        """Find an integer point with all fixed values; False: the caller takes all steps again.

        Raises ``NoPointError`` if no point satisfies C1 to C15.
        """
        if self._has_point():
            self._incumbent.checked = len(self.steps)
            return True
        failed = self._find_failed_step()
        self._trail.discard(failed)
        if self.point is None and not self._find_incumbent():
            raise NoPointError
        if failed in self._careful:
            raise EngineError("a point that was checked satisfies the rows no longer")
        self._careful.add(failed)
        return False

    def _has_point(self) -> bool:
        return self._incumbent.is_feasible() or self._recall_point() or self._find_incumbent()

    def _recall_point(self) -> bool:
        """Make the point of the last step solved in integers the incumbent, if it is feasible."""
        points = (step.point for step in reversed(self.steps) if step.point is not None)
        point = next(points, None)
        if point is None or not self.matrix.holds(self._incumbent.padded(point)):
            return False
        self._incumbent.point = point
        return True

    def _find_failed_step(self) -> int:
        """Return the position of the first step after which there is no integer point.

        It is found by bisection. All steps are in force again afterwards.
        """
        low, high = self._incumbent.checked, len(self.steps)  # some point has the first, none these
        while high - low > 1:
            self._trail.undo_to((low + high) // 2)
            if self._has_point():
                low = len(self.steps)
            else:
                high = len(self.steps)
            self._trail.replay_to(high)
        return low

    def _find_incumbent(self) -> bool:
        """Find an incumbent by the LP and cuts, else by branching; return whether there is one."""
        tried = Step(0, Proof.DUAL)
        found = self._lp.maximise_with_cuts({}, tried).point
        self._trail.unbind(tried)
        best = weigh(self.matrix, {}, found)
        if best is None and found is not None:
            best = repair_integer_point(self._engine, found, self.is_small)
            best = best or find_integer_point(self._engine).best
        if best is not None:
            self._incumbent.point = best.point
        return best is not None

    # How a step is solved.

    def _fix_greatest(self, weights: Weights, *, climbs: bool) -> Step:
        step = Step(0, Proof.DUAL, StepKind.SUM)
        first = self._lp.maximise(weights)
        if climbs:
            self._nearby.reach(weights, first)
        answer = self._lp.maximise_with_cuts(weights, step, first=first)
        if answer.proof is None or answer.status is SolutionStatus.INFEASIBLE:
            self._trail.unbind(step)
            raise UnreachableError
        step.bound, step.value, found = answer.proof, answer.proof.floor, answer.point
        if len(self.steps) in self._careful:
            found = self._reach_in_integers(step, weights)
        step.row, value = self._engine.add_row(weights), float(step.value)
        fixed = BoundChange(step.row, -INFINITY, INFINITY, value, value)
        step.columns = fix_by_reduced_costs(self.matrix, answer.proof, step.value)
        self._trail.bind(Step(0, Proof.DUAL, columns=step.columns, rows=[fixed]))
        step.rows.append(fixed)
        self._trail.record(step, found)
        return step

    def _reach_in_integers(self, step: Step, weights: Weights) -> Vector:
        """Give the step the greatest value that an integer point has, and return the point."""
        tree = maximise_exactly(self._engine, weights, step.bound, self._incumbent.weigh(weights))
        if tree.best is None:
            raise UnreachableError
        step.value, step.proof, step.point = tree.best.value, tree.proof, tree.best.point
        step.tree = tree if tree.is_worth_keeping else None
        return tree.best.point

    def _try_bounds(self, rows: Sequence[tuple[int, float]], rounds: int) -> Step:
        """Record a step that raises lower bounds of rows, or that proves that no point has them."""
        step = Step(1, Proof.DUAL, StepKind.TRIED, rows=self._trail.change_rows(rows))
        lp_point, is_careful = self._trail.lp_point, len(self.steps) in self._careful
        self._trail.bind(step)
        if self._incumbent.is_feasible() or (self._trail.lp_point is not None and not is_careful):
            self._trail.record(step)
            return step
        answer = self._refuse_again() or self._lp.maximise_with_cuts({}, step, rounds)
        refused = Step(0, Proof.FARKAS, StepKind.TRIED, cuts=step.cuts, bound=answer.proof)
        is_none, point = answer.status is SolutionStatus.INFEASIBLE, answer.point
        if (is_careful and not is_none) or (is_none and answer.proof is None):
            point = step.point = self._seek_in_integers(refused)
            is_none = point is None
        if is_none:
            self._trail.unbind(step)
            self._trail.lp_point, self._refusal, step = lp_point, refused.bound, refused
        self._trail.record(step, point)
        return step

    def _seek_in_integers(self, refused: Step) -> Vector | None:
        """Return an integer point, or None; then ``refused`` gets the proof that there is none."""
        tree = maximise_exactly(self._engine, {}, None, None)
        refused.proof, refused.bound = tree.proof, None
        refused.tree = tree if tree.is_worth_keeping else None
        return None if tree.best is None else tree.best.point

    def _refuse_again(self) -> EngineResult | None:
        """Return the proof that refused the last try, if it also refuses this one; else None."""
        bound = None if self._refusal is None else renew(self.matrix, self._refusal)
        if bound is None or bound.total >= 0:
            return None
        return EngineResult(SolutionStatus.INFEASIBLE, proof=bound)
