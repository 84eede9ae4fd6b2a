"""Properties of stage 5: the draw settles who is met, and nothing but tickets draws."""

from dataclasses import replace
from itertools import permutations
from random import Random

from tests.optimizer.community2.changes import add, renamed
from tests.optimizer.community2.judge import Judgement, judge_before_draw, judge_draw
from tests.optimizer.community2.month import DIMENSION, Month, in_order
from tests.optimizer.community2.shares import Outcome, judge


def ids_and_order_decide_nothing(month: Month, random: Random) -> bool | None:
    """With the names for the draw held, other ids and another order permute the outcome."""
    before = judge(month)
    if before is None:
        return None
    other, new = renamed(month, random)
    return in_names(before, new) == in_names(judge(other), {name: name for name in new.values()})


def in_names(outcome: Outcome, new: dict[str, str]) -> tuple:
    """Everything that a month comes to, in other names."""
    judgement = outcome.judgement
    return (
        outcome.values,
        {new[name] for name in outcome.met},
        {(new[recipient], category): n for (recipient, category), n in outcome.units.items()},
        outcome.used,
        judgement.open,
        {new[name] for name in judgement.contested},
        {stage: {new[name] for name in names} for stage, names in judgement.undecided.items()},
        outcome.levels["neighbourhoods"],
        sorted(map(str, outcome.levels["burden"])),
    )


def alike_homes_are_drawn_equally_often(month: Month, random: Random) -> bool | None:
    """Two more homes ask for the same visit, one of them several times."""
    visits = [need for need in month.problem.needs if need.category not in month.kinds]
    if not visits:
        return None
    like = replace(random.choice(visits), duty=False)
    if random.randrange(2):
        like = replace(like, groups=random.choice(({}, {DIMENSION: "X"})))
    copies = random.randint(2, 3)
    needs = [replace(like, id="once", recipient="one")]
    needs += [replace(like, id=f"many{k}", recipient="many") for k in range(copies)]
    named = [need.id for need in needs]
    rules = {
        kind: (*rows, *(replace(r, need=n) for r in rows if r.need == like.id for n in named))
        for kind in ("pairs", "forbids")
        for rows in (getattr(month.problem, kind),)
    }
    times = frequencies(add(month, needs, **rules), ("one", "many"))
    if times is None or times[0] in (0, times[2]):
        return None if times is None or times[0] == times[1] else False
    return times[0] == times[1]


def frequencies(month: Month, homes: tuple[str, str]) -> tuple[int, int, int] | None:
    """In how many orders of the homes' tickets each is met at least once, and the orders."""
    found = judge_before_draw(month)
    if found is None:
        return None
    needs = month.problem.needs
    rows = [found.bits(n for n in needs if n.recipient == home) for home in homes]
    drawn_by = {n.recipient for n in needs if found.bits([n]) & _undecided(found)} | set(homes)
    times = [0, 0, 0]
    for order in permutations(sorted(drawn_by)):
        drawn = Judgement(in_order(month, "recipients", order), found.answers, left=found.left)
        judge_draw(drawn)
        for k, bits in enumerate((*rows, -1)):
            times[k] += drawn.left[0] & bits != 0
    return times[0], times[1], times[2]


def _undecided(found: Judgement) -> int:
    some, every = 0, -1
    for met in found.left:
        some, every = some | met, every & met
    return some & ~every
