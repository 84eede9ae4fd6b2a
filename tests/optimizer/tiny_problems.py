"""Seeded tiny problems of every shape: teams, partial, nested, money, pins, lists, bounds."""

from math import prod
from random import Random

from optimizer.policy import COMMUNITY_POLICY, CountBy, GroupOutcome, Policy, Stage, StageKind
from optimizer.problem import Forbid, GroupHistory, Need, Pair, Person, Pin, Problem, Stock
from tests.optimizer.brute_force import ways_of

SLOTS = ("S1", "S2", "S3")
AREAS = ("A", "B", "C")
ANSWERS = range(100, 200_000)  # ways multiplied: neither trivial nor too many to walk through

OTHER_STAGES = (
    Stage("all", StageKind.MAX_COUNT, by=CountBy.ALL),
    Stage("urgency", StageKind.MAX_COUNT, by=CountBy.TIER),
    Stage("waiting", StageKind.MAX_COUNT, by=CountBy.TIER_WAITING, longest_wait=1),
    Stage("neighbourhoods", StageKind.LEXIMIN, dimension="committee"),
    Stage("each", StageKind.LEXIMIN, outcome=GroupOutcome.SCORE),
    Stage("scores", StageKind.LEXIMIN, dimension="committee", outcome=GroupOutcome.SCORE),
    Stage("needs", StageKind.LEXIMIN),
    Stage("worst", StageKind.LEXIMIN, dimension="committee", worst_only=True),
    Stage("worst_score", StageKind.LEXIMIN, outcome=GroupOutcome.SCORE, worst_only=True),
    Stage("busiest", StageKind.LEXIMAX, worst_only=True),
    Stage("people", StageKind.MAX_RECIPIENTS),
    Stage("points", StageKind.MAX_POINTS),
    Stage("fullness", StageKind.MAX_UNITS),
    Stage("burden", StageKind.LEXIMAX),
    Stage("kindness", StageKind.MAX_SCORE),
    Stage("cost", StageKind.MIN_COST),
)


def tiny_problem(seed: int) -> Problem:
    """Return the problem of this seed, small enough for brute force."""
    random = Random(seed)
    while True:
        problem = _draw(random, f"tiny-{seed}")
        if prod(len(ways_of(problem, need)) + 1 for need in problem.needs) in ANSWERS:
            return problem


def shuffled(problem: Problem, random: Random) -> dict:
    """Return the problem's JSON with every list of rows in another order."""
    plain = problem.to_json()
    for name in ("stocks", "people", "needs", "pairs", "pins", "forbids", "history"):
        random.shuffle(plain.get(name, []))
    return plain


def _some(random: Random, names: tuple[str, ...], likely: int) -> tuple[str, ...]:
    return tuple(name for name in names if random.randrange(100) < likely)


def _draw(random: Random, name: str) -> Problem:
    stocks = [_draw_stock(random, k) for k in range(random.randint(1, 4))]
    if random.randrange(3) == 0:
        stocks = _nest(random, stocks)
    staffed = tuple(stock.id for stock in stocks if stock.staffed)
    people = [_draw_person(random, k, staffed) for k in range(random.randint(1, 4))]
    needs = [_draw_need(random, k) for k in range(random.randint(2, 5))]
    return Problem(
        name=name,
        seed=f"{random.getrandbits(64):016x}",
        stocks=tuple(stocks),
        people=tuple(people) if staffed else (),
        needs=tuple(needs),
        pairs=_draw_pairs(random, needs, stocks, people if staffed else []),
        pins=_draw_pins(random, needs, stocks),
        forbids=_draw_forbids(random, needs, stocks, people if staffed else []),
        history=_draw_history(random),
        policy=_draw_policy(random),
    )


