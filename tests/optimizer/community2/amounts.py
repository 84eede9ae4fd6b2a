"""Properties of stages 0, 6 and 8: asks are one, shares are equal, details move nobody."""

from dataclasses import replace
from random import Random

from optimizer.problem import Need
from tests.optimizer.community2.changes import (
    all_needs,
    ask_for,
    change_need,
    joined_parts,
    score,
    seen_by,
)
from tests.optimizer.community2.month import Month, faults, is_divisible, pair_of
from tests.optimizer.community2.shares import Amounts, Outcome, judge


def draw_ask(month: Month, random: Random) -> Need | None:
    """A divisible ask that no rule names, of two units or more."""
    problem = month.problem
    named = {r.need for rules in (problem.pairs, problem.pins, problem.forbids) for r in rules}
    asks = [n for n in problem.needs if n.category in month.kinds and n.quantity > 1]
    asks = [need for need in asks if need.id not in named]
    return random.choice(asks) if asks else None


def draw_parts(random: Random, quantity: int) -> list[int]:
    cuts = sorted(random.sample(range(1, quantity), random.randint(1, min(2, quantity - 1))))
    return [b - a for a, b in zip([0, *cuts], [*cuts, quantity], strict=True)]


def an_ask_in_parts_is_the_same_question(month: Month, random: Random) -> bool | None:
    need = draw_ask(month, random)
    if need is None:
        return None
    joined = joined_parts(month, need, draw_parts(random, need.quantity))
    back = change_need(joined, f"{need.id}/0", id=need.id)
    before, after = judge(month), judge(joined)
    if before is None or back.problem != month.problem:
        return back.problem == month.problem or False
    names = all_needs(month) - {need.id}
    same_home = before.units.get(pair_of(need)) == after.units.get(pair_of(need))
    return same_home and seen_by(before, names) == seen_by(after, names)


def all_or_nothing_is_refused(month: Month, random: Random) -> bool | None:
    """A home cannot set the least of its own ask beside another ask of the kind."""
    need = draw_ask(month, random)
    kinds = [n for n in month.problem.needs if need and n.category == need.category]
    if len(kinds) < 2 or need.quantity == month.kinds[need.category]:
        return None
    others = [n for n in kinds if n.id != need.id and is_divisible(n)]
    return bool(faults(change_need(month, need.id, least=None))) if others else None


def another_quantity_brings_no_more_that_is_of_use(month: Month, random: Random) -> bool | None:
    """Truly asked is what the month says; asked for is more, less or the same in parts."""
    need = draw_ask(month, random)
    truly = judge(month) if need else None
    if truly is None:
        return None
    asked = random.randint(month.kinds[need.category], need.quantity + 3)
    other = judge(ask_for(month, need, asked))
    if asked > 1 and random.randrange(2):
        other = judge(joined_parts(ask_for(month, need, asked), need, draw_parts(random, asked)))
    wanted = {n.id: n.quantity for n in month.problem.needs if pair_of(n) == pair_of(need)}
    wanted |= {f"{need.id}/0": need.quantity}
    return other is None or of_use(other, wanted) <= of_use(truly, wanted)


def of_use(outcome: Outcome, wanted: dict[str, int]) -> int:
    """The most units that these needs are given up to what is truly wanted for each."""
    rows = [(k, wanted.get(n.id, 0)) for k, n in enumerate(outcome.judgement.month.problem.needs)]
    return max(sum(min(answer.units[k], most) for k, most in rows) for answer in outcome.equal)


def quantities_move_nobody(month: Month, random: Random) -> bool | None:
    """Who is met does not hang on how much a divisible ask is for, above its least."""
    asks = [n for n in month.problem.needs if is_divisible(n)]
    before = judge(month) if asks else None
    if before is None:
        return None
    other = month
    for need in asks:
        other = change_need(other, need.id, quantity=random.randint(need.least_units + 1, 5))
    return judge(other).met == before.met


def nobody_has_two_less_than_one_who_could_give(month: Month, random: Random) -> bool | None:
    outcome = judge(month)
    if outcome is None or len(outcome.units) < 2:
        return None
    amounts = Amounts(outcome.judgement)
    reached = {amounts.units_of(answer) for answer in amounts.left}
    units = tuple(outcome.units[cell] for cell in amounts.cells)
    for poor, n in enumerate(units):
        for rich, m in enumerate(units):
            moved = list(units)
            moved[poor], moved[rich] = n + 1, m - 1
            if n <= m - 2 and tuple(moved) in reached:
                return False
    return True


def scores_move_nobody(month: Month, random: Random) -> bool | None:
    before = judge(month)
    if before is None:
        return None
    names = all_needs(month)
    return seen_by(before, names) == seen_by(judge(score(month, random)), names)


def loads_and_pledges_move_nobody(month: Month, random: Random) -> bool | None:
    before = judge(month)
    if before is None:
        return None
    stocks = tuple(
        replace(s, giver=random.choice(("g0", "g1", "g9")), pledge=random.choice(("p", None)))
        for s in month.problem.stocks
    )
    other = replace(month.with_problem(stocks=stocks), loads=())
    names = all_needs(month)
    return seen_by(before, names) == seen_by(judge(other), names)
