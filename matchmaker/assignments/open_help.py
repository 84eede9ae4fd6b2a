"""Help as its recipient sees it: all that is promised for a need or for one visit of a pairing."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from matchmaker.base.clock import add_months, get_local_date
from matchmaker.models import Promise, PromiseSide, PromiseState, Resident
from matchmaker.promises.agreed import is_agreed
from matchmaker.promises.days import find_given_from, find_given_until
from matchmaker.promises.seats import lacks_session
from matchmaker.promises.states import DONE_STATES


@dataclass(frozen=True, slots=True)
class OpenHelp:
    """The promises of one help that have not ended, in order of id; at least one."""

    promises: tuple[Promise, ...]

    @property
    def first(self) -> Promise:
        return self.promises[0]

    @property
    def resident(self) -> Resident:
        return self.first.asked.resident

    @property
    def tries(self) -> int:
        """How often the recipient was not reached."""
        return self.first.tries

    @property
    def is_asked(self) -> bool:
        """Whether the recipient is asked whether the help suits."""
        return is_agreed(self.promises)

    @property
    def lacks_day(self) -> bool:
        """Whether one of its sessions is not fixed, so that the recipient cannot agree yet."""
        return any(lacks_session(row) for row in self.promises)

    @property
    def is_asked_for_day(self) -> bool:
        """Whether a giver asks the recipient for another day."""
        return any(row.new_by is PromiseSide.GIVER for row in self.promises)

    @property
    def is_question(self) -> bool:
        """Whether the recipient is asked if the help suits, or if another day suits."""
        return self.is_asked or self.is_asked_for_day

    @property
    def is_agreed(self) -> bool:
        """Whether the recipient agreed to it and has not said how it was."""
        return self.is_coming or self.is_given

    @property
    def is_coming(self) -> bool:
        """Whether some of it was agreed to and has no report yet."""
        return any(row.state is PromiseState.CONFIRMED for row in self.promises)

    @property
    def is_given(self) -> bool:
        """Whether all of it was given, and the recipient has not said of all how it was."""
        states = {row.state for row in self.promises}
        return PromiseState.DELIVERED in states and states <= DONE_STATES

    @property
    def first_day(self) -> date:
        """The earliest day of the promises.

        A promise without a set day counts as given on the month's last day.
        """
        return min(find_given_from(row) or self._month_end for row in self.promises)

    @property
    def last_day(self) -> date:
        """The latest day of the promises; one without a set day counts as in ``first_day``."""
        return max(find_given_until(row) or self._month_end for row in self.promises)

    @property
    def seen(self) -> str:
        """Eight hex digits of a hash of what is read out, so that an answer holds only for that."""
        return hashlib.sha256(repr(list(map(_list_facts, self.promises))).encode()).hexdigest()[:8]

    def has_passed(self, today: date) -> bool:
        """Whether all of it was given, or its last day is before today."""
        return self.is_given or self.last_day < today

    @property
    def _month_end(self) -> date:
        return add_months(self.first.run.match_round.month, 1) - timedelta(days=1)

    @property
    def next(self) -> Promise:
        """The promise to open: the first that is confirmed and has no report, else the first."""
        return min(self.promises, key=lambda row: row.state is not PromiseState.CONFIRMED)

    def get(self, promise_id: int) -> Promise:
        """The promise with this id, which must be one of the help."""
        return next(row for row in self.promises if row.id == promise_id)

    @property
    def parts(self) -> list[Promise]:
        """One promise of each slot, and every promise without a slot, as each has its own time."""
        return list({row.slot or row.id: row for row in self.promises}.values())


@dataclass(frozen=True, slots=True)
class Helps:
    """The help of several recipients that has not ended; what each list holds keeps the order.

    ``now`` divides help that has passed from help to come.
    """

    rows: tuple[OpenHelp, ...]
    now: datetime

    def list_questions(self) -> list[OpenHelp]:
        """The help about which recipients are asked.

        They are asked if it suits once all its givers agreed, and if a giver's other day suits.
        """
        return [row for row in self.rows if row.is_question]

    def list_agreed(self) -> list[OpenHelp]:
        """The help to which the recipients agreed, until they have said how it was."""
        return [row for row in self.rows if row.is_agreed]

    def list_passed(self) -> list[OpenHelp]:
        """The agreed help that was given, or whose last day is over without a report."""
        return [row for row in self.list_agreed() if row.has_passed(get_local_date(self.now))]

    def list_coming(self) -> list[OpenHelp]:
        """The agreed help that is still to come, soonest first."""
        found = [row for row in self.list_agreed() if not row.has_passed(get_local_date(self.now))]
        return sorted(found, key=lambda row: row.first_day)


def _list_facts(row: Promise) -> tuple[object, ...]:
    """The facts of a promise that are read out: its state, units and times."""
    session = row.session
    hours = session and (session.starts_minute, session.ends_minute, session.place_id)
    days = (find_given_from(row), find_given_until(row), row.minute, row.new_day, row.new_minute)
    return (row.id, row.state.value, row.units, *map(str, days), hours)
