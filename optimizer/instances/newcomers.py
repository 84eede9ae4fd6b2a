"""Simulate many months under the second policy: waits, and how evenly needs and givers are served.

``run_pool`` returns, for each measured need that was met while newcomers kept asking for the same
places, the round in which it was met and the two bounds that FORMULATION.md proves. ``part_met``
returns the fraction of each committee's needs that was met under constant demand, ``carry`` the
units that each giver gave. The caller passes the solver.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from random import Random

from optimizer.instances.memory import DIMENSION, ROUNDS, Memory
from optimizer.policy import COMMUNITY_2
from optimizer.problem import GiverLoad, Need, Person, Problem, Stock
from optimizer.solution import Solution

Solve = Callable[[Problem], Solution]
QUEUE = 4  # once this many needs for each place wait, only one newcomer comes a month


@dataclass(frozen=True, slots=True)
class CrowdedPool:
    """A pool of places that needs of one place and of several compete for.

    sort      "single"; "team": a need of several takes people; "units": it takes a quantity
    size      places that a need of several takes; 1: there are only needs of one
    tier      the tier of the needs that are measured
    newcomers the tiers of the needs that come after them
    """

    sort: str
    places: int
    size: int
    tier: int
    newcomers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Waited:
    """The round in which a need was met, 1 being that of its entry, and the bounds for it.

    latest   ⌈a / (S − n + 1)⌉ + 1; S: places, n: size, a: the other needs of its tier or a more
             urgent one at entry
    raised   the same bound from the round in which its tier is 2 or 1; a also counts the needs of
             tier 3 that have waited as long, for their tier rises no later
    """

    rounds: int
    latest: int
    raised: int


def run_pool(pool: CrowdedPool, months: int, solve: Solve, seed: int) -> list[Waited]:
    """Return the wait of every measured need that was met within the months."""
    random, memory = Random(f"{pool} {seed}"), Memory()  # noqa: S311 - invents data
    waiting: tuple[Need, ...] = ()
    entered: dict[str, int] = {}
    latest: dict[str, int] = {}
    raised: dict[str, int] = {}
    found = []
    for month in range(1, months + 1):
        fresh = _draw_newcomers(pool, random, month, len(waiting))
        problem = memory.remind(_offer(pool, fresh, f"{seed:x}{month:x}"), waiting)
        entered |= {need.id: month for need in fresh}
        for need in problem.needs:
            latest.setdefault(need.id, _count_latest(pool, problem, need, with_rising=False))
            if need.tier <= 2 and need.id not in raised:
                late = _count_latest(pool, problem, need, with_rising=True)
                raised[need.id] = month - entered[need.id] + late
        solution = solve(problem)
        memory.note(problem, solution)
        met = {line.need for line in solution.assignments}
        for name in sorted(met.intersection(entered)):
            if name.startswith("measured"):
                round_ = month - entered[name] + 1
                found.append(Waited(round_, latest[name], raised.get(name, round_)))
        waiting = memory.age(problem, met)
    return found


def _draw_newcomers(
    pool: CrowdedPool, random: Random, month: int, waiting: int
) -> tuple[Need, ...]:
    """Return needs of one place, at most one for each place, and in odd months a measured need."""
    room = max(1, QUEUE * pool.places - waiting)
    others = min(pool.places, room)
    needs = [
        _ask(f"other {month:02d}-{k}", pool, 1, random.choice(pool.newcomers))
        for k in range(others)
    ]
    if month % 2:
        needs.append(_ask(f"measured {month:02d}", pool, pool.size, pool.tier))
    return tuple(needs)


def _ask(name: str, pool: CrowdedPool, size: int, tier: int) -> Need:
    home = f"home of {name}"
    if pool.sort == "team":
        return Need(name, home, f"by {size}", people=size, slots=("day",), tier=tier)
    return Need(name, home, f"by {size}", quantity=size, tier=tier)


def _offer(pool: CrowdedPool, needs: tuple[Need, ...], seed: str) -> Problem:
    """Return a month in which needs of each size share the places of the pool."""
    staffed = pool.sort == "team"
    sizes = sorted({1, pool.size})
    stocks = tuple(
        Stock(f"by {n}", "giver", f"by {n}", pool.places, parents=("all",), staffed=staffed)
        for n in sizes
    )
    above = Stock("all", "giver", "", pool.places)
    names = tuple(stock.id for stock in stocks)
    people = tuple(
        Person(f"p{k}", "giver", 1, names, slots=("day",)) for k in range(pool.places * staffed)
    )
    return Problem(
        "pool", seed, stocks=(*stocks, above), people=people, needs=needs, policy=COMMUNITY_2
    )


def _count_latest(pool: CrowdedPool, problem: Problem, need: Need, *, with_rising: bool) -> int:
    """Return the latest round in which the need is met by the bound, 1 being this month's.

    with_rising   needs of a later tier that have waited as long count too
    """
    size = max(need.people, need.quantity)
    ahead = sum(
        other.tier <= need.tier or (with_rising and other.waiting >= need.waiting)
        for other in problem.needs
        if other is not need
    )
    return ceil(Fraction(ahead, pool.places - size + 1)) + 1


def part_met(
    demand: Mapping[str, int], places: int, months: int, solve: Solve, salt: int
) -> dict[str, Fraction]:
    """Return the fraction of needs that are met over all months, by committee.

    All needs ask for the same stock.

    ``demand``: needs in each month, by committee.
    """
    memory, total = Memory(), Counter[str]()
    stock = Stock("pool", "giver", "help", places)
    for month in range(months):
        needs = tuple(
            Need(f"{g}{month}-{k}", f"{g}{month}-{k}", "help", groups={DIMENSION: g})
            for g, asks in sorted(demand.items())
            for k in range(asks)
        )
        seed = f"{salt:x}{month:x}"
        fresh = Problem("pool", seed, stocks=(stock,), needs=needs, policy=COMMUNITY_2)
        problem = memory.remind(fresh, ())
        solution = solve(problem)
        memory.note(problem, solution)
        met = {line.need for line in solution.assignments}
        total += Counter(need.groups[DIMENSION] for need in needs if need.id in met)
    return {group: Fraction(total[group], asks * months) for group, asks in demand.items()}


def carry(
    agreed: Mapping[str, int], asks: int, rounds: int, solve: Solve, salt: int
) -> dict[str, int]:
    """Return the units that each giver of one pool carried in ``rounds`` rounds of ``asks`` needs.

    ``agreed``: units that a giver offers in each round.
    """
    past: list[Counter[str]] = []
    total = Counter[str]()
    stocks = tuple(Stock(g, g, "help", units, pledge=g) for g, units in agreed.items())
    needs = tuple(Need(f"n{k}", f"n{k}", "help") for k in range(asks))
    for round_ in range(rounds):
        recent = sum(past[-ROUNDS:], Counter[str]())
        now = min(round_, ROUNDS) + 1
        loads = tuple(GiverLoad(g, "help", recent[g], n * now) for g, n in agreed.items())
        seed = f"{salt:x}{round_:x}"
        month = Problem("givers", seed, stocks=stocks, needs=needs, loads=loads, policy=COMMUNITY_2)
        used = Counter(line.stock for line in solve(month).assignments)
        past.append(used)
        total += used
    return {giver: total[giver] for giver in agreed}


def draw_pools(runs: int, seed: int) -> Iterator[CrowdedPool]:
    """Yield 15 pools in each run: each of three sorts with five choices of tiers."""
    random = Random(f"pools {seed}")  # noqa: S311 - invents data
    for _ in range(runs):
        for sort in ("single", "team", "units"):
            places = random.randint(2, 4)
            size = 1 if sort == "single" else random.randint(2, places)
            for tier, newcomers in ((1, (1,)), (2, (2,)), (2, (2, 3)), (3, (3,)), (3, (2, 3))):
                yield CrowdedPool(sort, places, size, tier, newcomers)
