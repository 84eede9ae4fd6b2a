"""The demo's volunteers: enough hands for what was offered, at times of their own."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import count

from matchmaker.clock import add_months
from matchmaker.demo.districts import Districts, draw_area
from matchmaker.demo.drawing import draw_share, draw_some, make_random
from matchmaker.demo.hours import PROFESSIONALS, TEACHERS, VOLUNTEERS, draw_hours
from matchmaker.demo.mix import Mix, MixRow
from matchmaker.demo.names import draw_name
from matchmaker.demo.personas import DEMO_PERSONS
from matchmaker.demo.records import GiverRecord, OfferRecord, VolunteerRecord
from matchmaker.models import OfferKind, OfferState, Qualification, Role

VISITS = (2, 4)  # a month, most
VISITS_PLANNED = 2.3  # visits a month counted on from each when an offer was made
FEWEST_HANDS = 2  # so that one illness or expired licence does not end an offer
TEAM_SIZE = 5
PERCENT_EVERYWHERE = 60
PERCENT_EVERY_TASK = 70
PERCENT_EXPIRED = 6


class Recruiter:
    """Makes volunteers team by team, numbered over all givers."""

    def __init__(self, districts: Districts, month: date, seed: int) -> None:
        self._random = make_random(seed, "volunteers")
        self._districts = districts
        self._month = month
        self._numbers: Iterator[int] = count(1)
        self._persona_names = {p.scope: p.name_zh for p in DEMO_PERSONS if p.role is Role.VOLUNTEER}

    def recruit_team(
        self, giver: str, tasks: Sequence[str], qualification: Qualification | None, size: int
    ) -> list[VolunteerRecord]:
        """``size`` volunteers of ``giver`` who go out at the same times to the same places.

        ``tasks`` are category codes: each team does all of them, or one or two.
        """
        random = self._random
        every_task = qualification is not None or draw_share(random, PERCENT_EVERY_TASK)
        categories = tuple(sorted(tasks if every_task else draw_some(random, tasks, 1, 2)))
        windows = tuple(sorted(draw_hours(random, _get_hours(qualification))))
        committees = draw_area(random, self._districts, PERCENT_EVERYWHERE)
        visits = random.choice(VISITS)
        return [
            VolunteerRecord(
                reference=(reference := f"V{next(self._numbers):04d}"),
                giver=giver,
                name=self._draw_name(reference),
                visits_per_month=visits,
                categories=categories,
                windows=windows,
                committees=committees,
                qualifications=self._draw_proof(qualification, can_expire=number > 0),
            )
            for number in range(size)
        ]

    def _draw_name(self, reference: str) -> str:
        drawn = "".join(draw_name(self._random, self._random.randrange(100) < 62))
        return self._persona_names.get(reference, drawn)

    def _draw_proof(
        self, qualification: Qualification | None, *, can_expire: bool
    ) -> tuple[tuple[Qualification, date | None], ...]:
        if qualification is None:
            return ()
        random = self._random
        expired = can_expire and draw_share(random, PERCENT_EXPIRED)
        months = -random.randint(1, 4) if expired else random.randint(2, 36)
        return ((qualification, add_months(self._month, months)),)


def _get_hours(qualification: Qualification | None) -> Mapping[str, int]:
    if qualification is None:
        return VOLUNTEERS
    return TEACHERS if qualification is Qualification.TEACHING else PROFESSIONALS


def generate_volunteers(
    mix: Mix,
    givers: Sequence[GiverRecord],
    offers: Sequence[OfferRecord],
    districts: Districts,
    month: date,
    seed: int,
) -> list[VolunteerRecord]:
    """Volunteers for every open offer of people, the qualified ones for one licence each."""
    recruiter = Recruiter(districts, month, seed)
    capacities = _get_capacities(mix, offers)
    volunteers: list[VolunteerRecord] = []
    for giver in givers:
        for (qualification, together), by_task in _group_tasks(capacities[giver.code]).items():
            hands = max(FEWEST_HANDS, round(sum(by_task.values()) / VISITS_PLANNED))
            team_size = TEAM_SIZE if together == 1 else together
            for done in range(0, hands, team_size):
                size = min(team_size, hands - done) if together == 1 else together
                tasks = tuple(by_task)
                volunteers += recruiter.recruit_team(giver.code, tasks, qualification, size)
    return volunteers


def _get_capacities(mix: Mix, offers: Sequence[OfferRecord]) -> dict[str, dict[MixRow, int]]:
    capacities: dict[str, dict[MixRow, int]] = defaultdict(dict)
    for offer in offers:
        row = mix.rows[offer.category]
        if row.kind is OfferKind.PEOPLE and offer.state is OfferState.OPEN:
            capacities[offer.giver][row] = offer.capacity_per_month
    return capacities


def _group_tasks(
    capacities: Mapping[MixRow, int],
) -> dict[tuple[Qualification | None, int], dict[str, int]]:
    """Tasks of one licence and of as many people at once: two who lift together are a pair."""
    groups: dict[tuple[Qualification | None, int], dict[str, int]] = defaultdict(dict)
    for row, capacity in capacities.items():
        groups[row.qualification, row.people_per_visit][row.category_code] = capacity
    return groups
