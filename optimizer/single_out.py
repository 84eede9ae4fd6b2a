"""A month spelled so that every published assignment has a column of its own.

Pairs that say nothing new take the person of each assignment out of a crew and give its need
demands of its own: a pair with the score and consumption that hold anyway, and a bound on the units
from the stock that no answer exceeds. The answers, their scores and their uses stay the same.
"""

from collections.abc import Sequence
from dataclasses import replace

from optimizer.crews import DELIVERED
from optimizer.problem import Need, Pair, Problem
from optimizer.solution import Assignment
from optimizer.variables import Columns, Variable


def single_out(problem: Problem, assignments: Sequence[Assignment]) -> Problem:
    """The same month with these assignments named."""
    needs = {need.id: need for need in problem.needs}
    pairs = {(pair.need, pair.stock, pair.person): pair for pair in problem.pairs}
    for a in assignments:
        general = pairs.get((a.need, a.stock, None), Pair(a.need, a.stock))
        if a.person is not None:
            own = replace(general, person=a.person, most=None)
            pairs.setdefault((a.need, a.stock, a.person), own)
        # A list is opened to everybody in a stock by a pair without a person; and needs no naming.
        if not needs[a.need].listed and general.most is None:
            most = _most_units(needs[a.need])
            pairs[a.need, a.stock, None] = replace(general, most=most)
    return replace(problem, pairs=tuple(pairs.values()))


def _most_units(need: Need) -> int:
    return max(need.people, need.quantity)


def find_flow(columns: Columns, assignment: Assignment) -> Variable | None:
    """The flow of one assignment that was singled out; None when no rule allows it any more."""
    network = columns.network
    for r in network.demands_of[network.position[assignment.need]]:
        if network.demands[r].slot != assignment.slot:
            continue
        for i, (crew, s) in network.links_of.get(r, ()):
            members = () if crew == DELIVERED else network.crews[crew].members
            person = members[0] if members else None
            if (network.problem.stocks[s].id, person) == (assignment.stock, assignment.person):
                return columns.flow[i]
    return None
