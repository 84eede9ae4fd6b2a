"""Tickets, which anyone can compute from the public seed, and questions ordered by them.

Under a policy with a ``draw`` nothing may depend on an id or on the order of entry. Such a question
is solved with every name replaced by its *label*, the ticket of the name's lot followed by the
name. Whatever is sorted by labels is in the order of the draw. ``name_of`` translates back.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from optimizer.problem import VISITS, Need, Pair, Person, Pin, Problem, Stock
from optimizer.solution import Assignment, order_of_line

TICKET = 64  # hexadecimal digits

SomePin = TypeVar("SomePin", bound=Pin)


def ticket_of(seed: str, name: str) -> str:
    """Return the HMAC-SHA256 of a name with the seed as key, 64 hexadecimal digits."""
    return hmac.new(seed.encode("ascii"), name.encode(), hashlib.sha256).hexdigest()


def name_of(label: str) -> str:
    """Return the name within a label."""
    return label[TICKET + 1 :]


def is_label(text: str) -> bool:
    """Return whether a text begins like a label: 64 hexadecimal digits and a blank."""
    return text[TICKET : TICKET + 1] == " " and set(text[:TICKET]) <= set("0123456789abcdef")


def order_by_ticket(problem: Problem) -> Problem:
    """Return the question with a label in place of every name that could order something.

    A label is the ticket of the name's lot (of the name, if it has no lot), a blank and the name.
    Returns the question unchanged if its policy does not draw.
    """
    return _Labels(problem).write() if problem.policy.is_drawn else problem


def label_lines(problem: Problem, lines: Sequence[Assignment]) -> tuple[Assignment, ...]:
    """Return these assignments of a question with labels in place of names.

    Returns them unchanged if the policy of the question does not draw.
    """
    if not problem.policy.is_drawn:
        return tuple(lines)
    labels = _Labels(problem)
    return tuple(map(labels.write_line, lines))


def name_lines(lines: Iterable[Assignment]) -> tuple[Assignment, ...]:
    """Return these assignments with names in place of labels, sorted as in an answer."""
    return tuple(sorted(map(_name_line, lines), key=order_of_line))


def _name_line(line: Assignment) -> Assignment:
    person, slot = (None if name is None else name_of(name) for name in (line.person, line.slot))
    return replace(
        line, need=name_of(line.need), stock=name_of(line.stock), person=person, slot=slot
    )


class _Labels:
    """Writes a question and assignments with labels in place of names."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._stocks = self._label_rows(problem.stocks)
        self._people = self._label_rows(problem.people)
        self._needs = self._label_rows(problem.needs)

    def write(self) -> Problem:
        """Return the question with labels in place of names."""
        problem = self._problem
        return replace(
            problem,
            stocks=tuple(map(self._write_stock, problem.stocks)),
            people=tuple(map(self._write_person, problem.people)),
            needs=tuple(map(self._write_need, problem.needs)),
            pairs=tuple(map(self._write_pair, problem.pairs)),
            pins=self._write_pins(problem.pins),
            forbids=self._write_pins(problem.forbids),
            history=tuple(replace(row, group=self._draw(row.group)) for row in problem.history),
            days={self._of(slot): days for slot, days in problem.days.items()},
            lots={},  # the labels contain them
            loads=tuple(
                replace(row, giver=self._draw(row.giver), measure=self._of_measure(row.measure))
                for row in problem.loads
            ),
        )

    def write_line(self, line: Assignment) -> Assignment:
        """Return the assignment with labels in place of names."""
        return replace(
            line,
            need=self._needs[line.need],
            stock=self._stocks[line.stock],
            person=self._of_person(line.person),
            slot=None if line.slot is None else self._of(line.slot),
        )

    def _of(self, name: str, lot: str = "") -> str:
        return f"{ticket_of(self._problem.seed, lot or name)} {name}"

    def _draw(self, name: str) -> str:
        """Return the label of a giver, pledge, category or group."""
        return self._of(name, self._problem.lots.get(name, ""))

    def _of_each(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(map(self._of, names))

    def _of_measure(self, measure: str) -> str:
        return measure if measure == VISITS else self._draw(measure)

    def _label_rows(self, rows: Sequence[Stock | Person | Need]) -> Mapping[str, str]:
        return {row.id: self._of(row.id, row.lot) for row in rows}

    def _write_stock(self, stock: Stock) -> Stock:
        return replace(
            stock,
            id=self._stocks[stock.id],
            giver=self._draw(stock.giver),
            category=self._draw(stock.category) if stock.category else "",
            parents=tuple(self._stocks[parent] for parent in stock.parents),
            slots=self._of_each(stock.slots),
            pledge=None if stock.pledge is None else self._draw(stock.pledge),
        )

    def _write_person(self, person: Person) -> Person:
        return replace(
            person,
            id=self._people[person.id],
            giver=self._draw(person.giver),
            stocks=tuple(self._stocks[stock] for stock in person.stocks),
            slots=self._of_each(person.slots),
        )

    def _write_need(self, need: Need) -> Need:
        """Return a need with labels; without a group of a ranked dimension it gets an empty one."""
        groups = {**dict.fromkeys(self._problem.policy.ranked, ""), **need.groups}
        return replace(
            need,
            id=self._needs[need.id],
            recipient=self._of(need.recipient, need.recipient_lot),
            category=self._draw(need.category),
            slots=self._of_each(need.slots),
            groups={dimension: self._draw(group) for dimension, group in groups.items()},
        )

    def _write_pair(self, pair: Pair) -> Pair:
        need, stock = self._needs[pair.need], self._stocks[pair.stock]
        return replace(pair, need=need, stock=stock, person=self._of_person(pair.person))

    def _write_pins(self, pins: Sequence[SomePin]) -> tuple[SomePin, ...]:
        return tuple(
            replace(
                pin,
                need=self._needs[pin.need],
                stock=None if pin.stock is None else self._stocks[pin.stock],
                person=self._of_person(pin.person),
            )
            for pin in pins
        )

    def _of_person(self, person: str | None) -> str | None:
        return None if person is None else self._people[person]
