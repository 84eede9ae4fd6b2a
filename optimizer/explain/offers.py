"""Count which offers pass which filters for a need, and find the nearest miss.

The order of filters is that of FORMULATION.md: category, area, status, skill, slot, forbidden. A
stock counts once: with the one of its people that passes the most filters. Codes and numbers only.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from optimizer.explanation import NearestMiss
from optimizer.model.eligibility import is_open_to
from optimizer.problem import Forbid, Need, Pair, Person, Problem, Stock
from optimizer.validity import Validity

FILTERS = ("category", "area", "status", "skill", "slot", "forbidden")
PASSED = len(FILTERS)


@dataclass(frozen=True, slots=True)
class OfferCounts:
    """How many offers of the month fail at each filter for a need, and how many pass all filters.

    failed     (filter, number of offers that fail there), 0 included, in the order of the filters
    eligible   number of offers that pass all filters
    nearest    the offer of the category that passes the most filters; None if an offer passes all,
               or if the category has no offer
    """

    failed: tuple[tuple[str, int], ...]
    eligible: int
    nearest: NearestMiss | None


class Offers:
    """The filters of one problem; counts are cached, one for needs that the filters read alike."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self._validity = problem, Validity(problem)
        self._staff: dict[str, list[Person]] = defaultdict(list)
        for person in problem.people:
            for name in person.stocks:
                self._staff[name].append(person)
        self._stocks: dict[str, list[Stock]] = defaultdict(list)
        for stock in problem.stocks:
            self._stocks[stock.category].append(stock)
        self._offers = len(problem.stocks) - len(self._stocks[""])
        self._forbids: dict[str, list[Forbid]] = defaultdict(list)
        for forbid in problem.forbids:
            self._forbids[forbid.need].append(forbid)
        self._pairs: dict[str, list[Pair]] = defaultdict(list)
        for pair in problem.pairs:
            self._pairs[pair.need].append(pair)
        self._cache: dict[tuple[object, ...], OfferCounts] = {}

    def count(self, need: Need) -> OfferCounts:
        """Return how many offers of the month fail at each filter for this need."""
        key = self.class_of(need)
        if key not in self._cache:
            self._cache[key] = self._count(need)
        return self._cache[key]

    def class_of(self, need: Need) -> tuple[object, ...]:
        """Return what the filters read of a need; needs with equal keys pass the same filters."""
        key: tuple[object, ...] = (need.category, need.area, need.statuses, need.requires)
        key += (need.slots, need.days, tuple(need.status_days.items()))
        if need.listed or self._forbids[need.id] or self._pairs[need.id]:
            key += (need.id,)
        return key

    def eligible(self, need: Need) -> Iterator[tuple[Stock, Person | None]]:
        """Yield each stock that passes all filters; a staffed one with each person who passes."""
        for stock in self._stocks.get(need.category, ()):
            if is_open_to(stock, need):
                for person in self._list_staff(stock):
                    if self.passes(need, stock, person):
                        yield stock, person

    @property
    def has_days(self) -> bool:
        """Whether anything in the question is valid on some days only."""
        return self._validity.is_used

    def givers(self, need: Need) -> Iterator[tuple[Stock, Person | None]]:
        """Yield every stock of the category, with each of its people if it is staffed."""
        for stock in self._stocks.get(need.category, ()):
            for person in self._list_staff(stock):
                yield stock, person

    def passes(self, need: Need, stock: Stock, person: Person | None) -> bool:
        """Return whether the stock, with this person if it is staffed, passes all filters."""
        return self._passed(need, stock, person) == PASSED

    def slots(self, need: Need, stock: Stock, person: Person) -> list[str]:
        """Return the slots in which need, stock and person all allow a visit on some day."""
        shared = sorted(_shared_slots(need, stock, person))
        return [s for s in shared if self._validity.allow_visit(need, stock, person, s)]

    def slots_of(self, need: Need, stock: Stock, person: Person | None) -> list[str]:
        """Return the slots of a visit; an empty list without a person, for a delivery has none."""
        return [] if person is None else self.slots(need, stock, person)

    def consumption(self, need: str, stock: str, person: str | None) -> int:
        """Return the units of the stock that one unit given to the need uses."""
        pair = self._find_pair(need, stock, person)
        return 1 if pair is None else pair.consumption

    def most(self, need: str, stock: str) -> int | None:
        """Return the most units or persons that the stock may give to the need; None: no limit."""
        pair = self._find_pair(need, stock, None)
        return None if pair is None else pair.most

    def score(self, need: str, stock: str, person: str | None) -> int:
        """Return the points for each unit given to the need."""
        pair = self._find_pair(need, stock, person)
        return 0 if pair is None else pair.score

    def _list_staff(self, stock: Stock) -> Sequence[Person | None]:
        return self._staff[stock.id] if stock.staffed else [None]

    def _find_pair(self, need: str, stock: str, person: str | None) -> Pair | None:
        named = {pair.person: pair for pair in self._pairs.get(need, ()) if pair.stock == stock}
        return named.get(person, named.get(None))

    def _count(self, need: Need) -> OfferCounts:
        alike = self._stocks.get(need.category, ())
        failed: Counter[int] = Counter({0: self._offers - len(alike)})
        nearest: tuple[int, Stock, Person | None] | None = None
        for stock in alike:
            passed, person = self._reach(need, stock)
            failed[passed] += 1
            if passed < PASSED and (nearest is None or passed > nearest[0]):
                nearest = passed, stock, person
        miss = self._describe(need, *nearest) if nearest and not failed[PASSED] else None
        counts = tuple((name, failed[k]) for k, name in enumerate(FILTERS))
        return OfferCounts(counts, failed[PASSED], miss)

    def _reach(self, need: Need, stock: Stock) -> tuple[int, Person | None]:
        """Return how many filters the stock passes with its best person, and that person.

        The person is None if the stock is tried or counted without one.
        """
        if not stock.staffed or not is_open_to(stock, need):
            return self._passed(need, stock, None), None
        reached = [(self._passed(need, stock, p), p) for p in self._staff[stock.id]]
        return max(reached, key=lambda found: found[0], default=(FILTERS.index("skill"), None))

    def _passed(self, need: Need, stock: Stock, person: Person | None) -> int:
        for k, is_passed in enumerate(self._filters(need, stock, person)):
            if not is_passed:
                return k
        return PASSED

    def _filters(self, need: Need, stock: Stock, person: Person | None) -> Iterator[bool]:
        yield stock.category == need.category
        yield all(not row.areas or need.area in row.areas for row in (stock, person) if row)
        yield not stock.statuses or not set(stock.statuses).isdisjoint(need.statuses)
        if person is None:
            yield not stock.staffed
            yield self._validity.allow_delivery(need, stock)
        else:
            yield set(need.requires) <= set(person.skills)
            yield bool(self.slots(need, stock, person))
        yield self._is_allowed(need, stock, person)

    def _is_allowed(self, need: Need, stock: Stock, person: Person | None) -> bool:
        people = (None, person.id if person else None)
        for forbid in self._forbids[need.id]:
            if forbid.stock in (None, stock.id) and forbid.person in people:
                return False
        pairs = self._pairs[need.id]
        most = [pair.most for pair in pairs if pair.stock == stock.id and pair.person in people]
        return 0 not in most and bool(most or not need.listed)

    def _describe(
        self, need: Need, passed: int, stock: Stock, person: Person | None
    ) -> NearestMiss:
        is_near = person is not None and is_open_to(stock, need)
        missing: dict[str, tuple[str, ...]] = {
            "area": person.areas if person and is_near else stock.areas,
            "status": stock.statuses,
            "skill": tuple(sorted(set(need.requires) - set(person.skills if person else ()))),
            "slot": person.slots if person else stock.slots,
        }
        name = FILTERS[passed]
        return NearestMiss(name, stock.id, person.id if person else None, missing.get(name, ()))


def _shared_slots(need: Need, stock: Stock, person: Person) -> set[str]:
    """Return the slots that need, stock and person all allow.

    A need or stock without slots allows any slot.
    """
    shared = set(person.slots)
    for wanted in (need.slots, stock.slots):
        if wanted:
            shared &= set(wanted)
    return shared
