"""Seeded tiny months for ``community/2``: of every shape, crowded, and one pool of givers."""

from dataclasses import dataclass, replace
from math import prod
from random import Random
from typing import Any

from optimizer.problem import Forbid, GroupHistory, Need, Pair, Person, Pin, Problem, Stock
from tests.optimizer.brute_force import ways_of
from tests.optimizer.community2.answers import givers_of
from tests.optimizer.community2.month import DIMENSION, Load, Month, faults, join_asks

SLOTS, AREAS, COMMITTEES = ("S1", "S2", "S3"), ("A", "B"), ("X", "Y", "Z")
VISITS, CATEGORIES = ("visit", "walk"), ("visit", "visit", "walk", "rice", "rice", "quilt")
MOST_ANSWERS = 60_000  # ways multiplied


def some(random: Random, names: tuple[str, ...], likely: int) -> tuple[str, ...]:
    return tuple(name for name in names if random.randrange(100) < likely)


def draw_lots(random: Random, month: Month) -> Month:
    """Give everything a random name for the draw, now and then leaving one out."""
    problem = month.problem
    names = {
        "needs": [need.id for need in problem.needs],
        "stocks": [stock.id for stock in problem.stocks],
        "people": [person.id for person in problem.people],
        "recipients": sorted({need.recipient for need in problem.needs}),
    }
    for kind, rows in names.items():
        month = month.with_lots(
            kind, {n: f"{random.getrandbits(32):08x}" for n in rows if random.randrange(9)}
        )
    return month


def any_month(seed: int) -> Month:
    """A month with everything a question may hold."""
    random = Random(f"any {seed}")
    while True:
        month = _draw(random, rich=True)
        if is_tiny(month) and not faults(month):
            return month


def crowded_month(seed: int, *, single: bool = False) -> Month:
    """A month where many want the same; single: one person or one unit each, all stocks nested
    within one or apart."""
    random = Random(f"crowded {single} {seed}")
    while True:
        month = _draw(random, rich=False, single=single)
        if is_tiny(month) and not faults(month):
            return month


def single_month(seed: int) -> Month:
    return crowded_month(seed, single=True)


