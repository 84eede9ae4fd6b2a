"""The demo's volunteers, enough for every offer of people, and its long-term pairings."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import count
from random import Random

from matchmaker.base.clock import add_months
from matchmaker.demo.world.asking import Audiences
from matchmaker.demo.world.mix import (
    PROFESSIONALS,
    TEACHERS,
    VOLUNTEERS,
    Districts,
    Mix,
    MixRow,
    draw_area,
    draw_hours,
    draw_share,
    draw_some,
    make_random,
)
from matchmaker.demo.world.names import draw_name
from matchmaker.demo.world.personas import DEMO_PERSONS
from matchmaker.demo.world.records import (
    GiverRecord,
    OfferRecord,
    PairingRecord,
    ResidentRecord,
    VolunteerRecord,
)
from matchmaker.kinds import get_rules
from matchmaker.models import OfferState, Programme, Qualification, Role, VisitFrequency

# Long-term pairings, whose due visits enter the month as duties.

# The audience of each programme, and its categories: the first that a giver gives is used.
TASKS = {
    Programme.ELDER_VISIT: (
        "elder",
        ("elder_visit", "nurse_visit", "hospital_company", "reading_company", "small_repairs"),
    ),
    Programme.STUDENT_AID: ("child", ("tutoring", "digital_help")),
    Programme.HARDSHIP_AID: ("hardship", ("counselling", "legal_home", "electrical_repairs")),
}
MOST_A_UNIT = 3
# Tier and frequency: weekly for danger, monthly or quarterly for the others.
FREQUENCIES = (
    (1, VisitFrequency.WEEKLY),
    (2, VisitFrequency.MONTHLY),
    (3, VisitFrequency.QUARTERLY),
)
FREQUENCY_WEIGHTS = (15, 60, 25)
WEEKLY_VISITS = 4


def generate_pairings(
    givers: Sequence[GiverRecord],
    volunteers: Sequence[VolunteerRecord],
    audiences: Audiences,
    month: date,
    seed: int,
) -> list[PairingRecord]:
    """Pair up to three volunteers of each giver with a programme, each with one resident."""
    random = make_random(seed, "pairings")
    taken: set[str] = set()
    pairings: list[PairingRecord] = []
    for giver in givers:
        for programme in Programme:
            audience, tasks = TASKS[programme]
            given = [task for task in tasks if task in giver.gives]
            if programme not in giver.programmes or not given:
                continue
            for volunteer in _find_able(volunteers, giver.code, given[0])[:MOST_A_UNIT]:
                (resident,) = audiences.draw(random, audience, frozenset(), 1, taken)
                taken.add(resident.reference)
                reference = f"P{len(pairings) + 1:04d}"
                pairings.append(
                    _make_pairing(
                        random, reference, programme, given[0], volunteer, resident, month
                    )
                )
    return pairings


def _find_able(
    volunteers: Sequence[VolunteerRecord], giver: str, category: str
) -> list[VolunteerRecord]:
    """Return the giver's volunteers for the category, those with the most visits a month first."""
    able = [v for v in volunteers if v.giver == giver and category in v.categories]
    return sorted(able, key=lambda volunteer: (-volunteer.visits_per_month, volunteer.reference))


def _make_pairing(
    random: Random,
    reference: str,
    programme: Programme,
    category: str,
    volunteer: VolunteerRecord,
    resident: ResidentRecord,
    month: date,
) -> PairingRecord:
    tier, frequency = random.choices(FREQUENCIES, FREQUENCY_WEIGHTS)[0]
    too_few = volunteer.visits_per_month < WEEKLY_VISITS
    if frequency is VisitFrequency.WEEKLY and too_few:
        tier, frequency = 2, VisitFrequency.MONTHLY
    return PairingRecord(
        reference=reference,
        giver=volunteer.giver,
        volunteer=volunteer.reference,
        resident=resident.reference,
        category=category,
        programme=programme,
        frequency=frequency,
        tier=tier,
        starts_on=add_months(month, -random.randint(2, 14)),
        review_on=add_months(month, random.randint(1, 6)),
    )


VISITS = (2, 4)  # most visits a month of a volunteer: one of these
VISITS_PLANNED = 2.3  # visits a month for which an offer counts on each volunteer
FEWEST_HANDS = 2  # so that one illness or expired licence does not end an offer
TEAM_SIZE = 5
PERCENT_EVERYWHERE = 60
PERCENT_EVERY_TASK = 70
PERCENT_EXPIRED = 6


class Recruiter:
    """A source of volunteers, team by team, with one running number for all givers."""

    def __init__(self, districts: Districts, month: date, seed: int) -> None:
        self._random = make_random(seed, "volunteers")
        self._districts = districts
        self._month = month
        self._numbers: Iterator[int] = count(1)
        self._persona_names = {p.scope: p.name_zh for p in DEMO_PERSONS if p.role is Role.VOLUNTEER}

    def recruit_team(
        self, giver: str, tasks: Sequence[str], qualification: Qualification | None, size: int
    ) -> list[VolunteerRecord]:
        """Return ``size`` new volunteers of ``giver`` with the same hours and places.

        ``tasks`` are category codes; a team does all of them, or one or two.
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
    """Return volunteers for every open offer of people; each has at most one qualification."""
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
        if get_rules(row.kind).has_volunteers and offer.state is OfferState.OPEN:
            capacities[offer.giver][row] = offer.capacity_per_month
    return capacities


def _group_tasks(
    capacities: Mapping[MixRow, int],
) -> dict[tuple[Qualification | None, int], dict[str, int]]:
    """Return capacities by task, grouped by qualification and the people that each visit takes."""
    groups: dict[tuple[Qualification | None, int], dict[str, int]] = defaultdict(dict)
    for row, capacity in capacities.items():
        groups[row.qualification, row.people_per_visit][row.category_code] = capacity
    return groups
