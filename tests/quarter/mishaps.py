"""What goes wrong in time to be mended: somebody falls ill, an offer pauses, a contact ends.

The office then revokes what cannot be kept.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.endings.service import stop_contact
from matchmaker.offers.service import pause_offer, resume_offer
from matchmaker.promises.breaking import find_breaks_of_offer
from matchmaker.promises.present import list_broken
from matchmaker.promises.states import OPEN_STATES
from matchmaker.rounds.publish.revoking import revoke_broken
from matchmaker.volunteers.absences import enter_absence
from tests.quarter.giving import Givers, list_rows, name_promise
from tests.quarter.people import Street
from tests.quarter.town import Town

_PERCENT_ILL = 3  # of visits, the day before
_ILL_DAYS = 3


class Mishaps:
    """Late cancellations of one month, whoever makes them."""

    def __init__(self, town: Town, street: Street, givers: Givers) -> None:
        self.town, self.street, self.givers = town, street, givers
        self.paused: dict[int, date] = {}  # offer -> since when
        self.absences: list[tuple[int, date, date]] = []  # volunteer, first and last day

    def fall_ill(self, run_id: int) -> None:
        """Some who would come tomorrow say today that they cannot for some days."""
        tomorrow = self.town.today + timedelta(days=1)
        with self.town.reading():
            rows = list_rows(run_id, m.PromiseState.CONFIRMED, m.PromiseState.AWAITING_RECIPIENT)
            ill = {
                row.volunteer_id: self.givers.coordinators[row.organisation_id]
                for row in rows
                if row.day == tomorrow
                and row.volunteer_id is not None
                and self.town.chance.happens(_PERCENT_ILL, "ill", name_promise(row))
            }
        for volunteer_id, who in ill.items():
            self._go_away(who, volunteer_id, tomorrow, tomorrow + timedelta(days=_ILL_DAYS - 1))

    def _go_away(self, who: int, volunteer_id: int, first: date, last: date) -> None:
        def enter(*, actor: m.User, now: datetime) -> None:
            row = db.session.get_one(m.Volunteer, volunteer_id)
            enter_absence(
                row, first_day=first, last_day=last, actor=actor, now=now, accepts_breaks=True
            )

        self.town.act(who, enter)
        self.absences.append((volunteer_id, first, last))

    def pause_one(self, run_id: int, month: date) -> None:
        """One offer with open promises pauses till the month is over."""
        with self.town.reading():
            rows = list_rows(run_id, *OPEN_STATES)
            offers = sorted({row.offer_id for row in rows if row.offer_id})
            if not offers:
                return
            offer_id = self.town.chance.choose(offers, "pause", month)
            offer = db.session.get_one(m.Offer, offer_id)
            version, who = offer.version, self.givers.coordinators[offer.organisation_id]
            known = find_breaks_of_offer(offer, self.town.now).count
        keys = {"offer_id": offer_id, "version": version, "known_breaks": known}
        self.town.act(who, pause_offer, **keys)
        self.paused[offer_id] = self.town.today

    def resume(self) -> None:
        """What paused is open again."""
        for offer_id in list(self.paused):
            with self.town.reading():
                offer = db.session.get_one(m.Offer, offer_id)
                version, who = offer.version, self.givers.coordinators[offer.organisation_id]
                is_paused = offer.state is m.OfferState.PAUSED
            if is_paused:
                self.town.act(who, resume_offer, offer_id=offer_id, version=version)
            del self.paused[offer_id]

    def end_one_contact(self, run_id: int, month: date) -> None:
        """One resident with open promises wants no contact any more."""
        with self.town.reading():
            rows = list_rows(run_id, *OPEN_STATES)
            residents = sorted({row.asked.resident_id for row in rows})
            if not residents:
                return
            resident_id = self.town.chance.choose(residents, "end", month)
            resident = db.session.get_one(m.Resident, resident_id)
            query = select(m.User.id).where(
                m.User.committee_id == resident.household.committee_id,
                m.User.role == m.Role.COMMITTEE_WORKER,
            )
            who = db.session.scalars(query).first() or 0
        reason = m.ContactEnd.WISH
        self.town.act(who, stop_contact, resident_id=resident_id, reason=reason)

    def revoke(self, run_id: int) -> int:
        """The first social worker revokes what cannot be kept as things are."""

        def step(*, actor: m.User, now: datetime) -> int:
            run = db.session.get_one(m.RoundRun, run_id)
            broken = {row.promise.id for row in list_broken(run, now)}
            return len(revoke_broken(run, broken, actor=actor, now=now)) if broken else 0

        return self.town.act(self.street.first, step)
