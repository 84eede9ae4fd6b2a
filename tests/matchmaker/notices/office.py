"""A published month, an account of everybody who has something in it, and rows for each step."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from matchmaker import models as m
from matchmaker.accounts import invitations
from matchmaker.accounts.scopes import Scope
from matchmaker.base.extensions import contact_cipher, db
from matchmaker.rounds.publish import publication
from tests.factories import NOW, Factory
from tests.matchmaker.rounds.small_month import SmallMonth

PHONE, OTHER_PHONE = "13911112222", "13911113333"
SPOKEN = m.ConsentChannel.SPOKEN_AT_COUNTER


class Office(SmallMonth):
    """The small month with its people; ``published`` is its run."""

    def __init__(self, make: Factory) -> None:
        super().__init__(make)
        self._invite_people()
        self._write_people()
        self._write_needs()
        self._write_offers()
        with make.context():
            self.run_id = self.publish().id
            db.session.commit()

    @property
    def run(self) -> m.RoundRun:
        return db.session.get_one(m.RoundRun, self.run_id)

    def _invite_people(self) -> None:
        make, role = self.make, m.Role
        place, house = self.committees[2].id, self.organisations[1].id
        self.counter = make.user(role.COMMITTEE_WORKER, committee_id=place)
        self.colleague = make.user(role.COMMITTEE_WORKER, committee_id=place)
        self.giver = make.user(role.COORDINATOR, organisation_id=house)
        self.visitor = make.user(role.VOLUNTEER, volunteer_id=self.volunteers[1].id)
        self.asker = make.user(role.RESIDENT, resident_id=self.residents[1].id)
        self.administrator = make.user(role.ADMINISTRATOR)
        self.locked_out = make.user(role.AUDITOR, disabled_at=NOW)
        self.applicant = make.organisation(self.subdistrict, state=m.OrganisationState.APPLIED)
        self.applying = make.user(role.COORDINATOR, organisation_id=self.applicant.id)
        with make.context():
            scope = Scope(subdistrict_id=self.subdistrict.id)
            values: dict[str, Any] = {
                "role": role.SOCIAL_WORKER,
                "scope": scope,
                "lasts": timedelta(days=3),
            }
            invitations.invite(actor=self.administrator, now=NOW, **values)
            self.invitation_id = db.session.scalars(select(m.Invitation.id)).one()
            db.session.commit()

    def _write_people(self) -> None:
        make, first = self.make, self.residents[1]
        home = make.household(self.committees[2])
        self.twin = make.resident(home, reference="R00099")
        self.status = make.add(
            m.RecipientStatus(
                resident_id=first.id,
                kind=m.StatusKind.LIVING_ALONE,
                evidence="seen",
                recorded_by_id=self.counter.id,
            )
        )
        self.pairing = make.add(
            m.Pairing(
                reference="P0001",
                organisation_id=self.organisations[1].id,
                volunteer_id=self.volunteers[1].id,
                resident_id=first.id,
                category_id=self.visit.id,
                programme=m.Programme.ELDER_VISIT,
                frequency=m.VisitFrequency.MONTHLY,
                starts_on=date(2026, 1, 1),
                review_on=date(2027, 1, 1),
            )
        )
        self.pair, self.joined = self._double(PHONE), self._double(OTHER_PHONE)
        self.paired = make.user(m.Role.VOLUNTEER, volunteer_id=self.pair[0].id)
        self.doubled = make.user(m.Role.VOLUNTEER, volunteer_id=self.joined[1].id)

    def _double(self, phone: str) -> list[m.Volunteer]:
        """One man in two organisations; said to be one person for the other phone alone."""
        index = contact_cipher.get_index(phone)
        first = self.make.volunteer(self.organisations[2], phone=phone, phone_index=index)
        values: dict[str, Any] = {"person_id": first.person_id} if phone == OTHER_PHONE else {}
        house = self.applicant
        return [first, self.make.volunteer(house, phone=phone, phone_index=index, **values)]

    def _write_needs(self) -> None:
        place, home = self.committees[2].id, self.residents[1]
        write: Callable[..., m.Need] = lambda state, kind, **values: self.make.need(  # noqa: E731
            home, kind, self.counter, place, state=state, **values
        )
        self.sent = write(m.NeedState.SUBMITTED, self.goods)
        self.alike = write(m.NeedState.SUBMITTED, self.goods)
        self.late = self.make.category(code="late", parent_id=self.visit.parent_id)

    def _write_offers(self) -> None:
        house = self.organisations[1]
        self.waiting = self.make.offer(house, self.goods, state=m.OfferState.SUBMITTED)
        self.over = self.make.offer(
            house, self.goods, state=m.OfferState.SUBMITTED, valid_until=date(2026, 7, 31)
        )

    # Steps that several tests take.

    def withdraw(self) -> m.RoundRun:
        match_round = self.run.match_round
        publication.withdraw_publication(match_round, reason="slip", actor=self.one, now=NOW)
        db.session.flush()
        return self.run
