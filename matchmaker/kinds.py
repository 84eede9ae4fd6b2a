"""The rules in which the kinds of offer differ: a row for each kind and each unit of a kind.

Code and templates look up here what a kind or a unit does; they do not compare kinds or units
themselves. A new kind therefore needs a row here, a member of ``OfferKind``, its name in
``words/labels`` and, for a unit that is new or new to the kind, the unit's words in
``words/quantities``.

Quantities are whole numbers in the category's unit. Money is in fen; people type and read yuan.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum, auto

from matchmaker.models.category import OfferKind, ServiceCategory
from matchmaker.models.need import NeedType

FEN_PER_YUAN = 100
WISH_HEADING = "wishes"  # the catalogue's heading of micro-wishes


class Unit(StrEnum):
    """The codes that the column ``service_category.unit`` may hold."""

    VISIT = "visit"
    SLOT = "slot"
    ITEM = "item"
    FEN = "fen"
    PLACE = "place"
    NIGHT = "night"
    SESSION = "session"

    @property
    def is_money(self) -> bool:
        return self is Unit.FEN


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount with the code of its unit, so that a sentence can always name the unit."""

    amount: int
    unit: str


@dataclass(frozen=True, slots=True)
class QuantityLimits:
    """The smallest and the largest quantity that one need may ask for."""

    least: int
    most: int


class Timing(StrEnum):
    """The way in which the time of a promised help is fixed; it depends on the unit."""

    VISIT = auto()  # a day and hour of its own
    SESSION = auto()  # a number in a session of the offer
    STAY = auto()  # a first and a last day
    PAYMENT = auto()  # a day by which it is paid


@dataclass(frozen=True, slots=True)
class UnitRules:
    """How needs in one unit of one kind are asked for and met.

    timing         how the time of a promise is fixed
    limits         the smallest and largest quantity; None: the form does not ask, it is always 1
    asks_windows   somebody has to be present, so the form asks for times of the week
    needs_day      the recipient is asked to agree only after the day is fixed
    """

    timing: Timing
    limits: QuantityLimits | None = None
    asks_windows: bool = False
    needs_day: bool = False


@dataclass(frozen=True, slots=True)
class KindRules:
    """The properties of one kind of offer.

    units               the units of the kind, with their rules
    most_offered        the largest monthly amount of one offer
    offer_has_windows   the offer is given at certain times of the week
    has_volunteers      named volunteers give it, and their skills, hours and limits count
    is_load             it counts towards an organisation's load, which the rounds balance between
                        organisations
    is_in_chart         its units fit the chart of supply and demand
    has_place           people go somewhere for it
    is_handed_over      things are picked up at a place or brought to the door
    has_stock           an offer may have only so much in all, and is used up once it is given
    """

    units: Mapping[Unit, UnitRules]
    most_offered: int = 100_000
    offer_has_windows: bool = True
    has_volunteers: bool = False
    is_load: bool = True
    is_in_chart: bool = True
    has_place: bool = True
    is_handed_over: bool = False
    has_stock: bool = False


KIND_RULES: Mapping[OfferKind, KindRules] = {
    OfferKind.PEOPLE: KindRules(
        units={Unit.VISIT: UnitRules(Timing.VISIT, asks_windows=True)},
        has_volunteers=True,
        has_place=False,
    ),
    OfferKind.SERVICE: KindRules(
        units={Unit.SLOT: UnitRules(Timing.SESSION, asks_windows=True, needs_day=True)},
    ),
    OfferKind.GOODS: KindRules(
        units={Unit.ITEM: UnitRules(Timing.SESSION, limits=QuantityLimits(1, 50))},
        offer_has_windows=False,
        is_handed_over=True,
        has_stock=True,
    ),
    OfferKind.FUNDS: KindRules(
        units={Unit.FEN: UnitRules(Timing.PAYMENT, limits=QuantityLimits(100, 10_000_000))},
        most_offered=2_000_000_000,
        offer_has_windows=False,
        is_load=False,  # giving money takes nobody's time
        is_in_chart=False,  # fen would dwarf the rest
        has_place=False,
        has_stock=True,
    ),
    OfferKind.PLACE: KindRules(
        units={
            Unit.PLACE: UnitRules(Timing.STAY),
            Unit.NIGHT: UnitRules(Timing.STAY, limits=QuantityLimits(1, 31)),
            Unit.SESSION: UnitRules(Timing.SESSION, asks_windows=True, needs_day=True),
        },
    ),
}

KINDS_WITH_VOLUNTEERS = tuple(kind for kind, rules in KIND_RULES.items() if rules.has_volunteers)
KINDS_IN_CHART = tuple(kind for kind, rules in KIND_RULES.items() if rules.is_in_chart)


def get_rules(kind: str) -> KindRules:
    """The rules of ``kind``, a member of ``OfferKind`` or its code; ``ValueError`` if unknown."""
    return KIND_RULES[OfferKind(kind)]


def get_unit_rules(category: ServiceCategory) -> UnitRules:
    """The rules of the category's unit within the category's kind."""
    return get_rules(category.kind).units[Unit(category.unit)]


def is_money(unit: str) -> bool:
    """Whether quantities of the code ``unit`` are fen."""
    return Unit(unit).is_money


def check_unit(kind: OfferKind, unit: str) -> None:
    """Raise ``ValueError`` unless offers of ``kind`` may be counted in ``unit``."""
    allowed = get_rules(kind).units
    if unit not in allowed:
        raise ValueError(f"{kind.value} is counted in {', '.join(allowed)}, not in {unit}")


# What the form of a need asks, by its category.


def get_need_type(category: ServiceCategory) -> NeedType:
    """The type ``MICRO_WISH`` for a category under the heading ``wishes``, else ``NEED``."""
    parent = category.parent
    is_wish = parent is not None and parent.code == WISH_HEADING
    return NeedType.MICRO_WISH if is_wish else NeedType.NEED


def find_quantity_limits(category: ServiceCategory) -> QuantityLimits | None:
    """The smallest and largest quantity that a need may ask for; None if the quantity is always 1.

    The quantity is always 1 in a category under the heading of wishes, unless it is money, and in a
    unit for which nobody is asked how many. The smallest quantity is not below the category's least
    quantity, the least that helps a home.
    """
    is_wish = get_need_type(category) is NeedType.MICRO_WISH
    limits = get_unit_rules(category).limits
    if limits is None or (is_wish and not is_money(category.unit)):
        return None
    return replace(limits, least=max(limits.least, category.least_quantity or 0))


def asks_windows(category: ServiceCategory) -> bool:
    """Whether somebody has to be present, so that the form asks for times of the week."""
    return get_unit_rules(category).asks_windows


def get_timing(category: ServiceCategory) -> Timing:
    """The way in which the time of a promise in the category is fixed."""
    return get_unit_rules(category).timing
