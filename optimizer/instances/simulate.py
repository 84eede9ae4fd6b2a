"""Simulate months in a row: needs arrive and are met or wait, and groups have a memory.

Each month's offers and new needs are generated. Unmet needs come back one month older
(``memory.py``). The simulation measures fairness over time and decides nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from optimizer.instances.fair_months import under_second_policy
from optimizer.instances.generate import generate
from optimizer.instances.memory import Counts, Memory
from optimizer.limits import Limits
from optimizer.policy import COMMUNITY_1, COMMUNITY_2, Policy
from optimizer.problem import Need, Problem
from optimizer.search.solve import solve
from optimizer.solution import Solution

Solve = Callable[[Problem], Solution]


@dataclass(frozen=True, slots=True)
class Month:
    """The result of one simulated month.

    number         the month, from 1
    asked          number of its needs
    met            number of needs that were met
    longest_wait   the longest wait of a met need, in rounds
    is_proven      whether the answer is proved
    """

    number: int
    asked: int
    met: int
    longest_wait: int
    is_proven: bool


@dataclass(frozen=True, slots=True)
class Report:
    """All months together.

    ratios         met needs / needs asked, by group
    longest_wait   the longest wait of any need, met or not, in rounds
    """

    months: tuple[Month, ...]
    ratios: dict[str, Fraction]
    longest_wait: int

    @property
    def gini(self) -> float:
        """Inequality of the ratios: 0 when all are equal."""
        return gini_of(self.ratios.values())

    @property
    def jain(self) -> float:
        """Jain's index of the ratios: 1 when all are equal."""
        return jain_of(self.ratios.values())


def gini_of(values: Iterable[Fraction]) -> float:
    """Return half the mean absolute difference over the mean; 0 if there is no value above 0.

    Source: Gini (1912).
    """
    sorted_ = sorted(values)
    total = sum(sorted_)
    if not total:
        return 0.0
    ranked = sum((2 * k - len(sorted_) + 1) * value for k, value in enumerate(sorted_))
    return float(ranked / (len(sorted_) * total))


def jain_of(values: Iterable[Fraction]) -> float:
    """Return (sum x)^2 / (n sum x^2); 1 if there is no value above 0.

    Source: Jain, Chiu, Hawe (1984).
    """
    held = list(values)
    squares = sum(value * value for value in held)
    return float(sum(held) ** 2 / (len(held) * squares)) if squares else 1.0


def simulate(
    months: int, needs: int, seed: int, seconds: float = 120.0, policy: Policy = COMMUNITY_1
) -> Report:
    """Run ``months`` months with ``needs`` new needs each; equal arguments give equal reports.

    ``seconds`` limits the solve of each month [s].
    """

    def arrive(number: int) -> Problem:
        month = generate(needs, seed * 1000 + number)
        return _arrive(under_second_policy(month) if policy is COMMUNITY_2 else month, number)

    return run_months(
        months,
        arrive,
        lambda problem: solve(problem, Limits(seconds=seconds)),
    )


def run_months(months: int, arrive: Callable[[int], Problem], decide: Solve) -> Report:
    """Run months in turn; ``arrive`` gives new needs and offers, ``decide`` solves the month.

    Unmet needs and the memory of earlier months are added to what arrives.
    """
    waiting: tuple[Need, ...] = ()
    memory, groups = Memory(), list[Counts]()
    done: list[Month] = []
    longest = 0
    for number in range(1, months + 1):
        problem = memory.remind(arrive(number), waiting)
        solution = decide(problem)
        met = {line.need for line in solution.assignments}
        groups.append(memory.note(problem, solution))
        longest = max([longest, *(need.waiting for need in problem.needs)])
        waits = max((need.waiting for need in problem.needs if need.id in met), default=0)
        is_proven = solution.status == "proven"
        done.append(Month(number, len(problem.needs), len(met), waits, is_proven))
        waiting = memory.age(problem, met)
    return Report(tuple(done), _sum_ratios(groups), longest)


def _sum_ratios(groups: Iterable[Counts]) -> dict[str, Fraction]:
    """Return needs met / needs asked over all months by group; a group without needs has none."""
    total: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for of_month in groups:
        for group, (asked, got) in of_month.items():
            total[group][0] += asked
            total[group][1] += got
    return {g: Fraction(got, asked) for g, (asked, got) in sorted(total.items()) if asked}


def _arrive(problem: Problem, number: int) -> Problem:
    """Return a generated month whose needs are new: the month in their ids, no wait and no pins."""
    name = {need.id: f"M{number:02d}-{need.id}" for need in problem.needs}
    return replace(
        problem,
        needs=tuple(
            replace(need, id=name[need.id], recipient=f"M{number:02d}-{need.recipient}", waiting=0)
            for need in problem.needs
        ),
        pairs=tuple(replace(pair, need=name[pair.need]) for pair in problem.pairs),
        pins=(),
        forbids=tuple(replace(forbid, need=name[forbid.need]) for forbid in problem.forbids),
    )
