"""One function decides statuses; the traps of solvers stay outside."""

import math

import highspy
import pytest

from optimizer.engine.branching import OutOfTimeError, maximise_over_integers
from optimizer.engine.highs import IncrementalModel, decide_status
from optimizer.model.build import build
from tests.optimizer.builders import goods, month, want

KINDS = highspy.HighsModelStatus
DECISIONS = {
    "optimal within less than one": (KINDS.kOptimal, True, 5.0, 5.9, "proven"),
    "optimal by a relative gap only": (KINDS.kOptimal, True, 15088.0, 15089.0, "failed"),
    "optimal without a point": (KINDS.kOptimal, False, 5.0, 5.0, "failed"),
    "infeasible": (KINDS.kInfeasible, False, 0.0, 0.0, "infeasible"),
    "time limit with an incumbent": (KINDS.kTimeLimit, True, 5.0, 9.0, "feasible"),
    "time limit with zeros only": (KINDS.kTimeLimit, False, 0.0, 9.0, "failed"),
    "time limit with no value": (KINDS.kTimeLimit, True, -math.inf, 9.0, "failed"),
    "node limit": (KINDS.kSolutionLimit, True, 5.0, 9.0, "feasible"),
    "node limit with no point": (KINDS.kSolutionLimit, False, 0.0, 9.0, "failed"),
    "solve error": (KINDS.kSolveError, True, 5.0, 5.0, "failed"),
    "unknown": (KINDS.kUnknown, True, 5.0, 5.0, "failed"),
}


@pytest.mark.parametrize("case", DECISIONS)
def test_a_raw_status_becomes_one_of_four(case):
    *raw, decided = DECISIONS[case]
    assert decide_status(*raw) == decided


def small(seconds: float = 60.0) -> tuple[IncrementalModel, dict[int, int]]:
    model = build(month(goods(capacity=3), *(want(f"n{k}", quantity=2) for k in range(3))))
    weights = {model.columns.number(met): 1 for met in model.columns.met.values()}
    return model.start_engine(seconds), weights


def test_the_linear_bound_is_above_the_whole_value():
    engine, weights = small()
    linear = engine.maximise_linear(weights)
    whole = maximise_over_integers(engine, weights)
    assert linear.bound == pytest.approx(1.5)
    assert whole.is_claimed
    assert whole.best.value == 1
    assert engine.matrix.holds(whole.best.point)


def test_bounds_changed_in_place_are_undone_in_place():
    engine, weights = small()
    before = engine.maximise_linear(weights).bound
    columns = list(weights)
    engine.bound_columns(columns, [0.0] * 3, [0.0] * 3)
    assert engine.maximise_linear(weights).bound == pytest.approx(0.0)
    engine.bound_columns(columns, [0.0] * 3, [1.0] * 3)
    assert engine.maximise_linear(weights).bound == pytest.approx(before)


def test_an_impossible_question_is_proved_by_a_ray():
    engine, weights = small()
    row = engine.add_row(weights)
    engine.bound_row(row, 2, 3)
    answer = engine.maximise_linear({})
    assert answer.status == "infeasible"
    assert answer.proof is not None
    assert answer.proof.total < 0


def test_no_time_is_no_answer():
    engine, weights = small(seconds=0.0)
    assert engine.maximise_linear(weights).status == "failed"
    with pytest.raises(OutOfTimeError):
        maximise_over_integers(engine, weights)


@pytest.mark.parametrize(
    "status", [KINDS.kUnknown, KINDS.kSolveError, KINDS.kIterationLimit, KINDS.kNotset]
)
@pytest.mark.parametrize("tries", [1, 2])
def test_a_run_from_the_last_basis_that_goes_astray_is_run_afresh(monkeypatch, status, tries):
    """A month of 1,670 needs came back with 23 open results after such a run."""
    engine, weights = small()
    true = engine.maximise_linear(weights)
    run, astray = IncrementalModel._run, iter([status] * tries)
    monkeypatch.setattr(
        IncrementalModel,
        "_run",
        lambda self, *, is_linear: next(astray, None) or run(self, is_linear=is_linear),
    )
    answer = engine.maximise_linear(weights)
    assert (answer.status, answer.bound) == (true.status, true.bound) == ("proven", true.bound)