def month_of(seed: int) -> Month:
    """Months of every shape, crowded ones, and such of single needs in turn."""
    return (any_month, crowded_month, single_month)[seed % 3](seed // 3)


def is_tiny(month: Month) -> bool:
    problem = month.problem
    return 1 < prod(len(ways_of(problem, need)) + 1 for need in problem.needs) < MOST_ANSWERS


@dataclass(frozen=True)
class Shape:
    """What the needs of a month have in common.

    rich    every sort of rule may occur      single  one person or one unit each
    teams   persons at once, by category      kinds   the least of every divisible category
    """

    rich: bool
    single: bool
    teams: dict[str, int]
    kinds: dict[str, int]
    waits: tuple[int, ...]
    tiers: tuple[int, ...]
    offered: tuple[str, ...] = ()


def _draw_shape(random: Random, rich: bool, single: bool) -> Shape:
    flat: list[tuple[tuple[int, ...], tuple[int, ...]]] = [
        ((0,), (1,)),
        ((0, 1), (2,)),
        ((0, 1, 1), (1, 2)),
        ((0, 3, 7), (1, 2, 3)),
    ]
    waits, tiers = random.choice(flat)
    if rich and random.randrange(2):
        waits, tiers = (0, 0, 1, 5, 9), (1, 2, 2, 3)
    teams = {kind: 1 if single else random.choice((1, 1, 2)) for kind in VISITS}
    kinds = {} if single else {"rice": random.choice((1, 1, 2))}
    return Shape(rich, single, teams, kinds, waits, tiers)


def _draw(random: Random, *, rich: bool, single: bool = False) -> Month:
    shape = _draw_shape(random, rich, single)
    stocks = [_draw_stock(random, k, shape) for k in range(random.randint(1, 4))]
    stocks = _nest(random, stocks, rich)
    staffed = tuple(stock.id for stock in stocks if stock.staffed)
    people = [_draw_person(random, k, staffed, rich) for k in range(random.randint(1, 4))]
    people = people if staffed else []
    homes = [_draw_home(random, k) for k in range(5)]
    shape = replace(shape, offered=tuple(stock.category for stock in stocks if stock.category))
    needs = [
        _draw_need(random, k, random.choice(homes), shape) for k in range(random.randint(3, 7))
    ]
    problem = Problem(
        name="tiny",
        seed=f"{random.getrandbits(64):016x}",
        stocks=tuple(stocks),
        people=tuple(people),
        needs=tuple(needs),
        history=_draw_history(random),
        **(_draw_rules(random, needs, stocks, people) if rich else {}),
    )
    month = draw_lots(random, join_asks(Month(problem, kinds=shape.kinds)))
    return replace(month, loads=_draw_loads(random, problem))


def _draw_stock(random: Random, k: int, shape: Shape) -> Stock:
    category, rich = random.choice(CATEGORIES), shape.rich
    none = rich and random.randrange(6) == 0
    capacity = random.randint(0 if none else 1, 3 if shape.single else 4)
    if rich and random.randrange(12) == 0:
        capacity = random.choice((201, 450, 900))  # asked for in steps of several units
    return Stock(
        id=f"s{k}",
        giver=f"g{random.randint(0, 2)}",
        category=category,
        capacity=capacity,
        least=min(capacity, 1) if rich and random.randrange(15) == 0 else 0,
        least_if_used=min(capacity, 2) if rich and random.randrange(15) == 0 else 0,
        areas=(random.choice(AREAS),) if random.randrange(6) == 0 else (),
        statuses=("poor",) if random.randrange(6) == 0 else (),
        slots=some(random, SLOTS, 70) if random.randrange(5) == 0 else (),
        staffed=category in VISITS and random.randrange(8) > 0,
        pledge=random.choice((f"of {k}", f"of {k}", None)),
    )


def _nest(random: Random, stocks: list[Stock], rich: bool) -> list[Stock]:
    if random.randrange(3):
        return stocks
    above = [Stock(id="z", giver="g0", category="", capacity=random.randint(1, 4))]
    if rich and random.randrange(2):  # capacities that cross
        above.append(Stock(id="y", giver="g1", category="", capacity=random.randint(1, 4)))
    names = tuple(stock.id for stock in above)
    return [replace(stock, parents=some(random, names, 60)) for stock in stocks] + above


def _draw_person(random: Random, k: int, staffed: tuple[str, ...], rich: bool) -> Person:
    return Person(
        id=f"p{k}",
        giver="g0",
        most_visits=random.choice((0, 1, 1, 2, 2, 3, 3) if rich else (1, 1, 2)),
        stocks=some(random, staffed, 80),
        skills=some(random, ("lift",), 60),
        areas=some(random, AREAS, 70) if random.randrange(8) == 0 else (),
        slots=some(random, SLOTS, 70),
    )


def _draw_home(random: Random, k: int) -> dict[str, Any]:
    committee = random.choice((*COMMITTEES, *COMMITTEES, None))
    return {
        "recipient": f"r{k}",
        "area": random.choice(AREAS),
        "statuses": some(random, ("poor",), 60),
        "groups": {DIMENSION: committee} if committee else {},
    }


def _draw_need(random: Random, k: int, home: dict[str, Any], shape: Shape) -> Need:
    category = random.choice(shape.offered if random.randrange(8) else CATEGORIES)
    least, rich = shape.kinds.get(category), shape.rich
    quantity = 1 if shape.single or category in VISITS else random.randint(1, 3)
    odd = rich and random.randrange(10) == 0
    return Need(
        id=f"n{k}",
        **({**home, "groups": {DIMENSION: random.choice(COMMITTEES)}} if odd else home),
        category=category,
        requires=("lift",) if random.randrange(8) == 0 else (),
        slots=some(random, SLOTS, 60)
        if random.randrange(3 if category in VISITS else 9) == 0
        else (),
        people=shape.teams.get(category, 1),
        quantity=max(quantity, least or 1),
        least=least,
        tier=random.choice(shape.tiers),
        points=random.randint(0, 3) if rich or random.randrange(4) == 0 else 1,
        waiting=random.choice(shape.waits),
        duty=random.randrange(6) == 0 and (rich or len(shape.tiers) > 1),
        listed=rich and random.randrange(12) == 0,
    )


def _draw_rules(random: Random, needs: list, stocks: list, people: list) -> dict[str, Any]:
    found = {}
    for _ in range(random.choice((0, 0, 2, 5))):
        need, stock = random.choice(needs).id, random.choice(stocks).id
        person = random.choice(people).id if people and random.randrange(2) else None
        found[need, stock, person] = Pair(
            need,
            stock,
            person,
            score=random.randint(-1, 3),
            consumption=random.choice((1, 1, 1, 0, 2)),
            most=random.choice((None, None, None, 0, 1)),
        )
    pins: tuple[Pin, ...] = ()
    forbids: tuple[Forbid, ...] = ()
    if random.randrange(8) == 0:
        pins = (Pin(random.choice(needs).id, random.choice((None, random.choice(stocks).id))),)
    if random.randrange(5) == 0:
        person = random.choice(people).id if people and random.randrange(2) else None
        stock = random.choice((None, random.choice(stocks).id))
        forbids = (Forbid(random.choice(needs).id, stock, person),)
    return {"pairs": tuple(found.values()), "pins": pins, "forbids": forbids}


def _draw_history(random: Random) -> tuple[GroupHistory, ...]:
    if random.randrange(2):
        return ()
    rows = []
    for name in (*COMMITTEES, ""):
        possible = random.randint(0, 5)
        rows.append(GroupHistory(DIMENSION, name, possible, random.randint(0, possible)))
    return tuple(row for row in rows if random.randrange(4))


def _draw_loads(random: Random, problem: Problem) -> tuple[Load, ...]:
    if random.randrange(2):
        return ()
    return tuple(
        Load(giver, measure, random.randint(0, 4), random.randint(1, 9))
        for giver, measure in givers_of(problem)
        if random.randrange(3)
    )
