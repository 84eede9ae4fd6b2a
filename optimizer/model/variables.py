"""Decision variables, with the letters of FORMULATION.md.

Their names have positions in sorted rows, never ids.

met[d]        in {0, 1}            need d is met                                        [needs]
visit[d, r]   in {0, 1}            need d is met by a visit in the slot of demand r     [visits]
delivered[d]  in {0, 1}            need d is met by units without a visit               [needs]
units[d]      in {0, ..., q_d}     units delivered, where l_d < q_d                     [units]
flow[i]       in {0, 1, ...}       what a demand takes from a source, by link i         [units]
send[o, i]    in {0, 1, ...}       visits that pool o gets from its i-th source         [visits]
pooled[o, r]  in {0, 1, ...}       visits that pool o makes for demand r                [visits]
edge[j]       in {0, 1, ...}       what a need takes from a source whose pair with the need has a
                                   score above 0                                        [units]
busy[k, t]    in [0, n_k]          visits of crew k in slot t, if the monthly limit m_k of a member
                                   is less than the number of slots that the crew serves  [visits]
used[s]       in [0, K_s]          what is used directly of stock s                     [units]
helped[h]     in {0, 1}            recipient h has a need met                      [recipients]
turn[p, k]    in {0, 1}            k needs or more of the set p are met                   [sets]
open[s]       in {0, 1}            stock s, used by o_s units or more or by none, is used [stocks]

For a need with a single way, met[d] is also the variable of that way; a recipient with one need is
helped exactly when that need is met.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TypeAlias

import pulp

from optimizer.model.eligibility import DELIVERED, Source
from optimizer.model.network import Network
from optimizer.model.turns import TurnSet, list_turn_sets
from optimizer.problem import Need, Problem

Variable: TypeAlias = pulp.LpVariable
Terms = dict[Variable, int]


@dataclass(slots=True)
class Columns:
    """Every variable of the model; the number of a variable is its position in ``order``.

    The other fields are named as in the docstring of the module and have its letters as keys:
    positions of needs, demands, links, pools, edges, crews and stocks, names of slots and
    recipients. ``way`` has both visit and delivered; ``turns`` has the turns of a set, from the
    first.
    """

    model: pulp.LpProblem
    network: Network
    order: list[Variable] = field(default_factory=list)
    met: dict[int, Variable] = field(default_factory=dict)
    way: dict[tuple[int, int], Variable] = field(default_factory=dict)
    units: dict[int, Variable] = field(default_factory=dict)
    flow: dict[int, Variable] = field(default_factory=dict)
    send: dict[tuple[int, int], Variable] = field(default_factory=dict)
    pooled: dict[tuple[int, int], Variable] = field(default_factory=dict)
    edge: dict[int, Variable] = field(default_factory=dict)
    busy: dict[tuple[int, str], Variable] = field(default_factory=dict)
    used: dict[int, Variable] = field(default_factory=dict)
    helped: dict[str, Variable] = field(default_factory=dict)
    turns: dict[TurnSet, tuple[Variable, ...]] = field(default_factory=dict)
    open: dict[int, Variable] = field(default_factory=dict)
    _number: dict[int, int] = field(default_factory=dict)  # by id(): PuLP hashes variables slowly

    def add(self, name: str, high: int, low: int = 0, *, is_whole: bool = True) -> Variable:
        """Add a column with whole-number bounds; ``is_whole``: whether it takes integers only."""
        category = pulp.LpInteger if is_whole else pulp.LpContinuous
        variable = self.model.add_variable(name, low, high, cat=category)
        self._number[id(variable)] = len(self.order)
        self.order.append(variable)
        return variable

    def number(self, variable: Variable) -> int:
        """Return the number of a variable: its position in ``order``."""
        return self._number[id(variable)]

    def numbers(self, variables: Iterable[Variable]) -> list[int]:
        """Return the number of each variable, in the order of ``variables``."""
        return [self._number[id(variable)] for variable in variables]

    def list_below(self) -> dict[int, list[int]]:
        """Map each stock to itself and the stocks within it that have a variable ``used``.

        A stock is left out if neither it nor a stock within it has one.
        """
        below: dict[int, list[int]] = defaultdict(list)
        for s in self.used:
            for above in (s, *self.network.ancestors[s]):
                below[above].append(s)
        return below

    @property
    def problem(self) -> Problem:
        """The problem of the model."""
        return self.network.problem

    @property
    def needs(self) -> tuple[Need, ...]:
        """The needs of the problem, by position."""
        return self.network.problem.needs

    def delivery_of(self, d: int) -> int:
        """Return the demand in which need d is met by delivery; there must be one."""
        ways = self.network.demands_of[d]
        return next(r for r in ways if not self.network.is_visit(r))


def define_columns(model: pulp.LpProblem, network: Network) -> Columns:
    """Make all variables of a network in the order of FORMULATION.md, and return them."""
    columns = Columns(model, network)
    for d, ways in enumerate(network.demands_of):
        if ways:
            _define_need(columns, d, ways)
    for i, (r, source) in enumerate(network.links):
        high = _most_flow(network, r, source)
        columns.flow[i] = columns.add(f"flow_{i}", high)
    _define_pools(columns)
    for j, edge in enumerate(network.edges):
        need, crew = columns.needs[edge.need], edge.source[0]
        high = need.quantity if crew == DELIVERED else need.people
        if crew != DELIVERED:
            high = min(high, len(network.crews[crew].members))
        columns.edge[j] = columns.add(f"edge_{j}", high)
    _define_use(columns)
    _define_helped(columns)
    _define_turns(columns)
    _define_open(columns)
    if not columns.order:
        columns.add("nothing", 0)  # an engine refuses a model without columns
    return columns


def _define_need(columns: Columns, d: int, ways: tuple[int, ...]) -> None:
    network = columns.network
    columns.met[d] = met = columns.add(f"met_{d}", 1)
    for r in ways:
        is_visit = network.is_visit(r)
        name = f"visit_{d}_{r}" if is_visit else f"delivered_{d}"
        columns.way[d, r] = met if len(ways) == 1 else columns.add(name, 1)
        need = columns.needs[d]
        if not is_visit and need.least_units < need.quantity:
            columns.units[d] = columns.add(f"units_{d}", need.quantity)


def _define_pools(columns: Columns) -> None:
    network = columns.network
    for o, pool in enumerate(network.pools):
        sizes = [len(network.crews[crew].members) for crew, _ in pool.sources]
        for i, size in enumerate(sizes):
            columns.send[o, i] = columns.add(f"send_{o}_{i}", size)
        for r in pool.demands:
            most = min(sum(sizes), network.wanted[r])
            columns.pooled[o, r] = columns.add(f"pooled_{o}_{r}", most)


def _most_flow(network: Network, r: int, source: Source) -> int:
    (crew, stock), wanted, demand = source, network.wanted[r], network.demands[r]
    if crew != DELIVERED:
        return min(len(network.crews[crew].members), wanted)
    if not demand.is_own:
        return min(network.room[stock], wanted)
    pair = network.pair_of(demand.needs[0], source)
    weight = 1 if pair is None else pair.consumption
    return min(network.room[stock] // weight, wanted) if weight else wanted


def _define_use(columns: Columns) -> None:
    """Make ``busy`` if the month limits a crew, and ``used`` of every stock in a source."""
    network = columns.network
    for k, slots in sorted(_slots_by_crew(network).items()):
        crew = network.crews[k]
        if crew.most < len(slots):
            for t, slot in enumerate(sorted(slots)):
                columns.busy[k, slot] = columns.add(
                    f"busy_{k}_{t}", len(crew.members), is_whole=False
                )
    drawn: set[int] = set()
    for demand in network.demands:
        drawn.update(map(itemgetter(1), demand.sources))
    for s in sorted(drawn):
        capacity = columns.problem.stocks[s].capacity
        columns.used[s] = columns.add(f"used_{s}", capacity, is_whole=False)


def _slots_by_crew(network: Network) -> dict[int, set[str]]:
    """Map each crew to the slots in which it is in a source of a demand."""
    crews_in: dict[str, set[int]] = defaultdict(set)
    for demand in network.demands:
        if demand.slot is not None:
            crews_in[demand.slot].update(map(itemgetter(0), demand.sources))
    found: dict[int, set[str]] = defaultdict(set)
    for slot, crews in crews_in.items():
        for k in crews:
            found[k].add(slot)
    return found


def _define_helped(columns: Columns) -> None:
    asked: dict[str, list[int]] = defaultdict(list)
    for d in columns.met:
        asked[columns.needs[d].recipient].append(d)
    for h, (recipient, needs) in enumerate(sorted(asked.items())):
        alone = columns.met[needs[0]] if len(needs) == 1 else None
        columns.helped[recipient] = columns.add(f"helped_{h}", 1) if alone is None else alone


def _define_turns(columns: Columns) -> None:
    """Make the turns of every set of two needs or more; for a set of one, ``met`` is the turn."""
    for p, of in enumerate(list_turn_sets(columns.problem, columns.met)):
        names = [f"turn_{p}_{k}" for k in range(1, len(of.needs) + 1)]
        columns.turns[of] = tuple(columns.add(name, 1) for name in names)


def _define_open(columns: Columns) -> None:
    stocks = columns.problem.stocks
    if any(stock.least_if_used for stock in stocks):
        for s in sorted(columns.list_below()):
            if stocks[s].least_if_used:
                columns.open[s] = columns.add(f"open_{s}", 1)
