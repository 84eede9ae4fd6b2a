"""Homes that every demo holds, whatever the seed: the personas' own, and a busy neighbour's."""

from dataclasses import dataclass
from datetime import date
from itertools import count

from matchmaker.demo.names import FIRST_RESIDENT_NUMBER, make_phone
from matchmaker.demo.personas import DEMO_PERSONS
from matchmaker.demo.records import HouseholdRecord, ResidentRecord
from matchmaker.demo.statuses import make_sure_status
from matchmaker.models import Role, StatusKind, Window


@dataclass(frozen=True, slots=True)
class FixedNeed:
    """A need that is not drawn; ``resident`` is a reference, ``windows`` empty for any time."""

    resident: str
    category: str
    tier: int
    waiting_rounds: int = 0
    windows: tuple[str, ...] = ()


SUNDAY_MORNING = (Window.SUNDAY_AM.value,)

# Counted among the month's needs.
FIXED_NEEDS = (
    FixedNeed("R00001", "elder_visit", 1, 1, ("WD-AM", "WD-PM")),
    FixedNeed("R00001", "haircut_home", 3, 0, ("WD-AM", "SAT-AM")),
    FixedNeed("R00001", "wish_radio", 3),
    FixedNeed("R00002", "lift_subsidy", 2),
    FixedNeed("R00002", "hospital_drive", 2, 1, ("WD-AM", "WD-PM")),
    FixedNeed("R00003", "tutoring", 2, 2, ("SAT-AM", "SAT-PM", "SUN-PM")),
    FixedNeed("R00003", "student_aid", 2),
    # Five visits, and a daughter who is at home on Sunday mornings only: four a month.
    FixedNeed("R00005", "elder_visit", 2, 0, SUNDAY_MORNING),
    FixedNeed("R00005", "errands", 2, 0, SUNDAY_MORNING),
    FixedNeed("R00005", "small_repairs", 2, 0, SUNDAY_MORNING),
    FixedNeed("R00005", "digital_help", 2, 0, SUNDAY_MORNING),
    FixedNeed("R00005", "reading_company", 2, 0, SUNDAY_MORNING),
)
FIXED_DRAFTS = (FixedNeed("R00003", "legal_advice", 3, 0, ("SAT-AM",)),)


@dataclass(frozen=True, slots=True)
class FixedHome:
    household: str
    committee: str
    block: str
    address: str
    members: tuple[tuple[str, str, int, tuple[StatusKind, ...]], ...]


# Members: how neighbours call them, full name, age in years, statuses.
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
    """Households H00001 to H00004; the first resident of each of the first three is a persona."""
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
