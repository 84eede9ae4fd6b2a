"""Recipients answer help that all its givers agreed to: themselves, or by the committee's phone."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from matchmaker import models as m
from matchmaker.assignments import agreeing, appointing
from matchmaker.assignments.appointing import Moment
from matchmaker.base.extensions import db
from matchmaker.promises.agreed import has_not_ended, is_agreed
from matchmaker.promises.seats import lacks_session
from tests.quarter.giving import list_rows, name_promise
from tests.quarter.people import Street
from tests.quarter.town import Town

_ANSWERS = {"agrees": 78, "refuses": 9, "is not reached": 8, "wants another day": 5}
_REASONS = {
    m.DeclineReason.NO_LONGER_NEEDED: 35,
    m.DeclineReason.OTHER_HELP: 20,
    m.DeclineReason.OTHER_GIVER: 20,
    m.DeclineReason.AWAY: 25,
}
_DAYS_TO_ANSWER = 2


@dataclass(frozen=True, slots=True)
class Question:
    """Help that its recipient is asked about; ``who`` answers or writes the answer down."""

    promise_id: int
    name: str
    who: int
    counter: int
    moment: Moment | None  # of a visit
    is_asked: bool  # else its giver asks for another day


class Recipients:
    """The residents of a street, and the workers of their committees."""

    def __init__(self, town: Town, street: Street) -> None:
        self.town, self.street = town, street
        self.first_seen: dict[str, object] = {}
        with town.reading():
            users = db.session.scalars(select(m.User)).all()
            self.accounts = {
                row.resident_id: row.id for row in users if row.role is m.Role.RESIDENT
            }
            self.counters = {
                row.committee_id: row.id for row in users if row.role is m.Role.COMMITTEE_WORKER
            }

    def find_counter(self, resident_id: int) -> int:
        """The account of the worker of a resident's committee."""
        with self.town.reading():
            resident = db.session.get_one(m.Resident, resident_id)
            return self.counters[resident.household.committee_id]

    def answer(self, run_id: int) -> None:
        """Whoever is asked and whose day it is answers; nobody is rung twice a day."""
        for row in self._list_questions(run_id):
            if row.is_asked:
                self._answer(row)
            else:
                agrees = self.town.chance.happens(70, "their day", row.name)
                step = appointing.take_day if agrees else appointing.keep_day
                self.town.attempt(
                    row.who, step, promise_id=row.promise_id, side=m.PromiseSide.RECIPIENT
                )

    def _answer(self, row: Question) -> None:
        chance, key = self.town.chance, {"promise_id": row.promise_id}
        answer = chance.weigh(_ANSWERS, "recipient", row.name)
        if answer == "is not reached":
            self.town.attempt(row.counter, agreeing.note_not_reached, **key)
        elif answer == "refuses":
            reason = chance.weigh(_REASONS, "refusal", row.name)
            self.town.attempt(row.who, agreeing.refuse, reason=reason, **key)
        elif answer == "wants another day" and row.moment is not None:
            to = Moment(row.moment.day + timedelta(days=1), row.moment.minute)
            if self.town.attempt(row.who, appointing.ask_for_day, to=to, **key) is None:
                self.town.attempt(row.who, agreeing.agree, **key)
        else:
            self.town.attempt(row.who, agreeing.agree, **key)

    def _list_questions(self, run_id: int) -> list[Question]:
        with self.town.reading():
            query = select(m.Promise).where(m.Promise.round_run_id == run_id, has_not_ended())
            groups: dict[object, list[m.Promise]] = {}
            for row in db.session.scalars(query.order_by(m.Promise.id)):
                groups.setdefault(row.help_key, []).append(row)
            found = [
                self._describe(rows)
                for rows in groups.values()
                if _is_asked(rows) or any(row.new_by is m.PromiseSide.GIVER for row in rows)
            ]
            return [row for row in found if self._answers_today(row.name)]

    def _describe(self, rows: list[m.Promise]) -> Question:
        row = next((row for row in rows if row.new_by), rows[0])
        resident = row.asked.resident
        committee = row.need.committee_id if row.need else resident.household.committee_id
        counter = self.counters[committee]
        moment = None if row.day is None else Moment(row.day, row.minute or 0)
        return Question(
            promise_id=row.id,
            name=name_promise(row),
            who=self.accounts.get(resident.id, counter),
            counter=counter,
            moment=moment,
            is_asked=_is_asked(rows),
        )

    def _answers_today(self, name: str) -> bool:
        seen = self.first_seen.setdefault(name, self.town.today)
        wait = self.town.chance.get("recipient's day", name).randrange(_DAYS_TO_ANSWER)
        return (self.town.today - seen).days >= wait  # type: ignore[operator]


def _is_asked(rows: list[m.Promise]) -> bool:
    """Whether all who give it said yes, on a day that is fixed where it must be."""
    return is_agreed(rows) and not any(lacks_session(row) for row in rows)


def list_informed(run_id: int) -> set[int]:
    """The promises whose recipients heard that all is agreed, or that it is confirmed."""
    rows = list_rows(run_id)
    of_needs: set[int] = set()
    of_rows: set[int] = set()
    kinds = ("need.agreed", "visit.agreed", "help.confirmed")
    query = select(m.Notice.kind, m.Notice.subject_id).where(m.Notice.kind.in_(kinds))
    for kind, subject in db.session.execute(query):
        (of_needs if kind == "need.agreed" else of_rows).add(subject)
    return {row.id for row in rows if row.need_id in of_needs or row.id in of_rows}
