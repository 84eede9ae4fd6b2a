"""An incremental model on HiGHS; the only file that names the solver and reads its status.

An ``IncrementalModel`` passes its arrays to one solver object once and changes them in place from
stage to stage: costs, bounds, a few rows and columns. HiGHS runs quietly and on one thread. It
always minimises, because engines differ in the sign of duals when they maximise. Known traps:
"optimal" after a time limit, a default gap of 1e-4 called optimal, zeros instead of "no answer",
time limits counted from the creation of the object.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np
import pulp

from optimizer.engine.bounds import Bound, bound_by_duals, disprove
from optimizer.engine.matrix import WHOLE, BoolVector, Index, Matrix, Vector, Weights
from optimizer.solution import SolutionStatus

ENGINE = "HiGHS"
GAP = 0.99  # objectives are whole, so a bound less than one away is a proof
WHOLE_KIND, FREE_KIND = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
_KINDS = highspy.HighsModelStatus
_STOPPED = {_KINDS.kTimeLimit, _KINDS.kSolutionLimit}
_CLEAR = {
    _KINDS.kOptimal,
    _KINDS.kInfeasible,
    _KINDS.kUnboundedOrInfeasible,
    _KINDS.kTimeLimit,
}
MOST_NODES = 200  # of the engine's branch and bound in a narrowed model
DUAL_SIMPLEX, PRIMAL_SIMPLEX = 1, 4
MOST_WARM_STEPS = 800  # of simplex from the last basis; beyond them a fresh start is faster
INTERIOR_POINT_SIZE = 40_000  # columns; above it interior point is faster than simplex


@dataclass(frozen=True, slots=True)
class EngineResult:
    """The result of one LP whose sum is maximised.

    Only a PROVEN result has a bound, point and multipliers; an infeasible one may have a ``proof``.

    status  PROVEN, INFEASIBLE or another status
    bound   what the multipliers prove (weak duality); the engine's objective is not passed on
    point   the values of the columns
    duals   the multipliers as the engine returned them
    proof   the multipliers in whole numbers; of an infeasible LP the ray that proves it, or None if
            only the engine claims it
    """

    status: SolutionStatus
    bound: float = 0.0
    point: Vector | None = None
    duals: Vector | None = None
    proof: Bound | None = None


@dataclass(frozen=True, slots=True)
class EngineClaim:
    """What the engine's branch and bound claims, unchecked; only this package uses it.

    PROVEN: no point that is integer in the marked columns is worth more than ``most``. FEASIBLE:
    ``point`` is known. It is integer in the marked columns, up to the engine's tolerance.
    """

    status: SolutionStatus
    most: int = 0
    point: Vector | None = None


class _Quiet(highspy.Highs):
    """The engine without its callbacks, which print a banner to standard output."""

    def __init__(self) -> None:
        super(highspy.Highs, self).__init__()


def new_solver() -> highspy.Highs:
    """Return a solver object: quiet, one thread, fixed seed, ``GAP`` as the only gap allowed."""
    solver = _Quiet()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", 0)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", GAP)
    return solver


def as_arrays(matrix: Matrix) -> highspy.HighsLp:
    """Return a matrix in the solver's own format, without costs."""
    lp = highspy.HighsLp()
    of_row, columns, weights = matrix.entries()
    lp.num_col_, lp.num_row_ = len(matrix.low), len(matrix.row_low)
    lp.col_cost_ = np.zeros(len(matrix.low))
    lp.col_lower_, lp.col_upper_ = matrix.low, matrix.high
    lp.row_lower_, lp.row_upper_ = matrix.row_low, matrix.row_high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.searchsorted(of_row, np.arange(len(matrix.row_low) + 1))
    lp.a_matrix_.index_, lp.a_matrix_.value_ = columns, weights
    lp.integrality_ = [WHOLE_KIND if is_whole else FREE_KIND for is_whole in matrix.is_whole]
    return lp


