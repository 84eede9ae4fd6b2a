"""The deciding stage of every unmet need: the first whose value would fall if the need were met.

A stage is named only between two proofs. *Below*: an integer point that keeps every stage before it
and meets the need, from an exchange (``exchanges.py``) or a linear program. *Above*: a bound below
one on the need, alone or in a sum of many, with the stage kept as well; or the solve's own proof
that the stage excludes it. A few programs thus answer for many needs. If a proof is missing at
the time limit, no stage is named.
"""

from optimizer.engine.matrix import INFINITY
from optimizer.explain.exchanges import NONE, Exchanges
from optimizer.explain.places import Places
from optimizer.explain.reachability import KeptLevels, Replay, find_reachable, keep_levels
from optimizer.model.build import build
from optimizer.policy import Stage
from optimizer.problem import Need, Problem
from optimizer.search.components import leading_sums
from optimizer.solution import Solution, SolutionStatus, StageResult
from optimizer.stages.kind import Draw, Levels, Sums
from optimizer.stages.registry import kind_of

OPEN = ""  # no stage before the lottery decides


def find_deciding_stages(
    problem: Problem, solution: Solution, places: Places, seconds: float
) -> dict[str, str]:
    """Return the stage by need id, ``OPEN`` where no stage before the lottery decides.

    Needs left undecided by the time limit, or excluded by a rule outside the stages, are missing;
    so are all needs of a policy with a public draw, whose stages are not replayed here yet.
    """
    if problem.policy.is_drawn:
        return {}
    return _Search(problem, solution, places, seconds).run()


class _Search:
    """Stages put on one incremental model one after another, and what is known of every unmet need.

    kept     how many stages, from the first, some integer point that meets the need keeps
    unsure   columns of needs not decided yet, by number
    """

    def __init__(
        self, problem: Problem, solution: Solution, places: Places, seconds: float
    ) -> None:
        self._problem, self._solution = problem, solution
        self._model = build(problem)
        columns = self._model.columns
        self._engine = self._model.start_engine(seconds)
        self._replay = Replay(self._engine)
        self._leading = leading_sums(problem.policy.stages)
        self._proofs = (solution.certificate or {}).get("stages", ())
        self._levels: list[KeptLevels] = []
        met = {line.need for line in solution.assignments}
        self._unsure = {
            columns.number(variable): problem.needs[d]
            for d, variable in columns.met.items()
            if problem.needs[d].id not in met
        }
        names = [stage.name for stage in problem.policy.stages]
        latest = _list_latest(solution)
        self._latest = {
            j: names.index(latest[need.id]) if latest.get(need.id) in names else len(names)
            for j, need in self._unsure.items()
        }
        exchanges = Exchanges(problem, places)
        self._kept = {
            j: exchanges.count_kept(need, self._latest[j]) for j, need in self._unsure.items()
        }

    def run(self) -> dict[str, str]:
        """Return the stage by need id."""
        found: dict[str, str] = {}
        self._find_possible()
        count = 0
        for k, stage in enumerate(self._problem.policy.stages):
            if kind_of(stage).is_draw or not self._is_proven(stage):
                break
            kind_of(stage).ask(stage, self)
            found |= self._decide(k, stage.name)
            count = k + 1
        sure = (need.id for j, need in self._unsure.items() if self._kept[j] >= count)
        return found | dict.fromkeys(sure, OPEN)

    def _find_possible(self) -> None:
        """Drop the needs that a rule outside the stages excludes."""
        doubtful = _find_doubtful(self._problem, self._unsure)
        for j in self._unsure.keys() - doubtful:
            self._kept[j] = max(self._kept[j], 0)
        open_, shut = self._ask([j for j in sorted(doubtful) if self._kept[j] == NONE])
        self._kept.update(dict.fromkeys(open_, 0))
        self._drop(shut)

    def _decide(self, k: int, name: str) -> dict[str, str]:
        """Return the needs that this stage decides; it is on the model already."""
        closed = [j for j in self._unsure if self._kept[j] <= k]
        known = {j for j in closed if self._latest[j] == k}
        open_, shut = self._ask([j for j in closed if j not in known])
        self._kept.update(dict.fromkeys(open_, k + 1))
        shut |= known
        found = {self._unsure[j].id: name for j in sorted(shut) if self._kept[j] == k}
        self._drop(shut)
        return found

    def _drop(self, columns: set[int]) -> None:
        self._unsure = {j: need for j, need in self._unsure.items() if j not in columns}

    def _ask(self, columns: list[int]) -> tuple[set[int], set[int]]:
        kept = self._levels
        return find_reachable(
            self._engine, columns, lambda point: all(levels.are_kept_by(point) for levels in kept)
        )

    def _is_proven(self, stage: Stage) -> bool:
        results = [result for result in self._solution.stages if result.name == stage.name]
        asked = len(kind_of(stage).keys(stage, self._problem))
        proven = [result for result in results if result.status is SolutionStatus.PROVEN]
        return len(proven) == asked

    def ask_levels(self, kind: Levels, stage: Stage) -> None:
        """Fix the least value that each group has in any best answer."""
        ((_, stated),) = self._list_stated(stage)
        levels = keep_levels(kind, stage, self._model.columns, stated)
        self._levels.append(levels)
        for measure, floor in zip(levels.measures, levels.floors, strict=True):
            row = self._engine.add_row(measure.weights)
            self._engine.bound_row(row, float(floor), INFINITY)

    def ask_sums(self, kind: Sums, stage: Stage) -> None:
        """Fix the sums at their values, as rows and by what their certificate proves."""
        aims = kind.aims(stage, self._model.columns)
        for aim, (n, result) in zip(aims, self._list_stated(stage), strict=True):
            if stage in self._leading and n < len(self._proofs):
                self._replay.keep(aim.weights, self._proofs[n])
            if aim.weights and result.value is not None:
                row = self._engine.add_row(aim.weights)
                self._engine.bound_row(row, float(kind.sign * result.value), INFINITY)

    def ask_draw(self, kind: Draw, stage: Stage) -> None:
        """Fix nothing: a draw decides among equal answers."""

    def _list_stated(self, stage: Stage) -> list[tuple[int, StageResult]]:
        """Return the results of a stage, each with its position among all results."""
        return [(n, r) for n, r in enumerate(self._solution.stages) if r.name == stage.name]


def _list_latest(solution: Solution) -> dict[str, str]:
    """Return by need a stage by whose end the solve's own proof excludes it."""
    latest = {ground.need: ground.stage for ground in solution.grounds}
    excluded: dict[str, str] = (solution.certificate or {}).get("excluded", {})
    return latest | excluded


def _find_doubtful(problem: Problem, unsure: dict[int, Need]) -> set[int]:
    """Return columns of needs with a way that may be impossible alone: teams, shared stocks."""
    is_bound = bool(problem.pins) or any(s.least or s.least_if_used for s in problem.stocks)
    if is_bound or any(pair.consumption > 1 for pair in problem.pairs):
        return set(unsure)
    return {j for j, need in unsure.items() if need.people > 1 or need.quantity > 1}
