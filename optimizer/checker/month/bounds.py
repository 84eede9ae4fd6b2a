"""Bounds between the numbers of a question and on their sums, the seed, and unknown dimensions.

FORMULATION.md, "Bounds of numbers", lists them. The range of a single field is in ``schema.py``.
"""

from collections.abc import Iterable, Iterator
from itertools import accumulate

from .schema import LARGEST_SUM, Row

Excess = tuple[str, str]  # path of a value, and the reason why it is refused
_BELOW = (
    ("stocks", "least", "capacity"),
    ("stocks", "least_if_used", "capacity"),
    ("needs", "least", "quantity"),
    ("history", "met", "possible"),
)


def find_excess(problem: Row) -> Excess | None:
    """Return path and reason of the first value that breaks a bound, None if there is none.

    One bound is checked after another, each in the order of the file.
    """
    return next(_list_excesses(problem), None)


def _list_excesses(problem: Row) -> Iterator[Excess]:
    seed = problem["seed"]
    if not seed or not set(seed) <= set("0123456789abcdef"):
        yield "seed", "must be lower-case hexadecimal digits"
    for table, low, high in _BELOW:
        for k, row in enumerate(problem[table]):
            if row[low] is not None and row[low] > row[high]:
                yield f"{table}[{k}].{low}", f"must not exceed {high}"
    yield from _list_strange_dimensions(problem)
    for table, name, values in _list_sums(problem):
        for k, total in enumerate(accumulate(values)):
            if total > LARGEST_SUM:
                yield f"{table}[{k}].{name}", f"adds up to more than {LARGEST_SUM}"
                break


def _list_strange_dimensions(problem: Row) -> Iterator[Excess]:
    """Yield each dimension that no need has while needs have others: a typing mistake."""
    known = {name for need in problem["needs"] for name in need["groups"]}
    for place, rows in (
        ("policy.stages", problem["policy"]["stages"]),
        ("history", problem["history"]),
    ):
        for k, row in enumerate(rows):
            if known and row["dimension"] and row["dimension"] not in known:
                yield f"{place}[{k}].dimension", "no need has this dimension"


def _list_sums(problem: Row) -> Iterator[tuple[str, str, Iterable[int]]]:
    for table, name in (
        ("stocks", "capacity"),
        ("needs", "people"),
        ("needs", "quantity"),
        ("needs", "points"),
        ("history", "possible"),
        ("loads", "carried"),
        ("loads", "agreed"),
    ):
        yield table, name, [row[name] for row in problem[table]]
    units = {need["id"]: max(need["people"], need["quantity"]) for need in problem["needs"]}
    for name in ("score", "consumption"):
        rows = problem["pairs"]
        yield "pairs", name, [abs(row[name]) * units.get(row["need"], 0) for row in rows]
