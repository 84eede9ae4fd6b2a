"""Join what one home asks of one divisible kind to one ask of the month.

The snapshot keeps every need as entered. The question joins those that agree (FORMULATION.md, "One
kind, one least"). The answer is handed back need by need, so that each has its own outcome.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from matchmaker.rounds.question.snapshot import FrozenNeed, Snapshot
from optimizer.explanation import Explanation
from optimizer.problem import Need, ask_key
from optimizer.solution import Assignment, Ground, Solution

_SIGN = "+"  # no reference has it: N2607-0001+N2607-0007 is one ask of two needs


def join_asks(
    needs: Iterable[Need], least: Mapping[str, int], ruled: Collection[str]
) -> tuple[Need, ...]:
    """Return the asks of the month. ``least``: the least units that help, keyed by divisible kind.

    A need that a pin or forbid names (``ruled``) stays by itself. A kind has one least in the
    month: if one of its asks is smaller, the quantity of the smallest ask.
    """
    joined: dict[tuple[object, ...], list[Need]] = defaultdict(list)
    for need in needs:
        is_joined = need.category in least and need.id not in ruled
        joined[ask_key(need) if is_joined else (need.id,)].append(need)
    asks = [_join(members) for members in joined.values()]
    of_month = dict(least)
    for ask in asks:
        if ask.category in of_month:
            of_month[ask.category] = min(of_month[ask.category], ask.quantity)
    return tuple(replace(ask, least=of_month.get(ask.category)) for ask in asks)


def _join(members: list[Need]) -> Need:
    """Join needs to one ask: the sum of quantities, most urgent tier, longest wait, lowest lot."""
    return replace(
        members[0],
        id=_SIGN.join(sorted(need.id for need in members)),
        quantity=sum(need.quantity for need in members),
        tier=min(need.tier for need in members),
        points=max(need.points for need in members),
        waiting=max(need.waiting for need in members),
        lot=min(need.lot for need in members),
    )


@dataclass(frozen=True, slots=True)
class HandedBack:
    """An answer by needs as entered.

    ``left``: needs that got nothing although their ask was met, because others of it took the
    units.
    """

    solution: Solution
    explanations: tuple[Explanation, ...]
    left: frozenset[str]


def hand_back(
    snapshot: Snapshot, solution: Solution, explanations: Iterable[Explanation] = ()
) -> HandedBack:
    """Return the answer with each need by itself.

    Within an ask, units go to the most urgent need first, then to the longest wait, then to a need
    that lost a promise, then to the lowest lot. In this order each need first gets the least that
    helps, and then what it asked.
    """
    lines: dict[str, list[Assignment]] = defaultdict(list)
    for line in solution.assignments:
        lines[line.need].append(line)
    given = tuple(_deal_all(snapshot, lines))
    joined = {part for name in lines for part in list_members(name)}
    by_need = replace(solution, assignments=given, grounds=tuple(_repeat_grounds(solution.grounds)))
    left = joined - {line.need for line in given}
    return HandedBack(by_need, tuple(_repeat_explanations(explanations)), frozenset(left))


def _deal_all(snapshot: Snapshot, lines: Mapping[str, list[Assignment]]) -> Iterator[Assignment]:
    rows = {row.reference: row for row in snapshot.needs}
    least = {row.code: row.least or 1 for row in snapshot.categories}
    for name, of_ask in lines.items():
        members = [rows[part] for part in list_members(name) if part in rows]
        if len(members) > 1:
            total = sum(line.units for line in of_ask)
            yield from _deal(of_ask, _divide(total, members, least[members[0].category]))
        else:  # a need by itself, or a due visit
            yield from of_ask


def list_members(ask: str) -> list[str]:
    """The references of the needs that one ask of the month joins."""
    return ask.split(_SIGN)


def map_asks(problem_json: str) -> dict[str, frozenset[str]]:
    """Map the reference of each need of the question to those of its ask, its own among them."""
    asks = [frozenset(list_members(need["id"])) for need in json.loads(problem_json)["needs"]]
    return {part: ask for ask in asks for part in ask}


def _divide(units: int, members: list[FrozenNeed], least: int) -> dict[str, int]:
    """Divide units of an ask between its members, in the order in which they are served."""
    ordered = sorted(members, key=lambda row: (row.tier, -row.waiting, not row.lost, row.lot))
    given = dict.fromkeys((row.reference for row in ordered), 0)
    for row in ordered:
        part = min(row.quantity, least)
        if part > units:
            break
        given[row.reference], units = part, units - part
    for row in ordered:
        part = min(row.quantity - given[row.reference], units)
        given[row.reference], units = given[row.reference] + part, units - part
    return given


def _deal(lines: Iterable[Assignment], units: Mapping[str, int]) -> Iterator[Assignment]:
    """Cut the lines of an ask so that each member gets its units."""
    wanted = iter([(need, number) for need, number in units.items() if number])
    need, open_units = next(wanted)
    for line in sorted(lines):
        rest = line.units
        while rest:
            if not open_units:
                need, open_units = next(wanted)
            part = min(rest, open_units)
            yield replace(line, need=need, units=part)
            rest, open_units = rest - part, open_units - part


def _repeat_grounds(grounds: Iterable[Ground]) -> Iterator[Ground]:
    return (replace(row, need=part) for row in grounds for part in list_members(row.need))


def _repeat_explanations(rows: Iterable[Explanation]) -> Iterator[Explanation]:
    return (replace(row, need=part) for row in rows for part in list_members(row.need))
