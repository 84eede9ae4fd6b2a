"""Explain why a need is unmet, as codes and numbers: no sentences, and no names for a resident.

``explain`` adds to every ground of a solution the offers that pass each filter and the nearest
miss, the needs that are served instead, the tickets of the draw, and what would open more offers.
The solve finds which stage decided, with its proof (``search/deciding.py``).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from optimizer.explain.offers import Offers
from optimizer.explain.openings import Openings
from optimizer.explain.places import Places
from optimizer.explain.rivals import Rivals
from optimizer.explanation import Explanation
from optimizer.problem import Need, Problem
from optimizer.solution import Ground, GroundCode, Solution
from optimizer.tickets import ticket_of

_BY_FILTERS = (
    GroundCode.NO_ELIGIBLE_OFFER,
    GroundCode.FORBIDDEN,
    GroundCode.DECLINED_BEFORE,
)

_RULED = (GroundCode.FORBIDDEN, GroundCode.DECLINED_BEFORE)  # no other time or status helps


def explain(problem: Problem, solution: Solution) -> tuple[Explanation, ...]:
    """Explain every unmet need, in order of id; () if the solution is not usable."""
    if not solution.is_usable:
        return ()
    places = Places(problem, Offers(problem), solution.assignments)
    rivals, openings = Rivals(places), Openings(places)
    found = (_explain(problem, places, rivals, ground) for ground in solution.grounds)
    return tuple(
        row if row.code in _RULED else replace(row, openings=openings.find(places.needs[row.need]))
        for row in found
    )


def _explain(problem: Problem, places: Places, rivals: Rivals, ground: Ground) -> Explanation:
    need = places.needs[ground.need]
    if ground.code in _BY_FILTERS:
        counts = places.offers.count(need)
        left, filters = sum(number for _, number in counts.failed) + counts.eligible, []
        for name, number in counts.failed:
            left -= number
            filters.append((name, left))
        return Explanation(need.id, ground.code, filters=tuple(filters), nearest=counts.nearest)
    holders = [places.needs[name] for name in sorted(rivals.holders(need))]
    hall_set = rivals.find_hall_set(need)
    found = Explanation(
        need.id,
        ground.code,
        stage=ground.stage,
        ahead=len({holder.recipient for holder in holders}),
        ahead_by=tuple(sorted(Counter(_compare(need, holder) for holder in holders).items())),
        circle=(len(hall_set.needs), hall_set.places) if hall_set else None,
    )
    if ground.code is not GroundCode.LOST_LOTTERY:
        return found
    return _add_tickets(problem, places, found, need, holders)


def _add_tickets(
    problem: Problem, places: Places, found: Explanation, need: Need, holders: Sequence[Need]
) -> Explanation:
    """Return an explanation with the tickets that were drawn.

    A public draw draws homes first. The own ticket of a need is added only if another need of its
    home is met; otherwise it says nothing.
    """
    seed, is_served = problem.seed, True
    if problem.policy.is_drawn:
        home, last = _draw(seed, _home_of(need), map(_home_of, holders))
        found = replace(found, home_ticket=home, home_cut_off=last)
        is_served = any(places.needs[d].recipient == need.recipient for d in places.held.lines)
    if not is_served:
        return found
    ticket, cut_off = _draw(seed, _lot_of(need), map(_lot_of, holders))
    return replace(found, ticket=ticket, cut_off=cut_off)


def _draw(seed: str, name: str, others: Iterable[str]) -> tuple[str, str]:
    """Return the ticket of a name, and the last earlier ticket of ``others`` ("" if none)."""
    ticket = ticket_of(seed, name)
    drawn = (ticket_of(seed, other) for other in others)
    return ticket, max((other for other in drawn if other < ticket), default="")


def _lot_of(need: Need) -> str:
    return need.lot or need.id


def _home_of(need: Need) -> str:
    return need.recipient_lot or need.recipient


def _compare(need: Need, holder: Need) -> str:
    """Return the first fact in which the needs differ, as seen from the holder.

    ``other``: they differ in none of them, so a later stage decided.
    """
    if holder.duty and not need.duty:
        return "duty"
    if holder.tier != need.tier:
        return "more_urgent" if holder.tier < need.tier else "less_urgent"
    if holder.waiting != need.waiting:
        return "waited_longer" if holder.waiting > need.waiting else "waited_less"
    return "other"
