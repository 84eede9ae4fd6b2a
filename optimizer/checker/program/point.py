"""The stated answer as a point: the value that it gives every column of the program."""

from ..month.read import RefutedError
from ..month.schema import Row
from .columns import Columns
from .eligibility import DELIVERED, Source
from .network import Edge


def place_answer(columns: Columns, lines: list[Row]) -> list[int]:
    """Return the value of every column under assignments that ``check_rules`` has accepted.

    Raises ``RefutedError`` if an assignment meets a need in a way that the program does not have.
    """
    return _Point(columns, lines).values


class _Point:
    def __init__(self, columns: Columns, lines: list[Row]) -> None:
        self.columns, self.classes = columns, columns.classes
        self.values = [0] * len(columns.high)
        crews = enumerate(self.classes.crews)
        self._crew_of = {person: k for k, crew in crews for person in crew.people}
        self._edges = dict(zip(self.classes.edges, columns.edge, strict=True))
        self._links = dict(zip(self.classes.links, columns.flow, strict=True))
        self._pools = {
            (pool.slot, source): (o, i)
            for o, pool in enumerate(self.classes.pools)
            for i, source in enumerate(pool.sources)
        }
        self._sources: dict[tuple[str, str | None], set[Source]] = {}
        for line in lines:
            team = self._sources.setdefault((line["need"], line["slot"]), set())
            team.add(self._source_of(line))
        for line in lines:
            self._place(line)
        self._count_turns()
        self._open_stocks()

    def _count_turns(self) -> None:
        for sets in self.columns.turns.values():
            for turns in sets:
                met = sum(self.values[self.columns.met[need]] for need in turns.needs)
                for k, column in enumerate(turns.columns):
                    self.values[column] = int(met > k)

    def _open_stocks(self) -> None:
        columns = self.columns
        below = columns.list_below() if columns.open else {}
        for stock, is_open in columns.open.items():
            used = (self.values[columns.used[name]] for name in below[stock])
            self.values[is_open] = int(any(used))

    def _place(self, line: Row) -> None:
        need, slot, units = line["need"], line["slot"], line["units"]
        person, columns = line["person"], self.columns
        source = self._source_of(line)
        r = self._find_demand(need, slot, source)
        met = {columns.met[need], columns.way[need, r]}
        met.add(columns.helped[columns.month.needs[need]["recipient"]])
        for column in met:
            self.values[column] = 1
        if slot is None and need in columns.units:
            self.values[columns.units[need]] += units
        for column in self._find_flow(need, r, source):
            self.values[column] += units
        if slot is not None and (source[0], slot) in columns.busy:
            self.values[columns.busy[source[0], slot]] += 1
        each = columns.month.consumption(need, line["stock"], person)
        self.values[columns.used[line["stock"]]] += each * units

    def _source_of(self, line: Row) -> Source:
        person = line["person"]
        return DELIVERED if person is None else self._crew_of[person], line["stock"]

    def _find_demand(self, need: str, slot: str | None, source: Source) -> int:
        demands = self.classes.demands
        for r in self.classes.ways[need]:
            if demands[r].slot == slot and self._sources[need, slot].issubset(demands[r].sources):
                return r
        raise RefutedError("answer_excluded", need=need, stock=source[1], slot=slot)

    def _find_flow(self, need: str, r: int, source: Source) -> tuple[int, ...]:
        """Return the columns of a flow: the pair's edge, else the link, else both of a pool."""
        pair, columns = self.classes.eligibility.pair_of(need, source), self.columns
        if pair is not None:
            edge = Edge(need, r, source, pair["score"])
            if edge in self._edges:
                return (self._edges[edge],)
        if (r, source) in self._links:
            return (self._links[r, source],)
        o, i = self._pools[self.classes.demands[r].slot or "", source]
        return columns.send[o, i], columns.pooled[o, r]
