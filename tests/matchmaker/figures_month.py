"""A lived month of three neighbourhoods and two givers, in which one count is not like another."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from matchmaker import models as m
from matchmaker.assignments import agreeing, answering, delivering
from matchmaker.assignments.due import do_due
from matchmaker.base.extensions import db
from tests.factories import NOW
from tests.matchmaker.workbench.lived_office import LATER, LivedOffice

ASKED_FEN = (123_457, 234_561, 345_679)  # of three needs
PLEDGED_FEN = 987_653
ANY_TIME = [window.value for window in m.Window]


class FiguresMonth(LivedOffice):
    """The lived office with two more committees, a second giver, and money."""

    def _ask(self) -> None:
        make = self.make
        self.money = make.category(name_en="Hardship money", kind=m.OfferKind.FUNDS)
        self.meals = make.category(name_en="Meals", kind=m.OfferKind.SERVICE)
        self.oil = make.category(name_en="Oil", kind=m.OfferKind.GOODS)
        self.second = make.organisation(self.subdistrict, name_en="Second Givers")
        make.offer(self.organisation, self.money, title="Fund", capacity_per_month=PLEDGED_FEN)
        make.offer(self.second, self.oil, capacity_per_month=67)
        make.offer(self.second, self.meals, capacity_per_month=17, windows=ANY_TIME)
        more = [make.committee(self.subdistrict, name_en=name) for name in ("Large", "Middle")]
        self.committees = [self.committee, *more]
        super()._ask()
        self.asked_money = [self._ask_at(0, self.money, quantity=fen) for fen in ASKED_FEN]
        for place, number, alone in ((1, 23, 7), (2, 19, 11)):
            self._ask_many(place, self.meals, number, alone)
        self._ask_many(0, self.oil, 13, 13, quantity=2)
        self._ask_many(1, self.oil, 9, 1, quantity=3)
        for need in self._ask_many(2, self.oil, 6, 0, tier=1):
            make.add(self._make_status(need.resident_id))

    def _ask_many(
        self,
        place: int,
        category: m.ServiceCategory,
        number: int,
        alone: int,
        **values: Any,
    ) -> list[m.Need]:
        return [self._ask_at(place, category, alone=k < alone, **values) for k in range(number)]

    def _ask_at(
        self, place: int, category: m.ServiceCategory, *, alone: bool = False, **values: Any
    ) -> m.Need:
        make, committee = self.make, self.committees[place]
        resident = make.resident(make.household(committee))
        user = self.worker
        if alone:
            user = make.user(m.Role.RESIDENT, resident_id=resident.id)
        return make.need(resident, category, user, committee.id, **values)

    def _make_status(self, resident_id: int) -> m.RecipientStatus:
        return m.RecipientStatus(
            resident_id=resident_id,
            kind=m.StatusKind.LIVING_ALONE,
            evidence="Seen at home",
            verified_by_id=self.worker.id,
            verified_at=NOW,
        )

    def _live(self) -> None:
        super()._live()
        promises = self._list_of(self.money)
        answering.accept(
            actor=self.load(m.Role.COORDINATOR), promise_ids=[r.id for r in promises], now=NOW
        )
        giver = self.make.user(m.Role.COORDINATOR, organisation_id=self.second.id)
        giver = db.session.get_one(m.User, giver.id)
        meals, goods = self._list_of(self.meals), self._list_of(self.oil)
        taken = [*meals[:11], *goods[:19]]
        answering.accept(actor=giver, promise_ids=[row.id for row in taken], now=NOW)
        answering.decline(actor=giver, promise_id=goods[19].id, now=NOW)
        self._end(taken, giver)

    def _end(self, taken: Sequence[m.Promise], giver: m.User) -> None:
        """Of what the second giver said yes to: two are not wanted, one does not take place, and
        nine are given."""
        for row in taken[:2]:
            keys: dict[str, Any] = {"actor": self._find_counter(row), "promise_id": row.id}
            agreeing.refuse(reason=m.DeclineReason.AWAY, now=NOW, **keys)
        for row in taken[11:22]:
            agreeing.agree(actor=self._find_counter(row), promise_id=row.id, now=NOW)
        for row in taken[12:21]:
            delivering.deliver(
                actor=giver,
                promise_id=row.id,
                units=row.units,
                proof=m.DeliveryProof.SIGNATURE,
                code="",
                now=LATER - timedelta(hours=3),
            )
        do_due(LATER - timedelta(hours=1))

    def _find_counter(self, row: m.Promise) -> m.User:
        known = self.__dict__.setdefault("counters", {})
        place = row.asked.resident.household.committee_id
        if place not in known:
            known[place] = self.make.user(m.Role.COMMITTEE_WORKER, committee_id=place).id
        return db.session.get_one(m.User, known[place])

    def _list_of(self, category: m.ServiceCategory) -> Sequence[m.Promise]:
        of_category = m.Need.category_id == category.id
        query = select(m.Promise).join(m.Need).where(of_category).order_by(m.Promise.id)
        return db.session.scalars(query).all()
