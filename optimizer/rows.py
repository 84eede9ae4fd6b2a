"""The rows of a ``Problem``: frozen dataclasses of names and whole numbers that check themselves.

``ProblemError`` names the path of the value that breaks a rule, from its row on (``$.quantity``).
Every whole number has bounds; FORMULATION.md lists them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from optimizer.codec import LARGEST, require, require_within

VISITS = "visits"  # the measure of staffed stocks


DaysOf = Mapping[str, tuple[str, ...]]  # name -> the days on which it is valid


def check_days(days: tuple[str, ...], path: str) -> tuple[str, ...]:
    """Return the days sorted, each once. Raises ``ProblemError`` for a day without a name."""
    for k, day in enumerate(days):
        require(bool(day), f"{path}[{k}]", "must not be empty")
    return tuple(sorted(set(days)))


def check_days_of(days: DaysOf, path: str) -> DaysOf:
    """Return the map sorted by name, with sorted days.

    Raises ``ProblemError`` for a day without a name, and for a name without days: that would mean
    any day.
    """
    for name, found in days.items():
        require(bool(found), f"{path}.{name}", "must not be empty")
    return {name: check_days(found, f"{path}.{name}") for name, found in sorted(days.items())}


def _keep_days(row: "Stock | Person | Need", of: str = "", known: tuple[str, ...] = ()) -> None:
    """Check and sort the days of a row, and those in its field ``of`` by ``known`` names."""
    object.__setattr__(row, "days", check_days(row.days, "$.days"))
    if of:
        days = check_days_of(getattr(row, of), f"$.{of}")
        for name in days:
            require(name in known, f"$.{of}.{name}", "is not known")
        object.__setattr__(row, of, days)


def _sort(value: object, *names: str) -> None:
    for name in names:
        object.__setattr__(value, name, tuple(sorted(set(getattr(value, name)))))


@dataclass(frozen=True, slots=True)
class Stock:
    """What a giver offers: ``capacity`` whole units (visits, goods, fen, places) in the month.

    giver     the giver's id
    category  what the stock serves; empty: it serves no need directly and only contains other
              stocks
    capacity  at most this many units are used, also by stocks within it
    unit      the name of the unit, for people
    least     at least this many units must be used
    least_if_used   none or at least this many units are used; 0: any number
    parents   stocks that contain it; each unit used here is used from every ancestor, once
    areas     areas of the needs that it serves; empty: any
    statuses  a need must have one of these statuses; empty: any need
    slots     slots in which it is given; empty: any
    staffed   whether a unit is a visit by a person
    pledge    its load group for the fair burden; None: not counted
    lot       the name it draws under, if the policy draws; empty: its id
    days      the only days on which it is given; empty: any day
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
    lot: str = ""
    least_if_used: int = 0
    days: tuple[str, ...] = ()

    @property
    def measure(self) -> str:
        """The measure in which its load counts for the fair burden: ``visits``, or its category."""
        return VISITS if self.staffed else self.category

    def __post_init__(self) -> None:
        require(bool(self.id), "$.id", "must not be empty")
        require_within(self.capacity, 0, "$.capacity")
        for name in ("least", "least_if_used"):
            require_within(getattr(self, name), 0, f"$.{name}")
            is_within = getattr(self, name) <= self.capacity
            require(is_within, f"$.{name}", "must not exceed the capacity")
        _sort(self, "parents", "areas", "statuses", "slots")
        _keep_days(self)


