"""Why a need is met or not, as codes and numbers: no sentences, and no names for a resident.

``explain`` adds to every ground of a solution the offers left after each filter and the nearest
miss, the stage that decided (searched for again in whole numbers), the needs that are served
instead, and the lottery tickets.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from optimizer.explain.offers import Offers
from optimizer.explain.places import Places
from optimizer.explain.rivals import Rivals
from optimizer.explain.stages import OPEN, find_deciding_stages
from optimizer.explanation import Explanation
from optimizer.problem import Need, Problem
from optimizer.solution import Ground, GroundCode, Proof, Solution
from optimizer.stages.registry import kind_of
from optimizer.tickets import ticket_of

_BY_STAGES = (GroundCode.OUTRANKED, GroundCode.LOST_LOTTERY, GroundCode.UNDECIDED)
_BY_FILTERS = (
    GroundCode.NO_ELIGIBLE_OFFER,
    GroundCode.FORBIDDEN,
    GroundCode.DECLINED_BEFORE,
)


def explain(problem: Problem, solution: Solution, seconds: float = 60.0) -> tuple[Explanation, ...]:
    """Explain every unmet need, in the order of ids; () for a solution that is not usable.

    ``seconds`` limits the search for deciding stages. Needs left over have no stage named, and
    those that a stage or the lottery may have decided are ``undecided``.
    """
    if not solution.is_usable:
        return ()
    offers = Offers(problem)
    places = Places(problem, offers, solution.assignments)
    rivals = Rivals(places)
    stages = find_deciding_stages(problem, solution, places, seconds)
    draws = {stage.name for stage in problem.policy.stages if kind_of(stage).is_draw}
    is_drawn = any(r.name in draws for r in solution.stages if r.proof != Proof.GAP)
    grounds: Iterable[Ground] = solution.grounds
    if not problem.policy.is_drawn:  # else the certificate shows them, and no stage is sought
        grounds = (_decide(ground, stages, is_drawn) for ground in solution.grounds)
    return tuple(_explain(problem, places, rivals, ground) for ground in grounds)


def _decide(ground: Ground, stages: dict[str, str], is_drawn: bool) -> Ground:
    """Return the ground with its proved stage, where one was found.

    ``is_drawn``: lots were drawn.
    """
    if ground.code not in _BY_STAGES:
        return ground
    stage = stages.get(ground.need)
    if stage is None:  # outranked, but perhaps not by the stage that the solve saw first
        is_outranked = ground.code is GroundCode.OUTRANKED
        return Ground(ground.need, ground.code if is_outranked else GroundCode.UNDECIDED)
    if stage != OPEN:
        return Ground(ground.need, GroundCode.OUTRANKED, stage)
    return Ground(ground.need, GroundCode.LOST_LOTTERY) if is_drawn else ground


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
    ticket, cut_off = "", ""
    # Where homes draw before needs, the need's own ticket alone says nothing.
    if ground.code is GroundCode.LOST_LOTTERY and not problem.policy.is_drawn:
        ticket = ticket_of(problem.seed, need.id)
        cut_off = max(_drawn_before(problem, ticket, holders), default="")
    return Explanation(
        need.id,
        ground.code,
        stage=ground.stage,
        ahead=len({holder.recipient for holder in holders}),
        ahead_by=tuple(sorted(Counter(_compare(need, holder) for holder in holders).items())),
        circle=(len(hall_set.needs), hall_set.places) if hall_set else None,
        ticket=ticket,
        cut_off=cut_off,
    )


def _drawn_before(problem: Problem, ticket: str, holders: list[Need]) -> Iterator[str]:
    tickets = (ticket_of(problem.seed, holder.id) for holder in holders)
    return (drawn for drawn in tickets if drawn < ticket)


def _compare(need: Need, holder: Need) -> str:
    """Return the first fact in which the holder has priority; ``other``: a later stage decided."""
    if holder.duty and not need.duty:
        return "duty"
    if holder.tier != need.tier:
        return "more_urgent" if holder.tier < need.tier else "less_urgent"
    if holder.waiting != need.waiting:
        return "waited_longer" if holder.waiting > need.waiting else "waited_less"
    return "other"
