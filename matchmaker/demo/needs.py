"""The month's 1,670 needs and micro-wishes, and those not yet, or no longer, in the month."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from random import Random

from matchmaker.clock import SHANGHAI, get_local_date
from matchmaker.demo.audiences import Audiences
from matchmaker.demo.drawing import draw_share, make_random
from matchmaker.demo.fixed_homes import FIXED_NEEDS, FixedNeed
from matchmaker.demo.hours import HOSPITALS, RESIDENTS, SCHOOLCHILDREN, draw_hours
from matchmaker.demo.mix import Mix, MixRow
from matchmaker.demo.records import NeedRecord, ResidentRecord
from matchmaker.models import ConsentChannel, NeedForm, NeedState

HOURS_ASKED = {
    "hospital_company": HOSPITALS,
    "hospital_company_team": HOSPITALS,
    "hospital_drive": HOSPITALS,
    "tutoring": SCHOOLCHILDREN,
}
# Rounds passed over: how many needs in a hundred have waited 0, 1, 2, 3 rounds.
WAITING_WEIGHTS = (72, 17, 7, 4)
NEVER_WAITING = frozenset({"lift_subsidy"})
DAYS_A_ROUND = 30
PERCENT_POSTED_ONLINE = 22
CHANNELS = (
    ConsentChannel.SPOKEN_AT_HOME,
    ConsentChannel.SPOKEN_AT_COUNTER,
    ConsentChannel.SIGNED_PAPER,
    ConsentChannel.SPOKEN_BY_PHONE,
)
CHANNEL_WEIGHTS = (60, 22, 12, 6)


class NeedWriter:
    """Writes needs one by one, with numbers that count up within the month."""

    def __init__(
        self, mix: Mix, month: date, as_of: datetime, get_worker: Callable[[str], str]
    ) -> None:
        self._mix = mix
        self._month = month
        self._as_of = as_of
        self._get_worker = get_worker  # committee code to the phone of who works there
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
        """A need of ``resident`` in the row's category; ``fixed`` decides what is not drawn."""
        quantity = random.randrange(row.fewest_units, row.most_units + 1, row.step_units)
        asked = fixed or _draw_ask(random, resident, row)
        online = fixed is not None or draw_share(random, PERCENT_POSTED_ONLINE)
        return NeedRecord(
            reference=f"N{self._month:%y%m}-{next(self._numbers):04d}",
            resident=resident.reference,
            committee=resident.committee,
            category=row.category_code,
            form=NeedForm.MICRO_WISH if row.is_wish else NeedForm.NEED,
            description=random.choice(self._mix.words[row.category_code]),
            quantity=quantity,
            least_quantity=_get_least(quantity, row),
            windows=asked.windows,
            tier=asked.tier,
            waiting_rounds=asked.waiting_rounds,
            state=state,
            created_at=_draw_instant(random, self._as_of, asked.waiting_rounds),
            entered_by=resident.phone if online else self._get_worker(resident.committee),
            consent=None if online else random.choices(CHANNELS, CHANNEL_WEIGHTS)[0],
            return_reason=return_reason,
        )


def generate_needs(
    mix: Mix,
    audiences: Audiences,
    residents: Sequence[ResidentRecord],
    writer: NeedWriter,
    seed: int,
) -> list[NeedRecord]:
    """The needs open for the month, verified, in a drawn order, the personas' first."""
    random = make_random(seed, "needs")
    by_reference = {resident.reference: resident for resident in residents}
    fixed_asks = [(by_reference[n.resident], mix.rows[n.category], n) for n in FIXED_NEEDS]
    asks: list[tuple[ResidentRecord, MixRow, FixedNeed | None]] = []
    for row in mix.rows.values():
        taken = {n.resident for n in FIXED_NEEDS if n.category == row.category_code}
        missing = row.needs - len(taken)
        drawn = audiences.draw(random, row.audience, row.offer_statuses, missing, taken)
        asks.extend((resident, row, None) for resident in drawn)
    random.shuffle(asks)
    return [
        writer.write(random, resident, row, NeedState.OPEN, fixed)
        for resident, row, fixed in [*fixed_asks, *asks]
    ]


def _draw_instant(random: Random, as_of: datetime, waiting: int) -> datetime:
    """Within office hours in Shanghai, before ``as_of`` and as many months ago as were waited."""
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


def _get_least(quantity: int, row: MixRow) -> int:
    """The row's share of ``quantity``, rounded up to a whole step."""
    steps = -(-quantity * row.least_percent // (100 * row.step_units))
    return steps * row.step_units
