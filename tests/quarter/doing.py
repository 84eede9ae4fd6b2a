"""Help is given, in part, or not; who comes shows the code, the sheet, or the counter rings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from matchmaker import models as m
from matchmaker.assignments import delivering
from matchmaker.base.extensions import db
from matchmaker.needs import follow_ups
from matchmaker.promises.states import DONE_STATES
from tests.quarter.giving import Givers, last_day_of, list_rows, name_promise
from tests.quarter.people import Street
from tests.quarter.receiving import Recipients
from tests.quarter.town import Town

_ENDS = {"given": 82, "in part": 6, "failed": 9, "forgotten": 3}
_REASONS = {
    m.FailReason.GIVER_ABSENT: 40,
    m.FailReason.RECIPIENT_ABSENT: 20,
    m.FailReason.WRONG_THING: 15,
    m.FailReason.WEATHER: 15,
    m.FailReason.UNSAFE: 10,
}
_FACES = {m.Face.GOOD: 75, m.Face.FAIR: 17, m.Face.BAD: 8}
_PERCENT_CORRECTED, _PERCENT_WRONG_CODE, _PERCENT_FED_BACK = 4, 5, 70
_WORDS = ("谢谢，来得很准时。", "下次请早点打电话。", "")


@dataclass(frozen=True, slots=True)
class Done:
    """Agreed help whose day has come."""

    id: int
    name: str
    units: int
    code: str
    coordinator: int
    visitor: int | None  # account of who comes
    counter: int


class Doing:
    """What takes place of agreed help, and what recipients say of it."""

    def __init__(self, town: Town, street: Street, givers: Givers, people: Recipients) -> None:
        self.town, self.street, self.givers, self.people = town, street, givers, people

    def report(self, run_id: int, month: date) -> None:
        """What should have taken place by this evening is reported."""
        for row in self._list_due(run_id, month):
            self._report(row)

    def _report(self, row: Done) -> None:
        chance = self.town.chance
        end = chance.weigh(_ENDS, "end", row.name)
        if end == "forgotten":
            return
        if end == "failed" or (end == "in part" and row.units == 1):
            self._fail(row)
            return
        units = row.units if end == "given" else max(1, row.units // 2)
        if chance.happens(_PERCENT_CORRECTED, "slip", row.name):
            self._fail(row)
            self.town.attempt(row.coordinator, delivering.correct, promise_id=row.id)
        self._deliver(row, units)

    def _fail(self, row: Done) -> None:
        reason = self.town.chance.weigh(_REASONS, "failure", row.name)
        self.town.attempt(row.coordinator, delivering.fail, promise_id=row.id, reason=reason)

    def _deliver(self, row: Done, units: int) -> None:
        chance = self.town.chance
        proof = chance.choose(list(m.DeliveryProof), "proof", row.name)
        who = row.counter if proof is m.DeliveryProof.CALL else row.visitor or row.coordinator
        if proof is m.DeliveryProof.SIGNATURE:
            who = row.coordinator
        if proof is m.DeliveryProof.CODE and chance.happens(_PERCENT_WRONG_CODE, "code", row.name):
            wrong = f"{(int(row.code) + 1) % 10_000:04d}"
            self.town.act(who, delivering.check_code, promise_id=row.id, typed=wrong)
        self.town.attempt(
            who, delivering.deliver, promise_id=row.id, units=units, proof=proof, code=row.code
        )

    def _list_due(self, run_id: int, month: date) -> list[Done]:
        with self.town.reading():
            rows = list_rows(run_id, m.PromiseState.CONFIRMED)
            return [self._describe(row) for row in rows if self._is_due(row, month)]

    def _is_due(self, row: m.Promise, month: date) -> bool:
        """Whether its day is here or was; what has no day is reported on the month's last."""
        if not delivering.can_report(row, self.town.now):
            return False
        last = row.session.last_day if row.session else row.day or row.last_day
        return (last or last_day_of(month)) <= self.town.today

    def _describe(self, row: m.Promise) -> Done:
        resident = row.asked.resident
        committee = row.need.committee_id if row.need else resident.household.committee_id
        return Done(
            id=row.id,
            name=name_promise(row),
            units=row.units,
            code=row.code or "",
            coordinator=self.givers.coordinators[row.organisation_id],
            visitor=self.givers.volunteers.get(row.volunteer_id),
            counter=self.people.counters[committee],
        )

    # How it was.

    def feed_back(self, run_id: int) -> None:
        """Those who say how it was say it once all of a help is given."""
        for promise_id, name, who in self._list_given(run_id):
            face = self.town.chance.weigh(_FACES, "face", name)
            self.town.attempt(
                who,
                delivering.feed_back,
                promise_id=promise_id,
                face=face,
                words=self.town.chance.choose(_WORDS, "words", name),
                wants_call=face is m.Face.BAD,
            )

    def _list_given(self, run_id: int) -> Sequence[tuple[int, str, int]]:
        with self.town.reading():
            helps: dict[object, list[m.Promise]] = {}
            for row in list_rows(run_id):
                if not row.has_ended:
                    helps.setdefault(row.help_key, []).append(row)
            given = [
                next(row for row in rows if row.state is m.PromiseState.DELIVERED)
                for rows in helps.values()
                if {row.state for row in rows} <= DONE_STATES
                and any(row.state is m.PromiseState.DELIVERED for row in rows)
            ]
            return [
                (row.id, name_promise(row), self._choose_speaker(row))
                for row in given
                if self.town.chance.happens(_PERCENT_FED_BACK, "speaks", name_promise(row))
            ]

    def _choose_speaker(self, row: m.Promise) -> int:
        resident = row.asked.resident
        committee = row.need.committee_id if row.need else resident.household.committee_id
        return self.people.accounts.get(resident.id, self.people.counters[committee])

    def answer_complaints(self) -> None:
        """The second social worker takes and answers what is owed."""
        with self.town.reading():
            query = select(m.FollowUp.id).where(m.FollowUp.answered_at.is_(None))
            owed = list(db.session.scalars(query.order_by(m.FollowUp.id)))
        for follow_up_id in owed:
            self.town.attempt(self.street.second, follow_ups.take, follow_up_id=follow_up_id)
            self.town.attempt(
                self.street.second,
                follow_ups.answer,
                follow_up_id=follow_up_id,
                sentence="已与服务单位沟通，下次改正。",
            )
