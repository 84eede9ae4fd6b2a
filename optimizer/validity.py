"""Validity by day: what may be used together in a slot, or delivered (filter 5 of FORMULATION.md).

Rows may be valid on some days only, and a slot covers days. Rows are used together if at least one
day of the slot lies in the validity of all of them. A slot without days has one day without a name;
on that day only rows are valid that are valid on any day.
"""

from collections.abc import Iterable, Sequence
from itertools import chain

from optimizer.problem import Need, Person, Problem, Stock

NAMELESS = ""  # the day of a slot without days

Giver = tuple[Stock, Person | None]


class Validity:
    """The days of a question's slots, and what is valid on them."""

    def __init__(self, problem: Problem) -> None:
        self._days = problem.days
        rows: list[Stock | Person | Need] = [*problem.stocks, *problem.people, *problem.needs]
        self.names = (NAMELESS, *sorted({day for row in rows for day in _list_days(row)}))

    @property
    def is_used(self) -> bool:
        """Whether any row, skill or status of the question is valid on some days only."""
        return len(self.names) > 1

    def days_of(self, slot: str) -> tuple[str, ...]:
        """Return the days of a slot, sorted; for a slot without days, only ``NAMELESS``."""
        return self._days.get(slot, (NAMELESS,))

    def list_common(self, need: Need, givers: Iterable[Giver], slot: str | None) -> list[str]:
        """Return the days of a slot on which the need and all givers are valid together.

        ``slot`` None: the days are those that rows name. The list is then also empty if all of it
        is valid on any day.
        """
        team = list(givers)
        days = self.names if slot is None else self.days_of(slot)
        if slot is None and all(is_valid(need, *giver, NAMELESS) for giver in team):
            return []
        return [
            day for day in days if all(is_valid(need, stock, person, day) for stock, person in team)
        ]

    def allow_visit(self, need: Need, stock: Stock, person: Person, slot: str) -> bool:
        """Return whether need, stock and person are valid together on some day of a slot."""
        return not self.is_used or bool(self.list_common(need, [(stock, person)], slot))

    def allow_delivery(self, need: Need, stock: Stock) -> bool:
        """Return whether need and stock share a day; if both have slots, a day of a shared slot."""
        if need.slots and stock.slots:
            shared = set(need.slots) & set(stock.slots)
            days: Sequence[str] = list(chain.from_iterable(map(self.days_of, shared)))
        else:
            days = self.names
        return any(is_valid(need, stock, None, day) for day in days)


def is_valid(need: Need, stock: Stock, person: Person | None, day: str) -> bool:
    """Return whether a need, a stock and, if given, a person are valid together on a day.

    A stock that names statuses needs one of them valid for the need on this day. A person needs all
    skills that the need requires, valid on this day.
    """
    if not (is_on(need.days, day) and is_on(stock.days, day)):
        return False
    statuses = list_statuses(need, day)
    if stock.statuses and set(statuses).isdisjoint(stock.statuses):
        return False
    return person is None or (
        is_on(person.days, day)
        and all(
            skill in person.skills and is_on(person.skill_days.get(skill, ()), day)
            for skill in need.requires
        )
    )


def list_statuses(need: Need, day: str) -> list[str]:
    """Return the statuses of a need that are valid on a day."""
    return [status for status in need.statuses if is_on(need.status_days.get(status, ()), day)]


def is_on(days: Sequence[str], day: str) -> bool:
    """Return whether ``day`` is among ``days``; an empty ``days`` means every day."""
    return not days or day in days


def _list_days(row: Stock | Person | Need) -> Iterable[str]:
    lists: Iterable[Sequence[str]] = ()
    if isinstance(row, Person):
        lists = row.skill_days.values()
    elif isinstance(row, Need):
        lists = row.status_days.values()
    return chain(row.days, *lists)
