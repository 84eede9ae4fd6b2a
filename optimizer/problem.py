"""The month, frozen: whole numbers and names in, nothing of the site's.

Rows are kept in the order of their ids and sets in sorted order, so shuffled input is the same
problem with the same bytes. Who may serve whom: FORMULATION.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from optimizer import codec
from optimizer.checks import check_need, check_person, check_problem, check_stock, require
from optimizer.policy import COMMUNITY_POLICY, Policy


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
