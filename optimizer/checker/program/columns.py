"""The columns of the program: what each column counts, its number and its bounds."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ..month.month import Month
from ..month.schema import Row
from .eligibility import DELIVERED, Source
from .network import Classes, gather_classes
from .turns import Pair, Turns, number_turns


@dataclass(slots=True)
class Columns:
    """The number of every column; a column lies between 0 and its ``high``.

    Needs, stocks, recipients and slots are given by name, everything else by number.

    met        by need
    way        by need and demand; the only way of a need is its ``met``
    units      by need, for needs that a part of the quantity can meet
    flow       by number of link
    own_flow   by need: (source, flow) of the demands that are its own
    send       by pool and source
    pooled     by pool and demand
    edge       by number of edge
    busy       by crew and slot
    used       by stock
    helped     by recipient
    turns      by tier and pair of recipient and category
    open       by stock, for stocks with a ``least_if_used``
    """

    classes: Classes
    high: list[int] = field(default_factory=list)
    met: dict[str, int] = field(default_factory=dict)
    way: dict[tuple[str, int], int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)
    flow: list[int] = field(default_factory=list)
    own_flow: dict[str, list[tuple[Source, int]]] = field(default_factory=dict)
    send: dict[tuple[int, int], int] = field(default_factory=dict)
    pooled: dict[tuple[int, int], int] = field(default_factory=dict)
    edge: list[int] = field(default_factory=list)
    busy: dict[tuple[int, str], int] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)
    helped: dict[str, int] = field(default_factory=dict)
    turns: dict[tuple[int, Pair], list[Turns]] = field(default_factory=dict)
    open: dict[str, int] = field(default_factory=dict)

    def list_below(self) -> dict[str, list[str]]:
        """Map each stock to itself and the stocks within it, as far as they have ``used``."""
        below: dict[str, list[str]] = defaultdict(list)
        for stock in self.used:
            for above in self.month.ancestors[stock]:
                below[above].append(stock)
        return below

    @property
    def month(self) -> Month:
        """The month that the columns decide."""
        return self.classes.month

    def add(self, high: int) -> int:
        """Add a column and return its number."""
        self.high.append(high)
        return len(self.high) - 1

    def given(self, need: str, r: int) -> tuple[int, int]:
        """Return a column and its weight: their product is what a need gets from a demand.

        It is counted in persons for a visit, in units for a delivery.
        """
        row = self.month.needs[need]
        if self.classes.demands[r].slot is not None:
            return self.way[need, r], row["people"]
        if need in self.units:
            return self.units[need], 1
        return self.way[need, r], row["quantity"]

    def flows_between(self, need: str, stock: str | None, person: str | None) -> dict[int, int]:
        """Return weight 1 on each of a need's own flows from a stock, a person or both."""
        people, found = self.classes.eligibility.person_of, {}
        for source, column in self.own_flow.get(need, ()):
            first = people(source)
            is_theirs = person is None or (first is not None and first["id"] == person)
            if stock in (None, source[1]) and is_theirs:
                found[column] = 1
        return found

    def draws(self) -> Iterator[tuple[str | None, Source, int, int]]:
        """Yield slot, source, consumption per unit and column of all that takes from a source."""
        classes = self.classes
        for (r, source), column in zip(classes.links, self.flow, strict=True):
            pair = classes.pair_of_link(r, source)
            yield classes.demands[r].slot, source, pair["consumption"] if pair else 1, column
        for (o, i), column in self.send.items():
            yield classes.pools[o].slot, classes.pools[o].sources[i], 1, column
        for edge, column in zip(classes.edges, self.edge, strict=True):
            yield classes.demands[edge.demand].slot, edge.source, 1, column


def number_columns(month: Month, *, is_weighed: bool, tiers: Iterable[int] = ()) -> Columns:
    """Number all columns: needs, flows, pools, edges, busy, used, helped, turns, open, in turn.

    ``is_weighed``: needs with pairs get demands of their own (``min_cost``, outcome ``score``);
    ``tiers``: those of the ``first_turns``. The order is that of "Numbers of columns and rows" in
    FORMULATION.md.
    """
    columns = Columns(gather_classes(month, is_weighed=is_weighed))
    classes = columns.classes
    for need in month.problem["needs"]:
        _number_need(columns, need)
    wanted = [_sum_wanted(classes, r) for r in range(len(classes.demands))]
    for r, source in classes.links:
        _number_flow(columns, r, source, wanted[r])
    _number_pools(columns, wanted)
    for edge in classes.edges:
        row, crew = month.needs[edge.need], edge.source[0]
        is_visit = crew != DELIVERED
        most = min(row["people"], classes.crews[crew].size) if is_visit else row["quantity"]
        columns.edge.append(columns.add(most))
    _number_busy(columns)
    drawn = {stock for demand in classes.demands for _, stock in demand.sources}
    for stock in sorted(drawn):
        columns.used[stock] = columns.add(month.stocks[stock]["capacity"])
    _number_helped(columns)
    columns.turns = number_turns(month, columns.met, tiers, columns.add)
    _number_open(columns)
    if not columns.high:
        columns.add(0)
    return columns


