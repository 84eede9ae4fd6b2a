"""A month as ``community/2`` reads it: a problem, and its names for the draw, tiers and loads."""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from optimizer.problem import Need, Problem

TIERS = (1, 2, 3)
DIMENSION = "committee"
KINDS = ("needs", "stocks", "people", "recipients")  # each has names for the draw of its own


@dataclass(frozen=True, slots=True)
class Load:
    """Units a giver carried in the rounds before, and what it agreed to over them and this one."""

    giver: str
    measure: str
    carried: int
    agreed: int


@dataclass(frozen=True, slots=True)
class Month:
    """``lots[kind][name]`` is a name for the draw; a name without one draws with itself.

    kinds   the least useful quantity of every divisible category; others are met whole
    """

    problem: Problem
    lots: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    loads: tuple[Load, ...] = ()
    kinds: Mapping[str, int] = field(default_factory=dict)

    def label(self, kind: str, name: str) -> str:
        """Ticket, a blank, the name: what orders everything that is drawn."""
        lot = self.lots.get(kind, {}).get(name, name)
        key, text = self.problem.seed.encode("ascii"), lot.encode()
        return f"{hmac.new(key, text, hashlib.sha256).hexdigest()} {name}"

    def drawn(self, kind: str, names: Iterable[str]) -> list[str]:
        """The names by ticket, the lowest first."""
        return sorted(names, key=lambda name: self.label(kind, name))

    def with_problem(self, **changes: Any) -> "Month":
        """This month with other rows in its problem."""
        return replace(self, problem=replace(self.problem, **changes))

    def with_lots(self, kind: str, lots: Mapping[str, str]) -> "Month":
        """This month with these lots added to those of one kind."""
        return replace(self, lots={**self.lots, kind: {**self.lots.get(kind, {}), **lots}})


def in_order(month: Month, kind: str, names: Iterable[str]) -> Month:
    """The month with lots that draw these names in this order, before and after no others."""
    names = list(names)
    bare = Month(month.problem)
    lots = bare.drawn(kind, [f"lot {k}" for k in range(len(names))])
    return month.with_lots(kind, dict(zip(names, lots, strict=True)))


def group_of(need: Need) -> str:
    """The need's committee; needs without one are one committee together."""
    return need.groups.get(DIMENSION, "")


def pair_of(need: Need) -> tuple[str, str]:
    """Who asks for what: the recipient and the category."""
    return need.recipient, need.category


def is_divisible(need: Need) -> bool:
    return need.least_units < need.quantity


def ask_key(month: Month) -> Callable[[Need], tuple | None]:
    """What the needs of one ask have in common; None for a need that is never joined."""
    problem = month.problem
    named = {
        rule.need for rules in (problem.pairs, problem.pins, problem.forbids) for rule in rules
    }

    def key(need: Need) -> tuple | None:
        if need.id in named or need.category not in month.kinds:
            return None
        same = (need.area, need.statuses, need.requires, need.slots, need.listed, need.duty)
        return (*pair_of(need), *same)

    return key


def faults(month: Month) -> list[str]:
    """What the policy refuses in this question, in plain words."""
    found = [f"{n.id}: tier {n.tier}" for n in month.problem.needs if n.tier not in TIERS]
    for category in sorted({need.category for need in month.problem.needs}):
        needs = [need for need in month.problem.needs if need.category == category]
        if len({need.people for need in needs}) > 1:
            found.append(f"{category}: several sizes of a team")
        if len({need.least_units for need in needs}) > 1 and any(map(is_divisible, needs)):
            found.append(f"{category}: several leasts")
    key, seen = ask_key(month), set()
    for need in month.problem.needs:
        found += [f"{need.id}: a second row of one ask"] if key(need) in seen else []
        seen |= {key(need)} - {None}
    return found


def join_asks(month: Month) -> Month:
    """The month with the parts of every ask added up."""
    key = ask_key(month)
    parts: dict[object, list[Need]] = {}
    for need in month.problem.needs:
        parts.setdefault(key(need) or need.id, []).append(need)
    needs = [_join(month, rows) for rows in parts.values()]
    lots = {
        need.id: min(month.lots.get("needs", {}).get(part.id, part.id) for part in rows)
        for need, rows in zip(needs, parts.values(), strict=True)
    }
    return month.with_problem(needs=tuple(needs)).with_lots("needs", lots)


def _join(month: Month, rows: list[Need]) -> Need:
    if len(rows) == 1:
        return rows[0]
    quantity = sum(need.quantity for need in rows)
    return replace(
        min(rows, key=lambda need: need.id),
        quantity=quantity,
        least=min(month.kinds[rows[0].category], quantity),
        tier=min(need.tier for need in rows),
        waiting=max(need.waiting for need in rows),
        points=max(need.points for need in rows),
    )
