"""Collect everything that happened since a month was published, as facts for the optimizer.

A kept promise is fixed as it is. An ended promise says what is gone with it
(``promises/falls.py``). Givers are as they are today, and past times are gone. Equal rows on the
same day give equal facts: a proposal holds as long as its facts do.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from matchmaker.base.clock import get_local_date
from matchmaker.base.extensions import db
from matchmaker.calendar.service import load_calendars
from matchmaker.models import Need, NeedOutcome, NeedState, Promise, RoundRun, RunStatus
from matchmaker.promises.falls import Fall, is_without_fault, name_fall
from matchmaker.promises.states import DONE_STATES, OPEN_STATES
from matchmaker.rounds.freeze.asked import freeze_due_visits, freeze_needs
from matchmaker.rounds.matching import read_rows
from matchmaker.rounds.queries import get_snapshot, read_snapshot
from matchmaker.rounds.question.asks import list_members
from matchmaker.rounds.question.snapshot import FrozenNeed, Snapshot
from matchmaker.rounds.question.visitors import name_days, name_persons
from matchmaker.rounds.solve.figures import LEFT_AT_HOME
from matchmaker.rounds.solve.givers_now import empty_stock, read_givers
from matchmaker.rounds.solve.verdicts import count_unproved
from matchmaker.slots import get_slot_week, list_slot_dates
from optimizer.facts import Facts
from optimizer.rows import Forbid, Person, Stock
from optimizer.solution import Assignment


@dataclass(frozen=True, slots=True)
class FactsNow:
    """The facts. ``wanted``: the units that each need still waits for, keyed by need as entered.

    Due visits of pairings are in ``wanted`` by their name, with 1.
    """

    facts: Facts
    wanted: Mapping[str, int]


def list_of_run(run: RoundRun) -> list[Promise]:
    """The promises of a run with need, pairing, volunteer and line loaded, oldest first."""
    query = (
        select(Promise)
        .where(Promise.round_run_id == run.id)
        .options(
            joinedload(Promise.need),
            joinedload(Promise.pairing),
            joinedload(Promise.volunteer),
            joinedload(Promise.assignment),
        )
        .order_by(Promise.id)
    )
    return list(db.session.scalars(query))


def lay_down(run: RoundRun, now: datetime) -> FactsNow:
    """Return the facts of a published run as they are now."""
    return _Laying(run, get_local_date(now)).lay()


@dataclass(frozen=True, slots=True)
class _Held:
    """A promise, its line in the question, and whether its place is free."""

    promise: Promise
    line: Assignment
    is_free: bool


class _Laying:
    def __init__(self, run: RoundRun, today: date) -> None:
        self.run, self.today = run, today
        self.match_round = run.match_round
        self.snapshot: Snapshot = read_snapshot(self.match_round)
        self.question = read_rows(run.problem_json)
        self.asks = {
            part: need.id for need in self.question.needs for part in list_members(need.id)
        }
        self.rows = list(self._read_lines())

    def lay(self) -> FactsNow:
        standing = _add_up(self.rows, is_free=False)
        free = [row for row in self.rows if row.is_free]
        wanted = dict(self._list_wanted(free))
        asked = self._join_asks(wanted)
        stocks, people = self._read_givers(free)
        days = self._list_days()
        facts = Facts(
            standing=standing,
            asked=asked,
            fallen=_add_up(self.rows, is_free=True) if self._is_proved() else (),
            lost=self._list_lost(free, asked, {line.need for line in standing}),
            forbids=self._list_forbids(free, asked),
            stocks=stocks,
            people=people,
            days=days,
            over=tuple(slot for slot in self.snapshot.slots if slot not in days),
        )
        return FactsNow(facts, wanted)

    def _join_asks(self, wanted: Mapping[str, int]) -> dict[str, int]:
        """Sum the units by ask of the month, in order of the ask's name."""
        asked = Counter[str]()
        for name, units in wanted.items():
            asked[self.asks[name]] += units
        return dict(sorted(asked.items()))

    def _is_proved(self) -> bool:
        return self.run.status is RunStatus.PROVEN and not count_unproved(self.run)

    def _read_lines(self) -> Iterator[_Held]:
        offers = {row_id: name for name, row_id in get_snapshot(self.match_round).offer_ids.items()}
        persons = name_persons(self.snapshot)
        for row in list_of_run(self.run):
            person = persons[row.volunteer.reference] if row.volunteer else None
            name, stock = self._name_asked(row), offers[row.offer_id or 0]
            line = Assignment(name, stock, person, row.slot, row.units)
            yield _Held(row, line, row.has_ended)

    def _name_asked(self, row: Promise) -> str:
        """The ask of a need, or the due visit of the week in which the promise is kept."""
        if row.need is not None:
            return self.asks[row.need.reference]
        reference, week = row.asked.reference, get_slot_week(row.slot or "")
        return next(
            visit.id
            for visit in self.snapshot.due_visits
            if visit.pairing == reference and week in visit.weeks
        )

    def _list_days(self) -> dict[str, tuple[str, ...]]:
        """The days after today of each slot of the frozen month; slots without any are left out."""
        calendars = load_calendars(self.match_round.subdistrict_id)
        dates = list_slot_dates(self.match_round.month, calendars, after=self.today)
        frozen = self.snapshot.slot_days
        days = {
            slot: [d.day for d in found if not frozen or d.day in frozen[slot]]
            for slot, found in dates.items()
            if slot in self.snapshot.slots
        }
        return {slot: name_days(found) for slot, found in days.items() if found}

    # The needs and visits that wait.

    def _list_wanted(self, free: list[_Held]) -> Iterator[tuple[str, int]]:
        """The units that needs still wait for, and due visits by name, each visit with 1."""
        out = {row.line.need for row in free if name_fall(row.promise) is Fall.WISH}
        for name, units in sorted([*self._count_open(), *self._count_missing()]):
            if units > 0 and self.asks[name] not in out:
                yield name, units
        standing = {row.line.need for row in self.rows if not row.is_free}
        for name in self._list_due():
            if name not in standing | out:
                yield name, 1

    def _list_due(self) -> Iterator[str]:
        """The names of the frozen due visits that a pairing must still make after today."""
        month, office = self.match_round.month, self.match_round.subdistrict_id
        due: defaultdict[str, set[int]] = defaultdict(set)
        for visit in freeze_due_visits(office, month, after=self.today):
            due[visit.pairing].update(visit.weeks)
        for visit in self.snapshot.due_visits:
            if not due[visit.pairing].isdisjoint(visit.weeks):
                yield visit.id

    def _count_open(self) -> Iterator[tuple[str, int]]:
        frozen = {row.reference: row for row in self.snapshot.needs}
        had_turn = self._list_left_at_home() | self._list_carried()
        self._present = self._read_open_needs()
        for name, need in self._present.items():
            if name in frozen and name not in had_turn and _is_same(frozen[name], need):
                yield name, min(need.quantity, frozen[name].quantity)

    def _read_open_needs(self) -> dict[str, FrozenNeed]:
        month, office = self.match_round.month, self.match_round.subdistrict_id
        return {row.reference: row for row in freeze_needs(office, month, after=self.today)}

    def _list_carried(self) -> set[str]:
        """The needs that got a part in this month: what is missing waits for the next list."""
        done = (row.promise for row in self.rows if row.promise.state in DONE_STATES)
        return {row.need.reference for row in done if row.need is not None}

    def _count_missing(self) -> Iterator[tuple[str, int]]:
        """The units missing of a need that lost a part of its help and still has another part.

        If nothing else is to come for the need, it is left out: the next list has what is missing,
        and may have found it already.
        """
        decided, standing, named = Counter[str](), Counter[str](), dict[str, Need]()
        for row in self.rows:
            need, line = row.promise.need, row.promise.assignment
            if need is None:
                continue
            if row.promise.state in OPEN_STATES:
                named[need.reference] = need
            if line is None or line.round_repair_id is None:
                decided[need.reference] += row.promise.units
            standing[need.reference] += 0 if row.is_free else row.promise.units
        for name, need in named.items():
            if need.state is NeedState.MATCHED and standing[name]:
                yield name, decided[name] - standing[name]

    def _list_left_at_home(self) -> set[str]:
        query = (
            select(Need.reference)
            .join(NeedOutcome, NeedOutcome.need_id == Need.id)
            .where(NeedOutcome.round_run_id == self.run.id, NeedOutcome.ground == LEFT_AT_HOME)
        )
        return set(db.session.scalars(query))

    def _list_lost(
        self, free: list[_Held], asked: Mapping[str, int], standing: set[str]
    ) -> tuple[str, ...]:
        lost = {row.line.need for row in free if is_without_fault(row.promise)}
        refused = {row.line.need for row in free if not is_without_fault(row.promise)}
        return tuple(sorted(name for name in lost - refused - standing if asked.get(name)))

    # The givers.

    def _read_givers(self, free: list[_Held]) -> tuple[tuple[Stock, ...], tuple[Person, ...]]:
        now = read_givers(self.match_round, self.question, self.today)
        stocks = {row.id: row for row in self.question.stocks} | dict(now.stocks)
        people = {row.id: row for row in self.question.people} | dict(now.people)
        for row in free:
            _take(row, stocks, people)
        return (
            tuple(stocks[row.id] for row in self.question.stocks if stocks[row.id] != row),
            tuple(people[row.id] for row in self.question.people if people[row.id] != row),
        )

    def _list_forbids(self, free: list[_Held], asked: Mapping[str, int]) -> tuple[Forbid, ...]:
        found = {}
        rows = [row for held in free for row in self._forbid_after(held)]
        for row in (*rows, *self._forbid_by_status()):
            if asked.get(row.need):
                found[row.need, row.stock or "", row.person or ""] = row
        return tuple(found[key] for key in sorted(found))

    def _forbid_after(self, row: _Held) -> Iterator[Forbid]:
        fall, line = name_fall(row.promise), row.line
        if fall is Fall.GIVER:
            stocks = {stock.id: stock for stock in self.question.stocks}
            lost = stocks[line.stock]
            for stock in stocks.values():
                if (stock.giver, stock.category) == (lost.giver, lost.category):
                    yield Forbid(line.need, stock.id)
        elif fall in (Fall.UNITS, Fall.PERSON, Fall.COUPLE):
            is_visit = line.person is not None
            yield Forbid(line.need, None if is_visit else line.stock, line.person)

    def _forbid_by_status(self) -> Iterator[Forbid]:
        """Forbid offers for a status that the resident had at the lock and has lost since."""
        frozen = {row.reference: row for row in self.snapshot.needs}
        limited = [stock for stock in self.question.stocks if stock.statuses]
        for name, need in self._present.items():
            had = set(frozen[name].statuses) if name in frozen else set()
            if had.issubset(need.statuses):
                continue
            for stock in limited:
                asks_for = set(stock.statuses)
                if asks_for & had and not asks_for & set(need.statuses):
                    yield Forbid(self.asks[name], stock.id)


