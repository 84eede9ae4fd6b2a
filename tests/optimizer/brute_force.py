"""Every answer of a tiny problem, one by one: slow, plain, and the judge of the solver.

Written from FORMULATION.md alone; shares no code with the solver or the checker.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations, product

from optimizer.problem import Need, Pair, Person, Problem, Stock

Line = tuple[str, str | None, str | None, int]  # stock, person, slot, units
Way = tuple[Line, ...]
Answer = dict[str, Way]  # need -> way; unmet needs are left out


def pair_of(problem: Problem, need: str, stock: str, person: str | None) -> Pair:
    named = {(p.need, p.stock, p.person): p for p in problem.pairs}
    found = named.get((need, stock, person)) or named.get((need, stock, None))
    return found or Pair(need=need, stock=stock)


def is_allowed(problem: Problem, need: Need, stock: Stock, person: Person | None) -> bool:
    name = person.id if person else None
    for f in problem.forbids:
        if f.need == need.id and f.stock in (None, stock.id) and f.person in (None, name):
            return False
    if need.listed and not any(
        p.need == need.id and p.stock == stock.id and p.person in (None, name)
        for p in problem.pairs
    ):
        return False
    if stock.category == "" or stock.category != need.category:
        return False
    if stock.areas and need.area not in stock.areas:
        return False
    return not stock.statuses or bool(set(stock.statuses) & set(need.statuses))


def is_on(days: tuple[str, ...] | None, day: str) -> bool:
    return not days or day in days


def is_dated(need: Need, stock: Stock, person: Person | None, day: str) -> bool:
    """Whether need and giver, with a status and the skills that count, are valid on one day."""
    if not is_on(need.days, day) or not is_on(stock.days, day):
        return False
    if stock.statuses and not any(
        status in stock.statuses and is_on(need.status_days.get(status), day)
        for status in need.statuses
    ):
        return False
    return person is None or (
        is_on(person.days, day)
        and all(is_on(person.skill_days.get(skill), day) for skill in need.requires)
    )


def servers(problem: Problem, need: Need, slot: str, day: str) -> list[tuple[str, str]]:
    found = []
    for stock in problem.stocks:
        if not stock.staffed or (stock.slots and slot not in stock.slots):
            continue
        for person in problem.people:
            if (
                stock.id in person.stocks
                and slot in person.slots
                and set(need.requires) <= set(person.skills)
                and (not person.areas or need.area in person.areas)
                and is_allowed(problem, need, stock, person)
                and is_dated(need, stock, person, day)
                and pair_of(problem, need.id, stock.id, person.id).most != 0
            ):
                found.append((stock.id, person.id))
    return found


def ways_of(problem: Problem, need: Need) -> list[Way]:
    return [
        way
        for way in (*visits_of(problem, need), *deliveries_of(problem, need))
        if keeps_most(problem, need, way)
    ]


def visits_of(problem: Problem, need: Need) -> Iterator[Way]:
    slots = need.slots or sorted({slot for person in problem.people for slot in person.slots})
    for slot in slots:
        teams: dict[tuple, None] = {}
        for day in problem.days.get(slot, ("",)):
            teams |= dict.fromkeys(combinations(servers(problem, need, slot, day), need.people))
        for team in teams:
            if len({person for _, person in team}) == need.people:
                yield tuple((stock, person, slot, 1) for stock, person in team)


def deliveries_of(problem: Problem, need: Need) -> Iterator[Way]:
    shelves = [
        stock.id
        for stock in problem.stocks
        if not stock.staffed
        and is_allowed(problem, need, stock, None)
        and any(is_dated(need, stock, None, day) for day in days_of_delivery(problem, need, stock))
    ]
    for units in product(range(need.quantity + 1), repeat=len(shelves)):
        if need.least_units <= sum(units) <= need.quantity:
            yield tuple(
                (stock, None, None, n) for stock, n in zip(shelves, units, strict=True) if n
            )


def days_of_delivery(problem: Problem, need: Need, stock: Stock) -> set[str]:
    if need.slots and stock.slots:
        shared = set(need.slots) & set(stock.slots)
        return {day for slot in shared for day in problem.days.get(slot, ("",))}
    return {"", *need.days, *stock.days, *(d for days in need.status_days.values() for d in days)}


def keeps_most(problem: Problem, need: Need, way: Way) -> bool:
    units: Counter[str] = Counter()
    for stock, _, _, n in way:
        units[stock] += n
    bounds = {p.stock: p.most for p in problem.pairs if p.need == need.id and p.person is None}
    return all(bounds.get(stock) is None or n <= bounds[stock] for stock, n in units.items())


def ancestors_of(problem: Problem, stock: str) -> set[str]:
    parents = {s.id: s.parents for s in problem.stocks}
    reached, open_ = set(), [stock]
    while open_:
        name = open_.pop()
        if name not in reached:
            reached.add(name)
            open_.extend(parents[name])
    return reached


def feasible_answers(problem: Problem) -> Iterator[Answer]:
    options = [(need, [*ways_of(problem, need), None]) for need in problem.needs]
    above = {stock.id: ancestors_of(problem, stock.id) for stock in problem.stocks}
    for answer, used in _extend(problem, options, above, {}, Counter(), frozenset()):
        if all(is_enough(used[s.id], s) for s in problem.stocks) and keeps_pins(problem, answer):
            yield answer


def is_enough(used: int, stock: Stock) -> bool:
    return used >= stock.least and (used == 0 or used >= stock.least_if_used)


def _extend(problem, options, above, answer, used, busy):
    if len(answer) == len(options):
        yield {need: way for need, way in answer.items() if way is not None}, used
        return
    need, ways = options[len(answer)]
    for way in ways:
        placed = _place(problem, above, need, way, used, busy)
        if placed is not None:
            yield from _extend(problem, options, above, {**answer, need.id: way}, *placed)


def _place(problem, above, need, way, used, busy):
    """Return uses and busy slots after this way, None when it breaks a bound."""
    used = used.copy()
    for stock, person, _, units in way or ():
        for name in above[stock]:
            used[name] += pair_of(problem, need.id, stock, person).consumption * units
    if any(used[stock.id] > stock.capacity for stock in problem.stocks):
        return None
    places = [(person, slot) for _, person, slot, _ in way or () if person is not None]
    recipient = {(f"recipient {need.recipient}", slot) for _, slot in places}
    if busy & ({*places} | recipient):
        return None
    busy = busy | {*places} | recipient
    visits = Counter(name for name, _ in busy)
    if any(visits[person.id] > person.most_visits for person in problem.people):
        return None
    return used, busy


def keeps_pins(problem: Problem, answer: Answer) -> bool:
    return all(
        any(
            pin.stock in (None, stock) and pin.person in (None, person)
            for stock, person, _, _ in answer.get(pin.need, ())
        )
        for pin in problem.pins
    )
