"""A ``Problem``: the input of one month's solve, as frozen dataclasses of names and whole numbers.

A problem has eight tables of rows. Each row checks itself (``rows.py``), and the problem checks
references and sums over rows; ``ProblemError`` names the path of the value that breaks a rule. The
rows of every table are sorted, and so are the sets in them, so that shuffled input gives the same
problem with the same bytes.
FORMULATION.md defines which stock may serve which need.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from operator import attrgetter
from typing import Any, TypeAlias

from optimizer import codec
from optimizer.codec import LARGEST_SUM, ProblemError, require
from optimizer.nesting import Ancestors
from optimizer.policy import COMMUNITY_POLICY, Policy
from optimizer.rows import (
    VISITS,
    DaysOf,
    Forbid,
    GiverLoad,
    GroupHistory,
    Need,
    Pair,
    Person,
    Pin,
    Rule,
    Stock,
    check_days_of,
)

__all__ = [
    "VISITS",
    "Forbid",
    "GiverLoad",
    "GroupHistory",
    "Need",
    "Pair",
    "Person",
    "Pin",
    "Problem",
    "ProblemError",
    "Stock",
]


@dataclass(frozen=True, slots=True)
class Problem:
    """The whole input of one solve; it is checked and sorted when it is made.

    seed      lower-case hexadecimal digits, the key of every ticket
    history   what groups of needs had in the months that still count
    loads     what givers carried and agreed to in these months
    policy    the stages by which the month is decided
    days      slot -> its days; a slot that is left out has one day without a name
    lots      giver, pledge, category or group -> the name that it draws under in a policy with a
              draw; a name that is left out draws under itself
    """

    name: str
    seed: str
    stocks: tuple[Stock, ...] = ()
    people: tuple[Person, ...] = ()
    needs: tuple[Need, ...] = ()
    pairs: tuple[Pair, ...] = ()
    pins: tuple[Pin, ...] = ()
    forbids: tuple[Forbid, ...] = ()
    history: tuple[GroupHistory, ...] = ()
    loads: tuple[GiverLoad, ...] = ()
    policy: Policy = COMMUNITY_POLICY
    days: DaysOf = field(default_factory=dict)
    lots: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_seed(self.seed)
        object.__setattr__(self, "days", check_days_of(self.days, "$.days"))
        object.__setattr__(self, "lots", dict(sorted(self.lots.items())))
        names = _Names(self)
        _check_staff(self, names)
        find_ancestors(self.stocks)
        names.check(self.pairs, "$.pairs")
        names.check(self.pins, "$.pins")
        names.check(self.forbids, "$.forbids")
        _check_history(self.history)
        _check_loads(self.loads)
        _check_tiers(self)
        if self.policy.is_drawn:
            _check_drawn(self)
        _check_dimensions(self)
        _check_sums(self)
        for name in ("stocks", "people", "needs"):
            _order(self, name, attrgetter("id"))
        for name in ("pairs", "pins", "forbids"):
            _order(self, name, _rule_key)
        _order(self, "history", attrgetter("dimension", "group"))
        _order(self, "loads", attrgetter("giver", "measure"))

    @classmethod
    def from_json(cls, value: object) -> "Problem":
        """Read a problem from plain JSON.

        Raises ``ProblemError`` with the path of the broken value.
        """
        return codec.from_json(cls, value)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON: rows sorted, the policy always written, other defaults left out."""
        return {**codec.to_json(self), "policy": self.policy.to_json()}

    @property
    def sha256(self) -> str:
        """The SHA-256 of the canonical JSON, 64 hexadecimal digits."""
        return codec.sha256_of(self.to_json())


def _order(problem: Problem, name: str, key: Callable[[Any], Any]) -> None:
    object.__setattr__(problem, name, tuple(sorted(getattr(problem, name), key=key)))


def _rule_key(rule: Rule) -> tuple[str, str, str]:
    return rule.need, rule.stock or "", rule.person or ""


def _check_seed(seed: str) -> None:
    is_hexadecimal = bool(seed) and set(seed) <= set("0123456789abcdef")
    require(is_hexadecimal, "$.seed", "must be lower-case hexadecimal digits")


class _Names:
    """The ids of a problem's stocks, people and needs.

    Raises ``ProblemError`` if two rows of a table have the same id.
    """

    def __init__(self, problem: Problem) -> None:
        self.stocks = _list_ids(problem.stocks, "$.stocks")
        self.people = _list_ids(problem.people, "$.people")
        self.needs = _list_ids(problem.needs, "$.needs")

    def check(self, rules: Sequence[Rule], path: str) -> None:
        """Raise ``ProblemError`` if a rule names an unknown id or the same ids as another rule."""
        seen: set[tuple[str, str | None, str | None]] = set()
        for k, rule in enumerate(rules):
            require(rule.need in self.needs, f"{path}[{k}].need", "is not known")
            for name, value, known in (
                ("stock", rule.stock, self.stocks),
                ("person", rule.person, self.people),
            ):
                require(value is None or value in known, f"{path}[{k}].{name}", "is not known")
            key = (rule.need, rule.stock, rule.person)
            require(key not in seen, f"{path}[{k}]", "used twice")
            seen.add(key)


def _list_ids(rows: Sequence[Stock | Person | Need], path: str) -> set[str]:
    seen: set[str] = set()
    for k, row in enumerate(rows):
        require(row.id not in seen, f"{path}[{k}].id", "used twice")
        seen.add(row.id)
    return seen


def _require_known(names: Iterable[str], known: set[str], path: str, reason: str) -> None:
    for k, name in enumerate(names):
        require(name in known, f"{path}[{k}]", reason)


