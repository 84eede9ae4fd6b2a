"""A street office with one organisation, one volunteer, one committee, and months to publish."""

from matchmaker.models import (
    Assignment,
    AssignmentState,
    MatchRound,
    OfferKind,
    Role,
    RoundRun,
    RoundState,
    RunStatus,
)
from tests.factories import NOW


class World:
    """One organisation with a volunteer, one committee, and rounds to publish."""

    def __init__(self, make):
        self.make = make
        self.subdistrict = make.subdistrict()
        self.organisation = make.organisation(self.subdistrict, name_en="Silver Companions")
        self.volunteer = make.volunteer(self.organisation, name="Ann Li")
        self.committee = make.committee(self.subdistrict, name_en="Wutong")
        self.worker = make.user(Role.SOCIAL_WORKER, subdistrict_id=self.subdistrict.id)
        self.visits = make.category(name_en="Elder visit")
        self.goods = make.category(name_en="Rice", kind=OfferKind.GOODS, unit="item")
        self.resident = make.resident(make.household(self.committee, block="Lane 8"))

    def publish(self, month):
        match_round = self.make.add(
            MatchRound(
                subdistrict_id=self.subdistrict.id,
                month=month,
                state=RoundState.PUBLISHED,
                policy="community",
                seed_rule="announced",
                opened_by_id=self.worker.id,
                opened_at=NOW,
            )
        )
        run = self.run(match_round.id)
        match_round.published_run_id = run.id
        self.make.add(match_round)
        return run

    def run(self, match_round_id, number=1):
        return self.make.add(
            RoundRun(
                match_round_id=match_round_id,
                number=number,
                status=RunStatus.PROVEN,
                limit_seconds=60,
                problem_json="{}",
                problem_sha256="0" * 64,
                started_by_id=self.worker.id,
                created_at=NOW,
            )
        )

    def promise(self, run, category=None, *, organisation=None, volunteer=None, **values):
        category = category or self.visits
        need = self.make.need(self.resident, category, self.worker, self.committee.id)
        giver = organisation or self.organisation
        offer = self.make.offer(giver, category)
        self.make.add(
            Assignment(
                round_run_id=run.id,
                need_id=need.id,
                offer_id=offer.id,
                organisation_id=giver.id,
                volunteer_id=volunteer.id if volunteer else None,
                **{"units": 1, "state": AssignmentState.AWAITING_GIVER, **values},
            )
        )
        return need