def _draw_stock(random: Random, k: int) -> Stock:
    staffed = random.randrange(5) < 3
    capacity = random.randint(1, 4)
    return Stock(
        id=f"s{k}",
        giver=f"g{k % 2}",
        category=("visit" if random.randrange(6) else "goods") if staffed else "goods",
        capacity=capacity,
        least=random.randint(0, capacity) if random.randrange(12) == 0 else 0,
        areas=_some(random, AREAS, 60) if random.randrange(4) == 0 else (),
        statuses=("poor",) if random.randrange(6) == 0 else (),
        slots=_some(random, SLOTS, 70) if random.randrange(4) == 0 else (),
        staffed=staffed,
        pledge=random.choice(("g0", "g1", None)),
    )


def _nest(random: Random, stocks: list[Stock]) -> list[Stock]:
    plain = [stock for stock in stocks if random.randrange(2)]
    nested = [
        Stock(
            **{name: getattr(s, name) for name in s.__slots__ if name != "parents"}, parents=("z",)
        )
        for s in stocks
        if s not in plain
    ]
    return [*plain, *nested, Stock(id="z", giver="g0", category="", capacity=random.randint(1, 4))]


def _draw_person(random: Random, k: int, staffed: tuple[str, ...]) -> Person:
    return Person(
        id=f"p{k}",
        giver="g0",
        most_visits=random.choice((0, 1, 1, 2, 2, 3)),
        stocks=_some(random, staffed, 70),
        skills=_some(random, ("lift", "listen"), 60),
        areas=_some(random, AREAS, 60) if random.randrange(4) == 0 else (),
        slots=_some(random, SLOTS, 60),
    )


def _draw_need(random: Random, k: int) -> Need:
    quantity = random.choice((1, 1, 2, 3))
    return Need(
        id=f"n{k}",
        recipient=f"r{random.randint(0, 3)}",
        category=random.choice(("visit", "visit", "goods")),
        area=random.choice(AREAS),
        statuses=_some(random, ("poor",), 50),
        requires=_some(random, ("lift",), 25),
        slots=_some(random, SLOTS, 50),
        people=random.choice((1, 1, 1, 2)),
        quantity=quantity,
        least=random.randint(1, quantity) if random.randrange(2) else None,
        tier=random.randint(1, 2),
        points=random.randint(0, 3),
        waiting=random.choice((0, 0, 1, 6)),
        groups={"committee": random.choice(AREAS)} if random.randrange(8) else {},
        duty=random.randrange(6) == 0,
        listed=random.randrange(8) == 0,
    )


def _draw_pairs(random, needs, stocks, people) -> tuple[Pair, ...]:
    found = {}
    for _ in range(random.choice((0, 2, 5))):
        need, stock = random.choice(needs), random.choice(stocks)
        person = random.choice(people).id if people and random.randrange(2) else None
        found[need.id, stock.id, person] = Pair(
            need=need.id,
            stock=stock.id,
            person=person,
            score=random.randint(-1, 3),
            consumption=random.choice((1, 1, 1, 0, 2)),
            most=random.choice((None, None, None, 0, 1)),
        )
    return tuple(found.values())


def _draw_pins(random, needs, stocks) -> tuple[Pin, ...]:
    if random.randrange(6):
        return ()
    stock = random.choice((None, random.choice(stocks).id))
    return (Pin(need=random.choice(needs).id, stock=stock),)


def _draw_forbids(random, needs, stocks, people) -> tuple[Forbid, ...]:
    if random.randrange(4):
        return ()
    person = random.choice(people).id if people and random.randrange(2) else None
    stock = random.choice((None, random.choice(stocks).id))
    return (Forbid(need=random.choice(needs).id, stock=stock, person=person),)


def _draw_history(random: Random) -> tuple[GroupHistory, ...]:
    rows = []
    for area in AREAS:
        possible = random.randint(0, 3)
        if random.randrange(2):
            rows.append(GroupHistory("committee", area, possible, random.randint(0, possible)))
    return tuple(rows)


def _draw_policy(random: Random) -> Policy:
    if random.randrange(2):
        return COMMUNITY_POLICY
    stages = random.sample(OTHER_STAGES, random.randint(1, 6))
    return Policy("drawn", 1, (*stages, Stage("lottery", StageKind.LOTTERY)))
