"""A question and its answer under other names, so that they can be published.

Under a policy that draws, order comes from lots and not from names (FORMULATION.md, *Tickets*). So
a name can be replaced by its lot everywhere: every label, column, row and number of the certificate
stays, and so does the verdict of the checker. This module needs no engine.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from typing import Any, TypeVar

from optimizer import codec
from optimizer.codec import ProblemError, require
from optimizer.problem import VISITS, Need, Pair, Person, Pin, Problem, Stock, ask_key, list_ruled
from optimizer.rows import DaysOf
from optimizer.solution import (
    Assignment,
    Ground,
    GroundCode,
    Level,
    Solution,
    StageResult,
    order_of_line,
)

SomePin = TypeVar("SomePin", bound=Pin)

_LINE = 5  # fields of an assignment in a certificate


def hide_names(problem: Problem, solution: Solution) -> tuple[Problem, Solution]:
    """Return question and answer with lots in place of names.

    The statuses of a need become the new names of the stocks that ask for one of them, in its
    category and area. Units and written reasons are left out. Raises ``ProblemError`` if the policy
    does not draw, if a name has no lot, or if two things have one lot.
    """
    require(problem.policy.is_drawn, "$.policy", "must draw")
    hidden = _Hidden(problem)
    asked = hidden.write()
    return asked, hidden.write_answer(solution, asked)


class _Hidden:
    """Writes a question and its answer with lots in place of names."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._stocks = {row.id: _lot_of(row) for row in problem.stocks}
        self._people = {row.id: _lot_of(row) for row in problem.people}
        self._needs = {row.id: _lot_of(row) for row in problem.needs}
        self._bound: dict[str, list[Stock]] = defaultdict(list)
        for stock in problem.stocks:
            if stock.statuses:
                self._bound[stock.category].append(stock)
        self._groups = self._map_groups()

    def write(self) -> Problem:
        """Return the question under the new names."""
        problem = self._problem
        ruled = {self._needs[need] for need in list_ruled(problem)}
        return replace(
            problem,
            stocks=tuple(map(self._write_stock, problem.stocks)),
            people=tuple(map(self._write_person, problem.people)),
            needs=_keep_distinct(map(self._write_need, problem.needs), ruled),
            pairs=tuple(map(self._write_pair, problem.pairs)),
            pins=tuple(map(self._write_pin, problem.pins)),
            forbids=tuple(map(self._write_pin, problem.forbids)),
            history=tuple(replace(row, group=self._of(row.group)) for row in problem.history),
            loads=tuple(
                replace(row, giver=self._of(row.giver), measure=self._of_measure(row.measure))
                for row in problem.loads
            ),
            lots={},
        )

    def write_answer(self, solution: Solution, asked: Problem) -> Solution:
        """Return the answer under the new names; ``asked`` is the question under them."""
        return replace(
            solution,
            problem_sha256=asked.sha256,
            assignments=self._write_lines(solution.assignments),
            stages=tuple(map(self._write_result, solution.stages)),
            grounds=tuple(
                sorted(map(self._write_ground, solution.grounds), key=attrgetter("need"))
            ),
            certificate=self._write_certificate(solution.certificate),
        ).sealed()

    def _of(self, name: str) -> str:
        """Return the lot of a giver, pledge, category, group, area or skill; empty if unnamed."""
        require(not name or bool(self._problem.lots.get(name)), f"$.lots.{name}", "missing")
        return self._problem.lots[name] if name else ""

    def _of_each(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(map(self._of, names))

    def _of_measure(self, measure: str) -> str:
        return measure if measure == VISITS else self._of(measure)

    def _write_measure(self, stock: Stock) -> str:
        return VISITS if stock.staffed else self._of(stock.category)

    def _of_person(self, person: str | None) -> str | None:
        return None if person is None else self._people[person]

    def _of_stock(self, stock: str | None) -> str | None:
        return None if stock is None else self._stocks[stock]

    def _write_stock(self, stock: Stock) -> Stock:
        name = self._stocks[stock.id]
        return replace(
            stock,
            id=name,
            lot="",
            unit="",
            giver=self._of(stock.giver),
            category=self._of(stock.category),
            parents=tuple(self._stocks[parent] for parent in stock.parents),
            areas=self._of_each(stock.areas),
            statuses=(name,) if stock.statuses else (),
            pledge=None if stock.pledge is None else self._of(stock.pledge),
        )

    def _write_person(self, person: Person) -> Person:
        return replace(
            person,
            id=self._people[person.id],
            lot="",
            giver=self._of(person.giver),
            stocks=tuple(self._stocks[stock] for stock in person.stocks),
            skills=self._of_each(person.skills),
            areas=self._of_each(person.areas),
            skill_days={self._of(skill): days for skill, days in person.skill_days.items()},
        )

    def _write_need(self, need: Need) -> Need:
        served = self._list_served(need)
        return replace(
            need,
            id=self._needs[need.id],
            lot="",
            recipient=_lot_of_recipient(need),
            recipient_lot="",
            category=self._of(need.category),
            area=self._of(need.area),
            requires=self._of_each(need.requires),
            groups={dimension: self._of(group) for dimension, group in need.groups.items()},
            statuses=tuple(served),
            status_days={stock: days for stock, days in served.items() if days},
        )

    def _list_served(self, need: Need) -> dict[str, tuple[str, ...]]:
        """Return the stocks of the need's category and area that ask for one of its statuses.

        Each stock's new name has the only days on which a shared status is valid; none: every day.
        """
        found: dict[str, tuple[str, ...]] = {}
        for stock in self._bound[need.category]:
            shared = set(stock.statuses) & set(need.statuses)
            if shared and (not stock.areas or need.area in stock.areas):
                found[self._stocks[stock.id]] = _join_days(need.status_days, shared)
        return found

    def _write_pair(self, pair: Pair) -> Pair:
        need, stock = self._needs[pair.need], self._stocks[pair.stock]
        return replace(pair, need=need, stock=stock, person=self._of_person(pair.person))

    def _write_pin(self, pin: SomePin) -> SomePin:
        """Return a pin or forbid; its reason is kept only if it is ``declined_before``."""
        return replace(
            pin,
            need=self._needs[pin.need],
            stock=self._of_stock(pin.stock),
            person=self._of_person(pin.person),
            reason=pin.reason if pin.reason == GroundCode.DECLINED_BEFORE else "",
        )

    def _write_line(self, line: Assignment) -> Assignment:
        need, stock = self._needs[line.need], self._stocks[line.stock]
        return replace(line, need=need, stock=stock, person=self._of_person(line.person))

    def _write_lines(self, lines: Iterable[Assignment]) -> tuple[Assignment, ...]:
        return tuple(sorted(map(self._write_line, lines), key=order_of_line))

    def _write_ground(self, ground: Ground) -> Ground:
        return replace(ground, need=self._needs[ground.need])

    def _write_result(self, result: StageResult) -> StageResult:
        levels = (replace(row, group=self._groups[row.group]) for row in result.levels)
        return replace(result, levels=tuple(_order_equal(levels)))

    def _map_groups(self) -> dict[str, str]:
        """Map old names to new ones for all that can have a level: needs, groups and loads.

        Raises ``ProblemError`` if two of them have the same old name: a level has only a name.
        """
        written = {
            f"{row.giver}/{row.measure}": f"{self._of(row.giver)}/{self._write_measure(row)}"
            for row in self._problem.stocks
            if row.category
        }
        others = {"": "", **self._problem.lots}
        named = [*self._needs, *written, *others]
        require(len(set(named)) == len(named), "$.needs", "has a name that something else has")
        return {**self._needs, **written, **others}

    def _write_certificate(self, certificate: Mapping[str, Any] | None) -> dict[str, Any] | None:
        if certificate is None:
            return None
        written = {
            **{name: held for name, held in certificate.items() if name != "sha256"},
            "stages": [
                [self._write_event(event) for event in events] for events in certificate["stages"]
            ],
        }
        if "witnesses" in certificate:
            written["witnesses"] = [self._write_witness(*row) for row in certificate["witnesses"]]
        if "excluded" in certificate:
            excluded = certificate["excluded"].items()
            written["excluded"] = {self._needs[need]: stage for need, stage in excluded}
        return {**written, "sha256": codec.sha256_of(written)}

    def _write_event(self, event: list[Any]) -> list[Any]:
        """Return an event of the certificate under the new names.

        Witnesses list their lines in the order of names. They are sorted again here, because the
        old order would give away the old names.
        """
        word, *rest = event
        if word == "open":
            return [word, self._of(rest[0]), *map(self._write_witnesses, rest[1:])]
        return [word, *map(self._write_witnesses, rest)]

    def _write_witnesses(self, part: Any) -> Any:
        if not isinstance(part, list):
            return part
        if part and all(map(_is_line, part)):
            return sorted(self._write_parts(part), key=_order_of_entry)
        return [self._write_witnesses(inner) for inner in part]

    def _write_witness(
        self, stage: str, needs: list[str], gone: list[str], added: list[Any]
    ) -> list[Any]:
        names = [[self._needs[need] for need in of] for of in (needs, gone)]
        return [stage, *names, self._write_parts(added)]

    def _write_parts(self, part: Any) -> Any:
        """Return a piece of an event under the new names; an assignment in it is a list of five."""
        if not isinstance(part, list):
            return part
        if _is_line(part):
            need, stock, person, slot, units = part
            return [self._needs[need], self._stocks[stock], self._of_person(person), slot, units]
        return [self._write_parts(inner) for inner in part]


def _is_line(part: Any) -> bool:
    return isinstance(part, list) and len(part) == _LINE and isinstance(part[0], str)


def _order_of_entry(line: Sequence[Any]) -> tuple[str, ...]:
    return tuple(name or "" for name in line[: _LINE - 1])


def _lot_of(row: Stock | Person | Need) -> str:
    if not row.lot:
        raise ProblemError(f"$.{row.id}.lot", "missing")
    return row.lot


def _order_equal(levels: Iterable[Level]) -> Iterator[Level]:
    """Yield levels in their order; equal ones are sorted by group, which has a new name."""
    for _, equal in groupby(levels, key=attrgetter("ratio")):
        yield from sorted(equal, key=attrgetter("group"))


def _lot_of_recipient(need: Need) -> str:
    require(bool(need.recipient_lot), f"$.{need.id}.recipient_lot", "missing")
    return need.recipient_lot


def _join_days(days: DaysOf, statuses: Iterable[str]) -> tuple[str, ...]:
    """Return the days on which at least one of these statuses is valid; none: every day."""
    found = [days.get(status, ()) for status in statuses]
    return tuple(day for of in found for day in of) if all(found) else ()


def _keep_distinct(needs: Iterable[Need], ruled: Collection[str]) -> tuple[Need, ...]:
    """Return the needs sorted by new name, so that no two of them look like one ask.

    A need that looks like an ask before it gets its own name as a status, which no stock asks for.
    """
    seen, found = set(), []
    for need in sorted(needs, key=attrgetter("id")):
        key = ask_key(need)
        if need.is_partial and need.id not in ruled and key in seen:
            need = replace(need, statuses=(*need.statuses, need.id))
        seen.add(key)
        found.append(need)
    return tuple(found)
