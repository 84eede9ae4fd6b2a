"""The only file that names a solver or reads a solver's status.

A ``LivingModel`` is PuLP's model, built once, handed to one solver object once, and changed in
place from stage to stage: costs, bounds, a few rows and columns. Always minimised inside, as dual
signs flip between engines when maximising. Seen traps: a status of "optimal" after a time limit, a
default gap of 1e-4 called optimal, zeros instead of "no answer", time limits counted from the
object's birth.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt
import pulp

from optimizer.solution import SolutionStatus

ENGINE = "HiGHS"
INFINITY = float(highspy.kHighsInf)
WHOLE = 1e-6  # a value this near a whole number is that number; re-checked in integers afterwards
GAP = 0.99  # objectives are whole: a bound less than one away is the proof
MOST_SECONDS = 1e7
DUAL, PRIMAL = 1, 4
CORE = ("met_", "visit_", "delivered_", "units_", "helped_")
WHOLE_KIND, FREE_KIND = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
BoolVector = npt.NDArray[np.bool_]
Vector = npt.NDArray[np.float64]
Index = npt.NDArray[np.int32]
Weights = Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Answer:
    """One solver run, maximised. ``point``: values of the columns; None when there is none.

    PROVEN: optimal (of the LP, or within less than one of the bound); FEASIBLE: a point only.
    duals, reduced   of a proven LP, in the sense of minimising the negated objective.
    """

    status: SolutionStatus
    value: float = 0.0
    bound: float = 0.0
    point: Vector | None = None
    duals: Vector | None = None
    reduced: Vector | None = None


def decide_status(
    model_status: highspy.HighsModelStatus, has_point: bool, value: float, bound: float
) -> SolutionStatus:
    """The one place where a raw solver status becomes ours; anything unexpected is FAILED."""
    kinds = highspy.HighsModelStatus
    if model_status == kinds.kOptimal:
        is_close = abs(value - bound) < 1.0
        return SolutionStatus.PROVEN if has_point and is_close else SolutionStatus.FAILED
    if model_status in (kinds.kInfeasible, kinds.kUnboundedOrInfeasible):
        # Every column is bounded, so nothing here can be unbounded.
        return SolutionStatus.INFEASIBLE
    if model_status == kinds.kTimeLimit and has_point and np.isfinite(value):
        return SolutionStatus.FEASIBLE
    return SolutionStatus.FAILED


class LivingModel:
    """One solver object under one PuLP model; every run counts against one deadline."""

    def __init__(
        self,
        variables: Sequence[pulp.LpVariable],
        rows: Sequence[pulp.LpConstraint],
        seconds: float,
    ) -> None:
        """``variables`` whose name begins with one of CORE are branched on; the rest follow."""
        self._ends_at = time.monotonic() + seconds
        self._solver = _new_solver()
        self.linear_runs = 0
        self.integer_runs = 0
        self.seconds: dict[str, float] = {"linear": 0.0, "integer": 0.0}
        lp = _as_arrays(variables, rows)
        self.low: Vector = np.array(lp.col_lower_)
        self.high: Vector = np.array(lp.col_upper_)
        self.row_low: Vector = np.array(lp.row_lower_)
        self.row_high: Vector = np.array(lp.row_upper_)
        self.is_whole = np.array([v.cat == pulp.LpInteger for v in variables], dtype=bool)
        self.is_core = np.array([v.name.startswith(CORE) for v in variables], dtype=bool)
        self.cuts: list[int] = []
        self._rows: list[tuple[Index, Vector]] = _split_rows(lp)
        nothing = np.zeros(0, dtype=np.int32)
        self._entries: tuple[Index, Index, Vector] = (nothing, nothing, np.zeros(0))
        self._entries_of = 0
        self._priced: dict[int, int] = {}
        if self._solver.passModel(lp) == highspy.HighsStatus.kError:
            raise RuntimeError("the solver refused the model")

    @property
    def seconds_left(self) -> float:
        """Wall seconds until the deadline, 0 when it has passed."""
        return max(0.0, self._ends_at - time.monotonic())

    def mark_cut(self, row: int) -> None:
        """A row that only helps the LP: branch and bound goes without it."""
        if row not in self.cuts:
            self.cuts.append(row)

    def count(self, other: "LivingModel") -> None:
        """Add the runs of a component to this model's account."""
        self.linear_runs += other.linear_runs
        self.integer_runs += other.integer_runs
        for kind, seconds in other.seconds.items():
            self.seconds[kind] += seconds

    def row(self, number: int) -> tuple[Index, Vector]:
        """Columns and weights of a row."""
        return self._rows[number]

    def entries(self) -> tuple[Index, Index, Vector]:
        """The whole matrix as rows, columns and weights of its entries."""
        if len(self._rows) != self._entries_of:
            sizes = [len(columns) for columns, _ in self._rows]
            self._entries = (
                np.repeat(np.arange(len(sizes), dtype=np.int32), sizes),
                np.concatenate([columns for columns, _ in self._rows]),
                np.concatenate([weights for _, weights in self._rows]),
            )
            self._entries_of = len(self._rows)
        return self._entries

    def bound_columns(
        self, columns: Sequence[int], low: Sequence[float] | Vector, high: Sequence[float] | Vector
    ) -> None:
        """Change bounds of columns in place."""
        if columns:
            index = np.array(columns, dtype=np.int32)
            self.low[index], self.high[index] = low, high
            self._solver.changeColsBounds(len(columns), index, self.low[index], self.high[index])

    def bound_row(self, row: int, low: float, high: float) -> None:
        """Change the bounds of one row in place."""
        self.row_low[row], self.row_high[row] = low, high
        self._solver.changeRowBounds(row, low, high)

    def add_column(self, high: int) -> int:
        """A new whole column between 0 and ``high`` in no row; returns its number."""
        self._solver.addVar(0.0, float(high))
        column = len(self.low)
        self._solver.changeColIntegrality(column, highspy.HighsVarType.kInteger)
        self.low = np.append(self.low, 0.0)
        self.high = np.append(self.high, float(high))
        self.is_whole = np.append(self.is_whole, True)
        self.is_core = np.append(self.is_core, True)
        return column

    def add_row(self, weights: Weights) -> int:
        """A new row without bounds; returns its number."""
        index = np.array(sorted(weights), dtype=np.int32)
        values = np.array([float(weights[int(j)]) for j in index])
        self._solver.addRow(-INFINITY, INFINITY, len(index), index, values)
        self._rows.append((index, values))
        self.row_low = np.append(self.row_low, -INFINITY)
        self.row_high = np.append(self.row_high, INFINITY)
        return len(self.row_low) - 1

    def maximise_linear(self, weights: Weights) -> Answer:
        """The LP without whole numbers, from the last basis; duals and reduced costs included."""
        self.linear_runs += 1
        started = time.monotonic()
        self._solver.setOptionValue("simplex_strategy", self._strategy(weights))
        self._price(weights)
        status = self._run(is_linear=True)
        self.seconds["linear"] += time.monotonic() - started
        solution = self._solver.getSolution()
        has_point = bool(solution.value_valid)
        value = -float(self._solver.getInfo().objective_function_value)
        decided = decide_status(status, has_point, value, value)
        if decided is not SolutionStatus.PROVEN:
            has_point = False
        return Answer(
            decided,
            value,
            value,
            np.array(solution.col_value) if has_point else None,
            np.array(solution.row_dual) if has_point else None,
            np.array(solution.col_dual) if has_point else None,
        )

    def maximise_integer(self, weights: Weights) -> Answer:
        """Branch and bound to a bound less than one above the value.

        Flows are left free of whole numbers at first: with whole decisions they mostly are whole.
        Where they are not, they are sought with the decisions fixed, and failing that together.
        """
        started = time.monotonic()
        basis = self._solver.getBasis()
        answer = self._without_cuts(lambda: self._branch(weights, self.is_whole & self.is_core))
        if answer.point is not None and not self.is_integral(answer.point):
            answer = self._without_cuts(lambda: self._round_flows(weights, answer))
        if basis.valid:
            self._solver.setBasis(basis)
        self.seconds["integer"] += time.monotonic() - started
        return answer

    def _round_flows(self, weights: Weights, answer: Answer) -> Answer:
        low, high = self.low.copy(), self.high.copy()
        core = np.flatnonzero(self.is_core).tolist()
        values = np.round(answer.point[core]) if answer.point is not None else low[core]
        self.bound_columns(core, values, values)
        rounded = self._branch({}, self.is_whole)
        self.bound_columns(core, low[core], high[core])
        if rounded.point is not None:
            value = sum(weight * float(rounded.point[j]) for j, weight in weights.items())
            if answer.bound - value < 1.0:
                return Answer(answer.status, value, answer.bound, rounded.point)
        return self._branch(weights, self.is_whole)

    def _without_cuts(self, run: Callable[[], Answer]) -> Answer:
        """Cuts help the LP along; branch and bound finds its own on what is left."""
        tight = [(i, self.row_low[i], self.row_high[i]) for i in self.cuts]
        for i, _, _ in tight:
            self.bound_row(i, -INFINITY, INFINITY)
        answer = run()
        for i, low, high in tight:
            self.bound_row(i, float(low), float(high))
        return answer

    def _branch(self, weights: Weights, is_whole: BoolVector) -> Answer:
        self.integer_runs += 1
        self._integrate(is_whole)
        self._price(weights)
        status = self._run(is_linear=False)
        info = self._solver.getInfo()
        value, bound = -float(info.objective_function_value), -float(info.mip_dual_bound)
        solution = self._solver.getSolution()
        decided = decide_status(status, bool(solution.value_valid), value, bound)
        has_point = decided in (SolutionStatus.PROVEN, SolutionStatus.FEASIBLE)
        return Answer(decided, value, bound, np.array(solution.col_value) if has_point else None)

    def _integrate(self, is_whole: BoolVector) -> None:
        kinds = np.where(is_whole, int(WHOLE_KIND), int(FREE_KIND)).astype(np.uint8)
        index = np.arange(len(kinds), dtype=np.int32)
        self._solver.changeColsIntegrality(len(kinds), index, kinds)

    def is_integral(self, point: Vector) -> bool:
        """True when every whole column stands on a whole number."""
        values = point[self.is_whole]
        return bool(np.all(np.abs(values - np.round(values)) <= WHOLE))

    def _strategy(self, weights: Weights) -> int:
        """Primal simplex after new costs, dual after new bounds: the last basis stays useful."""
        return PRIMAL if weights and dict(weights) != self._priced else DUAL

    def _price(self, weights: Weights) -> None:
        columns = sorted({*self._priced, *weights})
        costs = [-float(weights.get(j, 0)) for j in columns]
        if columns:
            index = np.array(columns, dtype=np.int32)
            self._solver.changeColsCost(len(columns), index, np.array(costs))
        self._priced = dict(weights)

    def _run(self, *, is_linear: bool) -> highspy.HighsModelStatus:
        allowed = min(self.seconds_left, MOST_SECONDS)
        if allowed <= 0:
            return highspy.HighsModelStatus.kTimeLimit
        self._solver.setOptionValue("solve_relaxation", is_linear)
        self._solver.setOptionValue("time_limit", self._solver.getRunTime() + allowed)
        self._solver.run()
        return self._solver.getModelStatus()


