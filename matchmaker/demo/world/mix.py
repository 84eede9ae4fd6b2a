"""What the demo is made from: the mix of needs, the residents' words and the catalogue."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TypeVar

from matchmaker.catalogue import read_seed, split_cell
from matchmaker.kinds import WISH_HEADING, Unit, get_rules
from matchmaker.models import OfferKind, Qualification, Window

# Random numbers: each part of the world has its own stream, derived from the seed.

Item = TypeVar("Item")


def make_random(seed: int, part: str) -> Random:
    """The random stream of one part, so that a change in it leaves the other parts as they are."""
    return Random(f"{seed}:{part}")  # noqa: S311 - invented data, nothing to guess


def draw_share(random: Random, percent: int) -> bool:
    """Return True with a probability of ``percent`` %."""
    return random.randrange(100) < percent


def draw_some(random: Random, items: Sequence[Item], fewest: int, most: int) -> tuple[Item, ...]:
    """Return ``fewest`` to ``most`` different items, at most all, in their original order."""
    count = min(random.randint(fewest, most), len(items))
    chosen = set(random.sample(range(len(items)), count))
    return tuple(item for index, item in enumerate(items) if index in chosen)


def split_total(random: Random, total: int, shares: int, step: int = 1) -> list[int]:
    """Split ``total`` into ``shares`` unequal multiples of ``step``, each at least one step.

    ``total`` is a multiple of ``step`` and at least ``shares`` steps.
    """
    steps = total // step - shares
    weights = [random.randint(2, 6) for _ in range(shares)]
    parts = [steps * weight // sum(weights) for weight in weights]
    for index in range(steps - sum(parts)):
        parts[index % shares] += 1
    return [(part + 1) * step for part in parts]


# The parts of the street that teams and offers serve.

Districts = Sequence[tuple[str, ...]]  # committee codes of each part
PERCENT_TWO_DISTRICTS = 50


def read_districts(committees: Sequence[dict[str, str]]) -> Districts:
    """Return the committees of each district, in order of district and of the file."""
    codes: dict[str, list[str]] = defaultdict(list)
    for row in committees:
        codes[row["district"]].append(row["code"])
    return [tuple(codes[district]) for district in sorted(codes)]


def draw_area(random: Random, districts: Districts, percent_everywhere: int) -> tuple[str, ...]:
    """Draw the committees served: those of one district or of two neighbouring ones, sorted.

    An empty result means everywhere; ``percent_everywhere`` is its chance.
    """
    if draw_share(random, percent_everywhere):
        return ()
    start = random.randrange(len(districts))
    area = list(districts[start])
    if draw_share(random, PERCENT_TWO_DISTRICTS):
        area += districts[(start + 1) % len(districts)]
    return tuple(sorted(area))


# The windows of the times of the week that people name.

HOURS = {
    "any time": (),
    "working days": (Window.WEEKDAY_AM.value, Window.WEEKDAY_PM.value),
    "weekday mornings": (Window.WEEKDAY_AM.value,),
    "weekday afternoons": (Window.WEEKDAY_PM.value,),
    "weekends": (
        Window.SATURDAY_AM.value,
        Window.SATURDAY_PM.value,
        Window.SUNDAY_AM.value,
        Window.SUNDAY_PM.value,
    ),
    "saturdays": (Window.SATURDAY_AM.value, Window.SATURDAY_PM.value),
    "sundays": (Window.SUNDAY_AM.value, Window.SUNDAY_PM.value),
}
# For each group of people, the percentage that names each time.
RESIDENTS = {
    "any time": 40,
    "working days": 30,
    "weekday mornings": 6,
    "weekday afternoons": 6,
    "weekends": 8,
    "saturdays": 5,
    "sundays": 5,
}
HOSPITALS = {"working days": 50, "weekday mornings": 35, "weekday afternoons": 15}
SCHOOLCHILDREN = {"weekends": 60, "saturdays": 20, "sundays": 20}
VOLUNTEERS = {
    "working days": 40,
    "weekday mornings": 5,
    "weekday afternoons": 10,
    "weekends": 30,
    "saturdays": 10,
    "sundays": 5,
}
PROFESSIONALS = {"working days": 80, "weekday afternoons": 20}
TEACHERS = {"weekends": 60, "saturdays": 25, "sundays": 15}
COUNTERS = {"any time": 30, "working days": 50, "saturdays": 20}


def draw_hours(random: Random, shares: Mapping[str, int]) -> tuple[str, ...]:
    """Return windows in the order of the week; () means any time."""
    (name,) = random.choices(list(shares), list(shares.values()))
    return HOURS[name]


@dataclass(frozen=True, slots=True)
class MixRow:
    """One category of the demo month: columns of demo_mix.csv and of catalogue.csv."""

    category_code: str
    name_zh: str
    kind: OfferKind
    people_per_visit: int
    qualification: Qualification | None
    is_wish: bool
    is_timed: bool
    is_money: bool
    needs: int
    audience: str
    tier1_percent: int
    tier2_percent: int
    fewest_units: int
    most_units: int
    step_units: int
    is_divisible: bool
    supply_percent: int
    offer_statuses: frozenset[str]
    title_suffix_zh: str
    has_hours: bool


@dataclass(frozen=True, slots=True)
class Mix:
    """The demo month by category, and the words that residents use."""

    rows: dict[str, MixRow]
    words: dict[str, list[str]]


def read_mix(seeds_dir: Path) -> Mix:
    """Return the rows by category code, in the order of the file, and the residents' words."""
    catalogue = {row["code"]: row for row in read_seed(seeds_dir, "catalogue")}
    words: dict[str, list[str]] = defaultdict(list)
    for row in read_seed(seeds_dir, "demo_words"):
        words[row["category_code"]].append(row["words_zh"])
    rows = (
        _make_row(row, catalogue[row["category_code"]]) for row in read_seed(seeds_dir, "demo_mix")
    )
    return Mix({row.category_code: row for row in rows}, dict(words))


def _make_row(row: dict[str, str], category: dict[str, str]) -> MixRow:
    unit, qualification = Unit(category["unit"]), category["qualification"]
    return MixRow(
        category_code=row["category_code"],
        name_zh=category["name_zh"],
        kind=OfferKind(category["kind"]),
        people_per_visit=int(category["people_per_visit"]),
        qualification=Qualification(qualification) if qualification else None,
        is_wish=category["parent_code"] == WISH_HEADING,
        is_timed=get_rules(category["kind"]).units[unit].asks_windows,
        is_money=unit.is_money,
        needs=int(row["needs"]),
        audience=row["audience"],
        tier1_percent=int(row["tier1_percent"]),
        tier2_percent=int(row["tier2_percent"]),
        fewest_units=int(row["fewest_units"]),
        most_units=int(row["most_units"]),
        step_units=int(row["step_units"]),
        is_divisible=category["least_quantity"] != "",
        supply_percent=int(row["supply_percent"]),
        offer_statuses=frozenset(split_cell(row["offer_statuses"])),
        title_suffix_zh=row["title_suffix_zh"],
        has_hours=row["has_hours"] == "yes",
    )
