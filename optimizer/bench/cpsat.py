"""The comparison models in CP-SAT of OR-Tools, which only the bench installs."""

import os

import pulp
from ortools.sat.python import cp_model

from optimizer.bench.models import committees_of, points_of
from optimizer.model.build import Model, build
from optimizer.problem import Problem

SHARES = 1_000_000  # the level in millionths


def solve_max_points(problem: Problem, seconds: float) -> str:
    """Maximise points within ``seconds``. Return the outcome in words."""
    model = build(problem)
    translated, columns = _translate(model)
    points = points_of(model)
    translated.maximize(sum(weight * columns[met.name] for met, weight in points.items()))
    return _solve(translated, seconds, 1)


def solve_max_min(problem: Problem, seconds: float) -> str:
    """Maximise the least share of a committee's needs that are met. Return the outcome in words."""
    model = build(problem)
    translated, columns = _translate(model)
    level = translated.new_int_var(0, SHARES, "level")
    for members in committees_of(model):
        met = sum(columns[variable.name] for variable in members)
        translated.add(SHARES * met >= level * len(members))
    translated.maximize(level)
    return _solve(translated, seconds, SHARES)


def _translate(model: Model) -> tuple[cp_model.CpModel, dict[str, cp_model.IntVar]]:
    translated = cp_model.CpModel()
    columns = {
        variable.name: translated.new_int_var(
            int(variable.lowBound), int(variable.upBound), variable.name
        )
        for variable in model.columns.order
    }
    for row in model.rows.order:
        total = sum(int(weight) * columns[variable.name] for variable, weight in row.items())
        right = -int(row.constant)
        if row.sense == pulp.LpConstraintEQ:
            translated.add(total == right)
        elif row.sense == pulp.LpConstraintLE:
            translated.add(total <= right)
        else:
            translated.add(total >= right)
    return translated, columns


def _solve(translated: cp_model.CpModel, seconds: float, scale: int) -> str:
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = os.cpu_count() or 1
    status = solver.solve(translated)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return "no answer in time"
    proved = "proved" if status == cp_model.OPTIMAL else "not proved"
    return f"{solver.objective_value / scale:.6g}, {proved}, {os.cpu_count()} workers"
