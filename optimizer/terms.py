"""Rows, and the sums of variables that several constraints share.

Every row is a whole-number combination between whole-number bounds. ``Rows`` hands them to PuLP and
keeps their order: a row's position is its number.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import pulp

from optimizer.crews import DELIVERED, Source
from optimizer.variables import Columns, Terms, Variable

AT_MOST = pulp.LpConstraintLE
AT_LEAST = pulp.LpConstraintGE
EQUAL = pulp.LpConstraintEQ


@dataclass(slots=True)
class Rows:
    """The rows of a model in the order of their making."""

    model: pulp.LpProblem
    order: list[pulp.LpConstraint] = field(default_factory=list)

    def add(self, name: str, terms: Terms, sense: int, right: int) -> int:
        """One row ``terms sense right``; returns its position."""
        expression = pulp.LpAffineExpression()
        expression.update(terms)  # unlike the constructor it does not hash every variable again
        row = pulp.LpConstraint(expression, sense=sense, rhs=right, name=name)
        self.model.addConstraint(row)
        self.order.append(row)
        return len(self.order) - 1


def given(columns: Columns, d: int, r: int) -> tuple[Variable, int]:
    """The variable and weight whose product is what need d gets in demand r [units]."""
    need = columns.network.problem.needs[d]
    if columns.network.demands[r].slot is not None:
        return columns.way[d, r], need.people
    return (columns.units[d], 1) if d in columns.units else (columns.way[d, r], need.quantity)


def draws(columns: Columns) -> Iterator[tuple[str | None, Source, int, Variable]]:
    """Everything drawn on sources as (slot, source, consumption per unit, variable)."""
    network = columns.network
    for i, (r, source) in enumerate(network.links):
        demand = network.demands[r]
        pair = network.pair_of(demand.needs[0], source) if demand.is_own else None
        yield demand.slot, source, 1 if pair is None else pair.consumption, columns.flow[i]
    for (o, i), send in columns.send.items():
        yield network.pools[o].slot, network.pools[o].sources[i], 1, send
    for j, edge in enumerate(network.edges):
        yield network.demands[edge.demand].slot, edge.source, 1, columns.edge[j]


def taken(columns: Columns, *, is_visit: bool) -> dict[int, Terms]:
    """What every demand of visits, or else every one of deliveries, takes, with weight -1."""
    network = columns.network
    found: dict[int, Terms] = {
        r: {} for r, demand in enumerate(network.demands) if (demand.slot is not None) == is_visit
    }
    for i, (r, _) in enumerate(network.links):
        if r in found:
            found[r][columns.flow[i]] = -1
    for (_, r), pooled in columns.pooled.items() if is_visit else ():
        found[r][pooled] = -1
    for j, edge in enumerate(network.edges):
        if edge.demand in found:
            found[edge.demand][columns.edge[j]] = -1
    return found


def visits_by_crew(columns: Columns) -> dict[tuple[int, str], Terms]:
    """What every crew does in every slot."""
    found: dict[tuple[int, str], Terms] = defaultdict(dict)
    for slot, (crew, _), _, variable in draws(columns):
        if slot is not None:
            found[crew, slot][variable] = 1
    return dict(sorted(found.items()))


def draws_by_stock(columns: Columns) -> dict[int, Terms]:
    """What is used directly of every stock."""
    found: dict[int, Terms] = defaultdict(dict)
    for _, (_, stock), weight, variable in draws(columns):
        found[stock][variable] = weight
    return dict(sorted(found.items()))


def flows_between(columns: Columns, need: str, stock: str | None, person: str | None) -> Terms:
    """Flows of a need with demands of its own from a stock, a person, or that person there."""
    network = columns.network
    found: Terms = {}
    for r in sorted(network.demands_of[network.position[need]]):
        for i, (crew, s) in network.links_of.get(r, ()):
            members = () if crew == DELIVERED else network.crews[crew].members
            is_of_stock = stock is None or network.problem.stocks[s].id == stock
            if is_of_stock and (person is None or person in members):
                found[columns.flow[i]] = 1
    return found
