"""Turn the sums of a point into assignments, each with its stock and, if a visit, person and slot.

Everything is assigned in sorted order, so equal sums give equal assignments. Within a crew the next
visit goes to the person with the fewest visits. The numbers of visits then differ by one at most,
so that nobody exceeds ``most``.
"""

from collections import defaultdict

import numpy as np

from optimizer.engine.matrix import Vector
from optimizer.model.eligibility import DELIVERED, Source
from optimizer.model.network import Network
from optimizer.model.variables import Columns, Variable
from optimizer.solution import Assignment, order_of_line

Nonzero = dict[Variable, int]  # values other than 0
Drawn = tuple[int, str | None, Source, int]  # need, slot, source, units


def assign_individuals(columns: Columns, point: Vector) -> tuple[Assignment, ...]:
    """Return the assignments of an integer point, sorted by need, stock, person and slot."""
    draws = list_drawn(columns, point)
    delivered: dict[tuple[int, int], int] = defaultdict(int)
    visits: dict[tuple[int, str], list[tuple[int, int]]] = defaultdict(list)
    for d, slot, (crew, stock), units in draws:
        if crew == DELIVERED or slot is None:
            delivered[d, stock] += units
        else:
            visits[crew, slot].extend([(d, stock)] * units)
    problem = columns.problem
    found = [
        Assignment(problem.needs[d].id, problem.stocks[s].id, units=units)
        for (d, s), units in delivered.items()
    ]
    return tuple(sorted(found + _deal_persons(columns.network, visits), key=order_of_line))


def list_drawn(columns: Columns, point: Vector) -> list[Drawn]:
    """Return what every need takes at an integer point, as (need, slot, source, units) by position.

    The slot is None for a delivery.
    """
    whole = np.rint(point).astype(np.int64)
    numbers = np.flatnonzero(whole)
    held = {columns.order[j]: int(whole[j]) for j in numbers if j < len(columns.order)}
    return _deal_sources(columns, held)


def _deal_sources(columns: Columns, held: Nonzero) -> list[Drawn]:
    """Return what every need takes: by its edges, then of what its demand takes in all."""
    network, taken = columns.network, _taken_by_demand(columns, held)
    draws: list[Drawn] = []
    given: dict[tuple[int, int], int] = defaultdict(int)
    for j, edge in enumerate(network.edges):
        units = held.get(columns.edge[j], 0)
        if units:
            slot = network.demands[edge.demand].slot
            draws.append((edge.need, slot, edge.source, units))
            given[edge.need, edge.demand] += units
    for r, demand in enumerate(network.demands):
        supply = taken[r]
        for d in demand.needs:
            wanted = _wanted(columns, held, d, r) - given[d, r]
            while wanted > 0:
                source, units = supply.pop()
                part = min(units, wanted)
                wanted -= part
                draws.append((d, demand.slot, source, part))
                if units > part:
                    supply.append((source, units - part))
    return draws


def _wanted(columns: Columns, held: Nonzero, d: int, r: int) -> int:
    need = columns.needs[d]
    is_way = held.get(columns.way[d, r], 0)
    if columns.network.is_visit(r):
        return need.people * is_way
    return held.get(columns.units[d], 0) if d in columns.units else need.quantity * is_way


def _taken_by_demand(columns: Columns, held: Nonzero) -> dict[int, list[tuple[Source, int]]]:
    """Map each demand to the sources and units of its flows and pools, last source first."""
    network = columns.network
    taken: dict[int, list[tuple[Source, int]]] = defaultdict(list)
    for i, (r, source) in enumerate(network.links):
        if units := held.get(columns.flow[i], 0):
            taken[r].append((source, units))
    for o, pool in enumerate(network.pools):
        supply = [
            source
            for i, source in enumerate(pool.sources)
            for _ in range(held.get(columns.send[o, i], 0))
        ]
        for r in pool.demands:
            for _ in range(held.get(columns.pooled[o, r], 0)):
                taken[r].append((supply.pop(0), 1))
    for supply_of_demand in taken.values():
        supply_of_demand.sort(reverse=True)
    return taken


def _deal_persons(
    network: Network, visits: dict[tuple[int, str], list[tuple[int, int]]]
) -> list[Assignment]:
    loads: dict[str, int] = defaultdict(int)
    found = []
    for (crew, slot), served in sorted(visits.items()):
        members = sorted(network.crews[crew].members, key=lambda person: (loads[person], person))
        for person, (d, s) in zip(members, sorted(served), strict=False):
            loads[person] += 1
            need, stock = network.problem.needs[d].id, network.problem.stocks[s].id
            found.append(Assignment(need, stock, person, slot, 1))
    return found
