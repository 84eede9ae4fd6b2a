"""The names under which a month is drawn, and under which it may be published.

A row keeps one random lot for good. The question has a lot of the month in its place: the keyed
hash of the row's lot, so that no published name of one month can be found again in another. Givers,
kinds, committees and skills have no lot; the keyed hash of their name takes its place. Months that
were locked without a key are drawn under their rows' own lots, and have no other names.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from matchmaker.rounds.question.snapshot import DueVisit, FrozenNeed, Snapshot
from optimizer.problem import Need, Person, Problem, Stock

_LENGTH = 32  # hexadecimal digits, so that two names of a month are never alike


def make_key(office_key: str, month: date) -> str:
    """Return the key of a street office's month.

    It is kept in the snapshot, which is not published.
    """
    return _hash(office_key, f"month {month:%Y-%m}")


def give_lots(
    snapshot: Snapshot, stocks: Iterable[Stock], people: Iterable[Person], needs: Iterable[Need]
) -> tuple[tuple[Stock, ...], tuple[Person, ...], tuple[Need, ...]]:
    """Return the rows with their lots for the draw; a need's recipient is its home's lot.

    Without a key the lots are those of the rows, and homes do not draw.
    """
    asked: dict[str, FrozenNeed | DueVisit] = {row.reference: row for row in snapshot.needs}
    asked |= {row.id: row for row in snapshot.due_visits}
    lots = {row.name: row.lot for row in snapshot.offers}
    lots |= {row.reference: row.lot for row in snapshot.volunteers}
    return (
        tuple(replace(row, lot=_draw_under(snapshot, lots[row.id])) for row in stocks),
        tuple(replace(row, lot=_draw_under(snapshot, lots[row.id])) for row in people),
        tuple(
            _name_need(
                need,
                _draw_under(snapshot, asked[need.id].lot),
                _draw_under(snapshot, asked[need.id].household_lot),
                has_key=bool(snapshot.key),
            )
            for need in needs
        ),
    )


def _name_need(need: Need, lot: str, home: str, *, has_key: bool) -> Need:
    return replace(need, lot=lot, recipient=home, recipient_lot=home if has_key else "")


def name_lots(snapshot: Snapshot, names: Iterable[str]) -> dict[str, str]:
    """Map each of ``names`` to its lot of the month: the keyed hash of the name.

    ``names`` are those of ``list_names``: givers, categories, committees and skills, which have no
    random lot of their own. An empty name is left out. The map is empty for a month without a key.
    """
    if not snapshot.key:
        return {}
    return {name: _hash(snapshot.key, f"name {name}") for name in sorted(set(names)) if name}


def list_names(problem: Problem) -> Iterator[str]:
    """The names of a question that have no lot of their own; a name may come repeatedly."""
    for stock in problem.stocks:
        yield from (stock.giver, stock.category, *stock.areas)
    for person in problem.people:
        yield from (person.giver, *person.skills, *person.areas)
    for need in problem.needs:
        yield from (need.category, need.area, *need.requires)
    for load in problem.loads:
        yield from (load.giver, load.measure)
    yield from (row.group for row in problem.history)


def _draw_under(snapshot: Snapshot, lot: str) -> str:
    return _hash(snapshot.key, f"lot {lot}") if snapshot.key else lot


def _hash(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()[:_LENGTH]
