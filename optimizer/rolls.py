"""Sets of sources as whole numbers: bit b of a *mask* is the b-th source on a category's roll.

A filter is a mask for every value it reads, so who may serve a need is an intersection of a few
whole numbers, and equal sets are equal numbers, however many sources there are.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import compress

from optimizer.crews import DELIVERED, Crew, Source
from optimizer.problem import Need, Stock

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
