"""The integer program of a month: columns, then the constraints C1 to C15.

PuLP is the notation only, and solves nothing: variables and rows have names, so that the code reads
like FORMULATION.md, and a test compares the program of a tiny month with an LP file. Columns and
rows are numbered in the order in which they are made, copied once into arrays
(``engine/matrix.py``) and passed to HiGHS (``engine/highs.py``); from then on a column is a number.
"""

from dataclasses import dataclass

import pulp

from optimizer.engine.highs import IncrementalModel
from optimizer.model.constraints import (
    Rows,
    add_capacities,
    add_edges_within_needs,
    add_most_from_stock,
    add_most_visits,
    add_one_place_at_a_time,
    add_one_way,
    add_open_or_closed,
    add_partial_quantities,
    add_pins,
    add_pool_balance,
    add_recipients_helped,
    add_recipients_time,
    add_turns,
    add_units_delivered,
    add_visits_staffed,
)
from optimizer.model.network import Network
from optimizer.model.variables import Columns, define_columns
from optimizer.problem import Problem


@dataclass(frozen=True, slots=True)
class Model:
    """A PuLP model with its columns and rows; their order gives them their numbers."""

    pulp: pulp.LpProblem
    columns: Columns
    rows: Rows

    @property
    def problem(self) -> Problem:
        """The problem that is modelled."""
        return self.columns.problem

    def start_engine(self, seconds: float) -> IncrementalModel:
        """Return a new engine with this model; all its solves together may take ``seconds`` [s]."""
        return IncrementalModel(self.columns.order, self.rows.order, seconds)


def build(problem: Problem) -> Model:
    """Return the model with every variable and constraint of a problem, but no stage yet."""
    model = pulp.LpProblem("month", pulp.LpMaximize)
    columns = define_columns(model, Network(problem))
    rows = Rows(model)
    add_one_way(rows, columns)  # C1
    add_visits_staffed(rows, columns)  # C2
    add_units_delivered(rows, columns)  # C3
    add_partial_quantities(rows, columns)  # C4
    add_one_place_at_a_time(rows, columns)  # C5
    add_most_visits(rows, columns)  # C6
    add_capacities(rows, columns)  # C7
    add_recipients_time(rows, columns)  # C8
    add_edges_within_needs(rows, columns)  # C9
    add_most_from_stock(rows, columns)  # C10
    add_pins(rows, columns)  # C11
    add_pool_balance(rows, columns)  # C12
    add_recipients_helped(rows, columns)  # C13
    add_turns(rows, columns)  # C14
    add_open_or_closed(rows, columns)  # C15
    return Model(model, columns, rows)