class _Quiet(highspy.Highs):
    """The engine without its callbacks, whose set-up writes a banner to standard output."""

    def __init__(self) -> None:
        super(highspy.Highs, self).__init__()


def _new_solver() -> highspy.Highs:
    solver = _Quiet()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", 0)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", GAP)
    return solver


def _as_arrays(
    variables: Sequence[pulp.LpVariable], rows: Sequence[pulp.LpConstraint]
) -> highspy.HighsLp:
    """PuLP's model row by row as the solver's arrays."""
    number = {variable.name: j for j, variable in enumerate(variables)}
    starts, index, values = [0], [], []
    for row in rows:
        for variable, weight in row.items():
            index.append(number[variable.name])
            values.append(float(weight))
        starts.append(len(index))
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(variables), len(rows)
    lp.col_cost_ = np.zeros(len(variables))
    lp.col_lower_ = np.array([float(v.lowBound) for v in variables])
    lp.col_upper_ = np.array([float(v.upBound) for v in variables])
    lp.row_lower_ = np.array([_finite(row.getLb(), -INFINITY) for row in rows])
    lp.row_upper_ = np.array([_finite(row.getUb(), INFINITY) for row in rows])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.array(starts)
    lp.a_matrix_.index_ = np.array(index)
    lp.a_matrix_.value_ = np.array(values)
    kinds = {True: highspy.HighsVarType.kInteger, False: highspy.HighsVarType.kContinuous}
    lp.integrality_ = [kinds[variable.cat == pulp.LpInteger] for variable in variables]
    return lp


def _split_rows(lp: highspy.HighsLp) -> list[tuple[Index, Vector]]:
    starts = np.array(lp.a_matrix_.start_)
    index = np.array(lp.a_matrix_.index_, dtype=np.int32)
    values = np.array(lp.a_matrix_.value_)
    return [
        (index[starts[i] : starts[i + 1]], values[starts[i] : starts[i + 1]])
        for i in range(len(starts) - 1)
    ]


def _finite(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else float(value)


def whole_values(point: Vector, columns: Iterable[int]) -> dict[int, int]:
    """Rounded values of some columns."""
    return {j: round(float(point[j])) for j in columns}
