"""Rows C5 to C7, C10 and C12 of the verifier's program: what is taken of persons and stocks."""

from collections import defaultdict

from optimizer.verify_columns import Columns
from optimizer.verify_program import Program


def add_places(program: Program, columns: Columns) -> None:
    """(C5) Visits of a crew in a slot: as many as it has persons, or its ``busy``."""
    visits: dict[tuple[int, str], dict[int, int]] = defaultdict(dict)
    for slot, (crew, _), _, column in columns.draws():
        if slot is not None:
            visits[crew, slot][column] = 1
    for key, weights in sorted(visits.items()):
        if key in columns.busy:
            program.add({**weights, columns.busy[key]: -1}, 0, 0)
        else:
            program.add(weights, None, columns.classes.crews[key[0]].size)


def add_months(program: Program, columns: Columns) -> None:
    """(C6) Visits of a crew in the month."""
    months: dict[int, dict[int, int]] = defaultdict(dict)
    for (k, _), busy in columns.busy.items():
        months[k][busy] = 1
    for k, weights in months.items():
        crew = columns.classes.crews[k]
        program.add(weights, None, crew.size * crew.most)


def add_uses(program: Program, columns: Columns) -> None:
    """(C7) What is used directly of every stock."""
    drawn: dict[str, dict[int, int]] = {stock: {} for stock in columns.used}
    for _, (_, stock), consumption, column in columns.draws():
        if consumption:
            drawn[stock][column] = consumption
    for stock, used in columns.used.items():
        program.add({**drawn[stock], used: -1}, 0, 0)


def add_capacities(program: Program, columns: Columns) -> None:
    """(C7) Most use of stocks with used ones below them, and least use, in the order of stocks."""
    month = columns.month
    below: dict[str, list[str]] = defaultdict(list)
    for stock in columns.used:
        for above in month.ancestors[stock]:
            below[above].append(stock)
    for stock in month.problem["stocks"]:
        counted = below[stock["id"]]
        total = {columns.used[name]: 1 for name in counted}
        if set(counted) - {stock["id"]}:
            program.add(total, None, stock["capacity"])
        if stock["least"]:
            program.add(total, stock["least"], None)


def add_bounds_of_pairs(program: Program, columns: Columns) -> None:
    """(C10) Units of a need within the bound of its pair, where anything flows."""
    for pair in columns.month.problem["pairs"]:
        if pair["most"] is not None:
            flows = columns.flows_between(pair["need"], pair["stock"], pair["person"])
            if flows:
                program.add(flows, None, pair["most"])


def add_pools(program: Program, columns: Columns) -> None:
    """(C12) A pool makes as many visits as its sources send it."""
    balance: dict[int, dict[int, int]] = defaultdict(dict)
    for (o, _), send in columns.send.items():
        balance[o][send] = 1
    for (o, _), pooled in columns.pooled.items():
        balance[o][pooled] = -1
    for weights in balance.values():
        program.add(weights, 0, 0)
