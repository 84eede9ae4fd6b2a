"""How many stages, from the first, a change of one answer keeps: one need in, one out, some moved.

Sufficient conditions only, so what is said to be kept is kept; nothing is said of the rest.
"""

from collections import Counter
from collections.abc import Sequence

from optimizer.explain.answer import Lines, Places
from optimizer.model.objectives import class_of
from optimizer.policy import CountBy, GroupOutcome, Stage, StageKind
from optimizer.problem import Need, Problem

_BY_KEY = (StageKind.MAX_COUNT, StageKind.LEXIMIN)


class Keeps:
    """The stages of one problem before the lottery, asked about changes of one answer."""

    def __init__(self, problem: Problem, places: Places) -> None:
        self._places, self._held, self._needs = places, places.held, places.needs
        kinds = [stage.kind for stage in problem.policy.stages]
        last = kinds.index(StageKind.LOTTERY) if StageKind.LOTTERY in kinds else len(kinds)
        self._stages = problem.policy.stages[:last]
        #: the most stages that can be kept with two needs out for one
        self.most_of_many = next(
            (k for k, s in enumerate(self._stages) if _counts_all(s)), len(kinds)
        )
        self._pledge = {stock.id: stock.pledge for stock in problem.stocks}
        self._helped = Counter(self._needs[need].recipient for need in self._held.lines)
        self._keys = {
            need.id: tuple(_key_of(stage, need) for stage in self._stages) for need in problem.needs
        }
        self._keyed = [
            k
            for k, stage in enumerate(self._stages)
            if stage.kind in _BY_KEY and stage.outcome is GroupOutcome.MET
        ]

    def count_at_most(self, need: Need, outs: Sequence[Need]) -> int:
        """An upper bound of ``count``, from the needs alone."""
        keys, others = self._keys[need.id], [self._keys[out.id] for out in outs]
        first = len(self._stages)
        for k in self._keyed:
            counted = [other[k] for other in others if other[k] is not None]
            if counted and (len(counted) > 1 or counted[0] != keys[k]):
                first = k
                break
        for k, stage in enumerate(self._stages[:first]):
            if stage.kind is StageKind.MAX_RECIPIENTS and not self._keeps_helped(need, outs):
                return k
            if stage.kind is StageKind.MAX_POINTS and need.points < sum(o.points for o in outs):
                return k
        return first

    def count(self, need: Need, outs: Sequence[Need], before: Lines, after: Lines) -> int:
        """Stages kept when the lines ``before`` give way to ``after``; all of whole needs."""
        most = self.count_at_most(need, outs)
        for k, stage in enumerate(self._stages[:most]):
            if not self._keeps(stage, before, after):
                return k
        return most

    def _keeps(self, stage: Stage, before: Lines, after: Lines) -> bool:
        if stage.kind is StageKind.MAX_UNITS:
            return min(self._change_of_units(before, after).values(), default=0) >= 0
        if stage.kind is StageKind.LEXIMAX:
            return max(self._change_of_use(before, after).values(), default=0) <= 0
        change = self._change_of_score(stage, before, after).values()
        if stage.kind is StageKind.MIN_COST:
            return sum(change) <= 0
        if stage.kind is StageKind.MAX_SCORE:
            return sum(change) >= 0
        return stage.outcome is GroupOutcome.MET or min(change, default=0) >= 0

    def _keeps_helped(self, need: Need, outs: Sequence[Need]) -> bool:
        lost = Counter(out.recipient for out in outs)
        lost[need.recipient] -= 1
        helped = self._helped
        change = sum((helped[r] - n > 0) - (helped[r] > 0) for r, n in lost.items())
        return change >= 0

    def _change_of_units(self, before: Lines, after: Lines) -> Counter[str]:
        change: Counter[str] = Counter()
        for sign, lines in ((-1, before), (1, after)):
            for line in lines:
                need = self._needs[line.need]
                if line.person is None and need.least_units < need.quantity:
                    change[need.category] += sign * line.units
        return change

    def _change_of_use(self, before: Lines, after: Lines) -> Counter[str]:
        change: Counter[str] = Counter()
        for sign, lines in ((-1, before), (1, after)):
            for line in lines:
                pledge = self._pledge[line.stock]
                if pledge is not None:
                    change[pledge] += sign * self._held.consumption(line)
        return change

    def _change_of_score(self, stage: Stage, before: Lines, after: Lines) -> Counter[str]:
        """By group of the stage; a need without a group counts for itself."""
        change: Counter[str] = Counter()
        for sign, lines in ((-1, before), (1, after)):
            for line in lines:
                group = self._needs[line.need].groups.get(stage.dimension, line.need)
                score = self._places.offers.score(line.need, line.stock, line.person)
                change[group] += sign * score * line.units
        return change


def _key_of(stage: Stage, need: Need) -> object:
    """What two needs must share for a stage not to tell them apart."""
    if stage.kind is StageKind.LEXIMIN:
        return need.groups.get(stage.dimension) or None if stage.dimension else need.id
    is_outside = stage.by is CountBy.DUTY_TIER and not need.duty
    return None if is_outside else class_of(stage, need)


def _counts_all(stage: Stage) -> bool:
    return stage.kind is StageKind.MAX_COUNT and stage.by is not CountBy.DUTY_TIER
