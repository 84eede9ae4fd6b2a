"""Properties of stage 7: every giver before any again, and nothing is won by how one pledges."""

from collections import Counter
from dataclasses import replace
from random import Random

from optimizer.problem import Need, Problem, Stock
from tests.optimizer.community2.answers import givers_of
from tests.optimizer.community2.changes import all_needs, change_stock, seen_by, split_stock
from tests.optimizer.community2.month import Load, Month
from tests.optimizer.community2.random_months import crowded_month
from tests.optimizer.community2.shares import Outcome, judge


def pool_month(seed: int) -> Month:
    """One pool: every giver has one stock of the kind that all needs are for, divisible or not."""
    random = Random(f"pool {seed}")
    least = random.choice((None, 1))
    givers = [f"g{k}" for k in range(random.randint(2, 4))]
    stocks = [
        Stock(f"s{k}", giver, "help", random.randint(1, 5), pledge=f"of {giver}")
        for k, giver in enumerate(givers)
    ]
    needs = [
        Need(f"n{k}", f"r{k}", "help", quantity=random.randint(1, 3) if least else 1, least=least)
        for k in range(random.randint(2, 4 if least else 7))
    ]
    seed_ = f"{random.getrandbits(64):016x}"
    problem = Problem("pool", seed_, stocks=tuple(stocks), needs=tuple(needs))
    return Month(problem, kinds={"help": 1} if least else {})


def lumpy_pool(seed: int) -> Month:
    """A pool where some needs are two units or nothing."""
    month, random = pool_month(seed), Random(f"lumpy {seed}")
    needs = (
        replace(need, quantity=random.choice((1, 1, 2)), least=None) for need in month.problem.needs
    )
    return replace(month.with_problem(needs=tuple(needs)), kinds={})


def agreed_pool(seed: int) -> Month:
    """A pool of givers with a yearly agreement, who have carried something."""
    month, random = pool_month(seed), Random(f"agreed {seed}")
    return agreed(month, random)


def agreed_lumpy(seed: int) -> Month:
    return agreed(lumpy_pool(seed), Random(f"agreed {seed}"))


def agreed(month: Month, random: Random) -> Month:
    loads = [
        Load(giver, measure, random.randint(0, 8), random.randint(1, 12))
        for giver, measure in givers_of(month.problem)
    ]
    return replace(month, loads=tuple(loads))


def every_giver_is_asked_before_any_is_again(month: Month, random: Random) -> bool | None:
    if random.randrange(2):  # agreements of any size, nobody having carried anything
        month = replace(agreed(month, random), loads=())
    outcome = judge(month)
    if all(max(used) < 2 for used in outcome.used):
        return None
    return all(min(used) > 0 for used in outcome.used if max(used) > 1)


def a_pledge_split_within_its_giver_changes_nothing(month: Month, random: Random) -> bool | None:
    stock = draw_stock(month, random)
    before = judge(month) if stock else None
    if before is None:
        return None
    other = split_stock(month, stock, random.randint(1, stock.capacity - 1), stock.giver)
    after, names = judge(other), all_needs(month)
    same = seen_by(before, names) == seen_by(after, names) and before.values == after.values
    return same and before.used == after.used and before.levels["burden"] is not None


def draw_stock(month: Month, random: Random) -> Stock | None:
    """A stock that can be two: no bound of a pair, no least, no pin on it, no child."""
    problem = month.problem
    bound = {pair.stock for pair in problem.pairs if pair.most is not None}
    bound |= {rule.stock for rules in (problem.pins, problem.forbids) for rule in rules}
    bound |= {parent for stock in problem.stocks for parent in stock.parents}
    free = [
        s
        for s in problem.stocks
        if s.capacity > 1 and not s.least + s.least_if_used and s.id not in bound
    ]
    return random.choice(free) if free else None


def loads(outcome: Outcome, giver: str) -> set[int]:
    """Units of the giver in every choice left, all measures together."""
    rows = givers_of(outcome.judgement.month.problem)
    return {
        sum(n for (g, _), n in zip(rows, used, strict=True) if g == giver) for used in outcome.used
    }


def a_pledge_split_among_givers_never_lowers_its_load(month: Month, random: Random) -> bool | None:
    stock = draw_stock(month, random)
    if stock is None:
        return None
    other = split_stock(month, stock, random.randint(1, stock.capacity - 1), "other")
    before = loads(judge(month), stock.giver)
    rows = givers_of(other.problem)
    parts = [k for k, (giver, _) in enumerate(rows) if giver in (stock.giver, "other")]
    after = {sum(used[k] for k in parts) for used in judge(other).used}
    return all(end(after) >= end(before) for end in (min, max))


def a_smaller_pledge_carries_what_it_can(month: Month, random: Random) -> bool | None:
    """A giver with an agreement that pledges k carries at least min(k, its load before)."""
    stock = draw_giver(month, random)
    return carries(month, stock, random.randint(0, stock.capacity - 1)) if stock else None


def a_pledge_one_smaller_carries_what_it_can(month: Month, random: Random) -> bool | None:
    """The same in a network, with one unit less."""
    stock = draw_giver(month, random)
    return carries(month, stock, stock.capacity - 1) if stock else None


def draw_giver(month: Month, random: Random) -> Stock | None:
    """The only stock of a giver, which may be smaller."""
    counted = [s for s in month.problem.stocks if s.category and s.pledge]
    givers = Counter(stock.giver for stock in counted)
    free = [s for s in counted if givers[s.giver] == 1 and not s.least + s.least_if_used]
    free = [stock for stock in free if stock.capacity]
    return random.choice(free) if free else None


def carries(month: Month, stock: Stock, units: int) -> bool | None:
    other = change_stock(month, stock.id, capacity=units)
    before, after = judge(month), judge(other)
    if before is None or after is None:
        return None
    old, new = loads(before, stock.giver), loads(after, stock.giver)
    return all(end(new) >= min(units, end(old)) for end in (min, max))


def network_month(seed: int) -> Month:
    """A crowded month where every giver has one stock with a pledge and an agreement."""
    return _agree_alone(crowded_month(seed), seed)


def network_of_singles(seed: int) -> Month:
    return _agree_alone(crowded_month(seed, single=True), seed)


def _agree_alone(month: Month, seed: int) -> Month:
    stocks = tuple(
        replace(s, giver=f"g{k}", pledge=f"of {k}") for k, s in enumerate(month.problem.stocks)
    )
    month = replace(month.with_problem(stocks=stocks), loads=())
    return agreed(month, Random(f"network {seed}"))
