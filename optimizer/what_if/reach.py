"""Find which needs of a decided month can use anything that became free (W6).

The decided answer was the best, and one more need met never makes an answer worse. So an unmet need
could not be met with what was free beside that answer. To be met now it must use something that a
promise held and that is no longer kept.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from optimizer.model.eligibility import DELIVERED
from optimizer.model.network import Demand, Network
from optimizer.problem import Need, Pair, Problem
from optimizer.solution import Assignment

Pairs = Mapping[tuple[str, str, str | None], Pair]


def weigh(pairs: Pairs, line: Assignment) -> int:
    """Return the units that a line takes of its stock."""
    for person in (line.person, None):
        if (pair := pairs.get((line.need, line.stock, person))) is not None:
            return pair.consumption * line.units
    return line.units


class FallenLines:
    """What the ended lines of a decided month held, and which needs may use it.

    problem    the decided question
    standing   the lines that are kept; lines that later searches added may be among them:
               ``list_needs`` then returns the same needs as without them, or more
    fallen     the decided lines that ended without help
    """

    def __init__(
        self, problem: Problem, standing: Sequence[Assignment], fallen: Sequence[Assignment]
    ) -> None:
        self._pairs = {(pair.need, pair.stock, pair.person): pair for pair in problem.pairs}
        self._stocks = {stock.id: stock for stock in problem.stocks}
        self._needs = {need.id: need for need in problem.needs}
        self._network = Network(problem)
        self._used = self._count_used([*standing, *fallen])
        self._touched = {name for line in fallen for name in self._list_above(line.stock)}
        self._times = {(line.person, line.slot) for line in fallen if line.person is not None}
        self._full = self._list_full(Counter(line.person for line in (*standing, *fallen)))
        self._homes = {self._needs[line.need].recipient for line in fallen}

    def _list_full(self, visits: Counter[str | None]) -> set[str]:
        """Return the persons of an ended line who had no visit left in the month."""
        most = {person.id: person.most_visits for person in self._network.problem.people}
        held = {person for person, _slot in self._times if person is not None}
        return {person for person in held if visits[person] >= most[person]}

    def _count_used(self, lines: Iterable[Assignment]) -> Counter[str]:
        """Return the units that the lines took of each stock, also through stocks below it."""
        used = Counter[str]()
        for line in lines:
            for name in self._list_above(line.stock):
                used[name] += weigh(self._pairs, line)
        return used

    def _list_above(self, stock: str) -> list[str]:
        """Return the ids of the stock and of all its ancestors."""
        network = self._network
        s = next(s for s, row in enumerate(network.problem.stocks) if row.id == stock)
        return [network.problem.stocks[k].id for k in (s, *network.ancestors[s])]

    def list_needs(self, rest: Problem) -> frozenset[str]:
        """Return the ids of the needs of the rest that may use something that an ended line held.

        Needs of a recipient with an ended line count too, and so do needs that fewer units would
        meet now than in the decided month.
        """
        network = Network(rest)
        found = {
            need.id
            for need in rest.needs
            if need.recipient in self._homes
            or need.least_units < self._needs[need.id].least_units  # less would do now
        }
        for demand in network.demands:
            for d in demand.needs:
                need = rest.needs[d]
                if need.id not in found and self._is_near(network, demand, need):
                    found.add(need.id)
        return frozenset(found)

    def _is_near(self, network: Network, demand: Demand, need: Need) -> bool:
        for crew, s in demand.sources:
            stock = network.problem.stocks[s].id
            if not network.room[s] or stock not in self._stocks:
                continue
            if self._is_held(stock, need):
                return True
            people = () if crew == DELIVERED else network.crews[crew].members
            if any((p, demand.slot) in self._times or p in self._full for p in people):
                return True
        return False

    def _is_held(self, stock: str, need: Need) -> bool:
        """Return whether ended lines held what the need lacked in the stock or an ancestor of it.

        A stock with a threshold (``least_if_used``) always counts as held.
        """
        pairs = (self._pairs.get((need.id, stock, None)), *self._list_own(stock, need))
        weight = max((pair.consumption for pair in pairs if pair is not None), default=1)
        units = max(need.people, need.quantity) * max(weight, 1)
        above = [self._stocks[name] for name in self._list_above(stock)]
        return any(
            row.least_if_used > 0
            or (row.id in self._touched and row.capacity - self._used[row.id] < units)
            for row in above
        )

    def _list_own(self, stock: str, need: Need) -> list[Pair]:
        """Return the pairs of the need and the stock that name a person."""
        return [pair for key, pair in self._pairs.items() if key[:2] == (need.id, stock) and key[2]]
