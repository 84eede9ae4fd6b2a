"""Who may serve whom: filters 1 to 6 of FORMULATION.md over crews of interchangeable persons."""

from collections import defaultdict

from optimizer.crews import DELIVERED, Crew, Source
from optimizer.problem import Need, Pair, Problem, Stock
from optimizer.rolls import Roll


def is_open_to(stock: Stock, need: Need) -> bool:
    """Filters 1 to 3 for a stock."""
    return (
        stock.category == need.category
        and (not stock.areas or need.area in stock.areas)
        and (not stock.statuses or not set(stock.statuses).isdisjoint(need.statuses))
    )


class Eligibility:
    """Sources of every need as masks on the roll of its category, slots of visits aside."""

    def __init__(self, problem: Problem, crews: tuple[Crew, ...]) -> None:
        self.problem = problem
        self.crews = crews
        self._position = {stock.id: s for s, stock in enumerate(problem.stocks)}
        self._forbids: dict[str, list[tuple[str | None, str | None]]] = defaultdict(list)
        for forbid in problem.forbids:
            self._forbids[forbid.need].append((forbid.stock, forbid.person))
        self.pairs: dict[str, dict[tuple[str, str | None], Pair]] = defaultdict(dict)
        for pair in problem.pairs:
            self.pairs[pair.need][pair.stock, pair.person] = pair
        self._excluding = {pair.need for pair in problem.pairs if pair.most == 0}
        self._excluding |= self._forbids.keys()
        sources = self._gather_sources()
        self._rolls = {
            category: Roll(crews, problem.stocks, sources.get(category, ()))
            for category in sorted({need.category for need in problem.needs})
        }

    def _gather_sources(self) -> dict[str, list[Source]]:
        """Sources of every category by stock and crew, filters aside."""
        crews_of: dict[int, list[int]] = defaultdict(list)
        for k, crew in enumerate(self.crews):
            for name in crew.stocks:
                crews_of[self._position[name]].append(k)
        found: dict[str, list[Source]] = defaultdict(list)
        for s, stock in enumerate(self.problem.stocks):
            if stock.category:
                staff = crews_of[s] if stock.staffed else [DELIVERED]
                found[stock.category].extend((k, s) for k in staff)
        return found

    def roll_of(self, need: Need) -> Roll:
        """The roll that the masks of this need are read on."""
        return self._rolls[need.category]

    def mask_of(self, need: Need) -> int:
        """Every source that passes filters 1 to 4 and 6; deliveries 5 as well."""
        roll, mask = self.roll_of(need), self.pass_filters(need)
        if need.listed:
            mask &= self.at_pairs(need)
        if need.listed or need.id in self._excluding:
            return roll.keep(mask, lambda source: self._is_allowed(need, source))
        return mask

    def pass_filters(self, need: Need) -> int:
        """Sources that pass filters 1 to 4 and deliveries 5, forbids and lists aside."""
        return self.roll_of(need).pass_filters(need)

    def at_pairs(self, need: Need) -> int:
        """Sources at the stocks that a pair of this need names."""
        stocks = {self._position[stock] for stock, _ in self.pairs.get(need.id, ())}
        return self.roll_of(need).at_stocks(stocks)

    def list_ruled(self, need: Need, mask: int) -> list[tuple[Source, Pair]]:
        """The sources of a mask that a pair of this need rules, each with its pair."""
        near = self.roll_of(need).select(mask & self.at_pairs(need))
        return [(source, pair) for source in near if (pair := self.pair_of(need, source))]

    def pair_of(self, need: Need, source: Source) -> Pair | None:
        """The pair that rules this source: the person's before the stock's."""
        pairs = self.pairs.get(need.id)
        if not pairs:
            return None
        stock = self.problem.stocks[source[1]].id
        general = pairs.get((stock, None))
        return pairs.get((stock, self._person_of(source)), general)

    def _person_of(self, source: Source) -> str | None:
        return None if source[0] == DELIVERED else self.crews[source[0]].members[0]

    def _is_allowed(self, need: Need, source: Source) -> bool:
        stock, person = self.problem.stocks[source[1]].id, self._person_of(source)
        for forbidden_stock, forbidden_person in self._forbids.get(need.id, ()):
            if forbidden_stock in (None, stock) and forbidden_person in (None, person):
                return False
        pairs = self.pairs.get(need.id, {})
        ruling = [pairs[key] for key in {(stock, None), (stock, person)} if key in pairs]
        if any(pair.most == 0 for pair in ruling):
            return False
        return not need.listed or bool(ruling)
