"""Who asks for what: the residents whom the listing found with something to say."""

from collections.abc import Iterable
from datetime import date
from random import Random

from matchmaker.demo.drawing import draw_share, make_random
from matchmaker.demo.records import ResidentRecord
from matchmaker.models import StatusKind

ELDER_FROM_YEARS = 65
OLD_ELDER_FROM_YEARS = 82
CHILD_BELOW_YEARS = 18
HARDSHIP = frozenset({StatusKind.LOW_INCOME, StatusKind.LOW_INCOME_EDGE, StatusKind.DESTITUTE})
# The two estates whose stairwells got their lifts.
LIFT_COMMITTEES = frozenset({"C01", "C02"})
LIFT_STATUSES = HARDSHIP | {StatusKind.DISABLED}
PERCENT_OUTSIDE_RULES = 10  # ask although the offers are for others


class Audiences:
    """Draws residents for a category: each at most once a category, some more often than others."""

    def __init__(self, residents: Iterable[ResidentRecord], month: date, seed: int) -> None:
        random = make_random(seed, "audiences")
        self._month = month
        everybody = tuple(residents)
        voicing = [r for r in everybody if draw_share(random, _get_percent(r, month))]
        self._pools = {
            "elder": [r for r in voicing if _get_age(r, month) >= ELDER_FROM_YEARS],
            "child": [r for r in voicing if _get_age(r, month) < CHILD_BELOW_YEARS],
            "hardship": [r for r in voicing if HARDSHIP & _get_kinds(r)],
            "disabled": [r for r in voicing if _is_frail(r, month)],
            "lift": _get_lift_households(everybody, month),
            "any": [r for r in voicing if _get_age(r, month) >= CHILD_BELOW_YEARS],
        }

    def draw(
        self, random: Random, audience: str, statuses: frozenset[str], count: int, taken: set[str]
    ) -> list[ResidentRecord]:
        """``count`` different residents outside ``taken``, most of them within the rules."""
        pool = [r for r in self._pools[audience] if r.reference not in taken]
        random.shuffle(pool)
        inside = [r for r in pool if _is_inside(r, statuses, self._month)]
        inside_references = {r.reference for r in inside}
        outside = [r for r in pool if r.reference not in inside_references]
        drawn = []
        for _ in range(count):
            wants_outside = statuses and draw_share(random, PERCENT_OUTSIDE_RULES)
            first, second = (outside, inside) if wants_outside else (inside, outside)
            drawn.append((first or second).pop())
        return drawn


def _is_inside(resident: ResidentRecord, statuses: frozenset[str], month: date) -> bool:
    counting = {status.kind for status in resident.statuses if status.counts_on(month)}
    return not statuses or bool(statuses & counting)


def _get_age(resident: ResidentRecord, month: date) -> int:
    return month.year - resident.birth_year


def _get_kinds(resident: ResidentRecord) -> set[StatusKind]:
    return {status.kind for status in resident.statuses}


def _is_frail(resident: ResidentRecord, month: date) -> bool:
    disabled = StatusKind.DISABLED in _get_kinds(resident)
    return disabled or _get_age(resident, month) >= OLD_ELDER_FROM_YEARS


def _get_percent(resident: ResidentRecord, month: date) -> int:
    """How likely the listing finds a need here, in percent."""
    age_years, kinds = _get_age(resident, month), _get_kinds(resident)
    if StatusKind.CHILD_IN_DIFFICULTY in kinds:
        return 80
    if HARDSHIP & kinds:
        return 55
    if age_years >= ELDER_FROM_YEARS:
        return 40 if kinds else 16
    return 8 if age_years < CHILD_BELOW_YEARS else 4


def _get_lift_households(residents: Iterable[ResidentRecord], month: date) -> list[ResidentRecord]:
    """One resident for each household of the two estates whose hardship is proved."""
    by_household: dict[str, ResidentRecord] = {}
    for resident in residents:
        proved = {s.kind for s in resident.statuses if s.counts_on(month)}
        if resident.committee in LIFT_COMMITTEES and LIFT_STATUSES & proved:
            by_household.setdefault(resident.household, resident)
    return list(by_household.values())
