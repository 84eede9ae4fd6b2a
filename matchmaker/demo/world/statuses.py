"""Recipient statuses of the demo's residents: kind, evidence, whether verified, last day."""

from datetime import date
from random import Random

from matchmaker.base.clock import add_months
from matchmaker.demo.world.mix import draw_share
from matchmaker.demo.world.records import StatusRecord
from matchmaker.models import StatusKind

EVIDENCE = {
    StatusKind.LOW_INCOME: "最低生活保障证原件",
    StatusKind.LOW_INCOME_EDGE: "低收入困难家庭认定书原件",
    StatusKind.DESTITUTE: "特困人员供养证原件",
    StatusKind.LIVING_ALONE: "入户探访，楼组长证明",
    StatusKind.EMPTY_NEST: "入户探访，户口簿原件",
    StatusKind.DISABLED: "残疾人证原件",
    StatusKind.CHILD_IN_DIFFICULTY: "困境儿童认定表原件",
    StatusKind.LOST_ONLY_CHILD: "计划生育特殊家庭证原件",
}
# The fewest and the most months for which a status is valid from the demo month on.
MONTHS_VALID = {
    StatusKind.LOW_INCOME: (1, 12),
    StatusKind.LOW_INCOME_EDGE: (1, 12),
    StatusKind.DESTITUTE: (3, 12),
    StatusKind.LIVING_ALONE: (2, 12),
    StatusKind.EMPTY_NEST: (2, 12),
    StatusKind.DISABLED: (6, 60),
    StatusKind.CHILD_IN_DIFFICULTY: (2, 12),
    StatusKind.LOST_ONLY_CHILD: (12, 60),
}
PERCENT_UNVERIFIED = 2  # for the committees to verify
PERCENT_EXPIRED = 4


def make_status(random: Random, kind: StatusKind, month: date) -> StatusRecord:
    """Return a status as a survey finds it: most verified and valid, some expired or unverified."""
    fewest, most = MONTHS_VALID[kind]
    months = random.randint(fewest, most)
    if draw_share(random, PERCENT_EXPIRED):
        months = -random.randint(1, 3)
    is_verified = not draw_share(random, PERCENT_UNVERIFIED)
    return StatusRecord(kind, EVIDENCE[kind], is_verified, add_months(month, months))


def make_sure_status(kind: StatusKind, month: date) -> StatusRecord:
    """Return a verified status that is valid for a year after ``month``."""
    return StatusRecord(kind, EVIDENCE[kind], True, add_months(month, 12))


def draw_kinds(
    random: Random, age_years: int, composition: str, income: StatusKind | None
) -> list[StatusKind]:
    """Return the statuses of one resident; ``income`` is the income status of the household."""
    chances = [
        (composition == "elder_alone", 85, StatusKind.LIVING_ALONE),
        (composition == "elder_couple", 55, StatusKind.EMPTY_NEST),
        (composition.startswith("elder"), 1, StatusKind.LOST_ONLY_CHILD),
        (True, 10 if age_years >= 65 else 4, StatusKind.DISABLED),
        (age_years < 18, 35 if composition == "single_parent" else 7,
         StatusKind.CHILD_IN_DIFFICULTY),
    ]  # fmt: skip
    drawn = [kind for can_be, percent, kind in chances if can_be and draw_share(random, percent)]
    return drawn if income is None else [income, *drawn]


def draw_income(random: Random, composition: str) -> StatusKind | None:
    """Return the income status of a household, most often None."""
    if composition == "elder_alone" and draw_share(random, 2):
        return StatusKind.DESTITUTE
    draw = random.randrange(1000)
    if draw < (150 if composition == "single_parent" else 50):
        return StatusKind.LOW_INCOME
    return StatusKind.LOW_INCOME_EDGE if draw > 965 else None
