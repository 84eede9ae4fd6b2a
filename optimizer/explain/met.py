"""Which other givers could have served a met need, and which came next.

Givers are compared by the score of their best pair with the need; what a pair consumes is not
compared. Equal scores share a rank. The explanation has only codes and numbers.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from optimizer.explain.offers import Offers
from optimizer.problem import Need, Problem
from optimizer.solution import Solution


@dataclass(frozen=True, slots=True)
class Match:
    """How one need is met.

    givers        the givers that serve it, sorted
    alternatives  the number of other eligible givers, free or not
    rank          the rank of the best serving giver among all eligible ones; 1 is the best score
    runner_up     the best of the other eligible givers; empty if there are none
    """

    need: str
    givers: tuple[str, ...]
    alternatives: int
    rank: int
    runner_up: str = ""


def explain_met(problem: Problem, solution: Solution) -> tuple[Match, ...]:
    """Explain every met need, in order of id; () if the solution is not usable."""
    if not solution.is_usable:
        return ()
    offers = Offers(problem)
    giver_of = {stock.id: stock.giver for stock in problem.stocks}
    serving: dict[str, set[str]] = {}
    for line in solution.assignments:
        serving.setdefault(line.need, set()).add(giver_of[line.stock])
    return tuple(
        _explain(offers, need, serving[need.id]) for need in problem.needs if need.id in serving
    )


def _explain(offers: Offers, need: Need, serving: Iterable[str]) -> Match:
    best: dict[str, int] = {}
    for stock, person in offers.eligible(need):
        score = offers.score(need.id, stock.id, person.id if person else None)
        best[stock.giver] = max(score, best.get(stock.giver, score))
    givers = tuple(sorted(serving))
    top = max(best[giver] for giver in givers)
    others = sorted((-score, giver) for giver, score in best.items() if giver not in givers)
    return Match(
        need.id,
        givers,
        alternatives=len(others),
        rank=1 + sum(score > top for score in best.values()),
        runner_up=others[0][1] if others else "",
    )
