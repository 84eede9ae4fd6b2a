"""The sources of every need: crews of persons that no rule can tell apart, filters, and ways.

The sources of a category are numbered, and a *mask* is a set of them as a whole number: bit b means
source b. Each filter is evaluated once per source and per value that it reads of a need.

Everything is sorted, because certificates refer to columns and rows by number. The order is given
under "Numbers of columns and rows" in FORMULATION.md.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import compress

from ..month.month import Month, is_forbidden, suits_delivery
from ..month.schema import Row

DELIVERED = -1
Source = tuple[int, str]  # crew by number, stock by id; crew -1: delivered without a person


@dataclass(frozen=True, slots=True)
class Crew:
    """Persons (ids) that no rule can tell apart, each with at most ``most`` visits.

    first   the row of the first of them; it represents all
    """

    first: Row
    people: tuple[str, ...]
    most: int

    @property
    def size(self) -> int:
        """The number of persons."""
        return len(self.people)


def gather_crews(month: Month) -> list[Crew]:
    """Return the crews of all persons who can visit at all, in the order of their first persons."""
    problem = month.problem
    named = {row["person"] for row in [*problem["pairs"], *problem["pins"], *problem["forbids"]]}
    useful = {skill for need in problem["needs"] for skill in need["requires"]}
    alike: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for person in problem["people"]:
        if _can_visit(person):
            alone = person["id"] if person["id"] in named else None
            lists = [tuple(person[name]) for name in ("stocks", "areas", "slots", "days")]
            skills = _list_skills(person, useful)
            alike[alone, skills, _most_of(person), *lists].append(person)
    return [
        Crew(rows[0], tuple(row["id"] for row in rows), _most_of(rows[0]))
        for rows in alike.values()
    ]


def _list_skills(person: Row, useful: set[str]) -> frozenset[tuple[str, tuple[str, ...]]]:
    """Return the skills of a person that some need requires (``useful``), with their days."""
    days = person["skill_days"]
    skills = useful.intersection(person["skills"])
    return frozenset((name, tuple(days.get(name, ()))) for name in skills)


def _most_of(person: Row) -> int:
    return min(int(person["most_visits"]), len(person["slots"]))


_READ_OF_DELIVERIES = ("slots", "days", "statuses", "status_days")
_TRUTH = {ord("0"): "\0", ord("1"): "\1"}
Test = Callable[[Row, Row | None], bool]  # of a stock and the person who represents a crew


class SourceIndex:
    """The numbered sources of a category.

    ``delivered`` and ``visiting`` are the masks of the sources without and with a person.
    """

    def __init__(self, month: Month, crews: list[Crew], sources: list[Source]) -> None:
        self.sources = sources
        self._month, self._crews, self._has_days = month, crews, month.has_days
        self._rows = [
            (1 << b, month.stocks[stock], None if k == DELIVERED else crews[k].first)
            for b, (k, stock) in enumerate(sources)
        ]
        self._deliveries = [(bit, stock) for bit, stock, person in self._rows if person is None]
        self.delivered = sum(bit for bit, _ in self._deliveries)
        self.visiting = (1 << len(sources)) - 1 - self.delivered
        self._at: dict[str, int] = defaultdict(int)
        for bit, stock, _ in self._rows:
            self._at[stock["id"]] |= bit
        self._tried: dict[tuple[str, object], int] = {}
        self._selected: dict[int, tuple[Source, ...]] = {}

    def _try(self, name: str, value: object, test: Test) -> int:
        """Return the mask of the sources that pass a test.

        The result is kept under ``name`` and ``value``, which is all that the test reads of a need.
        """
        if (name, value) not in self._tried:
            passing = (bit for bit, stock, person in self._rows if test(stock, person))
            self._tried[name, value] = sum(passing)
        return self._tried[name, value]

    def list_open(self, need: Row) -> int:
        """Return the mask of sources that pass filters 2 to 4, and for deliveries filter 5."""
        area, statuses, skills = need["area"], need["statuses"], need["requires"]
        mask = self._try("area", area, lambda stock, person: _is_near(area, stock, person))
        mask &= self._try(
            "status",
            tuple(statuses),
            lambda stock, _: not stock["statuses"] or bool(set(stock["statuses"]) & set(statuses)),
        )
        mask &= self._try(
            "skill",
            tuple(skills),
            lambda _, person: person is None or not set(skills).difference(person["skills"]),
        )
        return mask & (self.visiting | self._list_timely(need))

    def _list_timely(self, need: Row) -> int:
        key = ("delivery", str([need[name] for name in _READ_OF_DELIVERIES]))
        if key not in self._tried:
            self._tried[key] = sum(
                bit for bit, stock in self._deliveries if suits_delivery(self._month, need, stock)
            )
        return self._tried[key]

    def list_on(self, need: Row, day: str) -> int:
        """Return the mask of sources that are valid together with the need on a day.

        On the day named ``""`` only what is valid on every day is valid.
        """
        if need["days"] and day not in need["days"]:
            return 0
        dated = need["status_days"]
        statuses = {name for name in need["statuses"] if day in dated.get(name, [day])}
        mask = self._try("there", day, lambda stock, person: _is_there(day, stock, person))
        mask &= self._try(
            "status on",
            tuple(sorted(statuses)),
            lambda stock, _: not stock["statuses"] or not statuses.isdisjoint(stock["statuses"]),
        )
        for skill in need["requires"]:
            mask &= self._try(
                "skill on",
                (skill, day),
                partial(_can_on, day, skill),
            )
        return mask

    def list_teams(self, need: Row, mask: int, slot: str) -> list[int]:
        """Return the masks from which a need's visitors may come in a slot.

        Each mask has sources with a day in common. For one person it is a single mask of all
        sources with a day. For more persons it is every largest mask, in the order of first days.
        If the question has no days, the only mask is ``mask``.
        """
        if not self._has_days:
            return [mask]
        by_day = [mask & self.list_on(need, day) for day in self._month.days_of(slot)]
        if need["people"] == 1:
            together = 0
            for found in by_day:
                together |= found
            return [together]
        largest: list[int] = []
        for found in by_day:
            is_within = any(found & ~other == 0 for other in by_day if other != found)
            if found not in largest and not is_within:
                largest.append(found)
        return largest

    def list_free(self, slot: str) -> int:
        """Return the mask of the sources that allow a visit in this slot."""
        return self._try(
            "slot",
            slot,
            lambda stock, person: (
                person is not None
                and slot in person["slots"]
                and (not stock["slots"] or slot in stock["slots"])
            ),
        )

    def list_at(self, stocks: set[str]) -> int:
        """Return the mask of the sources at any of these stocks."""
        return sum(self._at.get(stock, 0) for stock in stocks)

    def select(self, mask: int) -> tuple[Source, ...]:
        """Return the sources of a mask, in order of their numbers."""
        if mask not in self._selected:
            digits = bin(mask)[:1:-1].translate(_TRUTH).encode()
            self._selected[mask] = tuple(compress(self.sources, digits))
        return self._selected[mask]

    def drop(self, mask: int, is_dropped: Test) -> int:
        """Return the mask without the sources for which the test is true."""
        return sum(
            bit for bit, stock, person in self._rows if mask & bit and not is_dropped(stock, person)
        )

    def has_persons(self, mask: int, people: int) -> bool:
        """Return whether the crews of a mask have at least this many persons."""
        if people == 1:
            return mask != 0
        return sum(self._crews[k].size for k in {k for k, _ in self.select(mask)}) >= people


def _is_near(area: str, stock: Row, person: Row | None) -> bool:
    areas_of = (stock["areas"], person["areas"] if person else [])
    return all(not areas or area in areas for areas in areas_of)


def _is_there(day: str, stock: Row, person: Row | None) -> bool:
    days_of = (stock["days"], person["days"] if person else [])
    return all(not days or day in days for days in days_of)


def _can_on(day: str, skill: str, _stock: Row, person: Row | None) -> bool:
    if person is None:
        return True
    days = person["skill_days"].get(skill)
    return skill in person["skills"] and (days is None or day in days)


Way = tuple[str | None, int]  # slot (None: delivered) and the sources in it, as a mask


class Eligibility:
    """The sources of every need, as masks of the numbers that ``index_of`` gives.

    room   stock -> most units that it and its ancestors allow
    """

    def __init__(self, month: Month) -> None:
        self.month = month
        self.crews = gather_crews(month)
        self.room = _find_room(month)
        self._slots = sorted({slot for crew in self.crews for slot in crew.first["slots"]})
        self._indexes = self._gather_indexes()
        self.pairs_of: dict[str, list[Row]] = defaultdict(list)
        for pair in month.problem["pairs"]:
            self.pairs_of[pair["need"]].append(pair)
        self._excluding = _find_excluding(month)

    def _gather_indexes(self) -> dict[str, SourceIndex]:
        staff: dict[str, list[int]] = defaultdict(list)
        for k, crew in enumerate(self.crews):
            for name in crew.first["stocks"]:
                staff[name].append(k)
        sources: dict[str, list[Source]] = {n["category"]: [] for n in self.month.problem["needs"]}
        for stock in self.month.problem["stocks"]:
            if stock["category"] in sources:
                givers = staff[stock["id"]] if stock["staffed"] else [DELIVERED]
                sources[stock["category"]].extend((k, stock["id"]) for k in givers)
        return {name: SourceIndex(self.month, self.crews, found) for name, found in sources.items()}

    def person_of(self, source: Source) -> Row | None:
        """Return the person who represents the source's crew, or None for a delivery."""
        return None if source[0] == DELIVERED else self.crews[source[0]].first

    def pair_of(self, need: str, source: Source) -> Row | None:
        """Return the row of ``pairs`` that applies to a need and a source; None if there is none.

        A row that names the person who represents the source's crew comes before one without a
        person.
        """
        person = self.person_of(source)
        return self.month.find_pair(need, source[1], person["id"] if person else None)

    def list_ruled(self, need: Row, mask: int) -> list[tuple[Source, Row]]:
        """Return the sources of a mask to which a row of ``pairs`` of this need applies.

        Each comes with the row, in the order of the sources' numbers.
        """
        name, index = need["id"], self.index_of(need)
        near = mask & index.list_at({pair["stock"] for pair in self.pairs_of.get(name, ())})
        return [(s, pair) for s in index.select(near) if (pair := self.pair_of(name, s))]

    def index_of(self, need: Row) -> SourceIndex:
        """Return the index of the need's category, to which its masks refer."""
        return self._indexes[need["category"]]

    def sources_of(self, need: Row) -> int:
        """Return the mask of the sources of the need's category that may serve it.

        Bit i is source i of the index of that category. A source is in the mask if it passes
        filters 2 to 4 and 6, and filter 5 if it delivers. For visits, slots are not compared.
        """
        index = self.index_of(need)
        mask = index.list_open(need)
        if need["id"] not in self._excluding:
            return mask
        return index.drop(mask, lambda stock, person: is_forbidden(self.month, need, stock, person))

    def find_ways(self, need: Row, mask: int) -> list[Way]:
        """Return the ways in which these sources can meet the need, if no other need took any.

        Delivery comes first, then the slots, sorted.
        """
        index = self.index_of(need)
        delivered = mask & index.delivered
        ways: list[Way] = []
        least = need["quantity"] if need["least"] is None else need["least"]
        if sum(self._reach(need, source) for source in index.select(delivered)) >= least:
            ways.append((None, delivered))
        for slot in (need["slots"] or self._slots) if mask & index.visiting else ():
            for found in index.list_teams(need, mask & index.list_free(slot), slot):
                if index.has_persons(found, need["people"]):
                    ways.append((slot, found))
        return ways

    def _reach(self, need: Row, source: Source) -> int:
        pair, wanted = self.pair_of(need["id"], source), int(need["quantity"])
        room = int(self.room[source[1]])
        if pair is None:
            return min(wanted, room)
        most = wanted if pair["most"] is None else min(wanted, int(pair["most"]))
        return min(most, room // pair["consumption"]) if pair["consumption"] else most


def _find_room(month: Month) -> dict[str, int]:
    """Return for each stock the least capacity of itself and its ancestors."""
    capacity = {name: int(stock["capacity"]) for name, stock in month.stocks.items()}
    return month.ancestors.fold(capacity, min)


def _find_excluding(month: Month) -> set[str]:
    """Return the ids of the needs for which a pair, a list or a forbid may exclude sources."""
    problem = month.problem
    forbidden = {row["need"] for row in problem["forbids"]}
    barred = {row["need"] for row in problem["pairs"] if row["most"] == 0}
    return forbidden | barred | {row["id"] for row in problem["needs"] if row["listed"]}


def _can_visit(person: Row) -> bool:
    return bool(person["most_visits"] and person["stocks"] and person["slots"])
