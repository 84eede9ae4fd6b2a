"""The month, frozen: whole numbers and names in, nothing of the site's.

Rows are kept in the order of their ids and sets in sorted order, so shuffled input is the same
problem with the same bytes. Who may serve whom: FORMULATION.md.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from optimizer import codec
from optimizer.codec import ProblemError
from optimizer.policy import COMMUNITY_POLICY, Policy

# --- What a problem refuses: every rule names the path of the value that breaks it.

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


def _sort(value: object, *names: str) -> None:
    for name in names:
        object.__setattr__(value, name, tuple(sorted(set(getattr(value, name)))))


def _order(value: object, name: str, key: Callable[[Any], tuple[str, ...]]) -> None:
    object.__setattr__(value, name, tuple(sorted(getattr(value, name), key=key)))


@dataclass(frozen=True, slots=True)
class Stock:
    """What a giver offers: ``capacity`` whole units (visits, goods, fen, places) in the month.

    parents   every unit used here is used from these too, and from theirs, each counted once
    areas, statuses   whom it serves; empty: anyone          slots   when; empty: any time
    least     the stock must be used at least this often     staffed every unit needs a person
    pledge    its load group for the fair burden; None: not counted
    category  empty: serves nothing directly, only nests others
    """

    id: str
    giver: str
    category: str
    capacity: int
    unit: str = ""
    least: int = 0
    parents: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    staffed: bool = False
    pledge: str | None = None

    def __post_init__(self) -> None:
        check_stock(self)
        _sort(self, "parents", "areas", "statuses", "slots")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who staffs stocks: one place in a slot, ``most_visits`` visits in the month.

    slots   when this person is free; empty: never     areas   where; empty: anywhere
    """

    id: str
    giver: str
    most_visits: int
    stocks: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_person(self)
        _sort(self, "stocks", "skills", "areas", "slots")


@dataclass(frozen=True, slots=True)
class Need:
    """What one recipient asks for, met whole or not at all.

    Staffed stocks: a visit of ``people`` persons at once in one of ``slots`` (empty: any). Others:
    ``least`` to ``quantity`` units, mixed from any of them (least None: all).
    requires  skills each visiting person must have     listed  only stocks and persons in pairs
    tier      1 is the most urgent      waiting  months passed over      points  published weight
    groups    dimension -> group, such as {"committee": "C07"}      duty  a due visit of a pairing
    """

    id: str
    recipient: str
    category: str
    area: str = ""
    statuses: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    people: int = 1
    quantity: int = 1
    least: int | None = None
    tier: int = 1
    points: int = 1
    waiting: int = 0
    groups: Mapping[str, str] = field(default_factory=dict)
    duty: bool = False
    listed: bool = False

    def __post_init__(self) -> None:
        check_need(self)
        _sort(self, "statuses", "requires", "slots")
        if self.least == self.quantity:
            object.__setattr__(self, "least", None)
        object.__setattr__(self, "groups", dict(sorted(self.groups.items())))

    @property
    def least_units(self) -> int:
        """Fewest units that meet the need."""
        return self.quantity if self.least is None else self.least


@dataclass(frozen=True, slots=True)
class Pair:
    """What is special when this stock (and person) serves this need.

    score  per unit     consumption  of the stock, per unit     most  units from it; None: no bound
    A pair with a person replaces that of its stock; none listed: score 0, consumption 1.
    """

    need: str
    stock: str
    person: str | None = None
    score: int = 0
    consumption: int = 1
    most: int | None = None

    def __post_init__(self) -> None:
        require(self.consumption >= 0, "$.consumption", "must be 0 or more")
        require(self.most is None or self.most >= 0, "$.most", "must be 0 or more")


@dataclass(frozen=True, slots=True)
class Pin:
    """The need must be met: at all, with a unit of this stock, or with this person among them."""

    need: str
    stock: str | None = None
    person: str | None = None
    reason: str = ""


class Forbid(Pin):
    """The need must not be met: at all, from this stock, by this person, or by both together."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class GroupHistory:
    """What a group could have got and got in the months that still count [needs]."""

    dimension: str
    group: str
    possible: int
    met: int

    def __post_init__(self) -> None:
        require(self.met >= 0, "$.met", "must be 0 or more")
        require(self.possible >= self.met, "$.possible", "must be at least what was met")


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything the optimizer may know. ``seed``: hexadecimal, fixed before the freeze."""

    name: str
    seed: str
    stocks: tuple[Stock, ...] = ()
    people: tuple[Person, ...] = ()
    needs: tuple[Need, ...] = ()
    pairs: tuple[Pair, ...] = ()
    pins: tuple[Pin, ...] = ()
    forbids: tuple[Forbid, ...] = ()
    history: tuple[GroupHistory, ...] = ()
    policy: Policy = COMMUNITY_POLICY

    def __post_init__(self) -> None:
        check_problem(self)
        for name in ("stocks", "people", "needs"):
            _order(self, name, lambda row: (row.id,))
        for name in ("pairs", "pins", "forbids"):
            _order(self, name, lambda row: (row.need, row.stock or "", row.person or ""))
        _order(self, "history", lambda row: (row.dimension, row.group))

    @classmethod
    def from_json(cls, value: object) -> "Problem":
        """Read a problem. Raises ``ProblemError`` with the path of the broken value."""
        return codec.from_json(cls, value)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, rows sorted, policy always written out, other defaults left out."""
        return {**codec.to_json(self), "policy": self.policy.to_json()}

    @property
    def sha256(self) -> str:
        """SHA-256 of the canonical JSON."""
        return codec.sha256_of(self.to_json())
