"""Properties of stages 1 and 2: danger first, and turns before any count."""

from dataclasses import replace
from itertools import permutations
from random import Random

from optimizer.problem import Forbid, Need, Person, Stock
from tests.optimizer.community2.changes import add, all_needs, seen_by
from tests.optimizer.community2.judge import Judgement, judge_before_draw, judge_draw, judge_who
from tests.optimizer.community2.month import DIMENSION, Month, in_order, pair_of
from tests.optimizer.community2.random_months import COMMITTEES, VISITS
from tests.optimizer.community2.shares import judge


def met_masks(found: Judgement) -> set[int]:
    return {answer.met for answer in found.answers}


def nothing_keeps_a_more_urgent_need_from_its_place(month: Month, random: Random) -> bool | None:
    found = judge_who(month)
    if found is None:
        return None
    needs, met, masks = found.month.problem.needs, found.left[0], met_masks(found)
    unmet = [need for k, need in enumerate(needs) if not met >> k & 1]
    for need in unmet:
        held = found.bits(n for n in needs if n.tier <= need.tier) & met
        if any(mask & held == held and mask & found.bits([need]) for mask in masks):
            return False
    return bool(unmet) or None


def no_duty_is_dropped_for_a_request_of_its_tier(month: Month, random: Random) -> bool | None:
    found = judge_who(month)
    if found is None or not any(need.duty for need in found.month.problem.needs):
        return None
    needs, met = found.month.problem.needs, found.left[0]
    for need in needs:
        bits = found.bits([need])
        if need.duty and not met & bits:
            before = [n for n in needs if n.tier < need.tier or (n.tier == need.tier and n.duty)]
            held = found.bits(before) & met
            if any(mask & held == held and mask & bits for mask in met_masks(found)):
                return False
    return True


def tier_one_is_served_as_if_it_were_alone(month: Month, random: Random) -> bool | None:
    first = tuple(need for need in month.problem.needs if need.tier == 1)
    if obliges(month, {need.id for need in month.problem.needs} - {need.id for need in first}):
        return None  # a rule of the month comes before any tier
    if not first or len(first) == len(month.problem.needs):
        return None
    names = {need.id for need in first}
    rules = {
        kind: tuple(rule for rule in getattr(month.problem, kind) if rule.need in names)
        for kind in ("pairs", "pins", "forbids")
    }
    found, alone = judge_who(month), judge_who(month.with_problem(needs=first, **rules))
    if found is None:
        return None
    return alone is not None and _waits(found) == _waits(alone)


def obliges(month: Month, needs: set[str]) -> bool:
    """Whether a pin or a least use may require one of these needs."""
    least = any(stock.least or stock.least_if_used for stock in month.problem.stocks)
    return least or any(pin.need in needs for pin in month.problem.pins)


def _waits(found: Judgement) -> list[tuple[bool, int]]:
    met = found.names(found.left[0])
    rows = [n for n in found.month.problem.needs if n.tier == 1 and n.id in met]
    return sorted((need.duty, need.waiting) for need in rows)


def with_single_needs_as_many_are_met_as_can_be(month: Month, random: Random) -> bool | None:
    found = judge_who(month)
    if found is None:
        return None
    most = max(mask.bit_count() for mask in met_masks(found))
    return found.left[0].bit_count() == most


def a_need_that_takes_nothing_changes_nobody(month: Month, random: Random) -> bool | None:
    """A home asks for one more kind, which has a stock of its own."""
    home = random.choice(month.problem.needs)
    if random.randrange(2):
        stock, people = Stock("own", "g0", "call", 1, pledge="own"), []
    else:
        stock = Stock("own", "g0", "call", 1, staffed=True, pledge="own")
        people = [Person("own", "g0", 1, ("own",), slots=("S9",))]
    return _is_neutral(month, add(month, [_other(random, home, "call")], [stock], people))


