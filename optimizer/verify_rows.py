"""The integer program of a month, built a second time from FORMULATION.md alone.

A certificate's multipliers speak of columns and rows by number, so columns and rows C1 to C13 stand
here in the solver's order; nothing else of the solver is used, and a fault of its model shows as a
proof that does not hold.
"""

from collections import defaultdict

from optimizer.verify_columns import Columns
from optimizer.verify_program import Program
from optimizer.verify_uses import (
    add_bounds_of_pairs,
    add_capacities,
    add_months,
    add_places,
    add_pools,
    add_uses,
)
from optimizer.verify_ways import (
    add_demands,
    add_edges,
    add_helped,
    add_parts,
    add_pins,
    add_recipients,
    add_ways,
)

__all__ = ["Program", "build_rows"]


def build_rows(columns: Columns) -> Program:
    """Columns and rows in the order that numbers them (FORMULATION.md), and what stages add up."""
    program = Program(
        low=[0] * len(columns.high),
        high=columns.high,
        met=columns.met,
        units=columns.units,
        used=columns.used,
        helped=columns.helped,
        scores_by_need=_list_scores(columns),
    )
    for add in (
        add_ways,
        add_demands,
        add_parts,
        add_places,
        add_months,
        add_uses,
        add_capacities,
        add_recipients,
        add_edges,
        add_bounds_of_pairs,
        add_pins,
        add_pools,
        add_helped,
    ):
        add(program, columns)
    return program


def _list_scores(columns: Columns) -> dict[str, dict[int, int]]:
    classes = columns.classes
    scores: dict[str, dict[int, int]] = defaultdict(dict)
    for (r, source), column in zip(classes.links, columns.flow, strict=True):
        own, pair = classes.demands[r].own, classes.pair_of_link(r, source)
        if own is not None and pair is not None and pair["score"]:
            scores[own][column] = pair["score"]
    for edge, column in zip(classes.edges, columns.edge, strict=True):
        scores[edge.need][column] = edge.score
    return dict(scores)
