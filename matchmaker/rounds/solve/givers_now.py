"""The givers of a frozen month as they are today, but never more than they were at the lock."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from matchmaker.models import MatchRound
from matchmaker.rounds.freeze.given import freeze_offers, freeze_volunteers
from matchmaker.rounds.matching import QuestionRows
from matchmaker.rounds.queries import get_snapshot, read_snapshot
from matchmaker.rounds.question.snapshot import FrozenOffer
from matchmaker.rounds.question.visitors import make_people, name_days
from matchmaker.slots import expand_windows, list_days
from optimizer.rows import Person, Stock

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GiversNow:
    """The rows of the question that differ today, keyed by id."""

    stocks: Mapping[str, Stock]
    people: Mapping[str, Person]


def read_givers(match_round: MatchRound, asked: QuestionRows, today: date) -> GiversNow:
    """The offers and persons of a decided month that differ after ``today``: they can give less."""
    left = name_days(day.day for day in list_days(match_round.month, after=today))
    stocks = _narrow_stocks(match_round, asked, today, left)
    people = _narrow_people(match_round, asked, today, left)
    return GiversNow(
        {row.id: row for row, was in zip(stocks, asked.stocks, strict=True) if row != was},
        {row.id: row for row, was in zip(people, asked.people, strict=True) if row != was},
    )


def empty_stock(stock: Stock, units: int) -> Stock:
    """Return the stock with ``units`` units less, at least none."""
    capacity = max(stock.capacity - units, 0)
    least = min(stock.least, capacity)
    return replace(stock, capacity=capacity, least=least)


def _narrow_stocks(
    match_round: MatchRound, asked: QuestionRows, today: date, left: Names
) -> Iterator[Stock]:
    offers, ids = freeze_offers(match_round.subdistrict_id, match_round.month, after=today)
    present = {ids[row.name]: row for row in offers}
    known = get_snapshot(match_round).offer_ids
    slots = read_snapshot(match_round).slots
    for stock in asked.stocks:
        now = present.get(known[stock.id])
        yield (
            empty_stock(stock, stock.capacity)
            if now is None or not left or _is_closed(now, slots)
            else _narrow_stock(stock, now, slots, left)
        )


def _is_closed(now: FrozenOffer, slots: Sequence[str]) -> bool:
    """Whether the offer has windows and all their slots are holidays."""
    return bool(now.windows) and not expand_windows(now.windows, slots)


def _narrow_stock(stock: Stock, now: FrozenOffer, slots: Sequence[str], left: Names) -> Stock:
    areas = _share(stock.areas, now.committees)
    statuses = _share(stock.statuses, now.statuses)
    times = _share(stock.slots, tuple(expand_windows(now.windows, slots)))
    days = _share(_cut(stock.days, left), name_days(now.days))
    if areas is None or statuses is None or times is None or days is None:
        return empty_stock(stock, stock.capacity)
    if statuses and not stock.staffed:
        days = days or left  # a status that counted only on a day that is past does not count
    return replace(
        empty_stock(stock, max(stock.capacity - now.capacity, 0)),
        areas=areas,
        statuses=statuses,
        slots=times,
        days=days,
    )


def _narrow_people(
    match_round: MatchRound, asked: QuestionRows, today: date, left: Names
) -> Iterator[Person]:
    snapshot = read_snapshot(match_round)
    frozen = {row.reference: row.person for row in snapshot.volunteers}
    rows = tuple(
        replace(row, person=frozen[row.reference])
        for row in freeze_volunteers(match_round.subdistrict_id, match_round.month, after=today)
        if row.reference in frozen
    )
    staffed = [stock for stock in asked.stocks if stock.staffed]
    present = {row.id: row for row in make_people(replace(snapshot, volunteers=rows), staffed)}
    for person in asked.people:
        now = present.get(person.id)
        yield (
            replace(person, slots=(), most_visits=0)
            if now is None
            else _narrow_person(person, now, left)
        )


def _narrow_person(person: Person, now: Person, left: Names) -> Person:
    areas, days = _share(person.areas, now.areas), _share(_cut(person.days, left), now.days)
    if areas is None or days is None:
        return replace(person, slots=(), most_visits=0)
    skill_days = {
        skill: _share(_cut(person.skill_days.get(skill, ()), left), now.skill_days.get(skill, ()))
        for skill in _list_both(person.skills, now.skills)
    }
    shown = {skill: found for skill, found in skill_days.items() if found is not None}
    return replace(
        person,
        most_visits=min(person.most_visits, now.most_visits),
        stocks=_list_both(person.stocks, now.stocks),
        skills=tuple(shown),
        areas=areas,
        slots=_list_both(person.slots, now.slots),
        days=days,
        skill_days={skill: found for skill, found in shown.items() if found},
    )


def _list_both(one: Iterable[str], other: Collection[str]) -> Names:
    return tuple(name for name in one if name in other)


def _share(one: Names | None, other: Names) -> Names | None:
    """What both allow, if empty allows everything; None: nothing."""
    if one is None:
        return None
    if not one or not other:
        return one or other
    return _list_both(one, other) or None


def _cut(days: Names, left: Names) -> Names | None:
    """The days that are still to come, if empty is all of them; None: none is."""
    return _list_both(days, left) or None if days else ()
