"""The demo's volunteers: enough hands for what was offered, at times of their own."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import count
from random import Random

from matchmaker.clock import add_months
from matchmaker.demo.drawing import draw_share, draw_some, make_random
from matchmaker.demo.mix import Mix, MixRow
from matchmaker.demo.names import draw_name
from matchmaker.demo.offers import draw_near
from matchmaker.demo.personas import DEMO_PERSONS
from matchmaker.demo.records import GiverRecord, OfferRecord, VolunteerRecord
from matchmaker.models import OfferKind, OfferState, Qualification, Role, Window

FEWEST_VISITS, MOST_VISITS = 1, 5  # a month
VISITS_PLANNED = 2.5  # visits a month counted on from each when an offer was made
FEWEST_HANDS = 2  # so that one illness or expired licence does not end an offer
PERCENT_EVERYWHERE = 45
PERCENT_EVERY_TASK = 70
PERCENT_EXPIRED = 6
WINDOWS = tuple(window.value for window in Window)
WORKING_DAYS = (Window.WEEKDAY_AM.value, Window.WEEKDAY_PM.value)
AFTER_SCHOOL = (Window.WEEKDAY_PM.value, Window.SATURDAY_AM.value, Window.SUNDAY_AM.value)


class Recruiter:
    """Makes volunteers one by one, numbered over all givers."""

    def __init__(self, committees: Sequence[str], month: date, seed: int) -> None:
        self._random = make_random(seed, "volunteers")
        self._committees = committees
        self._month = month
        self._numbers: Iterator[int] = count(1)
        self._persona_names = {p.scope: p.name_zh for p in DEMO_PERSONS if p.role is Role.VOLUNTEER}

    def recruit(
        self, giver: str, tasks: Sequence[str], qualification: Qualification | None
    ) -> VolunteerRecord:
        """One more volunteer of ``giver`` for some of the tasks (category codes)."""
        random = self._random
        reference = f"V{next(self._numbers):04d}"
        drawn_name = "".join(draw_name(random, random.randrange(100) < 62))
        every_task = qualification is not None or draw_share(random, PERCENT_EVERY_TASK)
        return VolunteerRecord(
            reference=reference,
            giver=giver,
            name=self._persona_names.get(reference, drawn_name),
            visits_per_month=random.randint(FEWEST_VISITS, MOST_VISITS),
            categories=tuple(sorted(tasks if every_task else draw_some(random, tasks, 1, 2))),
            windows=self._draw_windows(random, qualification),
            committees=self._draw_area(random),
            qualifications=self._draw_proof(random, qualification),
        )

    def _draw_windows(self, random: Random, qualification: Qualification | None) -> tuple[str, ...]:
        """Professionals come on working days, teachers after school, at most at one more time."""
        if qualification is None:
            return tuple(sorted(draw_some(random, WINDOWS, 1, 4)))
        is_teacher = qualification is Qualification.TEACHING
        usual = draw_some(random, AFTER_SCHOOL if is_teacher else WORKING_DAYS, 1, 1)
        return tuple(sorted({*usual, *draw_some(random, WINDOWS, 0, 1)}))

    def _draw_area(self, random: Random) -> tuple[str, ...]:
        if draw_share(random, PERCENT_EVERYWHERE):
            return ()
        return draw_near(random, self._committees, 8, 15)

    def _draw_proof(
        self, random: Random, qualification: Qualification | None
    ) -> tuple[tuple[Qualification, date | None], ...]:
        if qualification is None:
            return ()
        expired = draw_share(random, PERCENT_EXPIRED)
        months = -random.randint(1, 4) if expired else random.randint(2, 36)
        return ((qualification, add_months(self._month, months)),)


def generate_volunteers(
    mix: Mix,
    givers: Sequence[GiverRecord],
    offers: Sequence[OfferRecord],
    committees: Sequence[str],
    month: date,
    seed: int,
) -> list[VolunteerRecord]:
    """Volunteers for every open offer of people, the qualified ones for one licence each."""
    recruiter = Recruiter(committees, month, seed)
    capacities = _get_capacities(mix, offers)
    volunteers = []
    for giver in givers:
        for qualification, by_task in _group_by_proof(mix, capacities[giver.code]).items():
            hands = max(FEWEST_HANDS, round(sum(by_task.values()) / VISITS_PLANNED))
            tasks = tuple(by_task)
            volunteers += [
                recruiter.recruit(giver.code, tasks, qualification) for _ in range(hands)
            ]
    return volunteers


def _get_capacities(mix: Mix, offers: Sequence[OfferRecord]) -> dict[str, dict[MixRow, int]]:
    capacities: dict[str, dict[MixRow, int]] = defaultdict(dict)
    for offer in offers:
        row = mix.rows[offer.category]
        if row.kind is OfferKind.PEOPLE and offer.state is OfferState.OPEN:
            capacities[offer.giver][row] = offer.capacity_per_month
    return capacities


def _group_by_proof(
    mix: Mix, capacities: Mapping[MixRow, int]
) -> dict[Qualification | None, dict[str, int]]:
    groups: dict[Qualification | None, dict[str, int]] = defaultdict(dict)
    for row, capacity in capacities.items():
        groups[row.qualification][row.category_code] = capacity
    return groups
