"""Rows C1 to C4, C8, C9, C11 and C13 of the verifier's program: how needs are met."""

from collections import defaultdict

from optimizer.verify_columns import Columns
from optimizer.verify_program import Program


def add_ways(program: Program, columns: Columns) -> None:
    """(C1) One way or none, for needs with two ways or more."""
    for need, ways in columns.classes.ways.items():
        if len(ways) > 1:
            program.add({columns.met[need]: -1} | {columns.way[need, r]: 1 for r in ways}, 0, 0)


def add_demands(program: Program, columns: Columns) -> None:
    """(C2, C3) What the needs of a demand get is what it takes; visits first, then deliveries."""
    classes = columns.classes
    taken: dict[int, dict[int, int]] = defaultdict(dict)
    for (r, _), column in zip(classes.links, columns.flow, strict=True):
        taken[r][column] = -1
    for (_, r), column in columns.pooled.items():
        taken[r][column] = -1
    for edge, column in zip(classes.edges, columns.edge, strict=True):
        taken[edge.demand][column] = -1
    visits = [r for r, demand in enumerate(classes.demands) if demand.slot is not None]
    deliveries = [r for r, demand in enumerate(classes.demands) if demand.slot is None]
    for r in (*visits, *deliveries):
        got = dict(columns.given(need, r) for need in classes.demands[r].needs)
        program.add(got | taken[r], 0, 0)


def add_parts(program: Program, columns: Columns) -> None:
    """(C4) Least and most units of needs that a part is enough for, two rows a need."""
    demands = columns.classes.demands
    for name, units in columns.units.items():
        need = columns.month.needs[name]
        ways = columns.classes.ways[name]
        delivered = next(columns.way[name, r] for r in ways if demands[r].slot is None)
        program.add({units: 1, delivered: -need["least"]}, 0, None)
        program.add({units: 1, delivered: -need["quantity"]}, None, 0)


def add_recipients(program: Program, columns: Columns) -> None:
    """(C8) One visit of a recipient in a slot, where there could be two."""
    visits: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    for (need, r), column in columns.way.items():
        slot = columns.classes.demands[r].slot
        if slot is not None:
            visits[columns.month.needs[need]["recipient"], slot][column] = 1
    for _, weights in sorted(visits.items()):
        if len(weights) > 1:
            program.add(weights, None, 1)


def add_edges(program: Program, columns: Columns) -> None:
    """(C9) Edges of a need in a demand carry no more than the need gets there."""
    ways: dict[tuple[str, int], dict[int, int]] = defaultdict(dict)
    for edge, column in zip(columns.classes.edges, columns.edge, strict=True):
        ways[edge.need, edge.demand][column] = 1
    for (need, r), weights in ways.items():
        column, weight = columns.given(need, r)
        program.add({**weights, column: -weight}, None, 0)


def add_pins(program: Program, columns: Columns) -> None:
    """(C11) A pinned need is met; a second row where the pin names a stock or a person."""
    for pin in columns.month.problem["pins"]:
        met = columns.met.get(pin["need"])
        program.add({} if met is None else {met: 1}, 1, None)
        if pin["stock"] is not None or pin["person"] is not None:
            flows = columns.flows_between(pin["need"], pin["stock"], pin["person"])
            program.add(flows, 1, None)


def add_helped(program: Program, columns: Columns) -> None:
    """(C13) A recipient with two needs or more is helped only when one of them is met."""
    asked: dict[str, dict[int, int]] = defaultdict(dict)
    for need, met in columns.met.items():
        asked[columns.month.needs[need]["recipient"]][met] = 1
    for recipient, weights in sorted(asked.items()):
        if len(weights) > 1:
            program.add({**weights, columns.helped[recipient]: -1}, 0, None)
