"""Constraints C1 to C11, one function each, with the numbers of FORMULATION.md."""

from collections import defaultdict

from optimizer.terms import (
    AT_LEAST,
    AT_MOST,
    EQUAL,
    Rows,
    draws_by_stock,
    flows_between,
    given,
    taken,
    visits_by_crew,
)
from optimizer.variables import Columns, Terms


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

    sum_d n_d visit[d, r] = sum_i flow[r, i] + sum_(j in r) edge[j]      for all r      [persons]
    """
    demands, needs = columns.network.demands, columns.network.problem.needs
    for r, took in taken(columns, is_visit=True).items():
        terms: Terms = {columns.way[d, r]: needs[d].people for d in demands[r].needs}
        rows.add(f"c2_staffed_{r}", terms | took, EQUAL, 0)


def add_units_delivered(rows: Rows, columns: Columns) -> None:
    """(C3) A demand takes as many units as its needs are given.

    sum_d (q_d delivered[d] or units[d]) = sum_i flow[r, i] + sum_(j in r) edge[j]      [units]
    """
    for r, took in taken(columns, is_visit=False).items():
        terms: Terms = dict(given(columns, d, r) for d in columns.network.demands[r].needs)
        rows.add(f"c3_delivered_{r}", terms | took, EQUAL, 0)


def add_partial_quantities(rows: Rows, columns: Columns) -> None:
    """(C4) A part of a need is at least its least quantity.

    l_d delivered[d] <= units[d] <= q_d delivered[d]      for all d with l_d < q_d      [units]
    """
    for d, units in columns.units.items():
        need = columns.network.problem.needs[d]
        delivered = columns.way[d, columns.delivery_of(d)]
        rows.add(f"c4_least_{d}", {units: 1, delivered: -need.least_units}, AT_LEAST, 0)
        rows.add(f"c4_most_{d}", {units: 1, delivered: -need.quantity}, AT_MOST, 0)


def add_one_place_at_a_time(rows: Rows, columns: Columns) -> None:
    """(C5) Nobody is in two places: a crew is as many as its members in every slot.

    sum_(r in t, i of k) flow[r, i] + sum_(j of k in t) edge[j] <= n_k      for all k, t  [persons]
    """
    crews = columns.network.crews
    for n, ((k, slot), terms) in enumerate(visits_by_crew(columns).items()):
        if (k, slot) in columns.busy:
            terms[columns.busy[k, slot]] = -1
            rows.add(f"c5_place_{n}", terms, EQUAL, 0)
        else:
            rows.add(f"c5_place_{n}", terms, AT_MOST, len(crews[k].members))


def add_pool_balance(rows: Rows, columns: Columns) -> None:
    """(C12) A pool makes as many visits as its sources send it.

    sum_i send[o, i] = sum_r pooled[o, r]      for all pools o      [visits]
    """
    balance: dict[int, Terms] = defaultdict(dict)
    for (o, _), send in columns.send.items():
        balance[o][send] = 1
    for (o, _), pooled in columns.pooled.items():
        balance[o][pooled] = -1
    for o, terms in balance.items():
        rows.add(f"c12_pool_{o}", terms, EQUAL, 0)


def add_most_visits(rows: Rows, columns: Columns) -> None:
    """(C6) Nobody makes more visits in the month than they can.

    sum_t busy[k, t] <= n_k m_k      for all k with m_k below their slots      [visits]
    """
    months: dict[int, Terms] = defaultdict(dict)
    for (k, _), busy in columns.busy.items():
        months[k][busy] = 1
    for k, terms in months.items():
        crew = columns.network.crews[k]
        rows.add(f"c6_month_{k}", terms, AT_MOST, len(crew.members) * crew.most)


def add_capacities(rows: Rows, columns: Columns) -> None:
    """(C7) A stock gives what it has, and at least what it must, its descendants included.

    used[s] = sum a_ds flow + sum edge;  k_s <= sum_(s' = s or below) used[s'] <= K_s      [units]
    """
    network = columns.network
    for s, terms in draws_by_stock(columns).items():
        terms[columns.used[s]] = -1
        rows.add(f"c7_use_{s}", terms, EQUAL, 0)
    below: dict[int, list[int]] = defaultdict(list)
    for s in columns.used:
        for above in network.ancestors[s]:
            below[above].append(s)
    for s, stock in enumerate(network.problem.stocks):
        total: Terms = {columns.used[r]: 1 for r in (s, *below[s]) if r in columns.used}
        if below[s]:
            rows.add(f"c7_nested_{s}", total, AT_MOST, stock.capacity)
        if stock.least:
            rows.add(f"c7_least_{s}", total, AT_LEAST, stock.least)


def add_recipients_time(rows: Rows, columns: Columns) -> None:
    """(C8) A recipient has one visit in a slot.

    sum_(d of recipient) visit[d, r in t] <= 1      for all recipients, t with two or more  [visits]
    """
    network = columns.network
    visits: dict[tuple[str, str], Terms] = defaultdict(dict)
    for (d, r), visit in columns.way.items():
        slot = network.demands[r].slot
        if slot is not None:
            visits[network.problem.needs[d].recipient, slot][visit] = 1
    crowded = [terms for _, terms in sorted(visits.items()) if len(terms) > 1]
    for n, terms in enumerate(crowded):
        rows.add(f"c8_recipient_{n}", terms, AT_MOST, 1)


def add_edges_within_needs(rows: Rows, columns: Columns) -> None:
    """(C9) A scored edge carries units only to the way in which its need is met.

    sum_(j of d in r) edge[j] <= n_d visit[d, r]  (or units delivered)      for all d, r    [units]
    """
    ways: dict[tuple[int, int], Terms] = defaultdict(dict)
    for j, edge in enumerate(columns.network.edges):
        ways[edge.need, edge.demand][columns.edge[j]] = 1
    for n, ((d, r), terms) in enumerate(ways.items()):
        variable, weight = given(columns, d, r)
        rows.add(f"c9_edges_{n}", {**terms, variable: -weight}, AT_MOST, 0)


def add_most_from_stock(rows: Rows, columns: Columns) -> None:
    """(C10) A need takes from a stock at most what their pair allows.

    sum flow of d from s <= b_ds      for all pairs with a bound      [units]
    """
    for pair in columns.network.problem.pairs:
        if pair.most is not None:
            terms = flows_between(columns, pair.need, pair.stock, pair.person)
            if terms:
                rows.add(f"c10_most_{len(rows.order)}", terms, AT_MOST, pair.most)


def add_pins(rows: Rows, columns: Columns) -> None:
    """(C11) A pinned need is met, by the pinned stock or person where one is named.

    met[d] >= 1;  sum flow of d from the pinned stock or person >= 1      for all pins      [needs]
    """
    network = columns.network
    for n, pin in enumerate(network.problem.pins):
        met = columns.met.get(network.position[pin.need])
        rows.add(f"c11_met_{n}", {} if met is None else {met: 1}, AT_LEAST, 1)
        if pin.stock is not None or pin.person is not None:
            terms = flows_between(columns, pin.need, pin.stock, pin.person)
            rows.add(f"c11_from_{n}", terms, AT_LEAST, 1)


def add_recipients_helped(rows: Rows, columns: Columns) -> None:
    """(C13) A recipient is helped when a need of theirs is met.

    helped[h] <= sum_(d of h) met[d]      for all recipients with two needs or more      [needs]
    """
    asked: dict[str, Terms] = defaultdict(dict)
    for d, met in columns.met.items():
        asked[columns.network.problem.needs[d].recipient][met] = 1
    for h, (recipient, terms) in enumerate(sorted(asked.items())):
        if len(terms) > 1:
            terms[columns.helped[recipient]] = -1
            rows.add(f"c13_helped_{h}", terms, AT_LEAST, 0)
