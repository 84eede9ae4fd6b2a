"""The households of the demo: a few that are the same for every seed; the rest are drawn."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count
from random import Random

from matchmaker.demo.world.mix import make_random
from matchmaker.demo.world.names import FIRST_RESIDENT_NUMBER, draw_name, get_title, make_phone
from matchmaker.demo.world.personas import DEMO_PERSONS
from matchmaker.demo.world.records import HouseholdRecord, ResidentRecord
from matchmaker.demo.world.statuses import draw_income, draw_kinds, make_status, make_sure_status
from matchmaker.models import Role, StatusKind, Window


@dataclass(frozen=True, slots=True)
class FixedNeed:
    """A need that is not drawn; ``resident`` is a reference, and no ``windows`` mean any time."""

    resident: str
    category: str
    tier: int
    waiting_rounds: int = 0
    windows: tuple[str, ...] = ()


SUNDAY_MORNING = (Window.SUNDAY_AM.value,)

# These are among the month's needs.
FIXED_NEEDS = (
    FixedNeed("R00001", "elder_visit", 1, 1, ("WD-AM", "WD-PM")),
    FixedNeed("R00001", "haircut_home", 3, 0, ("WD-AM", "SAT-AM")),
    FixedNeed("R00001", "wish_radio", 3),
    FixedNeed("R00002", "lift_subsidy", 2),
    FixedNeed("R00002", "hospital_drive", 2, 1, ("WD-AM", "WD-PM")),
    FixedNeed("R00003", "tutoring", 2, 2, ("SAT-AM", "SAT-PM", "SUN-PM")),
    FixedNeed("R00003", "student_aid", 2),
    # Five visits, but the daughter is at home on Sunday mornings only: four a month are possible.
    FixedNeed("R00005", "elder_visit", 2, 0, SUNDAY_MORNING),
    FixedNeed("R00005", "errands", 2, 0, SUNDAY_MORNING),
    FixedNeed("R00005", "small_repairs", 2, 0, SUNDAY_MORNING),
    FixedNeed("R00005", "digital_help", 2, 0, SUNDAY_MORNING),
    FixedNeed("R00005", "reading_company", 2, 0, SUNDAY_MORNING),
)
FIXED_DRAFTS = (FixedNeed("R00003", "legal_advice", 3, 0, ("SAT-AM",)),)


@dataclass(frozen=True, slots=True)
class FixedHome:
    """A household that is the same for every seed."""

    household: str
    committee: str
    block: str
    address: str
    members: tuple[tuple[str, str, int, tuple[StatusKind, ...]], ...]


# Members: what neighbours call them, full name, age in years, statuses.
FIXED_HOMES = (
    FixedHome(
        "H00001",
        "C01",
        "梧桐一村南区",
        "梧桐一村 12 号 401 室",
        (("王阿婆", "王秀英", 83, (StatusKind.LIVING_ALONE,)),),
    ),
    FixedHome(
        "H00002",
        "C01",
        "梧桐一村西区",
        "梧桐一村 21 号 602 室",
        (("李师傅", "李国强", 58, (StatusKind.DISABLED, StatusKind.LOW_INCOME)),),
    ),
    FixedHome(
        "H00003",
        "C09",
        "石榴坊东区",
        "石榴坊 8 号 203 室",
        (
            ("陈女士", "陈敏华", 39, (StatusKind.LOW_INCOME,)),
            (
                "陈小朋友",
                "陈雨桐",
                11,
                (StatusKind.LOW_INCOME, StatusKind.CHILD_IN_DIFFICULTY),
            ),
        ),
    ),
    FixedHome(
        "H00004",
        "C03",
        "银杏新村北区",
        "银杏新村 31 号 502 室",
        (("赵爷叔", "赵德福", 79, (StatusKind.DISABLED,)),),
    ),
)


def make_fixed_homes(month: date) -> tuple[HouseholdRecord, ...]:
    """Return households H00001 to H00004; the first residents of the first three are personas."""
    phones = {p.scope: p.phone for p in DEMO_PERSONS if p.role is Role.RESIDENT}
    numbers = count(1)
    homes = []
    for home in FIXED_HOMES:
        residents = []
        for display_name, full_name, age_years, kinds in home.members:
            number = next(numbers)
            reference = f"R{number:05d}"
            residents.append(
                ResidentRecord(
                    reference=reference,
                    household=home.household,
                    committee=home.committee,
                    display_name=display_name,
                    full_name=full_name,
                    phone=phones.get(reference, make_phone(FIRST_RESIDENT_NUMBER + number)),
                    address=home.address,
                    birth_year=month.year - age_years,
                    statuses=tuple(make_sure_status(kind, month) for kind in kinds),
                )
            )
        homes.append(HouseholdRecord(home.household, home.committee, home.block, tuple(residents)))
    return tuple(homes)


# Over 6,000 households, as a door-to-door survey would find them.

COMPOSITIONS = (
    "elder_alone",
    "elder_couple",
    "elder_with_adult",
    "family",
    "single_parent",
    "adult",
)
# The percentage of households with each composition, by type of estate.
WEIGHTS = {
    "old_estate": (20, 20, 14, 18, 3, 25),
    "lane": (22, 18, 14, 14, 4, 28),
    "mixed": (12, 14, 12, 26, 3, 33),
    "high_rise": (6, 9, 9, 34, 3, 39),
}
# The youngest and the oldest age of the residents in each composition.
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
    """Return as many households as committees.csv states, with the fixed ones among them."""
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
