"""Comparison models of the bench: the same aggregated model solved whole by one engine."""

from collections import defaultdict

import pulp

from optimizer.model.build import Model, build
from optimizer.problem import Problem

ENGINES = ("HiGHS", "CBC")


def points_of(model: Model) -> dict[pulp.LpVariable, int]:
    """Return the points of every need, keyed by the variable that says whether it is met."""
    needs = model.problem.needs
    return {met: needs[d].points for d, met in model.columns.met.items()}


def committees_of(model: Model) -> list[list[pulp.LpVariable]]:
    """Return, for each committee, the variables that say whether its needs are met."""
    members: dict[str, list[pulp.LpVariable]] = defaultdict(list)
    for d, met in model.columns.met.items():
        need = model.problem.needs[d]
        members[need.groups.get("committee", "")].append(met)
    return [members[name] for name in sorted(members)]


def solve_max_points(problem: Problem, engine: str, seconds: float) -> str:
    """Maximise points in one integer solve; return the outcome in words."""
    model = build(problem)
    model.pulp.setObjective(pulp.LpAffineExpression(points_of(model)))
    return _solve(model.pulp, engine, seconds)


def solve_max_min(problem: Problem, seconds: float) -> str:
    """Maximise the least share met of any committee in one integer solve, as in textbooks."""
    model = build(problem)
    level = model.pulp.add_variable("level", 0, 1)
    for k, met_of_group in enumerate(committees_of(model)):
        terms = dict.fromkeys(met_of_group, 1) | {level: -len(met_of_group)}
        row = pulp.LpAffineExpression(terms) >= 0
        model.pulp.addConstraint(row, f"coverage_{k}")
    model.pulp.setObjective(pulp.LpAffineExpression({level: 1}))
    return _solve(model.pulp, ENGINES[0], seconds)


def _solve(model: pulp.LpProblem, engine: str, seconds: float) -> str:
    if engine == "HiGHS":
        solver = pulp.HiGHS(msg=False, timeLimit=seconds, gapRel=0, threads=1)
    else:
        path = pulp.PULP_CBC_CMD.pulp_cbc_path
        solver = pulp.COIN_CMD(path=path, msg=False, timeLimit=seconds, gapRel=0, threads=1)
    model.solve(solver)
    # only sol_status separates a proved answer from an incumbent at the time limit
    proved = model.sol_status == pulp.LpSolutionOptimal
    value = pulp.value(model.objective)
    if value is None:
        return "no answer in time"
    return f"{value:.6g}, {'proved' if proved else 'not proved'}"