def decide_status(
    model_status: highspy.HighsModelStatus, has_point: bool, value: float, bound: float
) -> SolutionStatus:
    """Return the status that a raw solver status means; an unexpected one means FAILED.

    "Optimal" means PROVEN only with a point, and with value and bound less than 1 apart.
    """
    if model_status == _KINDS.kOptimal:
        is_close = abs(value - bound) < 1.0
        return SolutionStatus.PROVEN if has_point and is_close else SolutionStatus.FAILED
    if model_status in (_KINDS.kInfeasible, _KINDS.kUnboundedOrInfeasible):
        # Every column is bounded, so the model cannot be unbounded.
        return SolutionStatus.INFEASIBLE
    if model_status in _STOPPED and has_point and np.isfinite(value):
        return SolutionStatus.FEASIBLE
    return SolutionStatus.FAILED


class IncrementalModel:
    """One solver object with its matrix; its runs together may take ``seconds`` [s]."""

    def __init__(
        self,
        variables: Sequence[pulp.LpVariable],
        rows: Sequence[pulp.LpConstraint],
        seconds: float,
    ) -> None:
        self._load(Matrix(variables, rows), seconds)

    def _load(self, matrix: Matrix, seconds: float) -> None:
        self._ends_at = time.monotonic() + seconds
        self.matrix = matrix
        self._priced: dict[int, int] = {}
        self._is_infeasible_basis = False
        self._solver = new_solver()
        if self._solver.passModel(as_arrays(self.matrix)) == highspy.HighsStatus.kError:
            raise RuntimeError("the solver refused the model")

    def narrowed(self, free: Index, point: Vector) -> "IncrementalModel":
        """Return a small model of the ``free`` columns, with all others fixed as in ``point``.

        Its branch and bound ends after ``MOST_NODES`` nodes. So it may find no point though there
        is one, and a point that it finds may not be the best one.
        """
        part = object.__new__(IncrementalModel)
        part._load(self.matrix.narrowed(free, point), self.seconds_left)
        part._solver.setOptionValue("mip_max_nodes", MOST_NODES)
        return part

    @property
    def seconds_left(self) -> float:
        """Wall-clock seconds until the deadline; 0 if it has passed."""
        return max(0.0, self._ends_at - time.monotonic())

    def forget(self) -> None:
        """Forget the last basis: after many changes a run with presolve is faster without it."""
        self._solver.clearSolver()
        self._is_infeasible_basis = False

    def bound_columns(
        self, columns: Sequence[int], low: Sequence[float] | Vector, high: Sequence[float] | Vector
    ) -> None:
        """Change the bounds of these columns in place."""
        if columns:
            index = np.array(columns, dtype=np.int32)
            matrix = self.matrix
            matrix.low[index], matrix.high[index] = low, high
            bounds = (matrix.low[index], matrix.high[index])
            self._solver.changeColsBounds(len(columns), index, *bounds)

    def bound_row(self, row: int, low: float, high: float) -> None:
        """Change the bounds of one row in place."""
        self.matrix.row_low[row], self.matrix.row_high[row] = low, high
        self._solver.changeRowBounds(row, low, high)

    def add_column(self, high: int) -> int:
        """Add an integer decision between 0 and ``high`` that is in no row; return its number."""
        self._solver.addVar(0.0, float(high))
        return self.matrix.add_column(high)

    def add_row(self, weights: Weights) -> int:
        """Add a row without bounds; return its number."""
        row = self.matrix.add_row(weights)
        columns, values = self.matrix.row(row)
        infinity = highspy.kHighsInf
        self._solver.addRow(-infinity, infinity, len(columns), columns, values)
        return row

    def maximise_linear(self, weights: Weights) -> EngineResult:
        """Solve the LP relaxation, from the last basis if that is fast, and return its result."""
        # Primal simplex after new costs, dual after new bounds: the last basis stays useful.
        is_repriced = bool(weights) and dict(weights) != self._priced
        if is_repriced and self._is_infeasible_basis:
            self.maximise_linear({})  # the last LP was infeasible: find a feasible point first
        strategy = PRIMAL_SIMPLEX if is_repriced else DUAL_SIMPLEX
        self._solver.setOptionValue("simplex_strategy", strategy)
        self._price(weights)
        self._solver.setOptionValue("simplex_iteration_limit", MOST_WARM_STEPS)
        status = self._run(is_linear=True)
        self._solver.setOptionValue("simplex_iteration_limit", highspy.kHighsIInf)
        if status not in _CLEAR:  # too many steps, or no status at all: numbers went astray
            status = self._run_afresh()
        solution = self._solver.getSolution()
        value = -float(self._solver.getInfo().objective_function_value)
        decided = decide_status(status, bool(solution.value_valid), value, value)
        if decided is not SolutionStatus.PROVEN:
            self._is_infeasible_basis = True
            return EngineResult(decided, proof=self._find_ray())
        self._is_infeasible_basis = False
        duals = -np.array(solution.row_dual)
        proof = bound_by_duals(self.matrix, weights, duals, value)
        return EngineResult(decided, proof.value, np.array(solution.col_value), duals, proof)

    def maximise_integer(self, weights: Weights, is_whole: BoolVector) -> EngineClaim:
        """Run branch and bound over the marked columns until bound and value differ by less than 1.

        Returns what the engine claims, unchecked.
        """
        basis = self._solver.getBasis()
        status = self._branch(weights, is_whole)
        info, solution = self._solver.getInfo(), self._solver.getSolution()
        value, bound = -float(info.objective_function_value), -float(info.mip_dual_bound)
        decided = decide_status(status, bool(solution.value_valid), value, bound)
        has_point = decided in (SolutionStatus.PROVEN, SolutionStatus.FEASIBLE)
        point = np.array(solution.col_value) if has_point else None
        if basis.valid:
            self._solver.setBasis(basis)
        most = math.floor(bound + WHOLE) if decided is SolutionStatus.PROVEN else 0
        return EngineClaim(decided, most, point)

    def seek_integer(
        self, weights: Weights, is_whole: BoolVector, wanted: int, most_nodes: int
    ) -> Vector | None:
        """Return the best point of a branch and bound, unchecked; None if it finds none.

        It ends at a point worth ``wanted`` or more, or after ``most_nodes`` nodes.
        """
        basis = self._solver.getBasis()
        self._solver.setOptionValue("objective_target", 0.5 - wanted)
        self._solver.setOptionValue("mip_max_nodes", most_nodes)
        self._branch(weights, is_whole)
        self._solver.setOptionValue("objective_target", -highspy.kHighsInf)
        self._solver.setOptionValue("mip_max_nodes", highspy.kHighsIInf)
        solution = self._solver.getSolution()
        point = np.array(solution.col_value) if solution.value_valid else None
        if basis.valid:
            self._solver.setBasis(basis)
        return point

    def _branch(self, weights: Weights, is_whole: BoolVector) -> highspy.HighsModelStatus:
        kinds = np.where(is_whole, int(WHOLE_KIND), int(FREE_KIND)).astype(np.uint8)
        index = np.arange(len(kinds), dtype=np.int32)
        self._solver.changeColsIntegrality(len(kinds), index, kinds)
        self._price(weights)
        return self._run(is_linear=False)

    def _run_afresh(self) -> highspy.HighsModelStatus:
        """Presolve and solve from scratch; large models by interior point first, others by simplex.

        A way that ends without a clear status is followed by the other.
        """
        ways = ("choose", "ipm")  # the first is simplex
        if len(self.matrix.low) > INTERIOR_POINT_SIZE:
            ways = ("ipm", "choose")
        for way in ways:
            self._solver.clearSolver()
            self._solver.setOptionValue("simplex_strategy", DUAL_SIMPLEX)
            self._solver.setOptionValue("solver", way)
            status = self._run(is_linear=True)
            if status in _CLEAR:
                break
        self._solver.setOptionValue("solver", "choose")
        return status

    def _find_ray(self) -> Bound | None:
        _, has_ray, ray = self._solver.getDualRay()  # type: ignore[attr-defined]
        return disprove(self.matrix, np.array(ray)) if has_ray else None

    def _price(self, weights: Weights) -> None:
        columns = sorted({*self._priced, *weights})
        costs = [-float(weights.get(j, 0)) for j in columns]
        if columns:
            index = np.array(columns, dtype=np.int32)
            self._solver.changeColsCost(len(columns), index, np.array(costs))
        self._priced = dict(weights)

    def _run(self, *, is_linear: bool) -> highspy.HighsModelStatus:
        allowed = self.seconds_left
        if allowed <= 0:
            return _KINDS.kTimeLimit
        self._solver.setOptionValue("solve_relaxation", is_linear)
        self._solver.setOptionValue("time_limit", self._solver.getRunTime() + allowed)
        self._solver.run()
        return self._solver.getModelStatus()
