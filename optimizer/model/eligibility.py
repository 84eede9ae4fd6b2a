"""Sets of sources as whole numbers: bit b of a *mask* is the b-th source on a category's roll.

A filter is a mask for every value it reads, so who may serve a need is an intersection of a few
whole numbers, and equal sets are equal numbers, however many sources there are.

Crews, and the sources that they make with the stocks they staff.

A *crew* is a class of persons no rule can tell apart: same stocks, useful skills, areas, slots and
most visits. A person whom a pair, pin or forbid names is a crew of one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import compress

from optimizer.problem import Need, Pair, Person, Problem, Stock

# --- Crews, and the sources that they make with the stocks they staff.

Source = tuple[int, int]  # (crew, stock) by position; crew -1: delivered without a person
DELIVERED = -1


@dataclass(frozen=True, slots=True)
class Crew:
    """Interchangeable persons; ``most`` visits in the month each."""

    members: tuple[str, ...]
    stocks: tuple[str, ...]
    skills: frozenset[str]
    areas: tuple[str, ...]
    slots: tuple[str, ...]
    most: int


def gather_crews(problem: Problem) -> tuple[Crew, ...]:
    """Classes of persons in the order of their first member."""
    named = {
        row.person
        for rows in (problem.pairs, problem.pins, problem.forbids)
        for row in rows
        if row.person is not None
    }
    useful = frozenset(skill for need in problem.needs for skill in need.requires)
    classes: dict[tuple[object, ...], list[Person]] = defaultdict(list)
    for person in problem.people:
        if person.most_visits and person.stocks and person.slots:
            alone = person.id if person.id in named else ""
            skills = useful.intersection(person.skills)
            most = min(person.most_visits, len(person.slots))
            key = (alone, person.stocks, skills, person.areas, person.slots, most)
            classes[key].append(person)
    return tuple(
        Crew(
            members=tuple(person.id for person in alike),
            stocks=alike[0].stocks,
            skills=useful.intersection(alike[0].skills),
            areas=alike[0].areas,
            slots=alike[0].slots,
            most=min(alike[0].most_visits, len(alike[0].slots)),
        )
        for alike in classes.values()
    )


_FLAGS = bytes.maketrans(b"01", b"\x00\x01")  # the digits of a mask as what compress asks for


class _Names:
    """Which sources name a value, and which name none."""

    def __init__(self, named: Iterable[tuple[str, ...] | frozenset[str]]) -> None:
        self.none = 0
        self._by: dict[str, int] = defaultdict(int)
        for b, names in enumerate(named):
            if not names:
                self.none |= 1 << b
            for name in names:
                self._by[name] |= 1 << b

    def naming(self, values: Iterable[str]) -> int:
        """Sources that name one of the values at least."""
        mask = 0
        for value in values:
            mask |= self._by.get(value, 0)
        return mask

    def admitting(self, values: Iterable[str]) -> int:
        """Sources that name one of the values, or none at all."""
        return self.none | self.naming(values)


class Roll:
    """The sources of a category by stock and crew; ``delivered`` and ``visits`` part them."""

    def __init__(
        self,
        crews: Sequence[Crew],
        stocks: Sequence[Stock],
        sources: Iterable[Source],
    ) -> None:
        self._crews = crews
        self.sources = tuple(sources)
        self.delivered = sum(1 << b for b, (k, _) in enumerate(self.sources) if k == DELIVERED)
        self.visits = (1 << len(self.sources)) - 1 - self.delivered
        crew_of = [None if k == DELIVERED else crews[k] for k, _ in self.sources]
        stock_of = [stocks[s] for _, s in self.sources]
        self._areas = _Names(stock.areas for stock in stock_of)
        self._statuses = _Names(stock.statuses for stock in stock_of)
        self._times = _Names(stock.slots for stock in stock_of)
        self._near = _Names(crew.areas if crew else () for crew in crew_of)
        self._skills = _Names(crew.skills if crew else () for crew in crew_of)
        self._free = _Names(crew.slots if crew else () for crew in crew_of)
        self._at: dict[int, int] = defaultdict(int)
        for b, (_, s) in enumerate(self.sources):
            self._at[s] |= 1 << b
        self._selected: dict[int, tuple[Source, ...]] = {}
        self._in_slot: dict[str, int] = {}

    def pass_filters(self, need: Need) -> int:
        """Sources that pass filters 2 to 4 for a need of the category, deliveries filter 5 too."""
        mask = self._areas.admitting((need.area,)) & self._near.admitting((need.area,))
        mask &= self._statuses.admitting(need.statuses)
        for skill in need.requires:
            mask &= self.delivered | self._skills.naming((skill,))
        if need.slots:
            mask &= self.visits | self._times.admitting(need.slots)
        return mask

    def in_slot(self, slot: str) -> int:
        """Sources of which a visit may take place in a slot."""
        if slot not in self._in_slot:
            times = self._times.admitting((slot,))
            self._in_slot[slot] = self.visits & times & self._free.naming((slot,))
        return self._in_slot[slot]

    def at_stocks(self, stocks: Iterable[int]) -> int:
        """Sources at any of these stocks (by position)."""
        mask = 0
        for s in stocks:
            mask |= self._at.get(s, 0)
        return mask

    def select(self, mask: int) -> tuple[Source, ...]:
        """The sources of a mask in their order; equal masks give the same tuple."""
        if mask not in self._selected:
            digits = f"{mask:0{len(self.sources)}b}"[::-1].encode().translate(_FLAGS)
            self._selected[mask] = tuple(compress(self.sources, digits))
        return self._selected[mask]

    def keep(self, mask: int, is_kept: Callable[[Source], bool]) -> int:
        """The mask without the sources that are not to be kept."""
        kept = 0
        for b, source in enumerate(self.sources):
            if mask >> b & 1 and is_kept(source):
                kept |= 1 << b
        return kept

    def are_enough(self, mask: int, people: int) -> bool:
        """True when the crews of a mask have so many persons, each crew counted once."""
        if people <= 1:
            return mask != 0
        counted: set[int] = set()
        for k, _ in self.select(mask):
            if k not in counted:
                counted.add(k)
                people -= len(self._crews[k].members)
                if people <= 0:
                    return True
        return False


# --- Who may serve whom: filters 1 to 6 of FORMULATION.md over crews of interchangeable persons.


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