def _number_need(columns: Columns, need: Row) -> None:
    name, ways = need["id"], columns.classes.ways[need["id"]]
    if not ways:
        return
    columns.met[name] = columns.add(1)
    for r in ways:
        columns.way[name, r] = columns.met[name] if len(ways) == 1 else columns.add(1)
        if columns.classes.demands[r].slot is None and need["least"] is not None:
            columns.units[name] = columns.add(need["quantity"])


def _sum_wanted(classes: Classes, r: int) -> int:
    demand = classes.demands[r]
    key = "quantity" if demand.slot is None else "people"
    return sum(classes.month.needs[need][key] for need in demand.needs)


def _number_flow(columns: Columns, r: int, source: Source, wanted: int) -> None:
    column = columns.add(_most_flow(columns.classes, r, source, wanted))
    columns.flow.append(column)
    own = columns.classes.demands[r].own
    if own is not None:
        columns.own_flow.setdefault(own, []).append((source, column))


def _most_flow(classes: Classes, r: int, source: Source, wanted: int) -> int:
    crew, stock = source
    if crew != DELIVERED:
        return min(classes.crews[crew].size, wanted)
    pair = classes.pair_of_link(r, source)
    each = pair["consumption"] if pair else 1
    return min(classes.eligibility.room[stock] // each, wanted) if each else wanted


def _number_pools(columns: Columns, wanted: list[int]) -> None:
    classes = columns.classes
    for o, pool in enumerate(classes.pools):
        sizes = [classes.crews[crew].size for crew, _ in pool.sources]
        for i, size in enumerate(sizes):
            columns.send[o, i] = columns.add(size)
        for r in pool.demands:
            columns.pooled[o, r] = columns.add(min(sum(sizes), wanted[r]))


def _number_busy(columns: Columns) -> None:
    """Add ``busy`` for crews with fewer visits per person than slots in which they are a source."""
    crews_in: dict[str, set[int]] = defaultdict(set)
    for demand in columns.classes.demands:
        if demand.slot is not None:
            crews_in[demand.slot].update([k for k, _ in demand.sources])
    slots_of: dict[int, set[str]] = defaultdict(set)
    for slot, crews in crews_in.items():
        for k in crews:
            slots_of[k].add(slot)
    for k, slots in sorted(slots_of.items()):
        crew = columns.classes.crews[k]
        for slot in sorted(slots) if crew.most < len(slots) else ():
            columns.busy[k, slot] = columns.add(crew.size)


def _number_helped(columns: Columns) -> None:
    """Set ``helped`` of every recipient; with a single need it is the need's ``met``."""
    asked: dict[str, list[int]] = defaultdict(list)
    for need, met in columns.met.items():
        asked[columns.month.needs[need]["recipient"]].append(met)
    for recipient, met_of in sorted(asked.items()):
        columns.helped[recipient] = met_of[0] if len(met_of) == 1 else columns.add(1)


def _number_open(columns: Columns) -> None:
    """Add ``open`` for stocks with a ``least_if_used`` if they, or one below, have ``used``."""
    below = columns.list_below()
    for stock in columns.month.problem["stocks"]:
        if stock["least_if_used"] and below[stock["id"]]:
            columns.open[stock["id"]] = columns.add(1)


@dataclass(slots=True)
class Program:
    """Rows low <= weights x <= high over whole columns, and the columns that stages add up.

    columns         the numbers of the columns
    low             the lower bound of every column
    high            the upper bound of every column
    rows            the weights of every row: column -> weight
    row_low         the lower bound of every row; None: no bound
    row_high        the upper bound of every row; None: no bound
    met             need -> column: whether the need is met
    units           need -> column: units delivered, where a part is enough
    used            stock -> column: units used directly of it
    helped          recipient -> column: whether a need of theirs is met
    turns           tier, recipient and category -> columns that count the needs met
    scores_by_need  need -> columns that give to it -> points (or costs) per unit, if not 0
    """

    columns: Columns = field(compare=False, repr=False)
    low: list[int]
    high: list[int]
    rows: list[dict[int, int]] = field(default_factory=list)
    row_low: list[int | None] = field(default_factory=list)
    row_high: list[int | None] = field(default_factory=list)
    met: dict[str, int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)
    helped: dict[str, int] = field(default_factory=dict)
    scores_by_need: dict[str, dict[int, int]] = field(default_factory=dict)
    turns: dict[tuple[int, Pair], list[Turns]] = field(default_factory=dict)

    @property
    def scores(self) -> dict[int, int]:
        """The points (or costs) per unit, keyed by column, where they are not 0."""
        return {j: score for own in self.scores_by_need.values() for j, score in own.items()}

    def add(self, weights: dict[int, int], low: int | None, high: int | None) -> None:
        """Add the row ``low <= weights x <= high``."""
        self.rows.append(weights)
        self.row_low.append(low)
        self.row_high.append(high)