def a_need_that_nobody_can_serve_changes_nobody(month: Month, random: Random) -> bool | None:
    home = random.choice(month.problem.needs)
    category = random.choice(("moon", home.category))
    need = replace(_other(random, home, category), people=home.people, slots=home.slots)
    if category in month.kinds:
        need = replace(need, quantity=month.kinds[category])
    return _is_neutral(month, add(month, [need], forbids=(*month.problem.forbids, Forbid("more"))))


def _other(random: Random, home: Need, category: str) -> Need:
    committee = random.choice((*COMMITTEES, None))
    groups = random.choice((home.groups, {DIMENSION: committee} if committee else {}))
    return Need(
        "more",
        random.choice((home.recipient, home.recipient, "newcomer")),
        category,
        groups=groups,
        tier=random.randint(1, 3),
        points=random.randint(0, 3),
        waiting=random.randint(0, 9),
        duty=random.randrange(5) == 0,
    )


def _is_neutral(month: Month, other: Month) -> bool | None:
    before, after = judge(month), judge(other)
    if before is None:
        return None
    names = all_needs(month)
    return seen_by(before, names) == seen_by(after, names)


def a_visit_written_twice_leaves_the_chance_of_the_first(
    month: Month, random: Random
) -> bool | None:
    alone = [
        n
        for n in month.problem.needs
        if n.category in VISITS
        and sum(m.recipient == n.recipient for m in month.problem.needs) == 1
    ]
    if not alone:
        return None
    need = random.choice(alone)
    before = chance_of(month, need.recipient)
    if before in (None, (0, 1), (1, 1)):
        return None
    return before == chance_of(add(month, [replace(need, id="more")]), need.recipient)


def chance_of(month: Month, recipient: str) -> tuple[int, int] | None:
    """Whether the home is met at least once: in how many orders of the homes' tickets, of all."""
    found = judge_before_draw(month)
    if found is None:
        return None
    rows = found.bits(n for n in month.problem.needs if n.recipient == recipient)
    homes = sorted({need.recipient for need in month.problem.needs})
    left, times, orders = found.left, 0, 0
    for order in permutations(homes):
        drawn = Judgement(in_order(month, "recipients", order), found.answers, left=left)
        judge_draw(drawn)
        orders, times = orders + 1, times + (drawn.left[0] & rows > 0)
    return (times // orders, 1) if times in (0, orders) else (times, orders)


def no_second_turn_comes_before_a_first_of_its_tier(month: Month, random: Random) -> bool | None:
    found = judge_who(month)
    if found is None:
        return None
    needs, met, masks, tried = found.month.problem.needs, found.left[0], met_masks(found), None
    for tier in (1, 2, 3):
        rows = [n for n in needs if n.tier == tier and not n.duty]
        have = [n for n in rows if met & found.bits([n])]
        for second in have:
            ahead = [n for n in have if pair_of(n) == pair_of(second) and n is not second]
            if not any(n.waiting >= second.waiting for n in ahead):
                continue
            tried = True
            above = found.bits(n for n in needs if n.tier <= tier) & met
            kept = above & ~found.bits([second])
            served = {pair_of(n) for n in have}
            firsts = found.bits(n for n in rows if pair_of(n) not in served)
            if any(mask & kept == kept and mask & firsts for mask in masks):
                return False
    return tried


def the_longest_waiting_need_of_its_tier_is_met(month: Month, random: Random) -> bool | None:
    """Alone in front of its tier, if tiers before and duties leave it room."""
    found = judge_who(month)
    if found is None:
        return None
    tried = None
    for tier in (1, 2, 3):
        rows = [n for n in found.month.problem.needs if n.tier == tier and not n.duty]
        front = [n for n in rows if n.waiting == max(m.waiting for m in rows)]
        bits = found.bits(front)
        if len(front) == 1 and any(mask & bits for mask in found.after[f"duties-{tier}"]):
            tried = True
            if not found.left[0] & bits:
                return False
    return tried
