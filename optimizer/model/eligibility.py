"""Which sources may serve a need: filters 1 to 6 of FORMULATION.md, over crews.

A *crew* is a class of persons that no rule can tell apart: the same stocks, useful skills, areas,
slots, days and most visits. A person named by a pair, pin or forbid is a crew of one. A *source* is
a crew with a stock that it staffs, or a stock that delivers without a person.

The sources of a category are numbered. For every value that a filter reads there is the bit set of
the sources that have it, so that a few intersections of integers give the sources of a need.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter, itemgetter

from optimizer.bitset import BitSet, bit_set, first_numbers, list_members, select
from optimizer.problem import Need, Pair, Person, Pin, Problem, Stock
from optimizer.validity import Validity, is_on, list_statuses

Source = tuple[int, int]  # (crew, stock) by position; crew -1: delivered without a person
DELIVERED = -1


@dataclass(frozen=True, slots=True)
class Crew:
    """Persons that no rule can tell apart.

    members      their ids
    stocks       the ids of the stocks that each of them staffs
    skills       those of their skills that some need requires
    areas        where each of them helps; empty: anywhere
    slots        the slots in which each of them is free
    most         the most visits of each in the month, and at most one for each slot
    days         the only days on which they are valid; empty: every day
    skill_days   (skill, days) for skills that are valid on these days only
    """

    members: tuple[str, ...]
    stocks: tuple[str, ...]
    skills: frozenset[str]
    areas: tuple[str, ...]
    slots: tuple[str, ...]
    most: int
    days: tuple[str, ...] = ()
    skill_days: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def list_dated_skills(self) -> Iterator[tuple[str, str | None]]:
        """Yield each skill with each of its days, or with None if it is valid on any day."""
        days = dict(self.skill_days)
        for skill in self.skills:
            yield from ((skill, day) for day in days.get(skill, (None,)))


NOBODY = Crew((), (), frozenset(), (), (), 0)  # the crew of every delivery


def gather_crews(problem: Problem) -> tuple[Crew, ...]:
    """Return the crews in the order of their first members.

    Persons without a visit, a stock or a slot are left out.
    """
    named = _list_named(problem)
    useful = frozenset(skill for need in problem.needs for skill in need.requires)
    members: dict[tuple[str, Crew], list[str]] = defaultdict(list)
    for person in problem.people:
        if person.most_visits and person.stocks and person.slots:
            own_name = person.id if person.id in named else ""
            members[own_name, _describe(person, useful)].append(person.id)
    return tuple(replace(crew, members=tuple(alike)) for (_, crew), alike in members.items())


def _list_named(problem: Problem) -> set[str]:
    """Return the persons named by a pair, pin or forbid."""
    rows: tuple[Pair | Pin, ...] = (*problem.pairs, *problem.pins, *problem.forbids)
    return {row.person for row in rows if row.person is not None}


def _describe(person: Person, useful: frozenset[str]) -> Crew:
    """Return as a crew without members what the rules read of a person."""
    skills = useful.intersection(person.skills)
    most = min(person.most_visits, len(person.slots))
    dated = tuple((skill, days) for skill, days in person.skill_days.items() if skill in skills)
    where_and_when = (person.areas, person.slots, most, person.days, dated)
    return Crew((), person.stocks, skills, *where_and_when)


class _InvertedIndex:
    """The set of sources that have a value, for every value, and the set of those without any."""

    def __init__(self, values_of: Iterable[Iterable[Hashable]]) -> None:
        self._having: dict[Hashable, BitSet] = defaultdict(int)
        self._without: BitSet = 0
        for number, values in enumerate(values_of):
            if not values:
                self._without |= 1 << number
            for value in values:
                self._having[value] |= 1 << number

    def having(self, values: Iterable[Hashable]) -> BitSet:
        """Return the sources that have at least one of the values."""
        found: BitSet = 0
        for value in values:
            found |= self._having.get(value, 0)
        return found

    def admitting(self, values: Iterable[Hashable]) -> BitSet:
        """Return the sources that have one of the values, or no value and thus no restriction."""
        return self._without | self.having(values)


class SourceIndex:
    """The sources of one category, numbered by stock, then crew, and indexed for the filters.

    A bit set has bit b for source b. ``delivered`` is the set of the sources without a person,
    ``visits`` that of the others.
    """

    def __init__(
        self,
        crews: Sequence[Crew],
        stocks: Sequence[Stock],
        sources: Iterable[Source],
        validity: Validity,
    ) -> None:
        self._crews, self._validity = crews, validity
        self.sources = tuple(sources)
        crew_of = [NOBODY if k == DELIVERED else crews[k] for k, _ in self.sources]
        stock_of = [stocks[s] for _, s in self.sources]
        self.delivered = bit_set(b for b, crew in enumerate(crew_of) if crew is NOBODY)
        self.visits = first_numbers(len(self.sources)) & ~self.delivered
        self._areas = _InvertedIndex(map(attrgetter("areas"), stock_of))
        self._statuses = _InvertedIndex(map(attrgetter("statuses"), stock_of))
        self._times = _InvertedIndex(map(attrgetter("slots"), stock_of))
        self._near = _InvertedIndex(map(attrgetter("areas"), crew_of))
        self._skills = _InvertedIndex(map(attrgetter("skills"), crew_of))
        self._free = _InvertedIndex(map(attrgetter("slots"), crew_of))
        self._stocks = _InvertedIndex(zip(map(itemgetter(1), self.sources), strict=True))
        self._given_on = _InvertedIndex(map(attrgetter("days"), stock_of))
        self._there_on = _InvertedIndex(map(attrgetter("days"), crew_of))
        self._skilled_on = _InvertedIndex(list(crew.list_dated_skills()) for crew in crew_of)
        self._on_day: dict[tuple[object, ...], BitSet] = {}
        self._selected: dict[BitSet, tuple[Source, ...]] = {}
        self._in_slot: dict[str, BitSet] = {}

    def pass_filters(self, need: Need) -> BitSet:
        """Return the sources that pass filters 2 to 4 (area, status, skill) for a need.

        A delivery is returned only if it passes filter 5 (slot) too.
        """
        found = self._areas.admitting((need.area,)) & self._near.admitting((need.area,))
        found &= self._statuses.admitting(need.statuses)
        for skill in need.requires:
            found &= self.delivered | self._skills.having((skill,))
        return found & (self.visits | self._list_timely(need))

    def _list_timely(self, need: Need) -> BitSet:
        """Return the deliveries that pass filter 5; other sources in the set have no meaning."""
        if not self._validity.is_used:
            return self._times.admitting(need.slots) if need.slots else self.delivered
        any_day = self._on_some_day(need, self._validity.names)
        if not need.slots:
            return any_day
        found = any_day & self._times.admitting(())
        for slot in need.slots:
            found |= self._times.having((slot,)) & self._on_some_day(
                need, self._validity.days_of(slot)
            )
        return found

    def _on_some_day(self, need: Need, days: Iterable[str]) -> BitSet:
        found: BitSet = 0
        for day in days:
            found |= self.on_day(need, day)
        return found

    def on_day(self, need: Need, day: str) -> BitSet:
        """Return all sources that validity by day lets serve the need on this day; maybe none."""
        if not is_on(need.days, day):
            return 0
        statuses = tuple(list_statuses(need, day))
        key = (day, statuses, need.requires)
        if key not in self._on_day:
            found = self._given_on.admitting((day,)) & self._there_on.admitting((day,))
            found &= self._statuses.admitting(statuses)
            for skill in need.requires:
                dated = ((skill, None), (skill, day))
                found &= self.delivered | self._skilled_on.having(dated)
            self._on_day[key] = found
        return self._on_day[key]

    def split_by_day(self, need: Need, bits: BitSet, slot: str) -> list[BitSet]:
        """Return the sets of these sources from which a need's visitors may come in a slot.

        A single visitor only needs a day in common with the need: there is one set. A team needs
        one day for all: the sets are the largest that are valid on one day, in the order of their
        first days.
        """
        if not self._validity.is_used:
            return [bits]
        days = self._validity.days_of(slot)
        if need.people == 1:
            return [bits & self._on_some_day(need, days)]
        found = list(dict.fromkeys(bits & self.on_day(need, day) for day in days))
        return [a for a in found if not any(a != b and a | b == b for b in found)]

    def in_slot(self, slot: str) -> BitSet:
        """Return the sources whose stock and crew allow a visit in a slot."""
        if slot not in self._in_slot:
            times = self._times.admitting((slot,))
            self._in_slot[slot] = self.visits & times & self._free.having((slot,))
        return self._in_slot[slot]

    def at_stocks(self, stocks: Iterable[int]) -> BitSet:
        """Return the sources with one of these stocks, given by position."""
        return self._stocks.having(stocks)

    def select(self, bits: BitSet) -> tuple[Source, ...]:
        """Return the sources of a set in order of number; equal sets give the same object."""
        if bits not in self._selected:
            self._selected[bits] = select(bits, self.sources)
        return self._selected[bits]

    def keep(self, bits: BitSet, is_kept: Callable[[Source], bool]) -> BitSet:
        """Return the sources of a set for which ``is_kept`` is true."""
        return bit_set(b for b in list_members(bits) if is_kept(self.sources[b]))

    def are_enough(self, bits: BitSet, people: int) -> bool:
        """Return whether the crews of a set, each counted once, have ``people`` persons or more."""
        if people <= 1:
            return bits != 0
        counted: set[int] = set()
        for k, _ in self.select(bits):
            if k not in counted:
                counted.add(k)
                people -= len(self._crews[k].members)
                if people <= 0:
                    return True
        return False


def is_open_to(stock: Stock, need: Need) -> bool:
    """Return whether the stock passes filters 1 to 3."""
    return (
        stock.category == need.category
        and (not stock.areas or need.area in stock.areas)
        and (not stock.statuses or not set(stock.statuses).isdisjoint(need.statuses))
    )


class Eligibility:
    """The sources of every need as bit sets, and the rows ``Pair`` of every need.

    Filter 5 (slot) is not applied to visits: ``Network.find_ways`` does this for each slot.
    """

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
        sources, validity = self._gather_sources(), Validity(problem)
        self._indexes = {
            category: SourceIndex(crews, problem.stocks, sources.get(category, ()), validity)
            for category in sorted({need.category for need in problem.needs})
        }

    def _gather_sources(self) -> dict[str, list[Source]]:
        """Map each category to its sources in order of stock and crew, before other filters."""
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

    def index_of(self, need: Need) -> SourceIndex:
        """Return the index that numbers the sources of this need."""
        return self._indexes[need.category]

    def sources_of(self, need: Need) -> BitSet:
        """Return the sources that pass filters 1 to 4 and 6; a delivery must pass filter 5 too."""
        found = self.pass_filters(need)
        if need.listed:
            found &= self.at_pairs(need)
        if need.listed or need.id in self._excluding:
            is_allowed = partial(self._is_allowed, need)
            return self.index_of(need).keep(found, is_allowed)
        return found

    def pass_filters(self, need: Need) -> BitSet:
        """Return the sources that pass filters 1 to 4 (category, area, status, skill).

        A delivery is returned only if it passes filter 5 (slot) too. Filter 6 (forbids and pairs)
        is not applied.
        """
        return self.index_of(need).pass_filters(need)

    def at_pairs(self, need: Need) -> BitSet:
        """Return the sources with a stock that a pair of this need names."""
        stocks = {self._position[stock] for stock, _ in self.pairs.get(need.id, ())}
        return self.index_of(need).at_stocks(stocks)

    def list_ruled(self, need: Need, sources: BitSet) -> list[tuple[Source, Pair]]:
        """Return those of ``sources`` that a row ``Pair`` of this need names, each with this row.

        ``index_of(need)`` numbers the need's sources; ``sources`` is a bit set of these numbers,
        and the result is in their order. A row without a person names every source of its stock
        that no other row of this need names by its person. The result may be empty.
        """
        near = self.index_of(need).select(sources & self.at_pairs(need))
        return [(source, pair) for source in near if (pair := self.pair_of(need, source))]

    def pair_of(self, need: Need, source: Source) -> Pair | None:
        """Return the row ``Pair`` that applies to a need and a source; None if there is none.

        A row that names the source's person comes before one that names only the stock.
        """
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
