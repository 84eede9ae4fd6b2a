"""(format 2) The causes that grounds name: the certificate proves them, or they are found again.

*Outranked*: the replay shows that no answer that keeps the results before the draw meets the need.
A stage that is named must be the first that excludes it: a witness shows an answer that meets the
need and keeps every result before that stage. *Lost lottery*: a witness meets the need and keeps
every result before the draw. *Time conflict*: persons and units are free for the need in a slot in
which its recipient has another visit. *Undecided* names no cause.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from .month.month import Month, find_broken_filter, is_valid, suits_slot
from .month.read import RefutedError
from .month.schema import Row
from .proofs.witnesses import count_before
from .rules.rules import sum_uses
from .stages import kind_of

# Steps of the search for a team for one need; beyond them a time conflict counts as not shown.
_MOST_TRIES = 10_000


@dataclass(slots=True)
class GroundProofs:
    """Checks the grounds of one answer.

    names    the stage of every result that the policy asks for, in the policy's order
    barred   need (by label) -> number of results kept when the replay excluded it
    shown    need (by name) -> stages: a witness meets the need and keeps every result before them
    """

    month: Month
    stated: Row
    names: list[str]
    barred: dict[str, int]
    shown: dict[str, set[str]]

    def check(self) -> int:
        """Return the number of grounds ``undecided``.

        Raises ``RefutedError`` at the first cause that is not proved. ``check_grounds`` has
        checked the causes that the filters decide.
        """
        self._check_excluded()
        spare = _Spare(self.month, self.stated["assignments"])
        count = 0
        for ground in self.stated["grounds"]:
            need, code = ground["need"], ground["code"]
            if code == "outranked":
                is_true = self._is_outranked(need, ground["stage"])
            elif code == "lost_lottery":
                is_true = self._has_lost(need)
            elif code == "time_conflict":
                is_true = spare.is_time_conflict(self.month.needs[need])
            else:
                count += code == "undecided"
                is_true = True
            if not is_true or (ground["stage"] and code != "outranked"):
                raise RefutedError("ground_not_proved", need=need, stated=code, **_stage(ground))
        return count

    def _check_excluded(self) -> None:
        """Require that the replay excludes each need by the end of the stage that is stated."""
        certificate = self.stated["certificate"] or {}
        for need, stage in certificate.get("excluded", {}).items():
            barred = self.barred.get(self.month.label("need", need), len(self.names) + 1)
            if barred > self._count_until(stage):
                raise RefutedError("excluded", need=need, stage=stage)

    def _count_until(self, name: str) -> int:
        return count_before(self.month, self.names, name) + self.names.count(name)

    def _is_outranked(self, need: str, stage: str) -> bool:
        barred, draw = self.barred.get(need), self._find_draw()
        most = len(self.names) if draw is None else count_before(self.month, self.names, draw)
        if barred is None or barred > most:
            return False
        if not stage:
            return True
        return barred <= self._count_until(stage) and stage in self._list_shown(need)

    def _has_lost(self, need: str) -> bool:
        draw = self._find_draw()
        results = [r for r in self.stated["stages"] if r["name"] == draw]
        is_drawn = bool(results) and all(r["status"] == "proven" for r in results)
        return is_drawn and draw in self._list_shown(need)

    def _list_shown(self, need: str) -> set[str]:
        return self.shown.get(self.month.name_of(need), set())

    def _find_draw(self) -> str | None:
        stages = self.month.problem["policy"]["stages"]
        return next((stage["name"] for stage in stages if kind_of(stage).is_draw), None)


def _stage(ground: Row) -> Row:
    return {"stage": ground["stage"]} if ground["stage"] else {}


class _Spare:
    """What an answer leaves free: persons by slot, visits, and units of stocks."""

    def __init__(self, month: Month, lines: list[Row]) -> None:
        self.month, used = month, sum_uses(month, lines)
        self.units = {name: row["capacity"] - used[name] for name, row in month.stocks.items()}
        visits = [line for line in lines if line["person"] is not None]
        self.busy = {(line["person"], line["slot"]) for line in visits}
        self.visits = Counter(line["person"] for line in visits)
        recipient = {name: row["recipient"] for name, row in month.needs.items()}
        self.visited = {(recipient[line["need"]], line["slot"]) for line in visits}
        self.tries = 0

    def is_time_conflict(self, need: Row) -> bool:
        """Return whether a team is free in a slot in which the recipient has another visit."""
        slots = {slot for recipient, slot in self.visited if recipient == need["recipient"]}
        self.tries = 0
        days = ((slot, day) for slot in sorted(slots) for day in self.month.days_of(slot))
        return any(self._has_team(need, slot, day) for slot, day in days)

    def _has_team(self, need: Row, slot: str, day: str) -> bool:
        free: dict[str, list[str]] = defaultdict(list)
        stocks, people = self.month.stocks, self.month.people
        for stock, person in self._list_free(need, slot):
            if is_valid(need, stocks[stock], people[person], day):
                free[person].append(stock)
        return self._fill(need, sorted(free.items()), need["people"], Counter(), Counter())

    def _list_free(self, need: Row, slot: str) -> Iterator[tuple[str, str]]:
        """Yield each stock and person free to visit the need in the slot beside other visits."""
        for name, person in self.month.people.items():
            if (name, slot) in self.busy or self.visits[name] >= person["most_visits"]:
                continue
            for stock in person["stocks"]:
                row = self.month.stocks[stock]
                if find_broken_filter(self.month, need, row, person) is None and suits_slot(
                    self.month, need, row, person, slot
                ):
                    yield stock, name

    def _fill(
        self,
        need: Row,
        free: list[tuple[str, list[str]]],
        missing: int,
        taken: Counter[str],
        given: Counter[str],
    ) -> bool:
        """Return whether ``missing`` of the persons in ``free`` can still be added to a team.

        ``taken``: units that the team uses of each stock; ``given``: its lines from each stock.
        """
        self.tries += 1
        if not missing:
            return self._opens(taken)
        if missing > len(free) or self.tries > _MOST_TRIES:
            return False
        (person, stocks), rest = free[0], free[1:]
        for stock in stocks:
            each = self.month.consumption(need["id"], stock, person)
            above = self.month.ancestors[stock]
            if any(self.units[name] - taken[name] < each for name in above if each):
                continue
            if given[stock] >= self._most(need, stock):
                continue
            used = Counter(dict.fromkeys(above, each))
            if self._fill(need, rest, missing - 1, taken + used, given + Counter([stock])):
                return True
        return self._fill(need, rest, missing, taken, given)

    def _opens(self, taken: Counter[str]) -> bool:
        """Return whether each stock taken from would be used by its ``least_if_used`` or more."""
        for name, units in taken.items():
            stock = self.month.stocks[name]
            used = stock["capacity"] - self.units[name] + units
            if used and used < stock["least_if_used"]:
                return False
        return True

    def _most(self, need: Row, stock: str) -> int:
        pair = self.month.pairs.get((need["id"], stock, None))
        return int(need["people"] if pair is None or pair["most"] is None else pair["most"])
