"""What a search for free places found: new lines for needs, and why others find nobody.

It is stored with the search as plain JSON of references and numbers. This module defines that JSON.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from matchmaker.rounds.matching import list_days_of
from matchmaker.rounds.outcome_numbers import OutcomeNumbers, make_numbers
from matchmaker.rounds.question.asks import list_members
from matchmaker.rounds.question.snapshot import FrozenNeed, Snapshot
from matchmaker.rounds.question.waits import counts_half_months
from optimizer import codec
from optimizer.explanation import Explanation
from optimizer.solution import Assignment


@dataclass(frozen=True, slots=True)
class NewLine:
    """Units of an offer for a need or a due visit.

    need     the reference of the need as entered, or the id of the due visit
    offer    its name in the question
    person   the name in the question of the person who visits; None: a delivery
    slot     the slot of a visit; None: a delivery
    days     the days of the month on which it can take place; empty: any day to come
    units    units of the category
    """

    need: str
    offer: str
    person: str | None = None
    slot: str | None = None
    days: tuple[int, ...] = ()
    units: int = 1


@dataclass(frozen=True, slots=True)
class Unfilled:
    """A need that waits and for which nobody is found: the ground with its numbers."""

    need: str
    ground: str
    numbers: OutcomeNumbers


@dataclass(frozen=True, slots=True)
class Proposal:
    """New lines, and needs that stay without help."""

    lines: tuple[NewLine, ...] = ()
    unfilled: tuple[Unfilled, ...] = ()

    @classmethod
    def from_json(cls, value: object) -> "Proposal":
        """Read plain JSON. Raises ``ProblemError`` with the path of the broken value."""
        return codec.from_json(cls, value)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON without empty facts."""
        plain: dict[str, Any] = codec.to_json(self)
        return plain


def make_proposal(
    problem_json: str,
    snapshot: Snapshot,
    added: Collection[Assignment],
    wanted: Mapping[str, int],
    explanations: Iterable[Explanation],
) -> Proposal:
    """Return the proposal of an answer to a stored question.

    ``added``: its new lines. ``wanted``: the units that each need as entered waits for.
    """
    days = list_days_of(problem_json, added)
    dealt = [
        (part, tuple(int(day) for day in days[name, part.slot]))
        for name, lines in _group(added).items()
        for part in _deal(lines, wanted, snapshot)
    ]
    new = (
        NewLine(line.need, line.stock, line.person, line.slot, on, line.units) for line, on in dealt
    )
    served = {line.need for line, _on in dealt}
    in_half_months = counts_half_months(snapshot)
    unfilled = (
        Unfilled(
            name,
            row.code.value,
            make_numbers(wanted[name], 0, row, in_half_months=in_half_months),
        )
        for row in explanations
        for name in list_members(row.need)
        if wanted.get(name) and name not in served
    )
    return Proposal(tuple(new), tuple(unfilled))


def _group(lines: Iterable[Assignment]) -> dict[str, list[Assignment]]:
    found: dict[str, list[Assignment]] = defaultdict(list)
    for line in lines:
        found[line.need].append(line)
    return found


def _deal(
    lines: list[Assignment], wanted: Mapping[str, int], snapshot: Snapshot
) -> Iterator[Assignment]:
    """Divide the new lines of an ask among its needs, in the order of ``_rank``."""
    members = [part for part in list_members(lines[0].need) if wanted.get(part)]
    if len(members) < 2:  # a need by itself, or a due visit
        yield from (replace(line, need="".join(members) or line.need) for line in lines)
        return
    ordered = _order(members, snapshot)
    left = {name: wanted[name] for name in ordered}
    for line in sorted(lines):
        rest = line.units
        for name in ordered:
            part = min(rest, left[name])
            rest, left[name] = rest - part, left[name] - part
            if part:
                yield replace(line, need=name, units=part)


def _order(names: Collection[str], snapshot: Snapshot) -> list[str]:
    rows = {row.reference: row for row in snapshot.needs if row.reference in names}
    return sorted(names, key=lambda name: _rank(rows[name]))


def _rank(row: FrozenNeed) -> tuple[int, int, bool, str]:
    return (row.tier, -row.waiting, not row.lost, row.lot)
