"""Properties of stage 3: neither needs that take nothing nor more needs cost a committee."""

from dataclasses import replace
from random import Random

from optimizer.problem import Need, Person, Stock
from tests.optimizer.community2.changes import add, all_needs, seen_by
from tests.optimizer.community2.judge import Judgement, judge_before_draw
from tests.optimizer.community2.month import DIMENSION, Month, group_of
from tests.optimizer.community2.random_months import COMMITTEES, some
from tests.optimizer.community2.shares import judge


def needs_that_take_nothing_change_nobody(month: Month, random: Random) -> bool | None:
    """New homes of one committee want what only they can have, enough for all of them or not."""
    before = judge(month)
    if before is None:
        return None
    committee = random.choice((*COMMITTEES, None))
    groups = {DIMENSION: committee} if committee else {}
    giver = random.choice(month.problem.stocks).giver
    stocks = (
        Stock("coal", giver, "coal", random.randint(1, 4), pledge="coal"),
        Stock("sing", giver, "sing", random.randint(1, 3), staffed=True, pledge="sing"),
    )
    people = [
        Person(
            f"singer{k}",
            giver,
            random.randint(1, 2),
            ("sing",),
            slots=some(random, ("S1", "S2"), 80),
        )
        for k in range(random.randint(1, 2))
    ]
    size, least = random.randint(1, 2), random.randint(1, 2)
    needs = [_newcomer(random, k, groups, size, least) for k in range(random.randint(1, 3))]
    after = judge(add(replace(month, kinds={**month.kinds, "coal": least}), needs, stocks, people))
    names = all_needs(month)
    return after is not None and seen_by(before, names) == seen_by(after, names)


def _newcomer(random: Random, k: int, groups: dict, size: int, least: int) -> Need:
    category = random.choice(("coal", "sing"))
    return Need(
        f"new{k}",
        f"newcomer{k}",
        category,
        groups=groups,
        people=size if category == "sing" else 1,
        quantity=random.randint(least, 3) if category == "coal" else 1,
        least=least if category == "coal" else None,
        tier=random.randint(1, 3),
        points=random.randint(0, 3),
        waiting=random.choice((0, 0, 1, 4)),
        duty=random.randrange(6) == 0,
    )


def clone_of(month: Month, random: Random) -> tuple[Judgement, Judgement, str] | None:
    """The month before and after one more need like one that is undecided, and its committee.

    None where nothing is undecided, or where the months do not meet equally many.
    """
    before = judge_before_draw(month)
    undecided = sorted(before.undecided["neighbourhoods"]) if before else ()
    if not undecided:
        return None
    chosen = random.choice(undecided)
    need = next(need for need in month.problem.needs if need.id == chosen)
    rules = {
        kind: (*rows, *(replace(row, need="clone") for row in rows if row.need == chosen))
        for kind in ("pairs", "forbids")
        for rows in (getattr(month.problem, kind),)
    }
    clone = replace(need, id="clone", recipient="newcomer")
    after = judge_before_draw(add(month, [clone], **rules))
    if _number(before) != _number(after):
        return None
    return before, after, group_of(need)


def _number(found: Judgement) -> set[int]:
    return {met.bit_count() for met in found.after["neighbourhoods"]}


def counts_of(found: Judgement, group: str) -> set[int]:
    """m_g in every answer that the stage leaves."""
    if group not in found.open:
        return {0}
    k = list(found.open).index(group)
    return {counts[k] for counts in found.counts}


def met_of(found: Judgement, group: str) -> set[int]:
    """Needs of the group met, contested or not, in every answer that the stage leaves."""
    bits = found.bits(n for n in found.month.problem.needs if group_of(n) == group)
    return {(met & bits).bit_count() for met in found.after["neighbourhoods"]}


def a_like_need_that_opens_nothing_leaves_the_counts(month: Month, random: Random) -> bool | None:
    both = clone_of(month, random)
    if both is None:
        return None
    before, after, group = both
    if before.open.get(group, 0) != after.open.get(group, 0):
        return None
    return counts_of(before, group) == counts_of(after, group)


def a_like_need_that_opens_more_costs_nothing(month: Month, random: Random) -> bool | None:
    """The committee's least and greatest count never fall, and rise by one at most."""
    both = clone_of(month, random)
    if both is None:
        return None
    before, after, group = both
    if before.open.get(group, 0) >= after.open.get(group, 0):
        return None
    old, new = met_of(before, group), met_of(after, group)
    return all(0 <= end(new) - end(old) <= 1 for end in (min, max))


def a_further_need_costs_its_committee_nothing(month: Month, random: Random) -> bool | None:
    """One more need of any sort; counted is what the committee has in all."""
    before = judge_before_draw(month)
    if before is None:
        return None
    like = random.choice(month.problem.needs)
    groups = random.choice((like.groups, random.choice(month.problem.needs).groups))
    recipient = random.choice((like.recipient, "newcomer"))
    need = replace(
        like, id="more", recipient=recipient, groups=groups,
        tier=random.choice(month.problem.needs).tier,
        waiting=random.choice(month.problem.needs).waiting,
    )  # fmt: skip
    after = judge_before_draw(add(month, [need]))
    group = group_of(need)
    old, new = met_of(before, group), met_of(after, group)
    return all(end(new) >= end(old) for end in (min, max))
