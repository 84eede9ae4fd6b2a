"""Make a point of the model from what every need takes: the inverse of ``individuals.py``."""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from optimizer.engine.matrix import Vector
from optimizer.model.eligibility import Source
from optimizer.model.individuals import Drawn
from optimizer.model.network import Network
from optimizer.model.variables import Columns, Variable


def place_drawn(columns: Columns, drawn: Iterable[Drawn]) -> Vector:
    """Return the value of every column if needs take these units; no rule is checked.

    All units of a need must be in one slot, or all without a slot.
    """
    point, flows = np.zeros(len(columns.order)), _list_flows(columns)
    network = columns.network

    def add(variable: Variable, units: int) -> None:
        point[columns.number(variable)] += units

    draws = list(drawn)
    ways = find_ways(network, draws)
    for d, slot, source, units in draws:
        r = ways[d, slot]
        for variable in _list_met(columns, d, r):
            point[columns.number(variable)] = 1
        if slot is None and d in columns.units:
            add(columns.units[d], units)
        for variable in flows.get((d, r, source)) or flows[-1, r, source]:
            add(variable, units)
        if slot is not None and (source[0], slot) in columns.busy:
            add(columns.busy[source[0], slot], units)
        pair = network.pair_of(d, source)
        add(columns.used[source[1]], units * (1 if pair is None else pair.consumption))
    _count_turns(columns, point)
    _open_stocks(columns, point)
    return point


Place = tuple[int, str | None]  # need, slot


def find_ways(network: Network, drawn: Iterable[Drawn]) -> dict[Place, int]:
    """Map each (need, slot) of ``drawn`` to the demand in which the need takes its units.

    ``drawn`` says what needs take from sources (``Drawn``); the slot is None for a delivery. The
    demand is the need's first one in this slot that has all the sources from which the need takes.
    Raises ``StopIteration`` if the need has no such demand.
    """
    taken: dict[Place, set[Source]] = defaultdict(set)
    for d, slot, source, _units in drawn:
        taken[d, slot].add(source)
    return {
        (d, slot): next(
            r
            for r in network.demands_of[d]
            if network.demands[r].slot == slot and sources.issubset(network.demands[r].sources)
        )
        for (d, slot), sources in taken.items()
    }


_Flows = dict[tuple[int, int, tuple[int, int]], tuple[Variable, ...]]  # need (-1: any), way, source


def _list_flows(columns: Columns) -> _Flows:
    """Return the columns that carry what a way takes from a source; only edges have a need."""
    network = columns.network
    found: _Flows = {(-1, *link): (columns.flow[i],) for i, link in enumerate(network.links)}
    for o, pool in enumerate(network.pools):
        for i, source in enumerate(pool.sources):
            for r in pool.demands:
                found[-1, r, source] = (columns.send[o, i], columns.pooled[o, r])
    for j, edge in enumerate(network.edges):
        found[edge.need, edge.demand, edge.source] = (columns.edge[j],)
    return found


def _list_met(columns: Columns, d: int, r: int) -> set[Variable]:
    helped = columns.helped[columns.needs[d].recipient]
    return {columns.met[d], columns.way[d, r], helped}


def _count_turns(columns: Columns, point: Vector) -> None:
    for of, turns in columns.turns.items():
        met = sum(point[columns.number(columns.met[d])] for d in of.needs)
        for k, variable in enumerate(turns):
            point[columns.number(variable)] = float(met > k)


def _open_stocks(columns: Columns, point: Vector) -> None:
    below = columns.list_below() if columns.open else defaultdict(list)
    for s, variable in columns.open.items():
        used = any(point[columns.number(columns.used[other])] for other in below[s])
        point[columns.number(variable)] = float(used)