@dataclass(frozen=True, slots=True)
class Person:
    """A person who staffs stocks: at most one visit in a slot and ``most_visits`` in the month.

    stocks  the stocks that this person staffs
    skills  what this person can do
    areas   areas of the needs that this person visits; empty: any
    slots   when this person is free; empty: never
    lot     the name that this person draws under; empty: the id
    days    the only days on which this person is there; empty: any day
    skill_days   skill -> the only days on which it is valid; a skill left out: any day
    """

    id: str
    giver: str
    most_visits: int
    stocks: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    slots: tuple[str, ...] = ()
    lot: str = ""
    days: tuple[str, ...] = ()
    skill_days: DaysOf = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        require(bool(self.id), "$.id", "must not be empty")
        require_within(self.most_visits, 0, "$.most_visits")
        _sort(self, "stocks", "skills", "areas", "slots")
        _keep_days(self, "skill_days", self.skills)


@dataclass(frozen=True, slots=True)
class Need:
    """What one recipient asks for; a need is met in one of these two ways or not at all.

    From staffed stocks: one visit of ``people`` persons at once in one of ``slots`` (empty: any).
    From other stocks: ``least`` to ``quantity`` units, mixed from any of them (least None: all).

    statuses  the recipient's statuses, which a stock may ask for
    requires  skills that each visiting person has
    tier      urgency; 1 is the most urgent
    points    published weight
    waiting   months passed over
    groups    dimension -> group, such as {"committee": "C07"}
    duty      whether it is a due visit of a pairing
    listed    whether only givers that its pairs name may serve it
    lot       the name that the need draws under; empty: ``id``
    recipient_lot   the name that its recipient draws under; empty: ``recipient``
    days      the only days on which the need is valid; empty: any day
    status_days   status -> the only days on which it is valid; a status left out: any day
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
    lot: str = ""
    recipient_lot: str = ""
    days: tuple[str, ...] = ()
    status_days: DaysOf = field(default_factory=dict)

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
        _keep_days(self, "status_days", self.statuses)
        if self.least == self.quantity:
            object.__setattr__(self, "least", None)
        object.__setattr__(self, "groups", dict(sorted(self.groups.items())))

    @property
    def least_units(self) -> int:
        """The fewest units that meet the need."""
        return self.quantity if self.least is None else self.least

    @property
    def is_partial(self) -> bool:
        """Whether fewer units than the quantity can meet the need."""
        return self.least_units < self.quantity


@dataclass(frozen=True, slots=True)
class Pair:
    """The score, consumption and bound that apply when this stock (and person) serves this need.

    score        points per unit
    consumption  units of the stock that one unit takes
    most         greatest number of units from the stock; None: no bound

    A pair with a person replaces the pair of its stock; without a pair: score 0, consumption 1.
    """

    need: str
    stock: str
    person: str | None = None
    score: int = 0
    consumption: int = 1
    most: int | None = None

    def __post_init__(self) -> None:
        require_within(self.score, -LARGEST, "$.score")
        require_within(self.consumption, 0, "$.consumption")
        if self.most is not None:
            require_within(self.most, 0, "$.most")


@dataclass(frozen=True, slots=True)
class Pin:
    """A need that must be met: by any giver, from this stock, by this person, or by both."""

    need: str
    stock: str | None = None
    person: str | None = None
    reason: str = ""


class Forbid(Pin):
    """A need that must not be met: at all, from this stock, by this person, or by both together."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class GroupHistory:
    """How many needs of a group were possible, and met, in the months that still count."""

    dimension: str
    group: str
    possible: int
    met: int

    def __post_init__(self) -> None:
        require_within(self.possible, 0, "$.possible")
        require_within(self.met, 0, "$.met")
        require(self.met <= self.possible, "$.met", "must not exceed what was possible")


Rule: TypeAlias = Pair | Pin  # a row that names a need, a stock and a person


@dataclass(frozen=True, slots=True)
class GiverLoad:
    """The units of one measure that a giver carried and agreed to.

    measure  ``visits`` for all staffed stocks, or a category
    carried  units carried in the months that still count
    agreed   units agreed to over those months and this one together
    """

    giver: str
    measure: str
    carried: int
    agreed: int

    def __post_init__(self) -> None:
        require_within(self.carried, 0, "$.carried")
        require_within(self.agreed, 1, "$.agreed")
