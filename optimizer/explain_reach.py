"""Which needs can some whole point of a living model meet? Many asked at once, the rest alone."""

from collections.abc import Callable, Sequence

from optimizer.answer import Answer
from optimizer.backend import LONG, LivingModel
from optimizer.matrix import WHOLE, Vector
from optimizer.solution import SolutionStatus

BRANCHED = 4000  # columns; branching on a larger model takes seconds a need
SECONDS_OF_A_RUN = 0.5


def find_reachable(
    living: LivingModel, columns: Sequence[int], is_kept: Callable[[Vector], bool]
) -> tuple[set[int], set[int]]:
    """Columns of needs that some whole point meets, and those that none does.

    Those about which neither is known are in neither set. ``is_kept``: what a whole point must keep
    beside the rows.
    """
    reach = _Reach(living, columns, is_kept)
    reach.ask()
    return reach.open, reach.shut - reach.open


class _Reach:
    """Questions about some columns. ``open``: met by a whole point; ``shut``: met by none."""

    def __init__(
        self, living: LivingModel, columns: Sequence[int], is_kept: Callable[[Vector], bool]
    ) -> None:
        self._living, self._columns, self._is_kept = living, columns, is_kept
        self.open: set[int] = set()
        self.shut = {j for j in columns if living.matrix.high[j] == 0}

    def ask(self) -> None:
        """All together, then those that a fractional point gave something one by one."""
        for j in self._ask_together([j for j in self._columns if j not in self.shut]):
            if j in self.open or self._living.seconds_left <= 0:
                continue
            answer = self._ask_alone(j)
            if _is_none(answer):
                self.shut.add(j)
            elif answer.point is not None:
                self._read(answer.point)

    def _ask_together(self, waiting: list[int]) -> list[int]:
        """Shut all but a few, which are given back."""
        alone: list[int] = []
        if waiting:
            self._living.maximise_linear({})  # new rows first: the last basis stays useful
        while waiting:
            answer = self._living.maximise_linear(dict.fromkeys(waiting, 1))
            if _is_none(answer):
                self.shut.update(waiting)
                break
            if answer.point is None:
                break
            point = answer.point
            self._read(point)
            alone += [j for j in waiting if point[j] > WHOLE]
            waiting = [j for j in waiting if point[j] <= WHOLE]
        return alone

    def _ask_alone(self, column: int) -> Answer:
        """The linear answer, or that of branch and bound where this takes little time."""
        answer = self._living.maximise_linear({column: 1})
        matrix = self._living.matrix
        if _is_none(answer) or answer.point is None or len(matrix.low) > BRANCHED:
            return answer
        if self._is_whole(answer.point):
            return answer
        self._living.seconds_of_a_run = SECONDS_OF_A_RUN
        answer = self._living.maximise_integer({column: 1}, matrix.is_whole)
        self._living.seconds_of_a_run = LONG
        return answer

    def _is_whole(self, point: Vector) -> bool:
        return self._living.matrix.is_integral(point) and self._is_kept(point)

    def _read(self, point: Vector) -> None:
        """Note what a whole point meets."""
        if self._is_whole(point):
            self.open.update(j for j in self._columns if point[j] > 0.5)


def _is_none(answer: Answer) -> bool:
    """True when not even one is met: by the multipliers, or by search."""
    if answer.status is not SolutionStatus.PROVEN:
        return False
    return answer.bound < 1 - WHOLE if answer.proof is None else answer.proof.floor < 1
