"""Givers answer: four of five say yes, one of ten no, one of ten nothing. They fix days, too."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from matchmaker import models as m
from matchmaker.assignments import answering, appointing, seating, sessions
from matchmaker.assignments.appointing import Moment
from matchmaker.assignments.sessions import SessionTerms
from matchmaker.base.extensions import db
from matchmaker.kinds import Timing, get_timing
from matchmaker.promises.seats import ACCEPTED
from tests.quarter.people import Street
from tests.quarter.town import Town

_ANSWERS = {"yes": 80, "no": 10, "nothing": 10}
_REASONS = {
    m.DeclineReason.NO_CAPACITY: 50,
    m.DeclineReason.PERSON_ILL: 20,
    m.DeclineReason.UNSUITABLE: 20,
    m.DeclineReason.UNSAFE: 10,
}
_DAYS_TO_ANSWER = 3
_PERCENT_SAY_WHY, _PERCENT_TAKE_BACK, _PERCENT_NEW_DAY = 70, 6, 4
_PERCENT_DOOR_DAYS = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """A promise that waits for its giver."""

    id: int
    name: str  # what chance is drawn for: equal in every run of the same seed
    giver: int
    volunteer: int | None
    asked_on: date


class Givers:
    """The coordinators and volunteers of a street."""

    def __init__(self, town: Town, street: Street) -> None:
        self.town, self.street = town, street
        self.asked_on: dict[int, date] = {}  # when a promise was first seen to wait
        with town.reading():
            users = db.session.scalars(select(m.User)).all()
            self.coordinators = {
                row.organisation_id: row.id for row in users if row.role is m.Role.COORDINATOR
            }
            self.volunteers = {
                row.volunteer_id: row.id for row in users if row.role is m.Role.VOLUNTEER
            }
            self.letting = set(
                db.session.scalars(
                    select(m.Organisation.id).where(m.Organisation.volunteers_answer)
                )
            )

    def list_largest(self) -> list[int]:
        """The organisations with a coordinator, those with most offers first."""
        query = select(m.Offer.organisation_id, func.count()).group_by(m.Offer.organisation_id)
        with self.town.reading():
            counts = {row[0]: row[1] for row in db.session.execute(query)}
        return sorted(self.coordinators, key=lambda key: (-counts.get(key, 0), key))

    def answer(self, run_id: int) -> None:
        """Those whose day it is say yes, one by one or all at once; then those who say no."""
        waiting = [row for row in self._list_waiting(run_id) if self._answers_today(row)]
        accepting = defaultdict(list)
        for row in waiting:
            answer = self.town.chance.weigh(_ANSWERS, "giver", row.name)
            if answer == "yes":
                accepting[self._choose_account(row)].append(row.id)
            elif answer == "no":
                self._decline(row)
        for who, ids in accepting.items():
            self.town.attempt(who, answering.accept, promise_ids=ids)

    def _list_waiting(self, run_id: int) -> list[Asked]:
        with self.town.reading():
            rows = list_rows(run_id, m.PromiseState.AWAITING_GIVER)
            for row in rows:
                self.asked_on.setdefault(row.id, self.town.today)
            return [
                Asked(
                    row.id,
                    name_promise(row),
                    row.organisation_id,
                    row.volunteer_id,
                    self.asked_on[row.id],
                )
                for row in rows
            ]

    def _answers_today(self, row: Asked) -> bool:
        wait = self.town.chance.get("giver's day", row.name).randrange(_DAYS_TO_ANSWER)
        return self.town.today >= row.asked_on + timedelta(days=wait)

    def _choose_account(self, row: Asked) -> int:
        """The volunteer where the organisation lets them answer, else the coordinator."""
        may_alone = row.giver in self.letting and row.volunteer in self.volunteers
        return self.volunteers[row.volunteer] if may_alone else self.coordinators[row.giver]

    def _decline(self, row: Asked) -> None:
        chance, who = self.town.chance, self._choose_account(row)
        self.town.attempt(who, answering.decline, promise_id=row.id)
        if chance.happens(_PERCENT_TAKE_BACK, "back", row.name):
            self.town.attempt(who, answering.take_back, promise_id=row.id)
            self.town.attempt(who, answering.accept, promise_ids=[row.id])
        elif chance.happens(_PERCENT_SAY_WHY, "why", row.name):
            reason = chance.weigh(_REASONS, "reason", row.name)
            self.town.attempt(who, answering.say_why, promise_id=row.id, reason=reason)

    # Days.

    def fix_days(self, run_id: int, month: date) -> None:
        """Sessions for who has no number, days of stays and payments; some visits are moved."""
        for offer_id, timing, giver, ids in self._list_without_day(run_id):
            who = self.coordinators[giver]
            if timing is Timing.SESSION:
                self._add_session(who, offer_id, month, len(ids))
            elif timing is Timing.STAY:
                for promise_id in ids:
                    self._set_stay(who, promise_id, month)
            elif timing is Timing.PAYMENT:
                day = max(month, self.town.today) + timedelta(days=5)
                self.town.attempt(who, seating.set_payday, offer_id=offer_id, month=month, day=day)
        self._move_visits(run_id, month)

    def _list_without_day(self, run_id: int) -> list[tuple[int, Timing, int, list[int]]]:
        with self.town.reading():
            found: dict[int, list[m.Promise]] = defaultdict(list)
            for row in list_rows(run_id, *ACCEPTED):
                if row.slot is None and row.session_id is None and row.last_day is None:
                    found[row.offer_id or 0].append(row)
            return [
                (
                    key,
                    get_timing(rows[0].asked.category),
                    rows[0].organisation_id,
                    [row.id for row in rows],
                )
                for key, rows in sorted(found.items())
            ]

    def _add_session(self, who: int, offer_id: int, month: date, count: int) -> None:
        """A session within the week, or the last day of the month; things may be fetched longer."""
        last = last_day_of(month)
        day = min(max(month, self.town.today) + timedelta(days=6), last)
        with self.town.reading():
            offer = db.session.get_one(m.Offer, offer_id)
            place, until = offer.place_id, offer.valid_until
            is_brought = offer.handing_over is m.HandingOver.DOOR
        day = min(day, until) if until else day
        terms = SessionTerms(
            place_id=None if is_brought else place,
            first_day=day,
            last_day=day,
            starts_minute=14 * 60,
            ends_minute=16 * 60,
            most=count + 3,
        )
        self.town.attempt(who, sessions.add_session, offer_id=offer_id, month=month, terms=terms)

    def _set_stay(self, who: int, promise_id: int, month: date) -> None:
        first = min(max(month, self.town.today) + timedelta(days=3), last_day_of(month))
        last = min(first + timedelta(days=4), last_day_of(month))
        self.town.attempt(who, seating.set_stay, promise_id=promise_id, first=first, last=last)

    def _move_visits(self, run_id: int, month: date) -> None:
        """A few visits that nobody agreed to yet get another day; of agreed ones it is asked."""
        with self.town.reading():
            rows = list_rows(run_id, m.PromiseState.AWAITING_RECIPIENT, m.PromiseState.CONFIRMED)
            moved = [
                (self.coordinators[row.organisation_id], row.id, row.day, row.minute or 540)
                for row in rows
                if row.day is not None
                and row.new_by is None
                and self.town.chance.happens(
                    _PERCENT_NEW_DAY / 10, "move", name_promise(row), self.town.today
                )
            ]
        for who, promise_id, day, minute in moved:
            to = Moment(day + timedelta(days=1), minute)
            self.town.attempt(who, appointing.set_day, promise_id=promise_id, to=to)

    def answer_wishes(self, run_id: int) -> None:
        """Recipients ask for other days; two of three givers agree."""
        with self.town.reading():
            rows = list_rows(run_id, m.PromiseState.AWAITING_RECIPIENT, m.PromiseState.CONFIRMED)
            asked = [
                (self.coordinators[row.organisation_id], row.id, name_promise(row))
                for row in rows
                if row.new_by is m.PromiseSide.RECIPIENT
            ]
        for who, promise_id, name in asked:
            agrees = self.town.chance.happens(66, "wish", name, self.town.today)
            step = appointing.take_day if agrees else appointing.keep_day
            self.town.attempt(who, step, promise_id=promise_id, side=m.PromiseSide.GIVER)


def list_rows(run_id: int, *states: m.PromiseState) -> Sequence[m.Promise]:
    """The promises of a run in these states, oldest first."""
    query = select(m.Promise).where(m.Promise.round_run_id == run_id)
    if states:
        query = query.where(m.Promise.state.in_(states))
    return db.session.scalars(query.order_by(m.Promise.id)).all()


def name_promise(row: m.Promise) -> str:
    """A name that does not depend on ids."""
    who = row.volunteer.reference if row.volunteer else row.organisation.code
    return f"{row.run.match_round.month}/{row.asked.reference}/{who}/{row.slot}/{row.offer_id}"


def last_day_of(month: date) -> date:
    """The last day of a month."""
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
