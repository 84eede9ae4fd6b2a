"""Sums in an order (S9, S13, S14, S16, S17): can one be greater with all before it as stated?

One question to the engine asks about several sums. A switch for each sum that could be greater says
which one is greater, and frees the sums after it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from optimizer.model.variables import Terms
from optimizer.second.cbc import Answer, Constraint, SecondEngine

CHUNK = 16  # sums in one question that could be greater


@dataclass(frozen=True, slots=True)
class StatedSum:
    """A sum with its stated value; no point has less than ``low`` or more than ``high``.

    ``terms``: variable -> its weight in the sum.
    """

    terms: Terms
    value: int
    low: int = 0
    high: int = 1

    @property
    def may_rise(self) -> bool:
        """Whether its bounds allow a greater value."""
        return self.value < self.high


def question_in_order(
    engine: SecondEngine, sums: Sequence[StatedSum]
) -> Iterator[tuple[str, Answer]]:
    """Yield each group of sums, such as ``1 to 16``, and whether one of them can be greater.

    The sums before the group keep their stated values. NONE: no sum can, so the solution is
    confirmed. FOUND: a point shows a greater sum. OPEN: not known.
    """
    start = 0
    while start < len(sums):
        end, open_ = start, 0
        while end < len(sums) and open_ < CHUNK:
            open_ += sums[end].may_rise
            end += 1
        run = sums[start:end]
        yield f"{start + 1} to {end}", _ask(engine, run) if open_ else Answer.NONE
        engine.keep([engine.equal(one.terms, one.value) for one in run if one.terms])
        start = end


def _ask(engine: SecondEngine, run: Sequence[StatedSum]) -> Answer:
    """Ask whether one sum can be greater, with every sum before it at least as stated."""
    switches: Terms = {}
    rows: list[Constraint] = []
    for one in run:
        terms = {**one.terms, **dict.fromkeys(switches, one.value - one.low)}
        if one.may_rise:
            own = engine.switch()
            terms[own] = -1
            switches[own] = 1
        rows.append(engine.at_least(terms, one.value))
    return engine.ask([*rows, engine.equal(switches, 1)]).answer
