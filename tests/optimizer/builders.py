"""Tiny months, spelled so that a reader can solve them by eye."""

from typing import Any

from optimizer.policy import Policy, Stage, StageKind
from optimizer.problem import Need, Person, Problem, Stock
from optimizer.search.solve import solve
from optimizer.solution import Solution

COUNT = Stage("count", StageKind.MAX_COUNT)
LOTTERY = Stage("lottery", StageKind.LOTTERY)


def goods(id_: str = "rice", capacity: int = 1, **rest: Any) -> Stock:
    return Stock(id_, "giver", rest.pop("category", "goods"), capacity, **rest)


def team(id_: str = "team", capacity: int = 99, **rest: Any) -> Stock:
    return Stock(id_, "giver", rest.pop("category", "visit"), capacity, staffed=True, **rest)


def person(id_: str, *slots: str, most: int = 9, **rest: Any) -> Person:
    return Person(id_, "giver", most, rest.pop("stocks", ("team",)), slots=slots, **rest)


def want(id_: str, **rest: Any) -> Need:
    return Need(id_, rest.pop("recipient", f"of-{id_}"), rest.pop("category", "goods"), **rest)


def visit(id_: str, *slots: str, **rest: Any) -> Need:
    return want(id_, category="visit", slots=slots, **rest)


def month(*rows: Any, stages: tuple[Stage, ...] = (COUNT, LOTTERY), **rest: Any) -> Problem:
    """A problem of stocks, people and needs in any order, under a short policy."""
    kinds = {Stock: "stocks", Person: "people", Need: "needs"}
    held: dict[str, list[Any]] = {name: [] for name in kinds.values()}
    for row in rows:
        held[kinds[type(row)]].append(row)
    tuples: dict[str, Any] = {name: tuple(found) for name, found in held.items()}
    return Problem("tiny", "5eed", policy=Policy("tiny", 1, stages), **tuples, **rest)


def met(problem: Problem) -> set[str]:
    """Who is met in the proven answer."""
    return {assignment.need for assignment in proven(problem).assignments}


def proven(problem: Problem) -> Solution:
    solution = solve(problem)
    assert solution.status == "proven", solution.detail
    return solution
