"""The homes of the three residents whom one can be in the demo, and what they asked for."""

from dataclasses import dataclass
from datetime import date
from itertools import count

from matchmaker.demo.names import FIRST_RESIDENT_NUMBER, make_phone
from matchmaker.demo.personas import DEMO_PERSONS
from matchmaker.demo.records import HouseholdRecord, ResidentRecord
from matchmaker.demo.statuses import make_sure_status
from matchmaker.models import Role, StatusKind


@dataclass(frozen=True, slots=True)
class PersonaNeed:
    resident: str
    category: str
    tier: int
    waiting_rounds: int = 0
    windows: tuple[str, ...] = ()


# Counted among the month's needs.
PERSONA_NEEDS = (
    PersonaNeed("R00001", "elder_visit", 1, 1, ("WD-AM", "WD-PM")),
    PersonaNeed("R00001", "haircut_home", 3, 0, ("WD-AM", "SAT-AM")),
    PersonaNeed("R00001", "wish_radio", 3),
    PersonaNeed("R00002", "lift_subsidy", 2),
    PersonaNeed("R00002", "hospital_drive", 2, 1, ("WD-AM", "WD-PM")),
    PersonaNeed("R00003", "tutoring", 2, 2, ("SAT-AM", "SAT-PM", "SUN-PM")),
    PersonaNeed("R00003", "student_aid", 2),
)
PERSONA_DRAFTS = (PersonaNeed("R00003", "legal_advice", 3, 0, ("SAT-AM",)),)


@dataclass(frozen=True, slots=True)
class PersonaHome:
    household: str
    committee: str
    block: str
    address: str
    members: tuple[tuple[str, str, int, tuple[StatusKind, ...]], ...]


# Members: how neighbours call them, full name, age in years, statuses.
PERSONA_HOMES = (
    PersonaHome(
        "H00001",
        "C01",
        "梧桐一村南区",
        "梧桐一村 12 号 401 室",
        (("王阿婆", "王秀英", 83, (StatusKind.LIVING_ALONE,)),),
    ),
    PersonaHome(
        "H00002",
        "C01",
        "梧桐一村西区",
        "梧桐一村 21 号 602 室",
        (("李师傅", "李国强", 58, (StatusKind.DISABLED, StatusKind.LOW_INCOME)),),
    ),
    PersonaHome(
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
)


def make_persona_homes(month: date) -> tuple[HouseholdRecord, ...]:
    """Households H00001 to H00003; the first resident of each is the persona."""
    phones = {p.scope: p.phone for p in DEMO_PERSONS if p.role is Role.RESIDENT}
    numbers = count(1)
    homes = []
    for home in PERSONA_HOMES:
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
