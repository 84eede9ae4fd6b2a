"""In which order needs are met before anything is optimised: that of the policy's stages.

Every stage gives a need a number, smaller first; the numbers of all stages, in their order, are
compared as a tuple. A stage that does not compare needs gives all of them the same number.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from optimizer.model.turns import pairs_of_tier
from optimizer.policy import CountBy, GroupOutcome, Stage, StageKind
from optimizer.problem import Problem
from optimizer.tickets import ticket_of

Numbers = Sequence[Fraction | int | str]  # by need
LAST = 1 << 60


def order_wishes(problem: Problem) -> list[int]:
    """Return all needs by position, those first that the first stages are about."""
    keys: list[tuple[Fraction | int | str, ...]] = [() for _ in problem.needs]
    for stage in problem.policy.stages:
        rank = _RANKS.get(stage.kind)
        if rank is not None:
            order = sorted(range(len(keys)), key=lambda d: (keys[d], _size(problem, d), d))
            numbers = rank(problem, stage, order)
            keys = [(*key, numbers[d]) for d, key in enumerate(keys)]
    return sorted(range(len(keys)), key=lambda d: (keys[d], _size(problem, d), d))


def _size(problem: Problem, d: int) -> int:
    need = problem.needs[d]
    return max(need.people, need.least_units)


def _rank_classes(problem: Problem, stage: Stage, _order: list[int]) -> Numbers:
    """(S1) The class of each need; the smaller first where all needs of a tier count alike."""
    found = []
    for d, need in enumerate(problem.needs):
        counts = stage.by is not CountBy.DUTY_TIER or need.duty
        if not counts or stage.tier not in (0, need.tier):
            found.append(LAST)
        elif stage.by is CountBy.TIER_WAITING:
            found.append(need.tier * LAST - min(need.waiting, stage.longest_wait))
        else:
            tier = 0 if stage.by is CountBy.ALL else need.tier
            found.append(tier * LAST + _size(problem, d))
    return found


def _rank_turns(problem: Problem, stage: Stage, _order: list[int]) -> Numbers:
    """(S10, S12) The longest waits of the tier; later turns come after first ones."""
    is_first = stage.kind is StageKind.FIRST_TURNS
    found = [LAST] * len(problem.needs)
    for needs in pairs_of_tier(problem, stage.tier).values():
        for turn, d in enumerate(needs):
            if (turn == 0) is is_first:
                found[d] = turn * (LAST >> 20) - problem.needs[d].waiting
    return found


def _rank_groups(problem: Problem, stage: Stage, order: list[int]) -> Numbers:
    """(S2, S13) The part that the need's group has when it is met after those before it."""
    if stage.outcome is GroupOutcome.SCORE or not stage.dimension:
        return [0] * len(problem.needs)
    group_of = [need.groups.get(stage.dimension) for need in problem.needs]
    sizes = Counter(group_of)
    past = {row.group: row for row in problem.history if row.dimension == stage.dimension}
    counts: dict[str | None, int] = defaultdict(int)
    found: list[Fraction | int] = [0] * len(problem.needs)
    for d in order:
        group = group_of[d]
        row = past.get(group) if group is not None else None
        met, offered = (0, 0) if row is None else (row.met, row.possible)
        found[d] = Fraction(met + counts[group], offered + sizes[group])
        counts[group] += 1
    return found


def _rank_recipients(problem: Problem, _stage: Stage, order: list[int]) -> Numbers:
    """(S3, S11) Whether the need is the recipient's first."""
    seen: set[str] = set()
    found = [1] * len(problem.needs)
    for d in order:
        recipient = problem.needs[d].recipient
        if recipient not in seen:
            seen.add(recipient)
            found[d] = 0
    return found


def _rank_points(problem: Problem, _stage: Stage, _order: list[int]) -> Numbers:
    return [-need.points for need in problem.needs]


def _rank_tickets(problem: Problem, _stage: Stage, _order: list[int]) -> Numbers:
    return [ticket_of(problem.seed, need.id) for need in problem.needs]


def _rank_numbers(problem: Problem, _stage: Stage, _order: list[int]) -> Numbers:
    """(S14) Needs are numbered by ticket already."""
    return list(range(len(problem.needs)))


_RANKS: Mapping[StageKind, Callable[[Problem, Stage, list[int]], Numbers]] = {
    StageKind.MAX_COUNT: _rank_classes,
    StageKind.LEXIMIN: _rank_groups,
    StageKind.MAX_RECIPIENTS: _rank_recipients,
    StageKind.MAX_POINTS: _rank_points,
    StageKind.LOTTERY: _rank_tickets,
    StageKind.FIRST_TURNS: _rank_turns,
    StageKind.HOMES: _rank_recipients,
    StageKind.LATER_TURNS: _rank_turns,
    StageKind.RANKS: _rank_groups,
    StageKind.DRAW: _rank_numbers,
}
