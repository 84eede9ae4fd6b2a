"""(S1) The most needs met, class after class."""

from collections import defaultdict
from collections.abc import Sequence

from optimizer.model.variables import Columns
from optimizer.policy import CountBy, Stage
from optimizer.problem import Need, Problem
from optimizer.stages.kind import Aim, Sums
from optimizer.stages.tally import Tally
from optimizer.stages.wishes import LATER, Wish, size_of


class MaxCount(Sums):
    """(S1) The number of needs met in each class, most urgent class first.

    max sum_(d in class) met[d]      for every class in turn      [needs]
    """

    is_separable = True

    def keys(self, stage: Stage, problem: Problem) -> list[str]:
        """Return the keys of the classes that occur, such as ``tier=1,waiting=5``."""
        return list(classes_of(stage, problem))

    def aims(self, stage: Stage, columns: Columns) -> list[Aim]:
        """Return the sum that counts the needs met of each class that occurs."""
        return [
            Aim(stage, key, {columns.number(columns.met[d]): 1 for d in needs if d in columns.met})
            for key, needs in classes_of(stage, columns.problem).items()
        ]

    def values(self, stage: Stage, tally: Tally) -> dict[str, int]:
        """Return the number of needs met in each class."""
        classes = classes_of(stage, tally.problem)
        return {key: tally.count_met(needs) for key, needs in classes.items()}

    def rank_wishes(self, stage: Stage, problem: Problem, order: Sequence[int]) -> list[Wish]:
        """Return the class of each need; its size follows, unless the class has a wait."""
        places = [(_class_of(stage, need), size_of(need)) for need in problem.needs]
        return [
            LATER if place is None else (*place, size) if len(place) < 2 else place
            for place, size in places
        ]


def classes_of(stage: Stage, problem: Problem) -> dict[str, list[int]]:
    """Map the key of each class that occurs to its needs by position, most urgent first."""
    classes: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for d, need in enumerate(problem.needs):
        place = _class_of(stage, need)
        if place is not None:
            classes[place].append(d)
    return {_spell(place): needs for place, needs in sorted(classes.items())}


def _class_of(stage: Stage, need: Need) -> tuple[int, ...] | None:
    """Return the sort key of the need's class; None if it is in no class."""
    if stage.tier and need.tier != stage.tier:
        return None
    if stage.by is CountBy.ALL:
        return ()
    if stage.by is CountBy.TIER_WAITING:
        return (need.tier, -min(need.waiting, stage.longest_wait))
    if stage.by is CountBy.DUTY_TIER and not need.duty:
        return None
    return (need.tier,)


def _spell(place: tuple[int, ...]) -> str:
    parts = [f"tier={place[0]}"] if place else []
    return ",".join([*parts, *(f"waiting={-wait}" for wait in place[1:])])
