"""Simulate many months in a row: needs arrive, some are met, the others wait, groups have a memory.

Each month's offers and new needs are generated. Unmet needs come back one month older and, after
``PASSED_OVER`` rounds, one tier more urgent; groups keep their last ``MEMORY_MONTHS`` months. The
simulation judges fairness over time and decides nothing.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from optimizer.instances.generate import generate
from optimizer.limits import Limits
from optimizer.problem import GroupHistory, Need, Problem
from optimizer.search.solve import solve
from optimizer.solution import Solution

MEMORY_MONTHS = 6
PASSED_OVER = 3
DIMENSION = "committee"
Solve = Callable[[Problem], Solution]
Groups = dict[str, tuple[int, int]]  # asked and met by group


@dataclass(frozen=True, slots=True)
class Month:
    """The result of one simulated month; ``longest_wait``: rounds, of the needs met."""

    number: int
    asked: int
    met: int
    longest_wait: int
    is_proven: bool


@dataclass(frozen=True, slots=True)
class Report:
    """All months together; ratios are met of asked, ``longest_wait`` of any need, in rounds."""

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
    """Return half the mean absolute difference over the mean; 0 without values.

    Source: Gini (1912).
    """
    sorted_ = sorted(values)
    total = sum(sorted_)
    if not total:
        return 0.0
    ranked = sum((2 * k - len(sorted_) + 1) * value for k, value in enumerate(sorted_))
    return float(ranked / (len(sorted_) * total))


def jain_of(values: Iterable[Fraction]) -> float:
    """Return (sum x)^2 / (n sum x^2); 1 without values. Source: Jain, Chiu, Hawe (1984)."""
    held = list(values)
    squares = sum(value * value for value in held)
    return float(sum(held) ** 2 / (len(held) * squares)) if squares else 1.0


def simulate(months: int, needs: int, seed: int, seconds: float = 120.0) -> Report:
    """Run ``months`` months with ``needs`` new needs each; equal arguments give equal reports.

    ``seconds`` limits the solve of each month [s].
    """
    return run_months(
        months,
        lambda number: _arrive(generate(needs, seed * 1000 + number), number),
        lambda problem: solve(problem, Limits(seconds=seconds)),
    )


def run_months(months: int, arrive: Callable[[int], Problem], decide: Solve) -> Report:
    """Run months in turn; ``arrive`` makes each problem from the unmet needs and the memory."""
    waiting: tuple[Need, ...] = ()
    memory: deque[Groups] = deque(maxlen=MEMORY_MONTHS)
    groups: list[Groups] = []
    done: list[Month] = []
    longest = 0
    for number in range(1, months + 1):
        fresh = arrive(number)
        problem = replace(fresh, needs=fresh.needs + waiting, history=_sum_history(memory))
        solution = decide(problem)
        met = {line.need for line in solution.assignments}
        groups.append(_count_groups(problem, met))
        memory.append(groups[-1])
        longest = max([longest, *(need.waiting for need in problem.needs)])
        waits = max((need.waiting for need in problem.needs if need.id in met), default=0)
        is_proven = solution.status == "proven"
        done.append(Month(number, len(problem.needs), len(met), waits, is_proven))
        waiting = tuple(grow_older(need) for need in problem.needs if need.id not in met)
    return Report(tuple(done), _sum_ratios(groups), longest)


def _sum_ratios(groups: Iterable[Groups]) -> dict[str, Fraction]:
    """Return what every group got of what it asked for over all months."""
    total: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for of_month in groups:
        for group, (asked, got) in of_month.items():
            total[group][0] += asked
            total[group][1] += got
    return {g: Fraction(got, asked) for g, (asked, got) in sorted(total.items()) if asked}


def grow_older(need: Need) -> Need:
    """Return a need passed over once more; every third time its tier becomes more urgent."""
    waiting = need.waiting + 1
    tier = max(1, need.tier - 1) if waiting % PASSED_OVER == 0 else need.tier
    return replace(need, waiting=waiting, tier=tier, duty=False)


def _arrive(problem: Problem, number: int) -> Problem:
    """Return a generated month whose needs are new: named by month, without wait or pins."""
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


def _count_groups(problem: Problem, met: set[str]) -> Groups:
    """Count needs asked and met by group; needs possible are known to a leximin stage only."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for need in problem.needs:
        group = need.groups.get(DIMENSION)
        if group is not None:
            counts[group][0] += 1
            counts[group][1] += need.id in met
    return {group: (asked, got) for group, (asked, got) in counts.items()}


def _sum_history(memory: Iterable[dict[str, tuple[int, int]]]) -> tuple[GroupHistory, ...]:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for month in memory:
        for group, (possible, met) in month.items():
            sums[group][0] += possible
            sums[group][1] += met
    return tuple(
        GroupHistory(DIMENSION, group, possible, met)
        for group, (possible, met) in sorted(sums.items())
    )
