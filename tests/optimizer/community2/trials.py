"""Runs a property on seeded months until enough of them bear on it, and shrinks what breaks it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from random import Random

from tests.optimizer.community2.month import Month, faults
from tests.optimizer.community2.random_months import month_of

# True: it holds; False: it is broken; None: this month does not bear on it.
Check = Callable[[Month, Random], bool | None]


@dataclass(frozen=True, slots=True)
class Property:
    """per_myriad: the greatest part of months, of 10,000, in which it may be broken."""

    check: Check
    months: Callable[[int], Month] = month_of
    per_myriad: int = 0

    def __str__(self) -> str:
        return f"{self.check.__name__}-{self.months.__name__}"


@dataclass
class Trials:
    """tried: months that bear on the property, of those seen      broken: their seeds"""

    tried: int = 0
    seen: int = 0
    broken: list[int] = field(default_factory=list)


def try_property(property_: Property, wanted: int, start: int = 0) -> Trials:
    """Try seed after seed until so many months bear on the property."""
    trials = Trials()
    while trials.tried < wanted and trials.seen < 200 * wanted + 2000:
        seed = start + trials.seen
        held = property_.check(property_.months(seed), Random(seed))
        trials.seen += 1
        trials.tried += held is not None
        if held is False:
            trials.broken.append(seed)
    return trials


def shrink(month: Month, check: Check, seeds: int = 12) -> Month:
    """Leave out whatever is not needed to break the property, one thing after another."""

    def is_broken(other: Month) -> bool:
        return any(check(other, Random(seed)) is False for seed in range(seeds))

    found: Month | None = month
    while found is not None:
        month = found
        found = next((m for m in smaller(month) if not faults(m) and is_broken(m)), None)
    return month


def smaller(month: Month) -> Iterator[Month]:
    """The month without one of its rows, then with one value of a row plain."""
    problem = month.problem
    for kind in ("needs", "people", "stocks", "pins", "forbids", "pairs", "history"):
        rows = getattr(problem, kind)
        for row in rows:
            yield from _try(month, kind, tuple(other for other in rows if other is not row))
    if month.loads:
        yield replace(month, loads=())
    for kind, values in PLAIN.items():
        rows = getattr(problem, kind)
        for k, row in enumerate(rows):
            for name, value in values.items():
                if getattr(row, name) != value:
                    other = replace(row, **{name: value})
                    yield from _try(month, kind, (*rows[:k], other, *rows[k + 1 :]))


PLAIN: dict[str, dict] = {
    "needs": {
        **{"waiting": 0, "points": 1, "duty": False, "listed": False, "slots": (), "tier": 2},
        **{"requires": (), "statuses": (), "groups": {}, "area": ""},
    },
    "stocks": {
        **{"least": 0, "least_if_used": 0, "parents": (), "areas": (), "statuses": ()},
        **{"slots": (), "pledge": None},
    },
    "people": {"skills": (), "areas": (), "most_visits": 1},
}


def _try(month: Month, kind: str, rows: tuple) -> Iterator[Month]:
    names = {row.id for row in rows} if kind in ("needs", "people", "stocks") else set()
    changes: dict = {kind: rows}
    if names:
        column = {"needs": "need", "people": "person", "stocks": "stock"}[kind]
        for rules in ("pairs", "pins", "forbids"):
            changes[rules] = tuple(
                rule
                for rule in getattr(month.problem, rules)
                if getattr(rule, column) in (names | ({None} if column != "need" else set()))
            )
    if kind == "stocks":
        changes["people"] = tuple(
            replace(p, stocks=tuple(s for s in p.stocks if s in names))
            for p in month.problem.people
        )
        changes["stocks"] = tuple(
            replace(s, parents=tuple(z for z in s.parents if z in names)) for s in rows
        )
    try:
        yield month.with_problem(**changes)
    except ValueError:
        return
