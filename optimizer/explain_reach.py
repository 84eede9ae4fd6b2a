"""Which needs can some whole point of a living model meet? Many asked at once, the rest alone."""

from collections.abc import Callable, Sequence

from optimizer.answer import Answer
from optimizer.backend import LivingModel
from optimizer.components import SMALL
from optimizer.matrix import WHOLE, Vector
from optimizer.solution import SolutionStatus


def find_reachable(
    living: LivingModel, columns: Sequence[int], is_kept: Callable[[Vector], bool]
) -> tuple[set[int], set[int]]:
    """Columns of needs that some whole point meets, and those that none does.

    Those about which neither is known are in neither set. ``is_kept``: what a whole point must keep
    beside the rows.
    """
    return _Reach(living, is_kept).ask(columns)


class _Reach:
    def __init__(self, living: LivingModel, is_kept: Callable[[Vector], bool]) -> None:
        self._living, self._is_kept = living, is_kept

    def ask(self, columns: Sequence[int]) -> tuple[set[int], set[int]]:
        open_, shut, alone = set[int](), set[int](), list[int]()
        waiting = [j for j in columns if self._living.matrix.high[j] > 0]
        shut.update(j for j in columns if self._living.matrix.high[j] == 0)
        if waiting:
            self._living.maximise_linear({})  # new rows first: the last basis stays useful
        while waiting:
            answer = self._living.maximise_linear(dict.fromkeys(waiting, 1))
            if _is_none(answer):
                shut.update(waiting)
                break
            if answer.point is None:
                break
            point = answer.point
            open_ |= self._read(point, columns)
            alone += [j for j in waiting if point[j] > WHOLE]
            waiting = [j for j in waiting if point[j] <= WHOLE]
        for j in alone:
            if j in open_ or self._living.seconds_left <= 0:
                continue
            answer = self._ask_alone(j)
            if _is_none(answer):
                shut.add(j)
            elif answer.point is not None:
                open_ |= self._read(answer.point, columns)
        return open_, shut - open_

    def _ask_alone(self, column: int) -> Answer:
        """The linear answer; that of branch and bound where it says too little and takes no time."""
        answer = self._living.maximise_linear({column: 1})
        matrix = self._living.matrix
        if _is_none(answer) or answer.point is None or len(matrix.low) > SMALL:
            return answer
        if matrix.is_integral(answer.point) and self._is_kept(answer.point):
            return answer
        return self._living.maximise_integer({column: 1}, matrix.is_whole)

    def _read(self, point: Vector, columns: Sequence[int]) -> set[int]:
        """The columns that a whole point meets; none of a point that is not whole."""
        if not self._living.matrix.is_integral(point) or not self._is_kept(point):
            return set()
        return {j for j in columns if point[j] > 0.5}


def _is_none(answer: Answer) -> bool:
    """True when not even one is met: by the multipliers, or by search."""
    if answer.status is not SolutionStatus.PROVEN:
        return False
    return answer.bound < 1 - WHOLE if answer.proof is None else answer.proof.floor < 1
