"""A street office with one organisation and one volunteer, whose months are really solved."""

from datetime import date

from sqlalchemy import select

from matchmaker.base.extensions import db
from matchmaker.models import Assignment, Need, OfferKind, Role, RoundRun, ServiceCategory, Window
from tests.factories import Factory
from tests.run_factories import publish_month

ALL_WINDOWS = [window.value for window in Window]


class World:
    """What the office's one organisation offers covers whatever ``ask`` asks for."""

    def __init__(self, make: Factory) -> None:
        self.make = make
        self.subdistrict = make.subdistrict()
        self.organisation = make.organisation(self.subdistrict, name_en="Silver Companions")
        self.committee = make.committee(self.subdistrict, name_en="Wutong")
        self.worker = make.user(Role.SOCIAL_WORKER, subdistrict_id=self.subdistrict.id)
        self.visits = make.category(name_en="Elder visit")
        self.goods = make.category(name_en="Rice", kind=OfferKind.GOODS, unit="item")
        self.volunteer = make.volunteer(
            self.organisation,
            name="Ann Li",
            categories=[self.visits.code],
            windows=ALL_WINDOWS,
            visits_per_month=6,
        )
        for category in (self.visits, self.goods):
            make.offer(self.organisation, category, capacity_per_month=9)

    def add_pairs(self) -> None:
        """Let two more volunteers of the organisation make visits that take two: ``pairs``."""
        self.pairs = self.make.category(name_en="Moving", people_per_visit=2)
        able = {"categories": [self.pairs.code], "windows": ALL_WINDOWS}
        for name in ("Bo", "Cy"):
            self.make.volunteer(self.organisation, name=name, visits_per_month=6, **able)
        self.make.offer(self.organisation, self.pairs, capacity_per_month=9)

    def ask(self, category: ServiceCategory | None = None, **values) -> Need:
        """An open need of somebody in a household of their own."""
        resident = self.make.resident(self.make.household(self.committee, block="Lane 8"))
        place = self.committee.id
        return self.make.need(resident, category or self.visits, self.worker, place, **values)

    def publish(self, month: date) -> RoundRun:
        return publish_month(self.make, self.subdistrict.id, month)

    def find_slot(self, need: Need) -> str | None:
        """When the need's one promise is kept; none: at any time."""
        with self.make.context():
            slots = select(Assignment.slot).where(Assignment.need_id == need.id)
            return db.session.scalars(slots).one()
