"""Every sentence of "why not" is a claim, worked out again from the snapshot and the answer.

Nothing of the explanations is used for that, only the frozen rows and who was given what.
"""

from collections import Counter
from copy import copy
from dataclasses import replace

import pytest

from matchmaker.rounds.outcome_numbers import read_numbers
from matchmaker.rounds.words.grounds import HOLDERS, Claim, list_claims, say_claim
from matchmaker.rounds.words.rules import FIRST_POLICY, SECOND_POLICY
from matchmaker.slots import get_window
from optimizer.checker.check import judge as judge_answer
from optimizer.checker.verdict import Ruling
from optimizer.solution import SolutionStatus
from optimizer.what_if.price import price_of_need
from tests.matchmaker.rounds.ground_judge import Judge, is_left, opens
from tests.matchmaker.rounds.random_months import draw_dated_month, draw_month


def check_openings(judge, reference, outcome):
    row = next(row for row in judge.snapshot.needs if row.reference == reference)
    for opening in read_numbers(outcome).openings:
        assert all(opens(judge, row, opening.filter, value) for value in opening.values)
        if opening.filter == "slot":
            assert not {get_window(slot) for slot in opening.values} & set(row.windows)
            assert all(is_left(judge, row, slot) for slot in opening.free)
        yield opening.filter


def prove(judge):
    """The claims of every unmet need that are not true. Which aim decided is proved twice."""
    report = judge_answer(judge.problem.to_json(), judge.solution.to_json())
    assert report.ruling is not Ruling.REFUTED, report
    said = Counter()
    for reference, outcome in judge.outcomes.items():
        for claim in list_claims(outcome):
            said[claim.code] += 1
            is_true = PROVED.get(claim.code, Judge.check)(judge, reference, claim)
            assert is_true, (judge.policy, reference, claim)
        said.update(check_openings(judge, reference, outcome))
    return said


def is_stated(judge, reference, claim):
    """Whether the answer, whose grounds the checker has proved, names this aim; and its price."""
    ask = judge.find_ask(reference)
    [ground] = [row for row in judge.solution.grounds if row.need == ask]
    decided = claim.stage or ("lottery" if judge.policy == FIRST_POLICY else "draw")
    if ground.stage != claim.stage:
        return False
    if judge.policy != FIRST_POLICY:
        return True
    price = price_of_need(judge.problem, judge.solution, ask)
    return (price.status, price.stage) == (SolutionStatus.PROVEN, decided)


PROVED = dict.fromkeys(("stage", "drawn", "drawn_by_home"), is_stated)


@pytest.mark.parametrize("policy", [FIRST_POLICY, SECOND_POLICY])
def test_every_sentence_of_small_months_is_true(policy):
    said = Counter()
    for seed in range(14):
        said += prove(Judge(draw_month(seed, policy, 16)))
    drawn = "drawn" if policy == FIRST_POLICY else "drawn_by_home"
    asked = ("held", "no_room", "stage", drawn, *COMMON, *FACTS_THAT_OPEN)
    assert not [code for code in asked if not said[code]], said


COMMON = ("not_offered", "elsewhere", "kept_for_others", "other_times", "too_few")
FACTS_THAT_OPEN = ("area", "status", "slot")


@pytest.mark.slow
@pytest.mark.parametrize("policy", [FIRST_POLICY, SECOND_POLICY])
def test_every_sentence_of_twenty_months_is_true(policy):
    said = Counter()
    for seed in range(100, 110):
        said += prove(Judge(draw_month(seed, policy, 70)))
        said += prove(Judge(draw_dated_month(seed, policy, 70)))
    assert sum(said.values()) > 1000


@pytest.mark.parametrize("policy", [FIRST_POLICY, SECOND_POLICY])
def test_every_sentence_of_months_with_days_is_true(policy):
    said = Counter()
    for seed in range(10):
        said += prove(Judge(draw_dated_month(seed, policy, 16)))
    asked = ("held", "stage", *COMMON, *FACTS_THAT_OPEN)
    assert not [code for code in asked if not said[code]], said


def test_a_false_claim_is_refused():
    judge = Judge(draw_month(5, SECOND_POLICY, 16))
    held = [
        (reference, claim)
        for reference, outcome in judge.outcomes.items()
        for claim in list_claims(outcome)
        if claim.code == "held"
    ]
    assert held
    for reference, claim in held:
        more = {code: number + 1 for code, number in claim.counts.items()}
        assert not judge.check(reference, replace(claim, counts=more))
    nobody = copy(judge)
    nobody.lines = []
    assert not any(nobody.check(reference, Claim("no_room")) for reference, _claim in held)
    for reference, outcome in judge.outcomes.items():
        [first, *_] = list_claims(outcome)
        others = set(COMMON) - {first.code}
        assert not any(judge.check(reference, Claim(code)) for code in others)


@pytest.mark.usefixtures("english")
def test_a_sentence_says_each_number_of_its_claim():
    counts = dict(zip(HOLDERS, range(2, 10), strict=True))
    sentence = say_claim(Claim("held", counts), FIRST_POLICY)
    assert sentence == (
        "We are sorry: there was not enough of this help for everyone this month, so yours could "
        "not be met. 44 requests went first: 2 were promised earlier and are still going on; "
        "3 were more urgent than yours; 4 were as urgent as "
        "yours and had waited longer; 5 were as urgent as yours and had waited longer, or as long "
        "with a promise that was not kept; 6 were as urgent as yours and had waited as long; 7 "
        "were as urgent as yours and had waited less; 8 were as urgent as yours and had waited "
        "less, or as long without a broken promise; 9 were less urgent than yours."
    )
