"""Volunteers as persons of the optimizer's problem, and days as the problem names them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from matchmaker.rounds.question.snapshot import FrozenVolunteer, Snapshot
from matchmaker.slots import expand_windows
from optimizer.problem import Person, Stock


def name_days(days: Iterable[int]) -> tuple[str, ...]:
    """Write days of the month as the question names them: 07 for the seventh."""
    return tuple(f"{day:02d}" for day in days)


def name_days_of(days: Mapping[str, Iterable[int]]) -> dict[str, tuple[str, ...]]:
    """Write the days of each thing as the question names them."""
    return {name: name_days(found) for name, found in days.items()}


def name_volunteers(snapshot: Snapshot) -> dict[tuple[str, str], str]:
    """Map person and offer to the row that makes the visit, for persons with more than one row."""
    found: dict[tuple[str, str], str] = {}
    for row in snapshot.volunteers:
        for offer in snapshot.offers if row.person else ():
            if offer.organisation == row.organisation and offer.category in row.categories:
                found.setdefault((row.person, offer.name), row.reference)
    return found


def name_persons(snapshot: Snapshot) -> dict[str, str]:
    """Map the reference of each row of a volunteer to the name of its person."""
    return {row.reference: row.person or row.reference for row in snapshot.volunteers}


def make_people(snapshot: Snapshot, staffed: Sequence[Stock]) -> tuple[Person, ...]:
    """Return the persons of the question; rows of one human being become one person."""
    rows: dict[str, list[Person]] = defaultdict(list)
    for row in snapshot.volunteers:
        rows[row.person or row.reference].append(_make_person(row, staffed, snapshot.slots))
    return tuple(_join(name, people) for name, people in rows.items())


def _join(name: str, rows: Sequence[Person]) -> Person:
    """Join all rows to one person: what any of them offers, and no more visits than each allows."""
    if len(rows) == 1:
        return replace(rows[0], id=name)
    areas = [row.areas for row in rows]
    return Person(
        id=name,
        giver=min(row.giver for row in rows),
        most_visits=min(row.most_visits for row in rows),
        stocks=tuple(chain.from_iterable(row.stocks for row in rows)),
        skills=tuple(chain.from_iterable(row.skills for row in rows)),
        areas=tuple(chain.from_iterable(areas)) if all(areas) else (),  # one row goes anywhere
        slots=tuple(chain.from_iterable(row.slots for row in rows)),
        days=rows[0].days,  # the freeze gives each row of a human being the same
        skill_days=_join_days(rows),
    )


def _join_days(rows: Sequence[Person]) -> dict[str, tuple[str, ...]]:
    """The days of each skill that every row with it holds on some days only: those of all rows."""
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for row in rows:
        for skill in row.skills:
            found[skill].append(row.skill_days.get(skill, ()))
    dated = {skill: days for skill, days in found.items() if all(days)}
    return {skill: tuple(chain.from_iterable(days)) for skill, days in dated.items()}


def _make_person(row: FrozenVolunteer, staffed: Sequence[Stock], slots: Sequence[str]) -> Person:
    return Person(
        id=row.reference,
        giver=row.organisation,
        most_visits=row.visits,
        stocks=tuple(
            stock.id
            for stock in staffed
            if stock.giver == row.organisation and stock.category in row.categories
        ),
        skills=(*row.categories, *row.qualifications),
        areas=row.committees,
        slots=tuple(expand_windows(row.windows, slots)),
        days=name_days(row.days),
        skill_days=name_days_of(row.qualification_days),
    )
