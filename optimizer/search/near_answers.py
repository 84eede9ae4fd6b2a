"""Which columns can be 1 with all that is kept: answers near the one found, or proofs of none.

One bound below 1 on a sum proves that no point has any of its columns at 1; else columns are tried
one by one. Nothing is fixed. Work is limited by counts, not by time, so that equal questions get
equal replies unless the deadline comes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from optimizer.engine.bounds import Bound
from optimizer.engine.branching import EngineError
from optimizer.engine.cuts import Cut
from optimizer.engine.matrix import WHOLE, IntegerPoint, Vector, weigh
from optimizer.engine.tree import maximise_exactly
from optimizer.search.lp_queries import LpQueries
from optimizer.search.nearby import Nearby
from optimizer.search.trail import Step, StepKind, Trail
from optimizer.solution import Proof

MOST_ASKED = 600  # linear programs of one solve; after them columns stay unsure
MOST_WORK = 10_000_000  # linear programs × columns of the model; the same
BRANCHED = 1500  # columns; no tree is grown for a single column of a larger model


@dataclass(slots=True)
class Replies:
    """What is known of some columns in {0, 1} under the steps in force.

    points  integer points, each with the columns that no point before it has at 1
    barred  columns that no point has at 1, with a step that has the proof
    unsure  columns about which nothing is known
    """

    points: list[tuple[list[int], Vector]] = field(default_factory=list)
    barred: list[tuple[tuple[int, ...], Step]] = field(default_factory=list)
    unsure: list[int] = field(default_factory=list)


class NearAnswers:
    """Asks about columns on a trail whose incumbent satisfies everything in force."""

    def __init__(self, trail: Trail, lp: LpQueries) -> None:
        self._trail, self._lp, self._nearby = trail, lp, Nearby(trail, lp)
        self._left = min(MOST_ASKED, MOST_WORK // max(len(trail.engine.matrix.low), 1))
        self._extra: Step | None = None
        self._cuts = Step(0, Proof.DUAL)
        self._waiting: list[int] = []
        self._found = Replies()

    def move_to(self, count: int, extra: Step | None = None) -> None:
        """Put the first ``count`` steps in force, and then the bounds of ``extra``."""
        if self._extra is not None:
            self._trail.unbind(self._extra)
        self._trail.undo_to(count)
        self._trail.replay_to(count)
        self._extra = extra
        if extra is not None:
            self._trail.bind(extra)
        self._trail.engine.forget()

    def bar(self, columns: Sequence[int]) -> Replies | None:
        """Return the proof that no point has any of these columns at 1; None if it is not found.

        Solves one linear program.
        """
        self._start(columns)
        return self._found if self._bar(columns) is None else None

    def ask(self, columns: Sequence[int]) -> Replies:
        """Return which of these columns some point has at 1, no point has, or is not known."""
        self._start(columns)
        try:
            self._ask()
        finally:
            self._trail.unbind(self._cuts)
        self._found.unsure = list(self._waiting)
        return self._found

    def _start(self, columns: Sequence[int]) -> None:
        self._waiting, self._found = list(columns), Replies()
        self._cuts = Step(0, Proof.DUAL)

    def _ask(self) -> None:
        while self._waiting and self._left > 0:
            if not self._find_near(self._waiting):
                break
        for column in self._bar_together():
            if column in self._waiting and self._left > 0:
                self._settle(column)

    def _bar_together(self) -> list[int]:
        """Prove that no point has many columns at 1, together; return those to ask one by one."""
        alone, left = list[int](), list(self._waiting)
        while left and self._left > 0:
            point = self._bar(left, with_cuts=True)
            if point is None:
                break
            hot = [j for j in left if point[j] > WHOLE] or left
            alone += hot
            left = sorted({*left}.intersection(self._waiting).difference(hot))
        return alone

    def _settle(self, column: int) -> None:
        """Look for a point with a single column at 1, or for a proof of none; maybe by a tree."""
        if self._bar([column]) is None or column not in self._waiting:
            return
        engine, weights = self._trail.engine, {column: 1}
        if self._find_near([column]) or len(engine.matrix.low) > BRANCHED:
            return
        known = IntegerPoint(engine.matrix, weights, self._trail.incumbent.extended())
        root = self._lp.maximise(weights).proof
        tree = maximise_exactly(engine, weights, root, known)
        if tree.best is not None and self._take(tree.best.point):
            return
        if tree.is_closed:
            self._keep([column], root, self._cuts.cuts)
            self._found.barred[-1][1].tree = tree if tree.is_worth_keeping else None

    def _bar(self, columns: Sequence[int], *, with_cuts: bool = False) -> Vector | None:
        """Note the proof that no point has any of these columns at 1, and return None.

        Return an LP point if this is not proved.
        """
        weights = dict.fromkeys(columns, 1)
        self._left -= 1
        lp = self._lp
        answer = lp.maximise_with_cuts(weights, self._cuts) if with_cuts else lp.maximise(weights)
        if answer.proof is None or answer.point is None:
            raise EngineError("no point is left where one is known")
        if answer.proof.floor < 1:
            self._keep(columns, answer.proof, _list_used(self._cuts.cuts, answer.proof))
            return None
        self._take(answer.point)
        return answer.point

    def _keep(
        self, columns: Sequence[int], bound: Bound | None, cuts: Sequence[tuple[int, Cut]]
    ) -> None:
        bare = None if bound is None else bound.without_reduced()
        step = Step(0, Proof.DUAL, StepKind.SETTLED, bound=bare, cuts=list(cuts))
        self._found.barred.append((tuple(columns), step))
        self._waiting = [j for j in self._waiting if j not in set(columns)]

    def _take(self, point: Vector | None) -> bool:
        """Note a point if it is integer and has a waiting column at 1; return whether."""
        best = weigh(self._trail.engine.matrix, {}, point)
        found = [] if best is None else [j for j in self._waiting if best.point[j] > 0.5]
        if best is not None and found:
            self._found.points.append((found, best.point))
            self._waiting = [j for j in self._waiting if j not in set(found)]
        return bool(found)

    def _find_near(self, columns: Sequence[int]) -> bool:
        """Note points near the answer that have some of these columns at 1; return whether any."""
        self._left -= 1
        found = self._nearby.find(columns, 1, self._trail.incumbent.extended())
        return bool([point for point in found if self._take(point)])


def _list_used(cuts: Sequence[tuple[int, Cut]], bound: Bound) -> list[tuple[int, Cut]]:
    """Return the cuts that a bound uses, directly or through later cuts, in their order."""
    used, found = set(bound.rows.tolist()), []
    for row, cut in reversed(cuts):
        if row in used:
            used.update(i for i, _ in cut.rows)
            found.append((row, cut))
    return found[::-1]
