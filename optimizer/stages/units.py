"""(S5, S15, S16) The most units, category after category; or equal units, then single ones by lot.

A *cell* is a recipient and a divisible category in which a need of the recipient is met. A category
is divisible if part of the quantity can meet some need of it. A cell is named after its need with
the lowest ticket.
"""

from collections.abc import Collection, Mapping

from optimizer.engine.matrix import Weights
from optimizer.model.constraints import given
from optimizer.model.variables import Columns
from optimizer.policy import Stage
from optimizer.problem import Problem
from optimizer.solution import Level
from optimizer.stages.kind import (
    Aim,
    Basis,
    Cells,
    Count,
    Levels,
    Measure,
    Sums,
)
from optimizer.stages.tally import Tally
from optimizer.tickets import name_of


class MaxUnits(Sums):
    """(S5) max sum_(d in category) units[d]      for every category in turn      [units]"""

    is_separable = True

    def keys(self, stage: Stage, problem: Problem) -> list[str]:
        """Return the keys of the categories with a need that may be met in part, sorted by name."""
        partial = {need.category for need in problem.needs if need.is_partial}
        return [f"category={name}" for name in sorted(partial)]

    def aims(self, stage: Stage, columns: Columns) -> list[Aim]:
        """Return the sum of the units delivered to partial needs, for each category."""
        problem = columns.problem
        weights: dict[str, dict[int, int]] = {key: {} for key in self.keys(stage, problem)}
        for d, units in columns.units.items():
            weights[f"category={problem.needs[d].category}"][columns.number(units)] = 1
        return [Aim(stage, key, of) for key, of in weights.items()]

    def values(self, stage: Stage, tally: Tally) -> dict[str, int]:
        """Return the units delivered to the partial needs of each category."""
        found = dict.fromkeys(self.keys(stage, tally.problem), 0)
        for need in tally.list_met():
            if need.is_partial:
                found[f"category={need.category}"] += tally.units[need.id]
        return found


class Shares(Levels):
    """(S15) leximin over cells of the units given to them."""

    is_among_met = True

    def measures(
        self, stage: Stage, columns: Columns, possible: Mapping[str, int]
    ) -> list[Measure]:
        """Return the units of every cell that can get some; ``possible`` has the needs met."""
        needs, found = columns.needs, []
        met = [d for d, need in enumerate(needs) if need.id in possible]
        for first, cell in _list_cells(columns.problem, met):
            if weights := _sum_units(columns, cell):
                most = sum(needs[d].quantity for d in cell if _is_delivered(columns, d))
                found.append(Measure(name_of(needs[first].id), weights, 0, 1, 0, most))
        return found

    def list_levels(self, stage: Stage, tally: Tally, possible: Mapping[str, int]) -> list[Level]:
        """Return the units delivered to every cell."""
        needs = tally.problem.needs
        return [Level(name_of(needs[d].id), units, 1) for d, units in _count_units(tally)]


class OddUnits(Cells):
    """(S16) Each cell by ticket gets as many units as any answer still possible gives it."""

    def cells(self, stage: Stage, columns: Columns, met: Collection[int]) -> list[Weights]:
        """Return the sum of units of every cell that can get some, in the order of tickets."""
        cells = (_sum_units(columns, cell) for _, cell in _list_cells(columns.problem, met))
        return [weights for weights in cells if weights]

    def count(self, stage: Stage, tally: Tally, basis: Basis) -> list[Count]:
        """Return one result: the units delivered to every cell, in the order of tickets."""
        return [Count("", tuple(units for _, units in _count_units(tally)))]


def _count_units(tally: Tally) -> list[tuple[int, int]]:
    """Return first need and delivered units of every cell, in the order of tickets."""
    needs = tally.problem.needs
    met = [d for d, need in enumerate(needs) if need.id in tally.met]
    return [
        (first, sum(tally.units[needs[d].id] for d in cell))
        for first, cell in _list_cells(tally.problem, met)
    ]


def _sum_units(columns: Columns, cell: Collection[int]) -> Weights:
    """Return the sum of the units delivered to a cell; empty if only visits serve its needs."""
    given_ = (given(columns, d, columns.delivery_of(d)) for d in cell if _is_delivered(columns, d))
    return {columns.number(variable): weight for variable, weight in given_}


def _is_delivered(columns: Columns, d: int) -> bool:
    network = columns.network
    return any(not network.is_visit(r) for r in network.demands_of[d])


def _list_cells(problem: Problem, met: Collection[int]) -> list[tuple[int, list[int]]]:
    """Return first need and all needs of every cell, by ticket of recipient, then of first need."""
    divisible = {need.category for need in problem.needs if need.is_partial}
    found: dict[tuple[str, str], list[int]] = {}
    for d in sorted(met):
        need = problem.needs[d]
        if need.category in divisible:
            found.setdefault((need.recipient, need.category), []).append(d)
    cells = sorted((recipient, needs[0]) for (recipient, _), needs in found.items())
    of = {needs[0]: needs for needs in found.values()}
    return [(first, of[first]) for _, first in cells]
