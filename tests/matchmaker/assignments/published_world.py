"""A street office with one organisation, one volunteer, one committee, and months to publish."""

from matchmaker.models import Assignment, AssignmentState, NeedState, OfferKind, Role
from tests.run_factories import publish_run, solve_month


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

    def review(self, month):
        """The run of a month that found nothing for its one need; promises are added to it."""
        self.make.need(self.resident, self.visits, self.worker, self.committee.id)
        return solve_month(self.make, self.subdistrict.id, month)

    def publish(self, month):
        """The same, published."""
        return publish_run(self.make, self.review(month))

    def promise(self, run, category=None, *, organisation=None, volunteer=None, **values):
        category = category or self.visits
        place = self.committee.id
        need = self.make.need(self.resident, category, self.worker, place, state=NeedState.MATCHED)
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
