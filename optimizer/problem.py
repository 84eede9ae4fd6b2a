"""A ``Problem``: the input of one month's solve, as frozen dataclasses of names and whole numbers.

A problem has rows of seven kinds. Each row checks itself, and the problem checks references between
rows; ``ProblemError`` names the path of the value that breaks a rule. Rows are sorted by id and
sets are sorted, so shuffled input gives the same problem with the same bytes. FORMULATION.md
defines which stock may serve which need.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, TypeAlias

from optimizer import codec
from optimizer.codec import ProblemError
from optimizer.policy import COMMUNITY_POLICY, Policy

# Sums of numbers up to ``LARGEST`` stay exact in a double and in 64 bits.
LARGEST = 10**12


def require(holds: bool, path: str, reason: str) -> None:
    """Raise ``ProblemError`` at ``path`` unless the rule holds."""
    if not holds:
        raise ProblemError(path, reason)


def require_within(value: int, low: int, path: str) -> None:
    """Raise ``ProblemError`` unless the value is between ``low`` and ``LARGEST``."""
    require(low <= value <= LARGEST, path, f"must be between {low} and {LARGEST}")


def _sort(value: object, *names: str) -> None:
    for name in names:
        object.__setattr__(value, name, tuple(sorted(set(getattr(value, name)))))


@dataclass(frozen=True, slots=True)
class Stock:
    """What a giver offers: ``capacity`` whole units (visits, goods, fen, places) in the month.

    parents   each unit used here is also used from these stocks and their ancestors, each once
    areas, statuses   which needs it serves; empty: any          slots   when; empty: any time
    least     at least this many units must be used          staffed every unit needs a person
    pledge    its load group for the fair burden; None: not counted
    category  empty: it serves no need directly and only contains other stocks
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
        require(bool(self.id), "$.id", "must not be empty")
        require_within(self.capacity, 0, "$.capacity")
        require_within(self.least, 0, "$.least")
        require(self.least <= self.capacity, "$.least", "must not exceed the capacity")
        _sort(self, "parents", "areas", "statuses", "slots")


@dataclass(frozen=True, slots=True)
class Person:
    """A person who staffs stocks: one visit in a slot, ``most_visits`` visits in the month.

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
        require(bool(self.id), "$.id", "must not be empty")
        require_within(self.most_visits, 0, "$.most_visits")
        _sort(self, "stocks", "skills", "areas", "slots")


@dataclass(frozen=True, slots=True)
class Need:
    """What one recipient asks for; a need is met whole or not at all.

    From staffed stocks: one visit of ``people`` persons at once in one of ``slots`` (empty: any).
    From other stocks: ``least`` to ``quantity`` units, mixed from any of them (least None: all).
    requires  skills that each visiting person has      listed  only stocks and persons in pairs
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
        for name in ("id", "recipient", "category"):
            require(bool(getattr(self, name)), f"$.{name}", "must not be empty")
        for name, low in (
            ("people", 1),
            ("quantity", 1),
            ("tier", 1),
            ("points", 0),
            ("waiting", 0),
        ):
            require_within(getattr(self, name), low, f"$.{name}")
        if self.least is not None:
            require_within(self.least, 1, "$.least")
            require(self.least <= self.quantity, "$.least", "must not exceed the quantity")
        _sort(self, "statuses", "requires", "slots")
        if self.least == self.quantity:
            object.__setattr__(self, "least", None)
        object.__setattr__(self, "groups", dict(sorted(self.groups.items())))

    @property
    def least_units(self) -> int:
        """The fewest units that meet the need."""
        return self.quantity if self.least is None else self.least


@dataclass(frozen=True, slots=True)
class Pair:
    """The score, consumption and bound that apply when this stock (and person) serves this need.

    score  per unit     consumption  of the stock, per unit     most  units from it; None: no bound
    A pair with a person replaces that of its stock; without a pair: score 0, consumption 1.
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
    """A need that must be met: by any giver, from this stock, or by this person."""

    need: str
    stock: str | None = None
    person: str | None = None
    reason: str = ""


class Forbid(Pin):
    """A need that must not be met: at all, from this stock, by this person, or by both together."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class GroupHistory:
    """Needs of a group that were possible and that were met in the months that still count."""

    dimension: str
    group: str
    possible: int
    met: int

    def __post_init__(self) -> None:
        require(self.met >= 0, "$.met", "must be 0 or more")
        require(self.possible >= self.met, "$.possible", "must be at least what was met")


