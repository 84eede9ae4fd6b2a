"""The rows C1 to C15 of a month's integer program, built only from FORMULATION.md.

Each ``add_`` function adds the rows of one constraint, which its docstring states. A certificate's
multipliers refer to columns and rows by number, so both follow the order of FORMULATION.md. Nothing
else is shared with the solver: a fault in its model shows as a proof that does not hold.
"""

from collections import defaultdict

from .columns import Columns, Program

__all__ = ["Program", "build_rows"]


def add_places(program: Program, columns: Columns) -> None:
    """(C5) A crew makes at most one visit per person in a slot, or exactly ``busy`` visits."""
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
    """(C6) A crew makes at most ``most`` visits per person in the month."""
    months: dict[int, dict[int, int]] = defaultdict(dict)
    for (k, _), busy in columns.busy.items():
        months[k][busy] = 1
    for k, weights in months.items():
        crew = columns.classes.crews[k]
        program.add(weights, None, crew.size * crew.most)


def add_uses(program: Program, columns: Columns) -> None:
    """(C7) ``used`` of a stock is what is taken directly from it."""
    drawn: dict[str, dict[int, int]] = {stock: {} for stock in columns.used}
    for _, (_, stock), consumption, column in columns.draws():
        if consumption:
            drawn[stock][column] = consumption
    for stock, used in columns.used.items():
        program.add({**drawn[stock], used: -1}, 0, 0)


def add_capacities(program: Program, columns: Columns) -> None:
    """(C7) The uses of a stock and its descendants are between its ``least`` and its capacity."""
    below = columns.list_below()
    for stock in columns.month.problem["stocks"]:
        counted = below[stock["id"]]
        total = {columns.used[name]: 1 for name in counted}
        if set(counted) - {stock["id"]}:
            program.add(total, None, stock["capacity"])
        if stock["least"]:
            program.add(total, stock["least"], None)


def add_bounds_of_pairs(program: Program, columns: Columns) -> None:
    """(C10) A need takes from a pair's giver at most what the pair allows; no row without flows."""
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


def add_ways(program: Program, columns: Columns) -> None:
    """(C1) A need with two ways or more is met in one of them or not at all."""
    for need, ways in columns.classes.ways.items():
        if len(ways) > 1:
            program.add({columns.met[need]: -1} | {columns.way[need, r]: 1 for r in ways}, 0, 0)


def add_demands(program: Program, columns: Columns) -> None:
    """(C2, C3) The needs of a demand get what the demand takes; visits come before deliveries."""
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
    """(C4) A delivery in part is between the need's ``least`` and quantity: two rows per need."""
    demands = columns.classes.demands
    for name, units in columns.units.items():
        need = columns.month.needs[name]
        ways = columns.classes.ways[name]
        delivered = next(columns.way[name, r] for r in ways if demands[r].slot is None)
        program.add({units: 1, delivered: -need["least"]}, 0, None)
        program.add({units: 1, delivered: -need["quantity"]}, None, 0)


def add_recipients(program: Program, columns: Columns) -> None:
    """(C8) A recipient has at most one visit in a slot; a row only if two or more are possible."""
    visits: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    for (need, r), column in columns.way.items():
        slot = columns.classes.demands[r].slot
        if slot is not None:
            visits[columns.month.needs[need]["recipient"], slot][column] = 1
    for _, weights in sorted(visits.items()):
        if len(weights) > 1:
            program.add(weights, None, 1)


def add_edges(program: Program, columns: Columns) -> None:
    """(C9) The edges of a need in a demand carry at most what the need gets there."""
    ways: dict[tuple[str, int], dict[int, int]] = defaultdict(dict)
    for edge, column in zip(columns.classes.edges, columns.edge, strict=True):
        ways[edge.need, edge.demand][column] = 1
    for (need, r), weights in ways.items():
        column, weight = columns.given(need, r)
        program.add({**weights, column: -weight}, None, 0)


def add_pins(program: Program, columns: Columns) -> None:
    """(C11) A pinned need is met; a second row if the pin names a stock or a person."""
    for pin in columns.month.problem["pins"]:
        met = columns.met.get(pin["need"])
        program.add({} if met is None else {met: 1}, 1, None)
        if pin["stock"] is not None or pin["person"] is not None:
            flows = columns.flows_between(pin["need"], pin["stock"], pin["person"])
            program.add(flows, 1, None)


def add_helped(program: Program, columns: Columns) -> None:
    """(C13) A recipient with two needs or more is helped only if one of them is met."""
    asked: dict[str, dict[int, int]] = defaultdict(dict)
    for need, met in columns.met.items():
        asked[columns.month.needs[need]["recipient"]][met] = 1
    for recipient, weights in sorted(asked.items()):
        if len(weights) > 1:
            program.add({**weights, columns.helped[recipient]: -1}, 0, None)


def add_turns(program: Program, columns: Columns) -> None:
    """(C14) A set of two needs or more has at most as many turns as needs met."""
    for sets in columns.turns.values():
        for turns in sets:
            if len(turns.needs) > 1:
                met = {columns.met[need]: 1 for need in turns.needs}
                program.add({**met, **dict.fromkeys(turns.columns, -1)}, 0, None)


def add_open(program: Program, columns: Columns) -> None:
    """(C15) A stock is used by no unit or at least by ``least_if_used``: two rows per stock."""
    below = columns.list_below()
    for name, is_open in columns.open.items():
        stock = columns.month.stocks[name]
        total = {columns.used[used]: 1 for used in below[name]}
        program.add({**total, is_open: -stock["least_if_used"]}, 0, None)
        program.add({**total, is_open: -stock["capacity"]}, None, 0)


_IN_TURN = (
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
    add_turns,
    add_open,
)


def build_rows(columns: Columns) -> Program:
    """Return the program: its columns, its rows C1 to C15, and the columns that stages add up."""
    program = Program(
        columns=columns,
        low=[0] * len(columns.high),
        high=columns.high,
        met=columns.met,
        units=columns.units,
        used=columns.used,
        helped=columns.helped,
        scores_by_need=_list_scores(columns),
        turns=columns.turns,
    )
    for add in _IN_TURN:
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
