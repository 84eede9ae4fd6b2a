"""The verifier's own crews and sources: who may give to a need, persons in classes.

Everything stands in sorted order, because certificates name columns and rows by number; the order
is told under "Numbers of columns and rows" in FORMULATION.md.
"""

from collections import defaultdict
from dataclasses import dataclass

from optimizer.verify_month import Month, is_forbidden, share_slot
from optimizer.verify_schema import Row

DELIVERED = -1
Source = tuple[int, str]  # crew by number, stock by id; crew -1: delivered without a person
Way = tuple[str | None, tuple[Source, ...]]  # slot (None: delivered) and the sources in it


@dataclass(frozen=True, slots=True)
class Crew:
    """``size`` persons whom no rule can tell apart, each with at most ``most`` visits.

    first   the row of the first of them; it speaks for all
    """

    first: Row
    size: int
    most: int


def gather_crews(month: Month) -> list[Crew]:
    """Classes of the persons who can visit at all, in the order of their first ids."""
    problem = month.problem
    named = {row["person"] for table in ("pairs", "pins", "forbids") for row in problem[table]}
    useful = {skill for need in problem["needs"] for skill in need["requires"]}
    alike: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for person in problem["people"]:
        if person["most_visits"] and person["stocks"] and person["slots"]:
            alone = person["id"] if person["id"] in named else None
            lists = [tuple(person[name]) for name in ("stocks", "areas", "slots")]
            skills = frozenset(useful.intersection(person["skills"]))
            alike[alone, skills, _most_of(person), *lists].append(person)
    return [Crew(rows[0], len(rows), _most_of(rows[0])) for rows in alike.values()]


def _most_of(person: Row) -> int:
    return min(int(person["most_visits"]), len(person["slots"]))


def _is_open_to(stock: Row, need: Row) -> bool:
    """Filters 2 and 3 for a stock of the need's category."""
    is_near = not stock["areas"] or need["area"] in stock["areas"]
    statuses = stock["statuses"]
    return is_near and (not statuses or not set(statuses).isdisjoint(need["statuses"]))


class Eligibility:
    """Sources of every need. ``room``: most units that a stock and all above it let it give."""

    def __init__(self, month: Month) -> None:
        self.month = month
        self.crews = gather_crews(month)
        self.room = {
            stock: min(month.stocks[name]["capacity"] for name in above)
            for stock, above in month.ancestors.items()
        }
        self._slots = sorted({slot for crew in self.crews for slot in crew.first["slots"]})
        self._stocks_of: dict[str, list[Row]] = defaultdict(list)
        for stock in month.problem["stocks"]:
            if stock["category"]:
                self._stocks_of[stock["category"]].append(stock)
        self._crews_of: dict[str, list[int]] = defaultdict(list)
        for k, crew in enumerate(self.crews):
            for name in crew.first["stocks"]:
                self._crews_of[name].append(k)
        self.pairs_of: dict[str, list[Row]] = defaultdict(list)
        for pair in month.problem["pairs"]:
            self.pairs_of[pair["need"]].append(pair)
        self._excluding = {row["need"] for row in month.problem["forbids"]}
        self._excluding |= {row["need"] for row in month.problem["pairs"] if row["most"] == 0}
        self._excluding |= {row["id"] for row in month.problem["needs"] if row["listed"]}
        self._staff: dict[tuple[str, str, tuple[str, ...]], list[Source]] = {}
        self._free: dict[str, set[Source]] = {}

    def person_of(self, source: Source) -> Row | None:
        """The person who speaks for the source's crew; None: delivered."""
        return None if source[0] == DELIVERED else self.crews[source[0]].first

    def pair_of(self, need: str, source: Source) -> Row | None:
        """The pair that rules this need and source, the person's before the stock's."""
        person = self.person_of(source)
        return self.month.find_pair(need, source[1], person["id"] if person else None)

    def list_ruled(self, need: str, sources: tuple[Source, ...]) -> list[tuple[Source, Row]]:
        """The sources that a pair of this need rules, each with its pair."""
        stocks = {pair["stock"] for pair in self.pairs_of.get(need, ())}
        near = [source for source in sources if source[1] in stocks]
        return [(source, pair) for source in near if (pair := self.pair_of(need, source))]

    def sources_of(self, need: Row) -> tuple[Source, ...]:
        """All sources by stock and crew, slots of visits aside; no forbid or list excludes them."""
        found: list[Source] = []
        for stock in self._stocks_of.get(need["category"], ()):
            if _is_open_to(stock, need):
                found.extend(self._sources_in(stock, need))
        if need["id"] not in self._excluding:
            return tuple(found)
        month = self.month
        return tuple(
            source
            for source in found
            if not is_forbidden(month, need, month.stocks[source[1]], self.person_of(source))
        )

    def _sources_in(self, stock: Row, need: Row) -> list[Source]:
        """Filter 4 and the areas of persons; filter 5 for deliveries."""
        name, area, requires = stock["id"], need["area"], tuple(need["requires"])
        if not stock["staffed"]:
            return [(DELIVERED, name)] if share_slot(need["slots"], stock["slots"]) else []
        if (name, area, requires) not in self._staff:
            staff = [(k, self.crews[k].first) for k in self._crews_of[name]]
            self._staff[name, area, requires] = [
                (k, name)
                for k, first in staff
                if not set(requires).difference(first["skills"])
                and (not first["areas"] or area in first["areas"])
            ]
        return self._staff[name, area, requires]

    def find_ways(self, need: Row, sources: tuple[Source, ...]) -> list[Way]:
        """Delivery, then slots in order, where these sources could meet the need were it alone."""
        delivered = tuple(source for source in sources if source[0] == DELIVERED)
        visiting = tuple(source for source in sources if source[0] != DELIVERED)
        ways: list[Way] = []
        least = need["quantity"] if need["least"] is None else need["least"]
        if delivered and sum(self._reach(need, source) for source in delivered) >= least:
            ways.append((None, delivered))
        for slot in (need["slots"] or self._slots) if visiting else ():
            found = tuple(filter(self._list_free(slot).__contains__, visiting))
            if self._are_enough(found, need["people"]):
                ways.append((slot, found))
        return ways

    def _reach(self, need: Row, source: Source) -> int:
        pair, wanted = self.pair_of(need["id"], source), int(need["quantity"])
        room = int(self.room[source[1]])
        if pair is None:
            return min(wanted, room)
        most = wanted if pair["most"] is None else min(wanted, int(pair["most"]))
        return min(most, room // pair["consumption"]) if pair["consumption"] else most

    def _are_enough(self, found: tuple[Source, ...], people: int) -> bool:
        crews: set[int] = set()
        for k, _ in found:
            if k not in crews:
                crews.add(k)
                people -= self.crews[k].size
                if people <= 0:
                    return True
        return False

    def _list_free(self, slot: str) -> set[Source]:
        """Every crew at every stock where a visit in this slot may take place."""
        if slot not in self._free:
            stocks = self.month.stocks
            self._free[slot] = {
                (k, name)
                for k, crew in enumerate(self.crews)
                if slot in crew.first["slots"]
                for name in crew.first["stocks"]
                if not stocks[name]["slots"] or slot in stocks[name]["slots"]
            }
        return self._free[slot]
