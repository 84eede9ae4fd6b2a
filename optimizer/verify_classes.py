"""The verifier's own sources and ways: who may give to a need, persons in classes.

Everything stands in sorted order, because certificates name columns and rows by number; the order
is told under "Numbers of columns and rows" in FORMULATION.md.
"""

from collections import defaultdict

from optimizer.verify_crews import DELIVERED, Source, gather_crews
from optimizer.verify_month import Month, is_forbidden
from optimizer.verify_rolls import Roll
from optimizer.verify_schema import Row

Way = tuple[str | None, int]  # slot (None: delivered) and the sources in it, as a mask


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
        self._rolls = self._gather_rolls()
        self.pairs_of: dict[str, list[Row]] = defaultdict(list)
        for pair in month.problem["pairs"]:
            self.pairs_of[pair["need"]].append(pair)
        self._excluding = {row["need"] for row in month.problem["forbids"]}
        self._excluding |= {row["need"] for row in month.problem["pairs"] if row["most"] == 0}
        self._excluding |= {row["id"] for row in month.problem["needs"] if row["listed"]}

    def _gather_rolls(self) -> dict[str, Roll]:
        staff: dict[str, list[int]] = defaultdict(list)
        for k, crew in enumerate(self.crews):
            for name in crew.first["stocks"]:
                staff[name].append(k)
        sources: dict[str, list[Source]] = {n["category"]: [] for n in self.month.problem["needs"]}
        for stock in self.month.problem["stocks"]:
            if stock["category"] in sources:
                givers = staff[stock["id"]] if stock["staffed"] else [DELIVERED]
                sources[stock["category"]].extend((k, stock["id"]) for k in givers)
        return {name: Roll(self.month, self.crews, found) for name, found in sources.items()}

    def person_of(self, source: Source) -> Row | None:
        """The person who speaks for the source's crew; None: delivered."""
        return None if source[0] == DELIVERED else self.crews[source[0]].first

    def pair_of(self, need: str, source: Source) -> Row | None:
        """The pair that rules this need and source, the person's before the stock's."""
        person = self.person_of(source)
        return self.month.find_pair(need, source[1], person["id"] if person else None)

    def list_ruled(self, need: Row, mask: int) -> list[tuple[Source, Row]]:
        """The sources of a mask that a pair of this need rules, each with its pair."""
        name, roll = need["id"], self.roll_of(need)
        near = mask & roll.list_at({pair["stock"] for pair in self.pairs_of.get(name, ())})
        return [(s, pair) for s in roll.select(near) if (pair := self.pair_of(name, s))]

    def roll_of(self, need: Row) -> Roll:
        """The roll that the masks of this need are read on."""
        return self._rolls[need["category"]]

    def sources_of(self, need: Row) -> int:
        """The mask of all sources, slots of visits aside; no forbid or list excludes them."""
        roll = self.roll_of(need)
        mask = roll.list_open(need)
        if need["id"] not in self._excluding:
            return mask
        return roll.drop(mask, lambda stock, person: is_forbidden(self.month, need, stock, person))

    def find_ways(self, need: Row, mask: int) -> list[Way]:
        """Delivery, then slots in order, where these sources could meet the need were it alone."""
        roll = self.roll_of(need)
        delivered = mask & roll.delivered
        ways: list[Way] = []
        least = need["quantity"] if need["least"] is None else need["least"]
        if sum(self._reach(need, source) for source in roll.select(delivered)) >= least:
            ways.append((None, delivered))
        for slot in (need["slots"] or self._slots) if mask & roll.visiting else ():
            found = mask & roll.list_free(slot)
            if roll.has_persons(found, need["people"]):
                ways.append((slot, found))
        return ways

    def _reach(self, need: Row, source: Source) -> int:
        pair, wanted = self.pair_of(need["id"], source), int(need["quantity"])
        room = int(self.room[source[1]])
        if pair is None:
            return min(wanted, room)
        most = wanted if pair["most"] is None else min(wanted, int(pair["most"]))
        return min(most, room // pair["consumption"]) if pair["consumption"] else most
