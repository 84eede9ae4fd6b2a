"""Which needs are in one contest: who may use the same person, stock or capacity (S13)."""

from itertools import combinations

from optimizer.problem import Need, Problem
from tests.optimizer.brute_force import (
    ancestors_of,
    days_of_delivery,
    is_allowed,
    is_dated,
    pair_of,
    servers,
)
from tests.optimizer.community2.month import Month, group_of


def contested_needs(month: Month, undecided: set[str], always: set[str]) -> frozenset[str]:
    """The undecided needs in a contest with needs of two or more groups."""
    found: set[str] = set()
    for contest in contests_of(month, undecided, always):
        if len({group_of(need) for need in contest}) > 1:
            found |= {need.id for need in contest}
    return frozenset(found)


def contests_of(month: Month, undecided: set[str], always: set[str]) -> list[list[Need]]:
    nodes = {need.id for need in month.problem.needs} & (undecided | always)
    uses = {need.id: uses_of(month.problem, need) for need in month.problem.needs}
    joined = [{a, b} for a, b in combinations(sorted(nodes), 2) if uses[a] & uses[b]]
    contests: dict[tuple, list[Need]] = {}
    for k, part in enumerate(components(nodes, joined)):
        for need in month.problem.needs:
            if need.id in part & undecided:
                key = (k, need.tier, need.waiting, need.duty)
                contests.setdefault(key, []).append(need)
    return list(contests.values())


def components(nodes: set[str], joined: list[set[str]]) -> list[set[str]]:
    parts = [{node} for node in sorted(nodes)]
    for edge in joined:
        touched = [part for part in parts if part & edge]
        parts = [part for part in parts if not part & edge] + [set().union(*touched)]
    return parts


def uses_of(problem: Problem, need: Need) -> set[tuple[str, str]]:
    """People and stocks, with all capacities above, of sources in a way that the need has."""
    sources = visit_sources(problem, need) | delivery_sources(problem, need)
    found = {("person", person) for _, person in sources if person is not None}
    for stock, _ in sources:
        found |= {("stock", name) for name in ancestors_of(problem, stock)}
    return found


def visit_sources(problem: Problem, need: Need) -> set[tuple[str, str | None]]:
    found: set[tuple[str, str | None]] = set()
    most = {person.id: person.most_visits for person in problem.people}
    slots = need.slots or {slot for person in problem.people for slot in person.slots}
    for slot in slots:
        for day in problem.days.get(slot, ("",)):
            able = servers(problem, need, slot, day)
            here = [(stock, person) for stock, person in able if most[person]]
            if len({person for _, person in here}) >= need.people:
                found |= set(here)
    return found


def delivery_sources(problem: Problem, need: Need) -> set[tuple[str, str | None]]:
    shelves = [
        stock
        for stock in problem.stocks
        if not stock.staffed
        and is_allowed(problem, need, stock, None)
        and any(is_dated(need, stock, None, day) for day in days_of_delivery(problem, need, stock))
    ]
    reach = sum(reach_of(problem, need, stock.id) for stock in shelves)
    return {(stock.id, None) for stock in shelves} if reach >= need.least_units else set()


def reach_of(problem: Problem, need: Need, stock: str) -> int:
    """The most units that this stock, alone in the month, could give the need."""
    pair = pair_of(problem, need.id, stock, None)
    bounds = [need.quantity] + ([] if pair.most is None else [pair.most])
    room = min(s.capacity for s in problem.stocks if s.id in ancestors_of(problem, stock))
    return min([*bounds, room // pair.consumption] if pair.consumption else bounds)
