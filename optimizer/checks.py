"""What a problem refuses: every rule names the path of the value that breaks it."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from optimizer.errors import ProblemError

Row: TypeAlias = Any  # a value of problem.py, which stands on this file and not the other way

# Sums of this many units stay exact in a double and in 64 bits, whatever the solver adds up.
LARGEST = 10**12


def require(is_held: bool, path: str, reason: str) -> None:
    """Raise ``ProblemError`` at ``path`` unless the rule is held."""
    if not is_held:
        raise ProblemError(path, reason)


def _within(value: int, low: int, path: str) -> None:
    require(low <= value <= LARGEST, path, f"must be between {low} and {LARGEST}")


def check_stock(stock: Row) -> None:
    """A stock has an id, a capacity of 0 or more and a least use within it."""
    require(bool(stock.id), "$.id", "must not be empty")
    _within(stock.capacity, 0, "$.capacity")
    _within(stock.least, 0, "$.least")
    require(stock.least <= stock.capacity, "$.least", "must not exceed the capacity")


def check_person(person: Row) -> None:
    """A person has an id and a number of visits of 0 or more."""
    require(bool(person.id), "$.id", "must not be empty")
    _within(person.most_visits, 0, "$.most_visits")


def check_need(need: Row) -> None:
    """A need has an id, a recipient, and whole quantities that make sense."""
    require(bool(need.id), "$.id", "must not be empty")
    require(bool(need.recipient), "$.recipient", "must not be empty")
    require(bool(need.category), "$.category", "must not be empty")
    _within(need.people, 1, "$.people")
    _within(need.quantity, 1, "$.quantity")
    _within(need.tier, 1, "$.tier")
    _within(need.points, 0, "$.points")
    _within(need.waiting, 0, "$.waiting")
    if need.least is not None:
        _within(need.least, 1, "$.least")
        require(need.least <= need.quantity, "$.least", "must not exceed the quantity")


def check_problem(problem: Row) -> None:
    """Ids are unique and every name that is used is known."""
    require(
        bool(problem.seed) and set(problem.seed) <= set("0123456789abcdef"),
        "$.seed",
        "must be lower-case hexadecimal digits",
    )
    stocks = _unique(problem.stocks, "$.stocks")
    people = _unique(problem.people, "$.people")
    needs = _unique(problem.needs, "$.needs")
    _check_staff(problem, stocks)
    _check_nesting(problem)
    for name in ("pairs", "pins", "forbids"):
        _check_links(getattr(problem, name), f"$.{name}", needs, stocks, people)
    _check_history(problem)


def _unique(rows: Sequence[Any], path: str) -> set[str]:
    seen: set[str] = set()
    for k, row in enumerate(rows):
        require(row.id not in seen, f"{path}[{k}].id", "used twice")
        seen.add(row.id)
    return seen


def _known(names: Iterable[str], known: set[str], path: str) -> None:
    for k, name in enumerate(names):
        require(name in known, f"{path}[{k}]", "is not known")


def _check_staff(problem: Row, stocks: set[str]) -> None:
    staffed = {stock.id for stock in problem.stocks if stock.staffed}
    for k, stock in enumerate(problem.stocks):
        _known(stock.parents, stocks, f"$.stocks[{k}].parents")
    for k, person in enumerate(problem.people):
        _known(person.stocks, stocks, f"$.people[{k}].stocks")
        for j, name in enumerate(person.stocks):
            require(name in staffed, f"$.people[{k}].stocks[{j}]", "is not a staffed stock")


def _check_nesting(problem: Row) -> None:
    parents = {stock.id: stock.parents for stock in problem.stocks}
    done: set[str] = set()
    for k, stock in enumerate(problem.stocks):
        trail: list[tuple[str, bool]] = [(stock.id, False)]
        open_: set[str] = set()
        while trail:
            name, is_left = trail.pop()
            if is_left:
                open_.discard(name)
                done.add(name)
                continue
            require(name not in open_, f"$.stocks[{k}].parents", "stocks nest in a circle")
            if name in done:
                continue
            open_.add(name)
            trail.append((name, True))
            trail.extend((parent, False) for parent in parents[name])


def _check_links(
    rows: Sequence[Any], path: str, needs: set[str], stocks: set[str], people: set[str]
) -> None:
    seen: set[tuple[str, str | None, str | None]] = set()
    for k, row in enumerate(rows):
        require(row.need in needs, f"{path}[{k}].need", "is not known")
        require(row.stock is None or row.stock in stocks, f"{path}[{k}].stock", "is not known")
        require(row.person is None or row.person in people, f"{path}[{k}].person", "is not known")
        key = (row.need, row.stock, row.person)
        require(key not in seen, f"{path}[{k}]", "used twice")
        seen.add(key)


def _check_history(problem: Row) -> None:
    seen: set[tuple[str, str]] = set()
    for k, row in enumerate(problem.history):
        key = (row.dimension, row.group)
        require(key not in seen, f"$.history[{k}]", "used twice")
        seen.add(key)