def _check_staff(problem: Problem, names: _Names) -> None:
    staffed = {stock.id for stock in problem.stocks if stock.staffed}
    for k, stock in enumerate(problem.stocks):
        _require_known(stock.parents, names.stocks, f"$.stocks[{k}].parents", "is not known")
    for k, person in enumerate(problem.people):
        path = f"$.people[{k}].stocks"
        _require_known(person.stocks, names.stocks, path, "is not known")
        _require_known(person.stocks, staffed, path, "is not a staffed stock")


def find_ancestors(stocks: Sequence[Stock]) -> Ancestors:
    """Return the ancestors of every stock; stocks are counted by their positions in ``stocks``.

    Raises ``ProblemError`` if stocks nest in a circle or in more than ``MOST_NESTINGS`` pairs.
    """
    position = {stock.id: s for s, stock in enumerate(stocks)}
    return Ancestors([[position[name] for name in stock.parents] for stock in stocks])


def _check_history(history: Sequence[GroupHistory]) -> None:
    seen: set[tuple[str, str]] = set()
    for k, row in enumerate(history):
        key = (row.dimension, row.group)
        require(key not in seen, f"$.history[{k}]", "used twice")
        seen.add(key)


def _check_dimensions(problem: Problem) -> None:
    """Refuse a dimension that no need has, if needs have others: it is a typing mistake."""
    known = {name for need in problem.needs for name in need.groups}
    stages = [(stage.dimension, "policy.stages") for stage in problem.policy.stages]
    for rows in (stages, [(row.dimension, "history") for row in problem.history]):
        for k, (name, place) in enumerate(rows):
            is_known = not name or not known or name in known
            require(is_known, f"$.{place}[{k}].dimension", "no need has this dimension")


def _check_sums(problem: Problem) -> None:
    """Refuse sums above ``LARGEST_SUM``, at the first value that takes a sum above it."""
    _bound_sum("$.stocks[{}].capacity", [stock.capacity for stock in problem.stocks])
    for name in ("people", "quantity", "points"):
        _bound_sum(f"$.needs[{{}}].{name}", [getattr(need, name) for need in problem.needs])
    units = {need.id: max(need.people, need.quantity) for need in problem.needs}
    for name in ("score", "consumption"):
        values = [abs(getattr(pair, name)) * units[pair.need] for pair in problem.pairs]
        _bound_sum(f"$.pairs[{{}}].{name}", values)
    _bound_sum("$.history[{}].possible", [row.possible for row in problem.history])
    for name in ("carried", "agreed"):
        _bound_sum(f"$.loads[{{}}].{name}", [getattr(row, name) for row in problem.loads])


def _bound_sum(path: str, values: Iterable[int]) -> None:
    for k, total in enumerate(accumulate(values)):
        if total > LARGEST_SUM:
            raise ProblemError(path.format(k), f"adds up to more than {LARGEST_SUM}")


def _check_loads(loads: Sequence[GiverLoad]) -> None:
    seen: set[tuple[str, str]] = set()
    for k, row in enumerate(loads):
        key = (row.giver, row.measure)
        require(key not in seen, f"$.loads[{k}]", "used twice")
        seen.add(key)


def _check_measures(stocks: Sequence[Stock]) -> None:
    """Refuse two loads that would have the same text ``giver/measure``."""
    seen: dict[str, tuple[str, bool]] = {}
    for k, stock in enumerate(stocks):
        if stock.pledge is not None and stock.category:
            load = (stock.giver, stock.staffed)
            is_same = seen.setdefault(f"{stock.giver}/{stock.measure}", load) == load
            require(is_same, f"$.stocks[{k}].category", "is a load written like another one")


def _check_tiers(problem: Problem) -> None:
    tiers = problem.policy.tiers
    for k, need in enumerate(problem.needs):
        require(not tiers or need.tier in tiers, f"$.needs[{k}].tier", "is no tier of the policy")


def _check_drawn(problem: Problem) -> None:
    """Refuse what a draw does not allow: see *One kind, one least* in FORMULATION.md."""
    lots: dict[str, str] = {}
    for k, need in enumerate(problem.needs):
        lot = lots.setdefault(need.recipient, need.recipient_lot)
        require(lot == need.recipient_lot, f"$.needs[{k}].recipient_lot", "differs elsewhere")
    _check_kinds(problem)
    _check_joined(problem)
    _check_measures(problem.stocks)


def _check_kinds(problem: Problem) -> None:
    first: dict[str, Need] = {}
    divisible = {need.category for need in problem.needs if need.least is not None}
    for k, need in enumerate(problem.needs):
        kind = first.setdefault(need.category, need)
        require(need.people == kind.people, f"$.needs[{k}].people", "differs in this category")
        is_one = need.category not in divisible or need.least_units == kind.least_units
        require(is_one, f"$.needs[{k}].least", "differs in this category")


AskKey: TypeAlias = tuple[object, ...]


def _check_joined(problem: Problem) -> None:
    seen: set[AskKey] = set()
    ruled = list_ruled(problem)
    for k, need in enumerate(problem.needs):
        if need.is_partial and need.id not in ruled:
            require(ask_key(need) not in seen, f"$.needs[{k}]", "is part of an ask already made")
            seen.add(ask_key(need))


def ask_key(need: Need) -> AskKey:
    """Return the values in which needs must agree to be one ask."""
    where = (need.area, need.statuses, need.requires, need.slots, need.listed)
    when = (need.days, tuple(need.status_days.items()))
    return (need.recipient, need.category, *where, need.duty, *when)


def list_ruled(problem: Problem) -> frozenset[str]:
    """Return the ids of the needs that a pair, pin or forbid names."""
    rules: tuple[Rule, ...] = (*problem.pairs, *problem.pins, *problem.forbids)
    return frozenset(rule.need for rule in rules)
