"""Constraints C1 to C15, one function each, in the order and with the numbers of FORMULATION.md.

All weights and bounds of rows are whole numbers. ``Rows`` passes the rows to PuLP and keeps their
order: the position of a row is its number. ``Rows`` and the sums that constraints share come first.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import pulp

from optimizer.model.eligibility import DELIVERED, Source
from optimizer.model.variables import Columns, Terms, Variable

AT_MOST = pulp.LpConstraintLE
AT_LEAST = pulp.LpConstraintGE
EQUAL = pulp.LpConstraintEQ


@dataclass(slots=True)
class Rows:
    """The rows of a model in the order in which they are made."""

    model: pulp.LpProblem
    order: list[pulp.LpConstraint] = field(default_factory=list)

    def add(self, name: str, terms: Terms, sense: int, right: int) -> int:
        """Add the row ``terms sense right`` to the model and return its number."""
        expression = pulp.LpAffineExpression()
        expression.update(terms)  # unlike the constructor it does not hash every variable again
        row = pulp.LpConstraint(expression, sense=sense, rhs=right, name=name)
        self.model.addConstraint(row)
        self.order.append(row)
        return len(self.order) - 1


def given(columns: Columns, d: int, r: int) -> tuple[Variable, int]:
    """Return a variable and its weight; their product is what need d gets in demand r.

    It is counted in persons for a visit, in units for a delivery.
    """
    need = columns.needs[d]
    if columns.network.is_visit(r):
        return columns.way[d, r], need.people
    return (columns.units[d], 1) if d in columns.units else (columns.way[d, r], need.quantity)


def draws(columns: Columns) -> Iterator[tuple[str | None, Source, int, Variable]]:
    """Yield slot, source, consumption per unit and variable of all that is taken from sources."""
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
    """Map each demand to the sum of what it takes from sources, with weights -1.

    ``is_visit``: the map has the demands of visits; False: the demands of deliveries.
    """
    network = columns.network
    found: dict[int, Terms] = {
        r: {} for r in range(len(network.demands)) if network.is_visit(r) == is_visit
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
    """Map each (crew, slot) to the sum of its visits, in order of crew and slot."""
    found: dict[tuple[int, str], Terms] = defaultdict(dict)
    for slot, (crew, _), _, variable in draws(columns):
        if slot is not None:
            found[crew, slot][variable] = 1
    return dict(sorted(found.items()))


def draws_by_stock(columns: Columns) -> dict[int, Terms]:
    """Map each stock to the sum of what is used directly of it, in order of stock."""
    found: dict[int, Terms] = defaultdict(dict)
    for _, (_, stock), weight, variable in draws(columns):
        found[stock][variable] = weight
    return dict(sorted(found.items()))


def flows_between(columns: Columns, need: str, stock: str | None, person: str | None) -> Terms:
    """Return the sum of a need's flows from a stock, a person, or that person at that stock.

    None for ``stock`` or ``person`` means any. Only flows of links count, not of pools or edges.
    """
    network = columns.network
    found: Terms = {}
    for r in sorted(network.demands_of[network.position[need]]):
        for i, (crew, s) in network.links_of.get(r, ()):
            members = () if crew == DELIVERED else network.crews[crew].members
            is_of_stock = stock is None or network.problem.stocks[s].id == stock
            if is_of_stock and (person is None or person in members):
                found[columns.flow[i]] = 1
    return found


def add_one_way(rows: Rows, columns: Columns) -> None:
    """(C1) A need is met in one way or not at all.

    sum_r way[d, r] = met[d]      for all d with two ways or more      [needs]
    """
    for d, ways in enumerate(columns.network.demands_of):
        if len(ways) > 1:
            terms: Terms = {columns.way[d, r]: 1 for r in ways}
            terms[columns.met[d]] = -1
            rows.add(f"c1_one_way_{d}", terms, EQUAL, 0)


def add_visits_staffed(rows: Rows, columns: Columns) -> None:
    """(C2) A demand takes as many persons as its visits need at once.

    sum_d n_d visit[d, r] = sum_i flow[r, i] + sum_o pooled[o, r] + sum_(j in r) edge[j]   [persons]
    """
    demands = columns.network.demands
    for r, took in taken(columns, is_visit=True).items():
        terms: Terms = {columns.way[d, r]: columns.needs[d].people for d in demands[r].needs}
        rows.add(f"c2_staffed_{r}", terms | took, EQUAL, 0)


def add_units_delivered(rows: Rows, columns: Columns) -> None:
    """(C3) A demand takes as many units as its needs get.

    sum_d (q_d delivered[d] or units[d]) = sum_i flow[r, i] + sum_(j in r) edge[j]      [units]
    """
    for r, took in taken(columns, is_visit=False).items():
        terms: Terms = dict(given(columns, d, r) for d in columns.network.demands[r].needs)
        rows.add(f"c3_delivered_{r}", terms | took, EQUAL, 0)


def add_partial_quantities(rows: Rows, columns: Columns) -> None:
    """(C4) A need met in part gets at least its least quantity.

    l_d delivered[d] <= units[d] <= q_d delivered[d]      for all d with l_d < q_d      [units]
    """
    for d, units in columns.units.items():
        need = columns.needs[d]
        delivered = columns.way[d, columns.delivery_of(d)]
        rows.add(f"c4_least_{d}", {units: 1, delivered: -need.least_units}, AT_LEAST, 0)
        rows.add(f"c4_most_{d}", {units: 1, delivered: -need.quantity}, AT_MOST, 0)


def add_one_place_at_a_time(rows: Rows, columns: Columns) -> None:
    """(C5) A person makes at most one visit in a slot: a crew makes at most one for each member.

    sum flow + sum send + sum edge of k in t <= n_k, or = busy[k, t]      for all k, t      [visits]
    """
    crews = columns.network.crews
    for n, ((k, slot), terms) in enumerate(visits_by_crew(columns).items()):
        if (k, slot) in columns.busy:
            terms[columns.busy[k, slot]] = -1
            rows.add(f"c5_place_{n}", terms, EQUAL, 0)
        else:
            rows.add(f"c5_place_{n}", terms, AT_MOST, len(crews[k].members))


def add_most_visits(rows: Rows, columns: Columns) -> None:
    """(C6) A person makes at most ``most_visits`` visits in the month.

    sum_t busy[k, t] <= n_k m_k      for all k with m_k below their slots      [visits]
    """
    months: dict[int, Terms] = defaultdict(dict)
    for (k, _), busy in columns.busy.items():
        months[k][busy] = 1
    for k, terms in months.items():
        crew = columns.network.crews[k]
        rows.add(f"c6_month_{k}", terms, AT_MOST, len(crew.members) * crew.most)


def add_capacities(rows: Rows, columns: Columns) -> None:
    """(C7) A stock and those within it give at least its least use and at most its capacity.

    used[s] = sum a_ds flow + sum send + sum edge;  k_s <= sum_(s' = s or below) used[s'] <= K_s
    """
    for s, terms in draws_by_stock(columns).items():
        terms[columns.used[s]] = -1
        rows.add(f"c7_use_{s}", terms, EQUAL, 0)
    below = columns.list_below()
    for s, stock in enumerate(columns.problem.stocks):
        within = [r for r in below[s] if r != s]
        total: Terms = {columns.used[r]: 1 for r in (s, *within) if r in columns.used}
        if within:
            rows.add(f"c7_nested_{s}", total, AT_MOST, stock.capacity)
        if stock.least:
            rows.add(f"c7_least_{s}", total, AT_LEAST, stock.least)


def add_recipients_time(rows: Rows, columns: Columns) -> None:
    """(C8) A recipient h has at most one visit in a slot t.

    sum_(d of h) visit[d, r in t] <= 1      for all h and t with two such terms or more     [visits]
    """
    network = columns.network
    visits: dict[tuple[str, str], Terms] = defaultdict(dict)
    for (d, r), visit in columns.way.items():
        slot = network.demands[r].slot
        if slot is not None:
            visits[columns.needs[d].recipient, slot][visit] = 1
    crowded = [terms for _, terms in sorted(visits.items()) if len(terms) > 1]
    for n, terms in enumerate(crowded):
        rows.add(f"c8_recipient_{n}", terms, AT_MOST, 1)


def add_edges_within_needs(rows: Rows, columns: Columns) -> None:
    """(C9) The edges of a need in a demand carry together at most what the need gets there.

    That is nothing if the need gets nothing in this demand.

    sum_(j of d in r) edge[j] <= n_d visit[d, r]  (or units delivered)      for all d, r    [units]
    """
    ways: dict[tuple[int, int], Terms] = defaultdict(dict)
    for j, edge in enumerate(columns.network.edges):
        ways[edge.need, edge.demand][columns.edge[j]] = 1
    for n, ((d, r), terms) in enumerate(ways.items()):
        variable, weight = given(columns, d, r)
        rows.add(f"c9_edges_{n}", {**terms, variable: -weight}, AT_MOST, 0)


def add_most_from_stock(rows: Rows, columns: Columns) -> None:
    """(C10) A need takes from the stock of a pair at most what the pair allows.

    sum flow of d from s <= b_ds      for all pairs with a bound      [units]
    """
    for pair in columns.problem.pairs:
        if pair.most is not None:
            terms = flows_between(columns, pair.need, pair.stock, pair.person)
            if terms:
                rows.add(f"c10_most_{len(rows.order)}", terms, AT_MOST, pair.most)


def add_pins(rows: Rows, columns: Columns) -> None:
    """(C11) A pinned need is met, and by the stock and person that the pin names.

    met[d] >= 1;  sum flow of d from the pinned stock or person >= 1      for all pins      [needs]
    """
    network = columns.network
    for n, pin in enumerate(network.problem.pins):
        met = columns.met.get(network.position[pin.need])
        rows.add(f"c11_met_{n}", {} if met is None else {met: 1}, AT_LEAST, 1)
        if pin.stock is not None or pin.person is not None:
            terms = flows_between(columns, pin.need, pin.stock, pin.person)
            rows.add(f"c11_from_{n}", terms, AT_LEAST, 1)


def add_pool_balance(rows: Rows, columns: Columns) -> None:
    """(C12) A pool makes as many visits as its sources send to it.

    sum_i send[o, i] = sum_r pooled[o, r]      for all pools o      [visits]
    """
    balance: dict[int, Terms] = defaultdict(dict)
    for (o, _), send in columns.send.items():
        balance[o][send] = 1
    for (o, _), pooled in columns.pooled.items():
        balance[o][pooled] = -1
    for o, terms in balance.items():
        rows.add(f"c12_pool_{o}", terms, EQUAL, 0)


def add_recipients_helped(rows: Rows, columns: Columns) -> None:
    """(C13) A recipient counts as helped only if a need of theirs is met.

    helped[h] <= sum_(d of h) met[d]      for all recipients with two needs or more      [needs]
    """
    asked: dict[str, Terms] = defaultdict(dict)
    for d, met in columns.met.items():
        asked[columns.needs[d].recipient][met] = 1
    for h, (recipient, terms) in enumerate(sorted(asked.items())):
        if len(terms) > 1:
            terms[columns.helped[recipient]] = -1
            rows.add(f"c13_helped_{h}", terms, AT_LEAST, 0)


def add_turns(rows: Rows, columns: Columns) -> None:
    """(C14) A set of needs has at most as many turns as needs met.

    sum_k turn[p, k] <= sum_(d in p) met[d]      for all sets p of two needs or more      [needs]
    """
    for p, (of, turns) in enumerate(columns.turns.items()):
        terms: Terms = dict.fromkeys(turns, -1) | {columns.met[d]: 1 for d in of.needs}
        rows.add(f"c14_turns_{p}", terms, AT_LEAST, 0)


def add_open_or_closed(rows: Rows, columns: Columns) -> None:
    """(C15) A stock that is used at all is used by at least ``least_if_used`` units.

    o_s open[s] <= sum_(s' = s or below) used[s'] <= K_s open[s]      for all s with o_s > 0 [units]
    """
    below = columns.list_below() if columns.open else {}
    for s, is_open in columns.open.items():
        stock = columns.problem.stocks[s]
        total: Terms = {columns.used[r]: 1 for r in below[s]}
        rows.add(f"c15_least_{s}", {**total, is_open: -stock.least_if_used}, AT_LEAST, 0)
        rows.add(f"c15_most_{s}", {**total, is_open: -stock.capacity}, AT_MOST, 0)
