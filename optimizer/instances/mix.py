"""The tables of the generator: what an old Shanghai estate asks for and offers in a month.

Shares are per 1,000 needs, prices in fen, supply in units offered per 100 units asked. Committees
(29), givers (55 organisations, 16 enterprises) and the lift fund follow the community's published
figures; every proportion is invented.
"""

from dataclasses import dataclass

COMMITTEES = 29
ORGANISATIONS = 55
ENTERPRISES = 16
WEEKS = 4
PARTS_OF_WEEK = ("WD-AM", "WD-PM", "SAT-AM", "SAT-PM", "SUN-AM", "SUN-PM")
SLOTS = tuple(f"W{week}-{part}" for week in range(1, WEEKS + 1) for part in PARTS_OF_WEEK)

STATUSES = (
    "bereaved_family",
    "child_in_difficulty",
    "destitute",
    "disabled",
    "empty_nest",
    "living_alone",
    "low_income",
    "low_income_edge",
)
STATUS_WEIGHTS = (1, 2, 1, 4, 6, 8, 4, 4)
QUALIFICATIONS = ("dialect", "first_aid", "sign_language")

WAIT_WEIGHTS = (46, 22, 13, 8, 5, 4, 2)  # rounds passed over: 0, 1, … 6
SLOTS_OF_A_PERSON = (3, 4, 4, 6, 8)
VISITS_OF_A_PERSON = (1, 2, 2, 3, 3, 4)
SLOTS_OF_A_NEED = (1, 2, 2, 3, 4)
NEEDS_OF_A_RECIPIENT = (1, 1, 1, 1, 2, 2, 3)

LIFT_FUND_FEN = 75_000_000
LIFT_HOUSEHOLDS = 67
LIFT_AT_NEEDS = 1670  # size of the month that has this fund and these households
LIFT_BILLS_FEN = (800_000, 1_650_000)


@dataclass(frozen=True, slots=True)
class Visit:
    """A category served by people.

    share          needs of the category per 1,000 needs
    skill          the skill that a visitor must have
    team_percent   how many of its needs in a hundred take two people at once
    tiers          weights of the tiers 1, 2 and 3
    points         published weight of a need
    """

    category: str
    share: int
    skill: str
    team_percent: int
    tiers: tuple[int, int, int]  # weights of tiers 1, 2, 3
    points: int


@dataclass(frozen=True, slots=True)
class Supply:
    """A category served from counters, shelves, funds or places; no person is assigned.

    share            needs of the category per 1,000 needs
    quantities       quantities from which that of a need is drawn
    supply_percent   units offered per 100 units asked
    points           published weight of a need
    """

    category: str
    share: int
    kind: str  # "counter", "goods", "funds", "place"
    quantities: tuple[int, ...]
    least_percent: int  # least acceptable percentage of the quantity; 100 = all or nothing
    supply_percent: int
    givers: int  # givers that offer it at 1,670 needs
    tiers: tuple[int, int, int]
    points: int
    unit: str


VISITS = (
    Visit("elder_visit", 200, "visit", 12, (2, 5, 3), 3),
    Visit("errand", 80, "visit", 5, (1, 3, 6), 2),
    Visit("haircut", 70, "haircut", 8, (0, 2, 8), 2),
    Visit("home_repair", 95, "repair", 25, (1, 4, 5), 3),
    Visit("hospital_company", 75, "care", 25, (4, 5, 1), 5),
    Visit("moving_help", 40, "carry", 100, (0, 3, 7), 2),
    Visit("tutoring", 45, "tutor", 0, (0, 4, 6), 3),
)

SUPPLIES = (
    Supply("bedding", 25, "goods", (1, 1, 2), 100, 60, 4, (1, 3, 6), 2, "set"),
    Supply("day_care", 20, "place", (4, 8, 12), 50, 65, 4, (2, 6, 2), 4, "day"),
    Supply("dormitory_bed", 10, "place", (10, 20, 28), 50, 50, 2, (1, 4, 5), 3, "bed_night"),
    Supply("fan", 20, "goods", (1,), 100, 80, 4, (0, 3, 7), 1, "piece"),
    Supply("hardship_bill", 30, "funds", (), 100, 55, 5, (4, 4, 2), 5, "fen"),
    Supply("health_check", 80, "counter", (1,), 100, 75, 9, (1, 4, 5), 3, "place"),
    Supply("legal_advice", 55, "counter", (1,), 100, 70, 7, (1, 3, 6), 3, "place"),
    Supply("micro_wish", 55, "goods", (1,), 100, 85, 20, (0, 1, 9), 1, "wish"),
    Supply("rice", 30, "goods", (1, 2, 2, 4), 50, 70, 6, (2, 4, 4), 2, "bag"),
    Supply("school_bag", 15, "goods", (1, 1, 2), 100, 90, 3, (0, 2, 8), 1, "piece"),
    Supply("walker", 15, "goods", (1,), 100, 55, 3, (2, 5, 3), 3, "piece"),
)

HARDSHIP_BILLS_FEN = (50_000, 80_000, 120_000, 200_000, 350_000, 500_000)