@dataclass(frozen=True, slots=True)
class Problem:
    """The whole input of one solve. ``seed``: hexadecimal digits, fixed before the freeze."""

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
        _check_seed(self.seed)
        names = _Names(self)
        _check_staff(self, names)
        _check_nesting(self.stocks)
        names.check(self.pairs, "$.pairs")
        names.check(self.pins, "$.pins")
        names.check(self.forbids, "$.forbids")
        _check_history(self.history)
        for name in ("stocks", "people", "needs"):
            _order(self, name, attrgetter("id"))
        for name in ("pairs", "pins", "forbids"):
            _order(self, name, _rule_key)
        _order(self, "history", attrgetter("dimension", "group"))

    @classmethod
    def from_json(cls, value: object) -> "Problem":
        """Read a problem from plain JSON.

        Raises ``ProblemError`` with the path of the broken value.
        """
        return codec.from_json(cls, value)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON: rows sorted, the policy always included, other defaults left out."""
        return {**codec.to_json(self), "policy": self.policy.to_json()}

    @property
    def sha256(self) -> str:
        """SHA-256 of the canonical JSON."""
        return codec.sha256_of(self.to_json())


def _order(problem: Problem, name: str, key: Callable[[Any], Any]) -> None:
    object.__setattr__(problem, name, tuple(sorted(getattr(problem, name), key=key)))


Rule: TypeAlias = Pair | Pin  # a row that names a need, a stock and a person


def _rule_key(rule: Rule) -> tuple[str, str, str]:
    return rule.need, rule.stock or "", rule.person or ""


def _check_seed(seed: str) -> None:
    is_hexadecimal = bool(seed) and set(seed) <= set("0123456789abcdef")
    require(is_hexadecimal, "$.seed", "must be lower-case hexadecimal digits")


class _Names:
    """The ids of a problem, each used once; rules refer to these only."""

    def __init__(self, problem: Problem) -> None:
        self.stocks = _list_ids(problem.stocks, "$.stocks")
        self.people = _list_ids(problem.people, "$.people")
        self.needs = _list_ids(problem.needs, "$.needs")

    def check(self, rules: Sequence[Rule], path: str) -> None:
        """Raise ``ProblemError`` when a rule refers to an unknown id or repeats another rule."""
        seen: set[tuple[str, str | None, str | None]] = set()
        for k, rule in enumerate(rules):
            require(rule.need in self.needs, f"{path}[{k}].need", "is not known")
            for name, value, known in (
                ("stock", rule.stock, self.stocks),
                ("person", rule.person, self.people),
            ):
                require(value is None or value in known, f"{path}[{k}].{name}", "is not known")
            key = (rule.need, rule.stock, rule.person)
            require(key not in seen, f"{path}[{k}]", "used twice")
            seen.add(key)


def _list_ids(rows: Sequence[Stock | Person | Need], path: str) -> set[str]:
    seen: set[str] = set()
    for k, row in enumerate(rows):
        require(row.id not in seen, f"{path}[{k}].id", "used twice")
        seen.add(row.id)
    return seen


def _require_known(names: Iterable[str], known: set[str], path: str, reason: str) -> None:
    for k, name in enumerate(names):
        require(name in known, f"{path}[{k}]", reason)


def _check_staff(problem: Problem, names: _Names) -> None:
    staffed = {stock.id for stock in problem.stocks if stock.staffed}
    for k, stock in enumerate(problem.stocks):
        _require_known(stock.parents, names.stocks, f"$.stocks[{k}].parents", "is not known")
    for k, person in enumerate(problem.people):
        path = f"$.people[{k}].stocks"
        _require_known(person.stocks, names.stocks, path, "is not known")
        _require_known(person.stocks, staffed, path, "is not a staffed stock")


def _check_nesting(stocks: Sequence[Stock]) -> None:
    parents = {stock.id: stock.parents for stock in stocks}
    done: set[str] = set()
    for k, stock in enumerate(stocks):
        stack: list[tuple[str, bool]] = [(stock.id, False)]
        open_: set[str] = set()
        while stack:
            name, is_left = stack.pop()
            if is_left:
                open_.discard(name)
                done.add(name)
                continue
            require(name not in open_, f"$.stocks[{k}].parents", "stocks nest in a circle")
            if name in done:
                continue
            open_.add(name)
            stack.append((name, True))
            stack.extend((parent, False) for parent in parents[name])


def _check_history(history: Sequence[GroupHistory]) -> None:
    seen: set[tuple[str, str]] = set()
    for k, row in enumerate(history):
        key = (row.dimension, row.group)
        require(key not in seen, f"$.history[{k}]", "used twice")
        seen.add(key)
