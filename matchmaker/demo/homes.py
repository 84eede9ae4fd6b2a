"""Households and residents of the demo: over 6,000 homes as a door-to-door listing finds them."""

from collections.abc import Iterator
from datetime import date
from itertools import count
from random import Random

from matchmaker.demo.drawing import make_random
from matchmaker.demo.fixed_homes import make_fixed_homes
from matchmaker.demo.names import FIRST_RESIDENT_NUMBER, draw_name, get_title, make_phone
from matchmaker.demo.records import HouseholdRecord, ResidentRecord
from matchmaker.demo.statuses import draw_income, draw_kinds, make_status

COMPOSITIONS = (
    "elder_alone",
    "elder_couple",
    "elder_with_adult",
    "family",
    "single_parent",
    "adult",
)
# How many in a hundred households of each composition, by the character of the estate.
WEIGHTS = {
    "old_estate": (20, 20, 14, 18, 3, 25),
    "lane": (22, 18, 14, 14, 4, 28),
    "mixed": (12, 14, 12, 26, 3, 33),
    "high_rise": (6, 9, 9, 34, 3, 39),
}
# Ages, youngest and oldest, of the residents listed in each composition.
AGES = {
    "elder_alone": ((66, 96),),
    "elder_couple": ((64, 92), (64, 92)),
    "elder_with_adult": ((68, 97), (40, 62)),
    "family": ((30, 52), (3, 17)),
    "single_parent": ((28, 48), (4, 17)),
    "adult": ((22, 63),),
}
SECTIONS = ("东区", "南区", "西区", "北区")
SECTIONED_FROM_BUILDINGS = 20


def generate_households(
    committees: list[dict[str, str]], month: date, seed: int
) -> tuple[HouseholdRecord, ...]:
    """As many households as committees.csv lists, the personas' among them."""
    random = make_random(seed, "homes")
    homes = list(make_fixed_homes(month))
    numbers = count(1 + sum(len(home.residents) for home in homes))
    for committee in committees:
        ready = sum(home.committee == committee["code"] for home in homes)
        for _ in range(int(committee["households_listed"]) - ready):
            homes.append(_make_home(random, len(homes) + 1, committee, month, numbers))
    return tuple(homes)


def _make_home(
    random: Random, number: int, committee: dict[str, str], month: date, numbers: Iterator[int]
) -> HouseholdRecord:
    composition = random.choices(COMPOSITIONS, WEIGHTS[committee["character"]])[0]
    block, address = _draw_address(random, committee)
    income = draw_income(random, composition)
    reference = f"H{number:05d}"
    residents = []
    for ages in AGES[composition]:
        age_years = random.randint(*ages)
        kinds = draw_kinds(random, age_years, composition, income)
        is_woman = random.randrange(100) < 56
        surname, given = draw_name(random, is_woman)
        own_number = next(numbers)
        residents.append(
            ResidentRecord(
                reference=f"R{own_number:05d}",
                household=reference,
                committee=committee["code"],
                display_name=surname + get_title(age_years, is_woman),
                full_name=surname + given,
                phone=make_phone(FIRST_RESIDENT_NUMBER + own_number),
                address=address,
                birth_year=month.year - age_years,
                statuses=tuple(make_status(random, kind, month) for kind in kinds),
            )
        )
    return HouseholdRecord(reference, committee["code"], block, tuple(residents))


def _draw_address(random: Random, committee: dict[str, str]) -> tuple[str, str]:
    estate = committee["name_zh"].removesuffix("居委会")
    buildings = int(committee["buildings"])
    building = random.randint(1, buildings)
    floors = 24 if committee["character"] == "high_rise" else 6
    room = f"{random.randint(1, floors)}{random.randint(1, 6):02d}"
    block = estate
    if buildings >= SECTIONED_FROM_BUILDINGS:
        block += SECTIONS[(building - 1) * len(SECTIONS) // buildings]
    return block, f"{estate} {building} 号 {room} 室"
