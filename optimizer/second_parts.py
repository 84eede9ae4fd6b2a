"""A second opinion on the sums of the first stages (S1, S4, S5), component by component.

A sum is greatest when it is greatest in every component of the rows (``parts.py``). Asked of
the whole month at once, the engine would have to find out that half a need here and half a need
there make no need.
"""

from collections.abc import Iterator, Mapping, Sequence

from optimizer.build import Model
from optimizer.objectives import Aim
from optimizer.parts import split
from optimizer.second_engine import Answer, Row, SecondEngine
from optimizer.variables import Terms, Variable


def question_parts(
    engine: SecondEngine, model: Model, aims: Sequence[Aim], stated: Mapping[Variable, int]
) -> Iterator[tuple[Aim, int, Answer]]:
    """Every aim in order, its sum as stated, and whether any component has more; then kept.

    stated  of every decision that an aim may count; what is kept is kept by ``engine`` too
    """
    order, rows = model.columns.order, model.rows.order
    parts = [
        (frozenset(part.columns), SecondEngine([rows[i] for i in part.rows], engine.seconds))
        for part in split(model)
    ]
    for aim in aims:
        total, answers = 0, {Answer.NONE}
        for columns, of_part in parts:
            own = {order[j]: weight for j, weight in aim.weights.items() if j in columns}
            if own:
                value = sum(weight * stated[variable] for variable, weight in own.items())
                answers.add(ask_for_more(of_part, own, value))
                kept: list[Row] = [engine.equal(own, value)]
                of_part.keep(kept)
                engine.keep(kept)
                total += value
        yield aim, total, next(a for a in (Answer.FOUND, Answer.OPEN, Answer.NONE) if a in answers)


def ask_for_more(engine: SecondEngine, terms: Terms, value: int) -> Answer:
    """Whether a sum can be greater than a value."""
    if sum(max(0, weight * int(v.upBound)) for v, weight in terms.items()) <= value:
        return Answer.NONE  # every column of the sum is at its most
    return engine.ask([engine.at_least(terms, value + 1)]).answer
