"""The places that could serve a need under one answer, whoever holds them now.

A *place* of a visit is a person of a stock in a slot; of a delivery, a stock. It is written as the
line that the need would get there; a delivery's with its least units.
"""

from collections.abc import Iterator

from optimizer.explain_held import Held, Lines
from optimizer.explain_offers import Offers
from optimizer.problem import Need, Problem
from optimizer.solution import Assignment


class Places:
    """Places by need id, remembered, with what the answer holds."""

    def __init__(self, problem: Problem, offers: Offers, assignments: Lines) -> None:
        self.needs = {need.id: need for need in problem.needs}
        self.offers = offers
        self.held = Held(problem, offers, assignments)
        self._of: dict[str, tuple[Assignment, ...]] = {}

    def of(self, name: str) -> tuple[Assignment, ...]:
        """Every place of a need, free or held."""
        if name not in self._of:
            self._of[name] = tuple(self._find(self.needs[name]))
        return self._of[name]

    def _find(self, need: Need) -> Iterator[Assignment]:
        for stock, person in self.offers.eligible(need):
            if person is None:
                yield Assignment(need.id, stock.id, units=need.least_units)
                continue
            for slot in self.offers.slots(need, stock, person):
                yield Assignment(need.id, stock.id, person.id, slot)
