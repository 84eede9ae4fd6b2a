"""Units with ranks: can there be more of the lowest rank (S13), or fewer of the highest (S17)?"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from optimizer.model.variables import Columns, Terms, Variable
from optimizer.problem import VISITS, Problem
from optimizer.second.cbc import Answer, SecondAnswer, SecondEngine
from optimizer.second.in_order import StatedSum, question_in_order
from optimizer.second.undecided import most_in
from optimizer.solution import Level
from optimizer.stages.tally import Tally

MOST_STEPS = 200  # of one giver and measure
Units = list[tuple[Fraction, int]]  # rank and size of each step, from the first


@dataclass(frozen=True, slots=True)
class LadderGroup:
    """A group whose units have ranks, with the units that the solution takes.

    name    the name of the group
    terms   the sum that counts the units taken
    count   the number of units that the solution takes
    units   (rank, size) of each step of its units, from the first
    level   numerator and denominator of its level
    """

    name: str
    terms: Terms
    count: int
    units: Units
    level: tuple[int, int]


def make_rank_group(
    name: str, mets: Terms, count: int, stated: Level, past: tuple[int, int]
) -> LadderGroup | None:
    """Return a group of contested needs (S13); None if its stated level is impossible.

    mets    the sum that counts the group's contested needs that are met
    count   how many of these needs the solution meets
    past    how many of its needs were met, and could have been, in the rounds that still count
    """
    had, offered = past
    open_ = stated.denominator - offered
    if not count <= open_ <= len(mets) or stated.numerator != had + count:
        return None
    units = [(Fraction(had + j, stated.denominator), 1) for j in range(open_)]
    return LadderGroup(name, mets, count, units, (stated.numerator, stated.denominator))


def question_open(
    engine: SecondEngine, groups: Sequence[LadderGroup], points: Sequence[SecondAnswer]
) -> Iterator[tuple[str, Answer]]:
    """Yield, for each question, what it asks about and its answer.

    The questions are whether each group can reach its stated number of contested needs, and whether
    any group can have more. NONE: the solution is confirmed. FOUND: it is not. OPEN: not known.
    ``points``: known points; a group that reaches its number in one of them is not asked about.
    """
    above: Terms = {}
    rows = []
    for group in groups:
        open_ = len(group.units)
        if most_in(points, group.terms) < open_:
            reply = engine.ask([engine.at_least(group.terms, open_)]).answer
            yield f"{group.name} {open_} open", _REACHED[reply]
        if open_ < len(group.terms):
            above[own := engine.switch()] = 1
            rows.append(engine.at_least({**group.terms, own: -open_ - 1}, 0))
    if above:
        yield "most open", engine.ask([*rows, engine.at_least(above, 1)]).answer


_REACHED = {Answer.FOUND: Answer.NONE, Answer.NONE: Answer.FOUND, Answer.OPEN: Answer.OPEN}


def list_givers(
    problem: Problem, columns: Columns, tally: Tally, name: Callable[[str], str]
) -> list[LadderGroup]:
    """Return a group for every giver and measure with units (S17), sorted by giver, then measure.

    What each group takes is counted from the assignments. ``name``: returns the name that a
    solution uses for a label.
    """
    loads = {(row.giver, row.measure): (row.carried, row.agreed) for row in problem.loads}
    found = []
    for (giver, measure), stocks in sorted(_group_stocks(problem).items()):
        most = sum(problem.stocks[s].capacity for s in stocks)
        count = sum(tally.used[problem.stocks[s].id] for s in stocks)
        carried, agreed = loads.get((giver, measure), (0, most))
        if most:
            spelt = f"{name(giver)}/{measure if measure == VISITS else name(measure)}"
            terms = {columns.used[s]: 1 for s in stocks if s in columns.used}
            units = _list_steps(carried, agreed, most)
            found.append(LadderGroup(spelt, terms, count, units, (carried + count, agreed)))
    return found


def _group_stocks(problem: Problem) -> dict[tuple[str, str], list[int]]:
    """Return the positions of the pledged stocks, keyed by giver and measure."""
    found = defaultdict[tuple[str, str], list[int]](list)
    for s, stock in enumerate(problem.stocks):
        if stock.pledge is not None and stock.category:
            found[stock.giver, VISITS if stock.staffed else stock.category].append(s)
    return found


def _list_steps(carried: int, agreed: int, most: int) -> Units:
    size = -(-most // MOST_STEPS)
    starts = range(0, most, size)
    return [(Fraction(carried + u, agreed), min(size, most - u)) for u in starts]


def question_ladder(
    engine: SecondEngine, groups: Sequence[LadderGroup], sign: int
) -> Iterator[tuple[str, Answer]]:
    """Yield each run of ranks that are asked about together, and whether a better point was found.

    NONE: no point is better, so the solution is confirmed. FOUND: a point is better. OPEN: not
    known. With ``sign`` 1 more units of the lowest rank are better, with -1 fewer units of the
    highest rank.
    """
    of_rank = defaultdict[Fraction, list[tuple[Variable, int, int]]](list)
    for group in groups:
        left, steps = group.count, []
        for rank, size in group.units:
            steps.append(step := engine.switch(size))
            of_rank[rank].append((step, size, min(size, left)))
            left -= min(size, left)
        if group.terms:
            engine.keep([engine.equal({**group.terms, **dict.fromkeys(steps, -1)}, 0)])
        else:
            engine.keep([engine.equal(dict.fromkeys(steps, 1), 0)])
    sums = []
    for rank in sorted(of_rank, reverse=sign < 0):
        terms: Terms = {step: sign for step, _, _ in of_rank[rank]}
        every, taken = (sum(row[k] for row in of_rank[rank]) for k in (1, 2))
        low, high = (0, every) if sign > 0 else (-every, 0)
        sums.append(StatedSum(terms, sign * taken, low, high))
    yield from question_in_order(engine, sums)
