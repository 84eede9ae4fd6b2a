"""Answers with their exports, for tests: months of a few dozen needs and published instances."""

import io
import json
from dataclasses import replace
from functools import cache
from typing import Any

from optimizer.instances.gap import read_gap
from optimizer.instances.generate import generate
from optimizer.instances.scores import ScoreTerms
from optimizer.policy import COMMUNITY_2
from optimizer.problem import Need, Problem
from optimizer.search.solve import solve
from optimizer.vipr.export import Export, Statement
from optimizer.vipr.writer import Sheet
from tests.optimizer.instances.texts import projects_of, scores_of

MONTHS = ((30, 1), (40, 2), (50, 3), (60, 4), (70, 5))  # needs, seed
_GAP = "2 5  4 1 7 3 2  2 5 3 6 4  3 2 4 2 1  2 3 2 4 3  7 6"
_SCORES = "a,b,c\n0.25,1,0.5\n0.75,0.125,1\n0.5,0.5,0.25\n1,0,0.75\n"
_STUDENTS = "ann,p1,p2\nbo,p1,p2,p3\ncy,p1\ndi,p3,p1\ned,p3\n"
_PROJECTS = "p1,prof,2\np2,prof,1\np3,dean,1\n"
_BOSSES = "prof,2\ndean,1\n"


def list_instances() -> dict[str, Problem]:
    """Published instances of every kind and policy."""
    scores = {
        policy: scores_of(_SCORES, ScoreTerms(2, 2), policy).problem
        for policy in ("maxmin", "leximin", "total")
    }
    projects = {
        f"projects-{policy}": projects_of(_STUDENTS, _PROJECTS, _BOSSES, policy)
        for policy in ("total", "leximin")
    }
    gaps = {f"gap-{sense}": read_gap("small", _GAP, sense) for sense in ("min", "max")}
    return {**scores, **projects, **gaps}


@cache
def solved_month(needs: int, seed: int) -> tuple[Problem, dict[str, Any]]:
    """A generated month and its proved answer as parsed JSON."""
    problem = generate(needs, seed)
    answer = json.loads(json.dumps(solve(problem).to_json()))
    assert answer["status"] == "proven"
    return problem, answer


def under_the_second_policy(problem: Problem) -> Problem:
    """A generated month as ``community/2`` wants it: equal least units, each ask once, no rules."""
    divisible = {need.category for need in problem.needs if need.least is not None}
    asked: dict[tuple[str, str], Need] = {}
    for need in problem.needs:
        if need.category in divisible:
            own = replace(need, people=1, quantity=max(3, need.quantity), least=2)
            asked.setdefault((need.recipient, need.category), own)
        else:
            asked[need.id, ""] = replace(need, people=1)
    needs = tuple(asked.values())
    bare = replace(problem, needs=needs, pairs=(), pins=(), forbids=(), history=())
    return replace(bare, policy=COMMUNITY_2)


@cache
def exported_month(needs: int, seed: int) -> Export:
    problem, answer = solved_month(needs, seed)
    return Export(problem.to_json(), answer)


def write(export: Export, sheet: Sheet) -> str:
    """The text of a file."""
    file = io.StringIO()
    export.write(sheet, file)
    return file.getvalue()


def text_of(needs: int, seed: int, stage: str) -> str:
    """The file of a stage of a month."""
    export = exported_month(needs, seed)
    return write(export, export.state(Statement("stage", stage)))
