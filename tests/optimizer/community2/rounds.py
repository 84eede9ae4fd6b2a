"""Many rounds in a row: waits grow, committees and givers remember (stages 2, 3 and 7)."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from random import Random

from optimizer.problem import GroupHistory, Need, Problem, Stock
from tests.optimizer.community2.month import DIMENSION, Load, Month
from tests.optimizer.community2.shares import judge

MEMORY = 5  # rounds before this one that still count


def rounds_until_met(places: int, size: int, ahead: int, seed: int, tier: int = 2) -> int:
    """Rounds that a need of this size waits while newcomers fill every place each month.

    ahead: single needs of its tier that are level with it or before it when it is entered
    """
    random, waiting = Random(seed), []
    for k in range(ahead):
        waiting.append(_ask(f"a{k}", 1, tier, random.randint(1, 3)))
    waiting.append(_ask("big", size, tier, 1))
    for round_ in range(1, 60):
        late = [_ask(f"r{round_}n{k}", 1, tier, 0) for k in range(random.randint(1, places))]
        needs = [*waiting, *late][: 9 + ahead]
        met = judge(_pool(places, needs, f"{seed}{round_}")).met
        if "big" in met:
            return round_
        waiting = [replace(n, waiting=n.waiting + 1) for n in needs if n.id not in met]
        waiting = sorted(waiting, key=lambda need: need.id != "big")[: 5 + ahead]
    raise AssertionError("never met")


def _ask(name: str, size: int, tier: int, waiting: int, committee: str = "") -> Need:
    groups = {DIMENSION: committee} if committee else {}
    return Need(
        name, f"home {name}", "help", quantity=size, tier=tier, waiting=waiting, groups=groups
    )


def _pool(places: int, needs: list[Need], salt: str, *history: GroupHistory) -> Month:
    stock = Stock("pool", "giver", "help", places)
    seed = salt.encode().hex()
    return Month(Problem("pool", seed, stocks=(stock,), needs=tuple(needs), history=history))


def parts_met(demand: dict[str, int], places: int, rounds: int, salt: str) -> dict[str, Fraction]:
    """The part of each committee's asks that is met over all rounds, each month the same asks."""
    memory: list[tuple[Counter, dict[str, int]]] = []
    total: Counter[str] = Counter()
    for round_ in range(rounds):
        needs = [
            _ask(f"{name}{round_}-{k}", 1, 1, 0, name)
            for name, asks in demand.items()
            for k in range(asks)
        ]
        past = [_remember(memory, name) for name in demand]
        outcome = judge(_pool(places, needs, f"{salt}{round_}", *past))
        met = Counter(n.groups[DIMENSION] for n in needs if n.id in outcome.met)
        contested = outcome.judgement.contested
        counted = Counter(
            n.groups[DIMENSION] for n in needs if n.id in outcome.met and n.id in contested
        )
        memory = [*memory, (counted, outcome.judgement.open)][-MEMORY:]
        total += met
    return {name: Fraction(total[name], asks * rounds) for name, asks in demand.items()}


def _remember(memory: list[tuple[Counter, dict[str, int]]], name: str) -> GroupHistory:
    possible = sum(open_.get(name, 0) for _, open_ in memory)
    return GroupHistory(DIMENSION, name, possible, sum(met[name] for met, _ in memory))


def loads_after(agreed: dict[str, int], demand: list[int], salt: str) -> dict[str, int]:
    """Units that each giver of one pool has carried after these rounds."""
    memory: list[Counter[str]] = []
    total: Counter[str] = Counter()
    for round_, asks in enumerate(demand):
        now = min(round_, MEMORY) + 1
        carried = sum(memory, Counter())
        loads = tuple(Load(g, "help", carried[g], units * now) for g, units in agreed.items())
        outcome = judge(_givers(agreed, asks, f"{salt}{round_}", loads))
        used = dict(zip(sorted(agreed), sorted(outcome.used)[0], strict=True))
        memory = [*memory, Counter(used)][-MEMORY:]
        total += Counter(used)
    return {giver: total[giver] for giver in agreed}


def _givers(agreed: dict[str, int], asks: int, salt: str, loads: tuple[Load, ...]) -> Month:
    stocks = [Stock(g, g, "help", units, pledge=f"of {g}") for g, units in agreed.items()]
    needs = [_ask(f"n{k}", 1, 1, 0) for k in range(asks)]
    seed = salt.encode().hex()
    problem = Problem("givers", seed, stocks=tuple(stocks), needs=tuple(needs))
    return Month(problem, loads=loads)


def danger_waits(rounds: int, places: int) -> int:
    """The longest wait of a tier-1 need beside tier-3 needs that are raised to tier 2 at most."""
    waiting: list[Need] = []
    longest = 0
    for round_ in range(rounds):
        new = [_ask(f"d{round_}", 1, 1, 0)] + [_ask(f"c{round_}-{k}", 1, 3, 0) for k in range(2)]
        needs = [*waiting, *new]
        needs = [n if n.tier == 1 else replace(n, tier=max(2, 3 - n.waiting // 3)) for n in needs]
        met = judge(_pool(places, needs, f"{round_}")).met
        left = [replace(n, waiting=n.waiting + 1) for n in needs if n.id not in met]
        longest = max([longest, *(n.waiting for n in left if n.tier == 1)])
        waiting = sorted(left, key=lambda n: -n.waiting)[:8]
    return longest
