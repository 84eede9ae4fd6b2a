"""What the assignments of a problem add up to; every stage is evaluated from it."""

from collections import defaultdict
from collections.abc import Sequence

from optimizer.problem import Need, Problem
from optimizer.solution import Assignment


class Tally:
    """What assignments add up to, keyed by the id of a need or stock.

    met     ids of the needs with an assignment
    score   need -> sum of its pair scores
    units   need -> units delivered to it
    used    stock -> units taken directly from it
    """

    def __init__(self, problem: Problem, assignments: Sequence[Assignment]) -> None:
        self.problem = problem
        self.met = frozenset(assignment.need for assignment in assignments)
        pairs = {(pair.need, pair.stock, pair.person): pair for pair in problem.pairs}
        self.score: dict[str, int] = defaultdict(int)
        self.units: dict[str, int] = defaultdict(int)
        self.used: dict[str, int] = defaultdict(int)
        for a in assignments:
            pair = pairs.get((a.need, a.stock, a.person)) or pairs.get((a.need, a.stock, None))
            self.score[a.need] += a.units * (0 if pair is None else pair.score)
            self.used[a.stock] += a.units * (1 if pair is None else pair.consumption)
            if a.person is None:
                self.units[a.need] += a.units

    def count_met(self, needs: Sequence[int]) -> int:
        """Return how many of these needs, by position, are met."""
        return sum(self.problem.needs[d].id in self.met for d in needs)

    def list_met(self) -> list[Need]:
        """Return the needs met, in the order of the problem."""
        return [need for need in self.problem.needs if need.id in self.met]
