"""The verifier's own rolls: the sources of a category in order, and sets of them as whole numbers.

Bit b of a *mask* stands for the b-th source of the roll. Every filter is tried once on each source
for every value that a need can hold against it.
"""

from collections.abc import Callable
from itertools import compress

from optimizer.verify_crews import DELIVERED, Crew, Source
from optimizer.verify_month import Month, share_slot
from optimizer.verify_schema import Row

_TRUTH = {ord("0"): "\0", ord("1"): "\1"}
Test = Callable[[Row, Row | None], bool]  # of a stock and the person who speaks for a crew


class Roll:
    """Sources by stock and crew. ``delivered``: those without a person; ``visiting``: the rest."""

    def __init__(self, month: Month, crews: list[Crew], sources: list[Source]) -> None:
        self.sources = sources
        self._crews = crews
        self._rows = [
            (1 << b, month.stocks[stock], None if k == DELIVERED else crews[k].first)
            for b, (k, stock) in enumerate(sources)
        ]
        self._deliveries = [(bit, stock) for bit, stock, person in self._rows if person is None]
        self.delivered = sum(bit for bit, _ in self._deliveries)
        self.visiting = sum(bit for bit, _, person in self._rows if person is not None)
        self._at: dict[str, int] = {}
        for bit, stock, _ in self._rows:
            self._at[stock["id"]] = self._at.get(stock["id"], 0) | bit
        self._tried: dict[tuple[str, object], int] = {}
        self._selected: dict[int, tuple[Source, ...]] = {}

    def _try(self, name: str, value: object, test: Test) -> int:
        """The mask of the sources that pass a filter; ``value``: all that it reads of a need."""
        if (name, value) not in self._tried:
            passing = (bit for bit, stock, person in self._rows if test(stock, person))
            self._tried[name, value] = sum(passing)
        return self._tried[name, value]

    def list_open(self, need: Row) -> int:
        """Filters 2 to 4 for a need of this category; filter 5 for deliveries."""
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
        return mask & (self.visiting | self._list_timely(need["slots"]))

    def _list_timely(self, slots: list[str]) -> int:
        key = ("delivery", tuple(slots))
        if key not in self._tried:
            self._tried[key] = sum(
                bit for bit, stock in self._deliveries if share_slot(slots, stock["slots"])
            )
        return self._tried[key]

    def list_free(self, slot: str) -> int:
        """Sources of which a visit may take place in this slot."""
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
        """Sources at one of these stocks."""
        return sum(self._at.get(stock, 0) for stock in stocks)

    def select(self, mask: int) -> tuple[Source, ...]:
        """The sources of a mask, in order."""
        if mask not in self._selected:
            digits = bin(mask)[:1:-1].translate(_TRUTH).encode()
            self._selected[mask] = tuple(compress(self.sources, digits))
        return self._selected[mask]

    def drop(self, mask: int, is_dropped: Test) -> int:
        """The mask without the sources of which this is true."""
        return sum(
            bit for bit, stock, person in self._rows if mask & bit and not is_dropped(stock, person)
        )

    def has_persons(self, mask: int, people: int) -> bool:
        """True when the crews of a mask are so many persons or more."""
        if people == 1:
            return mask != 0
        return sum(self._crews[k].size for k in {k for k, _ in self.select(mask)}) >= people


def _is_near(area: str, stock: Row, person: Row | None) -> bool:
    areas_of = (stock["areas"], person["areas"] if person else [])
    return all(not areas or area in areas for areas in areas_of)
