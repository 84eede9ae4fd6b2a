"""A street office in the middle of a month: of each line of the workbench it has rows.

What waits came about by the services; records that nobody has acted on are written as entered.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from matchmaker import models as m
from matchmaker.accounts import invitations
from matchmaker.accounts.scopes import Scope
from matchmaker.assignments import agreeing, answering, appointing, delivering
from matchmaker.assignments.due import do_due
from matchmaker.base.clock import get_instant, get_local_date
from matchmaker.base.errors import InvalidError
from matchmaker.base.extensions import db
from matchmaker.needs import queue_service, referrals, repeating
from matchmaker.needs.referrals import ReferralTerms
from matchmaker.offers import approval_service
from tests.factories import NOW, Factory
from tests.matchmaker.assignments.published_world import World

JULY = date(2026, 7, 1)
LATER = get_instant(date(2026, 7, 24), 600)  # on which the workbench is read
MANY = 27  # more than a page

_S, _R = m.PromiseState, m.Role


class LivedOffice(World):
    """``users`` has one person of each role."""

    def __init__(self, make: Factory) -> None:
        super().__init__(make)
        self.organisation.volunteers_answer = True
        make.add(self.organisation)
        self.volunteer.visits_per_month = 20
        make.add(self.volunteer)
        for category in (self.visits, self.goods):
            make.offer(self.organisation, category, capacity_per_month=20)
        self.home = make.resident(make.household(self.committee))
        self.users = self._make_users()
        self._ask()
        self._pair()
        self.publish(JULY)
        self._write_records()
        with make.context():
            self._live()
            db.session.commit()

    def _make_users(self) -> dict[m.Role, m.User]:
        make = self.make
        return {
            _R.RESIDENT: make.user(_R.RESIDENT, resident_id=self.home.id),
            _R.VOLUNTEER: make.user(_R.VOLUNTEER, volunteer_id=self.volunteer.id),
            _R.COORDINATOR: make.user(_R.COORDINATOR, organisation_id=self.organisation.id),
            _R.COMMITTEE_WORKER: make.user(_R.COMMITTEE_WORKER, committee_id=self.committee.id),
            _R.SOCIAL_WORKER: self.worker,
            _R.ADMINISTRATOR: make.user(_R.ADMINISTRATOR),
            _R.AUDITOR: make.user(_R.AUDITOR),
        }

    def ask_at_home(self, category: m.ServiceCategory, **values: Any) -> m.Need:
        """A need of the resident who has an account."""
        user = self.users[_R.RESIDENT]
        return self.make.need(self.home, category, user, self.committee.id, **values)

    def _ask(self) -> None:
        self.asked = [self.ask() for _number in range(6)]
        self.asked_goods = [self.ask(self.goods) for _number in range(3)]
        self.own = [self.ask_at_home(self.visits), self.ask_at_home(self.goods)]
        self.own_late = self.ask_at_home(self.visits)
        self.ask(self.goods, repeats_until=date(2026, 12, 1), review_on=date(2026, 7, 1))

    def _pair(self) -> None:
        home = self.make.resident(self.make.household(self.committee))
        self.make.add(
            m.Pairing(
                reference=self.make.next_code("P"),
                organisation_id=self.organisation.id,
                volunteer_id=self.volunteer.id,
                resident_id=home.id,
                category_id=self.visits.id,
                programme=m.Programme.ELDER_VISIT,
                frequency=m.VisitFrequency.MONTHLY,
                starts_on=date(2026, 1, 1),
                review_on=date(2027, 1, 1),
            )
        )

    def _write_records(self) -> None:
        """What was entered and nobody has looked at."""
        make, submitted = self.make, {"state": m.NeedState.SUBMITTED}
        for number in range(MANY):
            sent = LATER - timedelta(days=number)
            self.ask(self.goods, submitted_at=sent, **submitted)
        self.to_refer = [self.ask(self.goods) for _number in range(2)]
        self.to_return = self.ask_at_home(self.goods, **submitted)
        self.ask_at_home(self.goods, state=m.NeedState.DRAFT)
        make.add(
            m.RecipientStatus(
                resident_id=self.home.id, kind=m.StatusKind.LIVING_ALONE, evidence="Seen at home"
            )
        )
        make.follow_up(self.asked[0])
        for _number in range(2):
            make.offer(self.organisation, self.goods, state=m.OfferState.SUBMITTED)
        make.organisation(self.subdistrict, state=m.OrganisationState.APPLIED)
        make.add(
            m.VolunteerQualification(
                volunteer_id=self.volunteer.id,
                qualification=next(iter(m.Qualification)),
                expires_on=date(2026, 7, 20),
            )
        )

    def _live(self) -> None:
        giver = self.load(_R.COORDINATOR)
        counter = self.load(_R.COMMITTEE_WORKER)
        visits = sorted(map(self.find, self.asked), key=lambda row: (row.day or JULY, row.id))
        goods = [self.find(need) for need in self.asked_goods]
        own = [self.find(need) for need in self.own]
        late = self.find(self.own_late)
        accepted = [*visits[:5], goods[0], *own, late]
        answering.accept(actor=giver, promise_ids=[row.id for row in accepted], now=NOW)
        self._move(appointing.set_day, giver, late)
        for row in (*visits[:3], own[0], late):
            agreeing.agree(actor=counter, promise_id=row.id, now=NOW)
        self._deliver(giver, visits[0], face=m.Face.BAD, words="Two hours late", wants_call=True)
        self._deliver(giver, visits[2], face=m.Face.GOOD, words="So kind", may_pass_on=True)
        self._deliver(giver, own[0])
        self._move(appointing.ask_for_day, counter, visits[1])
        pairing = db.session.scalars(
            select(m.Promise.id).where(
                m.Promise.pairing_id.is_not(None),
                m.Promise.organisation_id == giver.organisation_id,
            )
        )
        for promise_id in (goods[1].id, *pairing):
            answering.decline(actor=giver, promise_id=promise_id, now=NOW)
        do_due(NOW + timedelta(hours=1))
        self._decide(counter)

    def _deliver(self, giver: m.User, row: m.Promise, **said: Any) -> None:
        evening = get_instant(row.day or JULY, 22 * 60)
        proof: dict[str, Any] = {"proof": m.DeliveryProof.SIGNATURE, "code": ""}
        keys: dict[str, Any] = {"promise_id": row.id, "now": evening}
        delivering.deliver(actor=giver, units=row.units, **proof, **keys)
        if said:
            delivering.feed_back(actor=self.load(_R.COMMITTEE_WORKER), **said, **keys)

    def _move(self, step: Callable[..., object], actor: m.User, row: m.Promise) -> None:
        """To the last day on which who comes is free."""
        days = reversed(appointing.list_open_days(row.run, NOW))
        for to in (appointing.Moment(day, minute) for day in days for minute in (540, 840)):
            with suppress(InvalidError):
                step(actor=actor, promise_id=row.id, to=to, now=NOW)
                return

    def _decide(self, counter: m.User) -> None:
        queue_service.return_need(
            actor=counter, need_id=self.to_return.id, reason="Which size?", now=NOW
        )
        self._refer(counter)
        worker = self.load(_R.SOCIAL_WORKER)
        offer = db.session.scalars(
            select(m.Offer).where(
                m.Offer.state == m.OfferState.SUBMITTED,
                m.Offer.organisation_id == self.organisation.id,
            )
        ).first()
        keys: dict[str, Any] = {
            "offer_id": offer.id,
            "version": offer.version,
            "reason": "How many?",
        }
        approval_service.return_offer(actor=worker, now=NOW, **keys)
        repeating.review_needs(NOW)
        colleague = self.make.user(_R.ADMINISTRATOR)
        invitations.invite(
            actor=db.session.merge(colleague),
            role=_R.SOCIAL_WORKER,
            scope=Scope(subdistrict_id=self.subdistrict.id),
            lasts=timedelta(days=60),
            now=NOW,
        )

    def _refer(self, counter: m.User) -> None:
        """One need is handed on so early that the answer is late."""
        for need, now in zip(self.to_refer, (NOW, LATER), strict=True):
            terms = ReferralTerms("市民热线", "12345", "要别的单位帮忙", get_local_date(now))
            keys: dict[str, Any] = {"need_id": need.id, "version": need.version, "now": now}
            referrals.refer_need(actor=counter, terms=terms, **keys)

    def load(self, role: m.Role) -> m.User:
        """The person of a role in the present session."""
        return db.session.get_one(m.User, self.users[role].id)

    def find(self, need: m.Need) -> m.Promise:
        """The one promise of a need."""
        return db.session.scalars(select(m.Promise).where(m.Promise.need_id == need.id)).one()
