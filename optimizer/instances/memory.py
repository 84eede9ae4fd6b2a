"""What a simulated month passes on to the next: waits, tiers, results of groups, loads of givers.

Under the first policy the memory of a group is what it asked for and had met in the last ``MONTHS``
months. Under the second policy it is what was contested, met and open in the last ``ROUNDS``
rounds, and the memory of a giver is what the giver carried in them.
"""

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from optimizer.problem import GiverLoad, GroupHistory, Need, Problem
from optimizer.solution import Solution
from optimizer.stages.carrying import Carrying
from optimizer.stages.kind import Kind
from optimizer.stages.ranks import Ranks
from optimizer.stages.registry import kind_of

MONTHS = 6
ROUNDS = 5  # before the month itself
YEAR = 12  # rounds whose mean pledge counts as a giver's agreement: nothing is signed
RISES_AFTER = 3  # months of waiting
DIMENSION = "committee"
Counts = dict[str, tuple[int, int]]  # asked (or open) and met, by group
Giver = tuple[str, str]  # giver, measure


def grow_older(need: Need, most_urgent: int = 1) -> Need:
    """Return a need that waits one month more and is not a duty; its tier rises every third month.

    most_urgent   no tier rises above it; the second policy keeps tier 1 for danger
    """
    waiting = need.waiting + 1
    rises = waiting % RISES_AFTER == 0 and need.tier > most_urgent
    return replace(need, waiting=waiting, tier=need.tier - rises, duty=False)


@dataclass(slots=True)
class Memory:
    """What recent months brought, the latest month last.

    groups    for each month, the counts of each group of needs
    carried   for each month, the units that each giver and measure carried; only if the policy
              draws
    pledged   for each month, the units that each giver and measure pledged; only if the policy
              draws
    """

    groups: deque[Counts] = field(default_factory=lambda: deque(maxlen=MONTHS))
    carried: deque[dict[Giver, int]] = field(default_factory=lambda: deque(maxlen=ROUNDS))
    pledged: deque[dict[Giver, int]] = field(default_factory=lambda: deque(maxlen=YEAR))

    def remind(self, problem: Problem, waiting: tuple[Need, ...]) -> Problem:
        """Return the month with the needs that wait, its history and, under a draw, its loads."""
        whole = replace(problem, needs=problem.needs + waiting)
        if not problem.policy.is_drawn:
            return replace(whole, history=_write_history(self.groups))
        recent = list(self.groups)[-ROUNDS:]
        return replace(whole, history=_write_history(recent), loads=self._write_loads(problem))

    def note(self, problem: Problem, solution: Solution) -> Counts:
        """Remember a solved month. Return the needs asked and met by group."""
        met = {line.need for line in solution.assignments}
        counts = count_groups(problem, met)
        if not problem.policy.is_drawn:
            self.groups.append(counts)
            return counts
        self.groups.append(_read_contested(problem, solution))
        pledges = list_pledges(problem)
        self.pledged.append(pledges)
        self.carried.append(_count_carried(problem, solution, pledges))
        return counts

    def age(self, problem: Problem, met: Iterable[str]) -> tuple[Need, ...]:
        """Return the needs that were not met, one month older."""
        first, served = 2 if problem.policy.is_drawn else 1, set(met)
        left = (need for need in problem.needs if need.id not in served)
        return tuple(grow_older(need, first) for need in left)

    def _write_loads(self, problem: Problem) -> tuple[GiverLoad, ...]:
        """Return the units that each giver carried and agreed to carry.

        The agreement is the mean pledge of a year times the rounds counted, at least 1.
        """
        now, past = list_pledges(problem), list(self.carried)
        rounds, rows = len(past) + 1, []
        for giver, pledge in sorted(now.items()):
            year = [*(of.get(giver, 0) for of in self.pledged), pledge][-YEAR:]
            agreed = max(1, sum(year) * rounds // len(year))
            rows.append(GiverLoad(*giver, sum(of.get(giver, 0) for of in past), agreed))
        return tuple(rows)


def count_groups(problem: Problem, met: set[str]) -> Counts:
    """Return the needs asked and met by group.

    As history, asked stands for possible, which only a leximin stage knows.
    """
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for need in problem.needs:
        group = need.groups.get(DIMENSION)
        if group is not None:
            counts[group][0] += 1
            counts[group][1] += need.id in met
    return {group: (asked, got) for group, (asked, got) in counts.items()}


def _write_history(rounds: Iterable[Counts]) -> tuple[GroupHistory, ...]:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for month in rounds:
        for group, (possible, met) in month.items():
            sums[group][0] += possible
            sums[group][1] += met
    return tuple(
        GroupHistory(DIMENSION, group, possible, met)
        for group, (possible, met) in sorted(sums.items())
    )


def _read_contested(problem: Problem, solution: Solution) -> Counts:
    """Return open_g and m_g by group, from the levels (M_g + m_g) / (O_g + open_g) of S13."""
    ranked = _name_stages(problem, Ranks)
    past = {row.group: (row.possible, row.met) for row in problem.history}
    found: Counts = {}
    for result in solution.stages:
        for level in result.levels if result.name in ranked else ():
            offered, had = past.get(level.group, (0, 0))
            found[level.group] = level.denominator - offered, level.numerator - had
    return found


def list_pledges(problem: Problem) -> dict[Giver, int]:
    """Return the units pledged this month by giver and measure."""
    found: dict[Giver, int] = defaultdict(int)
    for stock in problem.stocks:
        if stock.pledge is not None and stock.category:
            found[stock.giver, stock.measure] += stock.capacity
    return dict(found)


def _count_carried(
    problem: Problem, solution: Solution, pledges: dict[Giver, int]
) -> dict[Giver, int]:
    """Return the units carried this month, keyed by giver and measure, from the levels of S17."""
    carried = {(row.giver, row.measure): row.carried for row in problem.loads}
    burden = _name_stages(problem, Carrying)
    levels = {
        level.group: level.numerator
        for result in solution.stages
        if result.name in burden
        for level in result.levels
    }
    return {
        giver: levels.get("/".join(giver), carried.get(giver, 0)) - carried.get(giver, 0)
        for giver in pledges
    }


def _name_stages(problem: Problem, kind: type[Kind]) -> frozenset[str]:
    stages = problem.policy.stages
    return frozenset(stage.name for stage in stages if isinstance(kind_of(stage), kind))
