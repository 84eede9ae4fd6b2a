"""A second opinion on what a group could get alone: the denominators of the leximin (S2)."""

from collections.abc import Sequence

from optimizer.build import Model
from optimizer.possible import called_for
from optimizer.second_engine import Answer, SecondEngine
from optimizer.variables import Terms


def ask_for_other(model: Model, needs: Sequence[int], stated: int, seconds: float) -> Answer:
    """FOUND when the most needs of a group that can be met when only it counts is not ``stated``.

    NONE when it is; earlier stages do not count here. ``needs``: of the group, by position.
    """
    mets, network = model.columns.met, model.columns.network
    own: Terms = {mets[d]: 1 for d in needs if d in mets}
    counted = called_for(network.problem, network.ancestors).union(needs)
    alone = SecondEngine(model.rows.order, seconds)
    alone.keep([alone.at_most({met: 1 for d, met in mets.items() if d not in counted}, 0)])
    heard = alone.ask([], own)
    if heard.answer is not Answer.FOUND:
        return Answer.FOUND if heard.answer is Answer.NONE else Answer.OPEN  # not even nothing?
    most = heard.total(own)
    if most > stated or (heard.is_best and most < stated):
        return Answer.FOUND
    return Answer.NONE if heard.is_best else Answer.OPEN
