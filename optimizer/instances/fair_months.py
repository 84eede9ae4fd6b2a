"""Generated months under the second policy: one team and one least for each category, joined asks.

The generator draws quantities, leasts and teams for each need; ``community/2`` demands that needs
of one category have the same team and the same least.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random
from typing import TypeVar

from optimizer.instances.mix import SUPPLIES, VISITS
from optimizer.policy import COMMUNITY_2
from optimizer.problem import Need, Person, Problem, Stock, ask_key, list_ruled

MOST_TEAMS = 50  # per cent; a category with more visits by two than this has only such visits
WHOLE = 100  # per cent: met whole or not at all
TEAMS = {visit.category: 2 if visit.team_percent > MOST_TEAMS else 1 for visit in VISITS}
LEASTS = {
    supply.category: max(1, min(supply.quantities) * supply.least_percent // WHOLE)
    for supply in SUPPLIES
    if supply.least_percent < WHOLE
}
Row = TypeVar("Row", Stock, Person)


def under_second_policy(problem: Problem) -> Problem:
    """Return a generated month as a question of ``community/2``, with lots that its name seeds."""
    random = Random(f"lots {problem.name}")  # noqa: S311 - invents data, decides nothing
    needs = [_fit(need, LEASTS.get(need.category)) for need in problem.needs]
    homes = {name: _lot(random) for name in sorted({need.recipient for need in needs})}
    needs = [replace(n, lot=_lot(random), recipient_lot=homes[n.recipient]) for n in needs]
    return replace(
        problem,
        needs=tuple(join_asks(needs, list_ruled(problem))),
        stocks=_draw_lots(random, problem.stocks),
        people=_draw_lots(random, problem.people),
        history=(),
        policy=COMMUNITY_2,
    )


def _lot(random: Random) -> str:
    return f"{random.getrandbits(64):016x}"


def _draw_lots(random: Random, rows: Sequence[Row]) -> tuple[Row, ...]:
    return tuple(replace(row, lot=_lot(random)) for row in rows)


def _fit(need: Need, least: int | None) -> Need:
    """Return the need with the team and the least of its category."""
    quantity = need.quantity if least is None else max(need.quantity, least)
    return replace(need, people=TEAMS.get(need.category, 1), least=least, quantity=quantity)


def join_asks(needs: Iterable[Need], ruled: frozenset[str]) -> list[Need]:
    """Return the needs, with those of one ask added up under the id of the first.

    ``ruled``: the ids of needs that stay as they are.
    """
    parts: dict[object, list[Need]] = defaultdict(list)
    for need in needs:
        is_part = need.least is not None and need.id not in ruled
        parts[ask_key(need) if is_part else need.id].append(need)
    return [rows[0] if len(rows) == 1 else _join(rows) for rows in parts.values()]


def _join(rows: Sequence[Need]) -> Need:
    return replace(
        rows[0],
        quantity=sum(need.quantity for need in rows),
        tier=min(need.tier for need in rows),
        waiting=max(need.waiting for need in rows),
        points=max(need.points for need in rows),
        lot=min(need.lot for need in rows),
    )
