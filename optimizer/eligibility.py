"""Who may serve whom: filters 1 to 6 of FORMULATION.md over crews of interchangeable persons.

A *crew* is a class of persons no rule can tell apart: same stocks, useful skills, areas, slots and
most visits. A person whom a pair, pin or forbid names is a crew of one.
"""

from collections import defaultdict
from dataclasses import dataclass

from optimizer.problem import Need, Pair, Person, Problem, Stock

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


def is_open_to(stock: Stock, need: Need) -> bool:
    """Filters 1 to 3 for a stock."""
    return (
        stock.category == need.category
        and (not stock.areas or need.area in stock.areas)
        and (not stock.statuses or not set(stock.statuses).isdisjoint(need.statuses))
    )


class Eligibility:
    """Sources of every need, slots aside for staffed ones; cached by what the filters read."""

    def __init__(self, problem: Problem, crews: tuple[Crew, ...]) -> None:
        self.problem = problem
        self.crews = crews
        self._stocks_of: dict[str, list[int]] = defaultdict(list)
        for s, stock in enumerate(problem.stocks):
            if stock.category:
                self._stocks_of[stock.category].append(s)
        position = {stock.id: s for s, stock in enumerate(problem.stocks)}
        self._crews_of: dict[int, list[int]] = defaultdict(list)
        for k, crew in enumerate(crews):
            for name in crew.stocks:
                self._crews_of[position[name]].append(k)
        self._forbids: dict[str, list[tuple[str | None, str | None]]] = defaultdict(list)
        for forbid in problem.forbids:
            self._forbids[forbid.need].append((forbid.stock, forbid.person))
        self.pairs: dict[str, dict[tuple[str, str | None], Pair]] = defaultdict(dict)
        for pair in problem.pairs:
            self.pairs[pair.need][pair.stock, pair.person] = pair
        self._cache: dict[tuple[object, ...], tuple[Source, ...]] = {}

    def sources_of(self, need: Need) -> tuple[Source, ...]:
        """Every (crew, stock) and (DELIVERED, stock) that passes filters 1 to 4 and 6."""
        found = self.sources_by_filters(need)
        forbids = self._forbids.get(need.id, ())
        if not forbids and not need.listed and need.id not in self.pairs:
            return found
        return tuple(source for source in found if self._is_allowed(need, source))

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

    def sources_by_filters(self, need: Need) -> tuple[Source, ...]:
        """Sources that pass filters 1 to 4, forbids and lists aside."""
        key = (need.category, need.area, need.statuses, need.requires, need.slots)
        if key not in self._cache:
            self._cache[key] = tuple(
                source
                for s in self._stocks_of.get(need.category, ())
                if is_open_to(self.problem.stocks[s], need)
                for source in self._sources_in(s, need)
            )
        return self._cache[key]

    def _sources_in(self, s: int, need: Need) -> list[Source]:
        stock = self.problem.stocks[s]
        if not stock.staffed:
            is_timely = not stock.slots or not need.slots
            is_timely = is_timely or not set(stock.slots).isdisjoint(need.slots)
            return [(DELIVERED, s)] if is_timely else []
        return [
            (k, s)
            for k in self._crews_of[s]
            if self.crews[k].skills.issuperset(need.requires)
            and (not self.crews[k].areas or need.area in self.crews[k].areas)
        ]

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
