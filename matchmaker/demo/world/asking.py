"""The month's 1,670 needs and micro-wishes, and needs in states before and after a round."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from random import Random

from matchmaker.base.clock import SHANGHAI, get_local_date
from matchmaker.demo.world.homes import FIXED_DRAFTS, FIXED_NEEDS, FixedNeed
from matchmaker.demo.world.mix import (
    HOSPITALS,
    RESIDENTS,
    SCHOOLCHILDREN,
    Mix,
    MixRow,
    draw_hours,
    draw_share,
    make_random,
)
from matchmaker.demo.world.records import NeedRecord, ResidentRecord
from matchmaker.models import ConsentChannel, NeedState, NeedType, StatusKind

# Which residents need something, as a door-to-door survey finds them.

ELDER_FROM_YEARS = 65
OLD_ELDER_FROM_YEARS = 82
CHILD_BELOW_YEARS = 18
HARDSHIP = frozenset({StatusKind.LOW_INCOME, StatusKind.LOW_INCOME_EDGE, StatusKind.DESTITUTE})
# The two estates whose buildings got lifts.
LIFT_COMMITTEES = frozenset({"C01", "C02"})
LIFT_STATUSES = HARDSHIP | {StatusKind.DISABLED}
PERCENT_OUTSIDE_RULES = 10  # ask for help that is offered to other groups only


class Audiences:
    """The residents who may ask for something, in pools by audience.

    A resident with a need is drawn first, more probably one in hardship or old; a draw from a pool
    then takes each resident at most once.
    """

    def __init__(self, residents: Iterable[ResidentRecord], month: date, seed: int) -> None:
        random = make_random(seed, "audiences")
        self._month = month
        everybody = tuple(residents)
        voicing = [r for r in everybody if draw_share(random, _get_percent(r, month))]
        belongs: dict[str, Callable[[ResidentRecord], bool]] = {
            "elder": lambda r: _get_age(r, month) >= ELDER_FROM_YEARS,
            "child": lambda r: _get_age(r, month) < CHILD_BELOW_YEARS,
            "hardship": lambda r: bool(HARDSHIP & _get_kinds(r)),
            "disabled": lambda r: _is_frail(r, month),
            "any": lambda r: _get_age(r, month) >= CHILD_BELOW_YEARS,
        }
        self._pools = {name: list(filter(test, voicing)) for name, test in belongs.items()}
        self._pools["lift"] = _get_lift_households(everybody, month)

    def draw(
        self, random: Random, audience: str, statuses: frozenset[str], count: int, taken: set[str]
    ) -> list[ResidentRecord]:
        """Draw ``count`` different residents outside ``taken``, most of them eligible."""
        pool = [r for r in self._pools[audience] if r.reference not in taken]
        random.shuffle(pool)
        inside, outside = _split(pool, lambda r: _is_inside(r, statuses, self._month))

        def draw_one() -> ResidentRecord:
            if statuses and draw_share(random, PERCENT_OUTSIDE_RULES):
                return (outside or inside).pop()
            return (inside or outside).pop()

        return [draw_one() for _ in range(count)]


def _split(
    pool: list[ResidentRecord], belongs: Callable[[ResidentRecord], bool]
) -> tuple[list[ResidentRecord], list[ResidentRecord]]:
    """Return the residents who belong and those who do not, each in the order of ``pool``."""
    inside = [r for r in pool if belongs(r)]
    references = {r.reference for r in inside}
    return inside, [r for r in pool if r.reference not in references]


def _is_inside(resident: ResidentRecord, statuses: frozenset[str], month: date) -> bool:
    return not statuses or bool(statuses & _list_valid(resident, month))


def _get_age(resident: ResidentRecord, month: date) -> int:
    return month.year - resident.birth_year


def _get_kinds(resident: ResidentRecord) -> set[StatusKind]:
    return {status.kind for status in resident.statuses}


def _is_frail(resident: ResidentRecord, month: date) -> bool:
    disabled = StatusKind.DISABLED in _get_kinds(resident)
    return disabled or _get_age(resident, month) >= OLD_ELDER_FROM_YEARS


def _get_percent(resident: ResidentRecord, month: date) -> int:
    """Return the probability that a resident has a need, in percent."""
    age_years, kinds = _get_age(resident, month), _get_kinds(resident)
    if StatusKind.CHILD_IN_DIFFICULTY in kinds:
        return 80
    if HARDSHIP & kinds:
        return 55
    if age_years >= ELDER_FROM_YEARS:
        return 40 if kinds else 16
    return 8 if age_years < CHILD_BELOW_YEARS else 4


def _get_lift_households(residents: Iterable[ResidentRecord], month: date) -> list[ResidentRecord]:
    """Return one resident for each household of the two estates with a status that counts.

    The status is one of hardship or disability, verified and valid.
    """
    by_household: dict[str, ResidentRecord] = {}
    for resident in residents:
        proved = {s.kind for s in resident.statuses if s.counts_on(month)}
        if resident.committee in LIFT_COMMITTEES and LIFT_STATUSES & proved:
            by_household.setdefault(resident.household, resident)
    return list(by_household.values())


HOURS_ASKED = {
    "hospital_company": HOSPITALS,
    "hospital_company_team": HOSPITALS,
    "hospital_drive": HOSPITALS,
    "tutoring": SCHOOLCHILDREN,
}
# How many needs in a hundred were passed over in 0, 1, 2, 3 rounds.
WAITING_WEIGHTS = (72, 17, 7, 4)
NEVER_WAITING = frozenset({"lift_subsidy"})
DAYS_A_ROUND = 30
PERCENT_POSTED_ONLINE = 22
ASKING_TOGETHER = 6  # at most one asker in six asks for the same as somebody else at home
CHANNELS = (
    ConsentChannel.SPOKEN_AT_HOME,
    ConsentChannel.SPOKEN_AT_COUNTER,
    ConsentChannel.SIGNED_PAPER,
    ConsentChannel.SPOKEN_BY_PHONE,
)
CHANNEL_WEIGHTS = (60, 22, 12, 6)


class NeedWriter:
    """A writer of needs, which numbers them within the month from 1."""

    def __init__(
        self, mix: Mix, month: date, as_of: datetime, get_worker: Callable[[str], str]
    ) -> None:
        self._mix = mix
        self.month = month
        self._as_of = as_of
        self._get_worker = get_worker  # committee code -> phone of its worker
        self._numbers = count(1)

    def write(
        self,
        random: Random,
        resident: ResidentRecord,
        row: MixRow,
        state: NeedState,
        fixed: FixedNeed | None = None,
        return_reason: str | None = None,
    ) -> NeedRecord:
        """Return a need of ``resident`` in the row's category.

        ``fixed`` gives its windows, tier and wait, which are drawn without it.
        """
        quantity = random.randrange(row.fewest_units, row.most_units + 1, row.step_units)
        asked = fixed or _draw_ask(random, resident, row)
        online = fixed is not None or draw_share(random, PERCENT_POSTED_ONLINE)
        return NeedRecord(
            reference=f"N{self.month:%y%m}-{next(self._numbers):04d}",
            resident=resident.reference,
            committee=resident.committee,
            category=row.category_code,
            type=NeedType.MICRO_WISH if row.is_wish else NeedType.NEED,
            description=random.choice(self._mix.words[row.category_code]),
            quantity=quantity,
            windows=asked.windows,
            tier=asked.tier,
            waiting_rounds=asked.waiting_rounds,
            state=state,
            created_at=_draw_instant(random, self._as_of, asked.waiting_rounds),
            entered_by=resident.phone if online else self._get_worker(resident.committee),
            consent=_draw_channel(random, online, state),
            return_reason=return_reason,
        )


def _draw_channel(random: Random, online: bool, state: NeedState) -> ConsentChannel | None:
    """Return how the person agreed; None for a draft, because nobody has agreed to it yet."""
    channel = ConsentChannel.ONLINE if online else random.choices(CHANNELS, CHANNEL_WEIGHTS)[0]
    return None if state is NeedState.DRAFT else channel


def generate_needs(
    mix: Mix,
    audiences: Audiences,
    residents: Sequence[ResidentRecord],
    writer: NeedWriter,
    seed: int,
) -> list[NeedRecord]:
    """Return the verified needs that are open for the month: fixed ones, then random order."""
    random = make_random(seed, "needs")
    by_reference = {resident.reference: resident for resident in residents}
    fixed_asks = [(by_reference[n.resident], mix.rows[n.category], n) for n in FIXED_NEEDS]
    asks: list[tuple[ResidentRecord, MixRow, FixedNeed | None]] = []
    for row in mix.rows.values():
        taken = {n.resident for n in FIXED_NEEDS if n.category == row.category_code}
        missing = row.needs - len(taken)
        drawn = audiences.draw(random, row.audience, row.offer_statuses, missing, taken)
        if row.is_divisible and row.audience != "lift":
            drawn = _ask_together(drawn, residents, taken, writer.month)
        asks.extend((resident, row, None) for resident in drawn)
    random.shuffle(asks)
    return [
        writer.write(random, resident, row, NeedState.OPEN, fixed)
        for resident, row, fixed in [*fixed_asks, *asks]
    ]


def _ask_together(
    drawn: list[ResidentRecord],
    residents: Sequence[ResidentRecord],
    taken: set[str],
    month: date,
) -> list[ResidentRecord]:
    """Return as many residents; some of them ask for the same as a mate at home.

    Mates have the same valid statuses.
    """
    asking = drawn[: len(drawn) - len(drawn) // ASKING_TOGETHER]
    known = taken | {resident.reference for resident in asking}
    homes: dict[str, list[ResidentRecord]] = defaultdict(list)
    for resident in residents:
        homes[resident.household].append(resident)
    mates = [
        mate
        for resident in asking
        for mate in homes[resident.household]
        if mate.reference not in known and _list_valid(mate, month) == _list_valid(resident, month)
    ]
    return (asking + mates + drawn[len(asking) :])[: len(drawn)]


def _list_valid(resident: ResidentRecord, day: date) -> set[StatusKind]:
    return {status.kind for status in resident.statuses if status.counts_on(day)}


def _draw_instant(random: Random, as_of: datetime, waiting: int) -> datetime:
    """Return an instant in office hours in Shanghai, at least a day before ``as_of``.

    It is ``waiting`` rounds and some days before.
    """
    day = get_local_date(as_of) - timedelta(days=waiting * DAYS_A_ROUND + random.randint(1, 27))
    hour, minute = random.randint(8, 17), random.randrange(60)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


def _draw_ask(random: Random, resident: ResidentRecord, row: MixRow) -> FixedNeed:
    return FixedNeed(
        resident=resident.reference,
        category=row.category_code,
        tier=_draw_tier(random, row),
        waiting_rounds=_draw_waiting(random, row.category_code),
        windows=_draw_windows(random, row),
    )


def _draw_waiting(random: Random, category: str) -> int:
    if category in NEVER_WAITING:
        return 0
    return random.choices(range(len(WAITING_WEIGHTS)), WAITING_WEIGHTS)[0]


def _draw_tier(random: Random, row: MixRow) -> int:
    draw = random.randrange(100)
    if draw < row.tier1_percent:
        return 1
    return 2 if draw < row.tier1_percent + row.tier2_percent else 3


def _draw_windows(random: Random, row: MixRow) -> tuple[str, ...]:
    if not row.is_timed:
        return ()
    return draw_hours(random, HOURS_ASKED.get(row.category_code, RESIDENTS))


# Needs outside the month's round: drafts, some waiting for a check, some ended.

COUNTS = {
    NeedState.DRAFT: 14,
    NeedState.SUBMITTED: 30,
    NeedState.RETURNED: 8,
    NeedState.CLOSED: 28,
    NeedState.WITHDRAWN: 5,
}
RETURN_REASONS = ("请补充方便的时间。", "同样的需求上月已登记，请核对。", "请说明需要几件。")
CATEGORIES = ("errands", "small_repairs", "haircut_counter", "legal_advice", "elder_visit", "venue")


def generate_unsettled_needs(
    mix: Mix,
    audiences: Audiences,
    residents: Sequence[ResidentRecord],
    writer: NeedWriter,
    seed: int,
) -> list[NeedRecord]:
    """Return needs beyond the 1,670: the fixed drafts, then some that are not verified or ended."""
    random = make_random(seed, "unsettled needs")
    by_reference = {resident.reference: resident for resident in residents}
    needs = [
        writer.write(random, by_reference[n.resident], mix.rows[n.category], NeedState.DRAFT, n)
        for n in FIXED_DRAFTS
    ]
    for state, number in COUNTS.items():
        for resident in audiences.draw(random, "elder", frozenset(), number, set()):
            row = mix.rows[random.choice(CATEGORIES)]
            reason = random.choice(RETURN_REASONS) if state is NeedState.RETURNED else None
            needs.append(writer.write(random, resident, row, state, None, reason))
    return needs
