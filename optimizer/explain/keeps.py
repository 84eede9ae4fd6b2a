"""How many stages, from the first, a change of one answer keeps: one need in, one out, some moved.

Sufficient conditions only, so what is said to be kept is kept; nothing is said of the rest.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import takewhile

from optimizer.explain.answer import Lines, Places
from optimizer.problem import Need, Problem
from optimizer.solution import Assignment
from optimizer.stages.kind import Facts
from optimizer.stages.registry import kind_of


class Keeps:
    """The stages of one problem before the lottery, asked about changes of one answer.

    most_of_many   the most stages that can be kept with two needs out for one
    """

    def __init__(self, problem: Problem, places: Places) -> None:
        self._offers = places.offers
        facts = Facts(
            needs=places.needs,
            helped=Counter(places.needs[need].recipient for need in places.held.lines),
            pledge_of={stock.id: stock.pledge for stock in problem.stocks},
            consumption=places.held.consumption,
            score=self._score,
        )
        policy = problem.policy.stages
        stages = list(takewhile(lambda stage: not kind_of(stage).is_draw, policy))
        every = (k for k, stage in enumerate(stages) if kind_of(stage).counts_every_need(stage))
        self.most_of_many = next(every, len(policy))
        self._of_needs = [kind_of(stage).needs_test(stage, facts) for stage in stages]
        self._of_lines = [kind_of(stage).lines_test(stage, facts) for stage in stages]

    def _score(self, line: Assignment) -> int:
        return self._offers.score(line.need, line.stock, line.person)

    def count_at_most(self, need: Need, outs: Sequence[Need]) -> int:
        """An upper bound of ``count``, from the needs alone."""
        for k, is_kept in enumerate(self._of_needs):
            if is_kept is not None and not is_kept(need, outs):
                return k
        return len(self._of_needs)

    def count(self, need: Need, outs: Sequence[Need], before: Lines, after: Lines) -> int:
        """Stages kept when the lines ``before`` give way to ``after``; all of whole needs."""
        most = self.count_at_most(need, outs)
        for k, is_kept in enumerate(self._of_lines[:most]):
            if is_kept is not None and not is_kept(before, after):
                return k
        return most
