"""Months that a reader can judge by eye, and their outcome under ``community/2``."""

from typing import Any

from optimizer.problem import GroupHistory, Need, Person, Problem, Stock
from tests.optimizer.community2.answers import givers_of
from tests.optimizer.community2.month import DIMENSION, Load, Month
from tests.optimizer.community2.shares import Outcome, judge

KINDS = {"rice": 1}


def month(*rows: Any, kinds: dict[str, int] | None = None, **rest: Any) -> Month:
    """A month of rows in any order; rice is divisible, its least one bag."""
    sorts = {Stock: "stocks", Person: "people", Need: "needs", GroupHistory: "history"}
    held: dict[str, list[Any]] = {name: [] for name in sorts.values()}
    loads = tuple(row for row in rows if isinstance(row, Load))
    for row in rows:
        if not isinstance(row, Load):
            held[sorts[type(row)]].append(row)
    tuples: dict[str, Any] = {name: tuple(found) for name, found in held.items()}
    problem = Problem("named", "5eed", **tuples, **rest)
    return Month(problem, loads=loads, kinds=KINDS if kinds is None else kinds)


def rice(units: int, id_: str = "rice", giver: str = "giver", category: str = "rice") -> Stock:
    return Stock(id_, giver, category, units, pledge=f"of {giver}")


def bags(name: str, quantity: int = 1, committee: str = "", **rest: Any) -> Need:
    """An ask for rice by the home of the same name."""
    return Need(
        name,
        rest.pop("recipient", f"home {name}"),
        rest.pop("category", "rice"),
        quantity=quantity,
        least=rest.pop("least", 1),
        groups={DIMENSION: committee} if committee else {},
        **rest,
    )


def single(name: str, committee: str = "", **rest: Any) -> Need:
    """An ask for one place of a kind that cannot be divided."""
    return bags(name, 1, committee, category=rest.pop("category", "visit"), least=None, **rest)


def places(units: int, id_: str = "places", category: str = "visit", **rest: Any) -> Stock:
    return Stock(id_, rest.pop("giver", "giver"), category, units, pledge="places", **rest)


def team(name: str, slots: tuple[str, ...] = ("S1",), **rest: Any) -> Person:
    return Person(name, "giver", rest.pop("most", 9), rest.pop("stocks", ("team",)), slots=slots)


def staff(id_: str = "team", category: str = "visit") -> Stock:
    return Stock(id_, "giver", category, 99, staffed=True, pledge=id_)


def met(month: Month) -> set[str]:
    return set(outcome(month).met)


def outcome(month: Month) -> Outcome:
    found = judge(month)
    assert found is not None
    return found


def units(month: Month) -> dict[str, int]:
    """Units of rice of every home, most first."""
    found = outcome(month)
    return {home: n for (home, _), n in found.units.items()}


def counts(month: Month) -> list[dict[str, int]]:
    """Every possible (m_g by committee) after S13."""
    found = outcome(month).judgement
    return [dict(zip(found.open, row, strict=True)) for row in sorted(found.counts)]


def used(month: Month) -> list[dict[str, int]]:
    """Every possible load by giver after S17."""
    givers = [giver for giver, _ in givers_of(month.problem)]
    return [dict(zip(givers, row, strict=True)) for row in sorted(outcome(month).used)]
