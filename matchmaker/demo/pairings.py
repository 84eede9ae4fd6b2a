"""The demo's long-term pairings: whose due visits enter the month as duties."""

from collections.abc import Sequence
from datetime import date
from random import Random

from matchmaker.clock import add_months
from matchmaker.demo.audiences import Audiences
from matchmaker.demo.drawing import make_random
from matchmaker.demo.records import GiverRecord, PairingRecord, ResidentRecord, VolunteerRecord
from matchmaker.models import Programme, VisitFrequency

# Who each programme is for, and what it may consist of: the first that the unit gives.
TASKS = {
    Programme.ELDER_VISIT: (
        "elder",
        ("elder_visit", "nurse_visit", "hospital_company", "reading_company", "small_repairs"),
    ),
    Programme.STUDENT_AID: ("child", ("tutoring", "digital_help")),
    Programme.HARDSHIP_AID: ("hardship", ("counselling", "legal_home", "electrical_repairs")),
}
MOST_A_UNIT = 3
# Risk tier and how often: danger weekly, the rest monthly or quarterly.
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
    """Up to three volunteers of every unit with a programme, each with one resident."""
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
    """The giver's volunteers who do this, those with the most visits a month first."""
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
