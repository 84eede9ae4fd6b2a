"""Every forgery of the kit ends refuted, or in a verdict that claims no more than is true.

``FORGERIES=20000`` sets how many the slow sweep tries (``make sweep FORGERIES=20000``).
"""

import os
from collections import Counter
from dataclasses import replace
from functools import cache
from random import Random

import pytest

from optimizer.checker.verdict import Ruling
from tests.optimizer.checker.desk import CLAIMS, KitDesk, open_desk, try_forgeries
from tests.optimizer.checker.kit import KIT, Forgery, serve_one_group
from tests.optimizer.tiny_problems import tiny_problem

SLOW = int(os.environ.get("FORGERIES", "1200"))
MOST_ANSWERS = 4_000  # of a month on a desk: brute force walks them for every claim
BLOCKS = 4


@cache
def desk_of(seed: int) -> KitDesk | None:
    """The desk of a tiny month that is solved and small enough, else None."""
    desk = KitDesk(tiny_problem(seed))
    return desk if desk.is_solved and len(desk.answers) <= MOST_ANSWERS else None


def list_desks(first: int, count: int) -> list[KitDesk]:
    found: list[KitDesk] = []
    seed = first
    while len(found) < count:
        desk = desk_of(seed)
        found += [desk] if desk else []
        seed += 1
    return found


def judge_forgery(desk: KitDesk, seed: str, *forgeries: Forgery) -> Ruling:
    """Try forgeries and require that no claim of the verdict is false."""
    case, verdict = try_forgeries(desk, Random(seed), *forgeries)
    if verdict.ruling in (*CLAIMS, Ruling.NO_ANSWER):
        true = desk if case.question == desk.plain else open_desk(case.question)
        names = [forge.__name__ for forge in forgeries]
        false = list(true.list_false_claims(case.answer, verdict))
        assert false == [], (desk.plain["name"], seed, names, str(verdict))
    return verdict.ruling


def sweep(seed: int, count: int, desks: list[KitDesk]) -> Counter[Ruling]:
    """Try so many forgeries, one to three of the kit together."""
    random, found = Random(seed), Counter[Ruling]()
    for k in range(count):
        chosen = random.choices(KIT, k=random.choice((1, 1, 2, 3)))
        found[judge_forgery(random.choice(desks), f"{seed}/{k}", *chosen)] += 1
    return found


@pytest.mark.parametrize("forge", KIT, ids=lambda forge: forge.__name__)
@pytest.mark.one_in(3)
def test_each_forgery_claims_no_more_than_is_true(forge):
    for desk in list_desks(0, 6):
        judge_forgery(desk, f"{forge.__name__}", forge)


def test_the_kit_holds_the_twelve_of_the_review_and_many_more():
    assert len({forge.__name__ for forge in KIT}) == len(KIT) >= 32


def test_the_true_answers_are_proved_and_their_claims_true():
    rulings = Counter(judge_forgery(desk, "0") for desk in list_desks(0, 20))
    assert rulings[Ruling.PROVED] >= 18


def test_the_judge_of_claims_knows_a_false_one():
    """Of an answer for few: that it is proved, a bound too tight, a lottery that nobody lost."""
    false = Counter[str]()
    for desk in list_desks(0, 12):
        case, verdict = try_forgeries(desk, Random(1), serve_one_group)
        proved = replace(verdict, ruling=Ruling.PROVED, unproved=())
        false["proved"] += bool(list(desk.list_false_claims(case.answer, proved)))
        tight = tuple(replace(row, bound=row.value) for row in verdict.unproved if row.of == "sum")
        bound = replace(verdict, ruling=Ruling.FEASIBLE, unproved=tight)
        false["bound"] += bool(list(desk.list_false_claims(case.answer, bound)))
        settled = replace(verdict, ruling=Ruling.NO_ANSWER, is_settled=True)
        false["empty"] += bool(list(desk.list_false_claims(case.answer, settled)))
        lost = [{"need": need, "code": "lost_lottery"} for need in desk.month.needs]
        claims = list(desk.list_false_claims(case.answer | {"grounds": lost}, verdict))
        false["lottery"] += any("lost no lottery" in claim for claim in claims)
    assert all(false[name] >= 4 for name in ("proved", "bound", "empty", "lottery")), false


def test_some_hundred_forgeries_claim_no_more_than_is_true():
    found = sweep(1, 200, list_desks(0, 10))
    assert found[Ruling.REFUTED] >= 50
    assert sum(found[ruling] for ruling in CLAIMS) >= 10, found


@pytest.mark.slow
@pytest.mark.parametrize("block", range(BLOCKS))
def test_a_sweep_of_forgeries_claims_no_more_than_is_true(block):
    desks = list_desks(1_000 + 100 * block, max(8, min(60, SLOW // BLOCKS // 20)))
    found = sweep(100 + block, SLOW // BLOCKS, desks)
    assert found[Ruling.REFUTED] > 0
    assert sum(found[ruling] for ruling in CLAIMS) > 0