def _is_same(frozen: FrozenNeed, now: FrozenNeed) -> bool:
    """Whether the need asks for the same category at the same times as at the lock.

    Its last day of use may have moved, but not before a day that was locked.
    """
    is_shorter = now.days and (not frozen.days or now.days[-1] < frozen.days[-1])
    return not is_shorter and (frozen.category, frozen.windows) == (now.category, now.windows)


def _take(row: _Held, stocks: dict[str, Stock], people: dict[str, Person]) -> None:
    """Take from the givers what is gone with a promise that ended."""
    fall, line = name_fall(row.promise), row.line
    person = people[line.person] if line.person else None
    if person is not None and fall is Fall.PERSON:
        people[person.id] = replace(person, slots=(), most_visits=0)
    elif fall in (Fall.UNITS, Fall.PERSON):
        stocks[line.stock] = empty_stock(stocks[line.stock], line.units)
        if person is not None:
            people[person.id] = _take_time(person, line.slot)


def _take_time(person: Person, slot: str | None) -> Person:
    left = tuple(name for name in person.slots if name != slot)
    return replace(person, slots=left, most_visits=max(person.most_visits - 1, 0))


def _add_up(rows: Iterable[_Held], *, is_free: bool) -> tuple[Assignment, ...]:
    """Return the lines that are kept or, with ``is_free``, ended, in order.

    Lines that differ only in their units are added up to one.
    """
    units = Counter[tuple[str, str, str, str]]()
    for line in (row.line for row in rows if row.is_free is is_free):
        units[line.need, line.stock, line.person or "", line.slot or ""] += line.units
    return tuple(
        Assignment(need, stock, person or None, slot or None, count)
        for (need, stock, person, slot), count in sorted(units.items())
    )
