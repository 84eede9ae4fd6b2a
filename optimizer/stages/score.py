"""(S7, S8) The highest sum of pair scores; with scores as costs, the lowest."""

from collections.abc import Iterator

from optimizer.engine.matrix import Weights
from optimizer.model.variables import Columns, Variable
from optimizer.policy import Stage
from optimizer.stages.kind import Aim, Sums
from optimizer.stages.tally import Tally


class MaxScore(Sums):
    """(S7) The sum of scores over units given."""

    def aims(self, stage: Stage, columns: Columns) -> list[Aim]:
        """Return one sum: that of the scores, or its negative if ``sign`` is -1."""
        weights = {j: self.sign * score for j, score in _score_of(columns).items()}
        return [Aim(stage, "", weights)]

    def values(self, stage: Stage, tally: Tally) -> dict[str, int]:
        """Return the sum of scores (S8: of costs) under the empty key."""
        return {"": sum(tally.score.values())}


class MinCost(MaxScore):
    """(S8) The sum of scores as costs, minimised."""

    sign = -1


def _score_of(columns: Columns) -> Weights:
    """(S7, S8) sum c_ds flow[i] of own demands + sum c_j edge[j]      [points or costs]"""
    weights = {columns.number(flow): score for _, flow, score in list_scored_flows(columns)}
    edges = columns.network.edges
    return weights | {columns.number(edge): edges[j].score for j, edge in columns.edge.items()}


def list_scored_flows(columns: Columns) -> Iterator[tuple[int, Variable, int]]:
    """Yield need by position, flow and score per unit, for every flow whose pair has a score."""
    network = columns.network
    for i, (r, source) in enumerate(network.links):
        demand = network.demands[r]
        pair = network.pair_of(demand.needs[0], source) if demand.is_own else None
        if pair is not None and pair.score:
            yield demand.needs[0], columns.flow[i], pair.score
