"""No forged answer under ``community/2`` is proved unless it is the outcome of brute force.

A forger solves another question of the same names, or changes numbers of the certificate, makes the
file fit again and mends what is refused by its label. ``FORGERIES=20000`` sets how many the slow
sweep tries (``make sweep FORGERIES=20000``).
"""

import json
import os
from collections import Counter
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any

import pytest

from optimizer.checker.month.read import hash_problem, read_problem
from optimizer.checker.verdict import Ruling
from optimizer.codec import ProblemError
from optimizer.problem import Problem
from optimizer.search.solve import solve
from optimizer.solution import Solution, SolutionStatus
from tests.optimizer.checker.desk import judge_mended
from tests.optimizer.checker.kit import Case
from tests.optimizer.community2.question import differences, question_of
from tests.optimizer.community2.random_months import month_of
from tests.optimizer.community2.shares import Outcome, judge

Plain = dict[str, Any]
SLOW = int(os.environ.get("FORGERIES", "1200")) // 2
BLOCKS = 4


@cache
def open_desk(seed: int) -> tuple[Plain, Plain, Outcome] | None:
    """Return question, answer and outcome of a tiny month; None where no answer meets a need."""
    month = month_of(seed)
    question, outcome = question_of(month), judge(month)
    solution = solve(question)
    if outcome is None or solution.status is not SolutionStatus.PROVEN or not solution.needs_met:
        return None
    return question.to_json(), solution.to_json(), outcome


def other_seed(random: Random, question: Plain) -> None:
    question["seed"] = f"{random.randrange(16**8):064x}"


def other_lot(random: Random, question: Plain) -> None:
    row = random.choice([*question["needs"], *question["stocks"], *question.get("people", [])])
    row["lot"] = f"{random.randrange(10**6)}"


def other_wait(random: Random, question: Plain) -> None:
    need = random.choice(question["needs"])
    need["waiting"] = random.randrange(9)


def other_tier(random: Random, question: Plain) -> None:
    random.choice(question["needs"])["tier"] = random.choice((1, 2, 3))


def other_points(random: Random, question: Plain) -> None:
    random.choice(question["needs"])["points"] = random.randrange(1, 9)


def other_committee(random: Random, question: Plain) -> None:
    random.choice(question["needs"])["groups"] = {"committee": random.choice("abc")}


def other_history(random: Random, question: Plain) -> None:
    past = [
        {"dimension": "committee", "group": name, "possible": 6, "met": random.randrange(7)}
        for name in "abc"
    ]
    question["history"] = past


def other_loads(random: Random, question: Plain) -> None:
    for load in question.get("loads", ()):
        load["carried"] = random.randrange(9)


def fewer_places(random: Random, question: Plain) -> None:
    stock = random.choice(question["stocks"])
    stock["capacity"] = max(stock["capacity"] - 1, 0)


def fewer_needs(random: Random, question: Plain) -> None:
    """Nobody may serve one need, so the answer leaves it out."""
    question.setdefault("forbids", []).append({"need": random.choice(question["needs"])["id"]})


def other_score(random: Random, question: Plain) -> None:
    for pair in question.get("pairs", ()):
        pair["score"] = random.randrange(5)


QUESTIONS: tuple[Callable[[Random, Plain], None], ...] = (
    other_seed,
    other_lot,
    other_wait,
    other_tier,
    other_points,
    other_committee,
    other_history,
    other_loads,
    fewer_places,
    fewer_needs,
    other_score,
)


def answer_another(random: Random, question: Plain, answer: Plain) -> Plain | None:
    """Return the answer to another question under the name of this one; None if it has none."""
    other = json.loads(json.dumps(question))
    for change in random.choices(QUESTIONS, k=random.choice((1, 1, 2))):
        change(random, other)
    try:
        solution = solve(Problem.from_json(other))
    except ProblemError:
        return None
    if solution.status is not SolutionStatus.PROVEN:
        return None
    forged: Plain = solution.to_json()
    for ground in forged.get("grounds", ()):
        ground["code"] = "undecided"
    forged["certificate"] |= {"witnesses": [], "excluded": {}}
    return forged | {
        "seed": answer["seed"],
        "problem_sha256": hash_problem(read_problem(question)),
    }


def list_places(held: Any) -> list[tuple[Any, Any]]:
    """Return every list and key in a certificate at which a number or an event stands."""
    found: list[tuple[Any, Any]] = []
    if isinstance(held, list):
        found += [(held, k) for k in range(len(held))]
    inner = held.values() if isinstance(held, dict) else held if isinstance(held, list) else ()
    for value in inner:
        found += list_places(value)
    return found


def change_certificate(random: Random, question: Plain, answer: Plain) -> Plain | None:
    """Return the answer with some places of its certificate changed, moved or gone."""
    forged: Plain = json.loads(json.dumps(answer))
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        places = list_places([forged["certificate"]["stages"], forged["certificate"]["possible"]])
        held, k = random.choice(places)
        if isinstance(held[k], int):
            held[k] += random.choice((-2, -1, 1, 2))
        elif random.random() < 0.5:
            del held[k]
        else:
            held.insert(k, json.loads(json.dumps(held[random.randrange(len(held))])))
    return forged


def change_result(random: Random, question: Plain, answer: Plain) -> Plain | None:
    """Return the answer with another value or level, its proof left out or left."""
    forged: Plain = json.loads(json.dumps(answer))
    result = random.choice(forged["stages"])
    if result.get("levels"):
        level = random.choice(result["levels"])
        level[random.choice(("numerator", "denominator"))] += random.choice((-1, 1))
    elif "value" in result:
        result["value"] += random.choice((-1, 1))
        result["bound"] = result["value"]
    if random.random() < 0.3:
        random.choice(forged["certificate"]["stages"]).clear()
    return forged


FORGERS = (answer_another, answer_another, change_certificate, change_result)


def list_false(outcome: Outcome, answer: Plain, verdict: Any) -> list[str]:
    """Return what the answer says otherwise than brute force although it is called proved."""
    if verdict.ruling is Ruling.PROVED:
        return differences(outcome, Solution.from_json(answer))
    if verdict.ruling is Ruling.NO_ANSWER and verdict.is_settled:
        return ["there is an answer"]
    if verdict.ruling not in (Ruling.EXCEPT, Ruling.FEASIBLE):
        return []
    stated = [(r["name"], r["key"], r.get("value")) for r in answer.get("stages", ())]
    wrong = zip(stated, outcome.values, strict=False)
    return [
        f"{one} for {other}"
        for k, (one, other) in enumerate(wrong)
        if k < verdict.outright and one != other
    ]


def try_forgery(seed: str, month: int) -> Ruling | None:
    """Try one forgery and require a verdict that claims nothing false; None: nothing forged."""
    desk, random = open_desk(month), Random(seed)
    if desk is None:
        return None
    question, answer, outcome = desk
    forged = random.choice(FORGERS)(random, question, answer)
    if forged is None:
        return None
    case = Case(random, None, question, forged)
    verdict = judge_mended(case)
    assert list_false(outcome, case.answer, verdict) == [], (month, seed, str(verdict))
    return verdict.ruling


def sweep(name: str, count: int, months: range) -> Counter[Ruling | None]:
    random = Random(name)
    tried = (try_forgery(f"{name}/{k}", random.choice(months)) for k in range(count))
    return Counter(tried)


def test_the_judge_of_claims_knows_a_false_one():
    """Answers to other questions, called proved."""
    random, false = Random(1), 0
    for month in range(20):
        if (desk := open_desk(month)) is None:
            continue
        question, answer, outcome = desk
        forged = answer_another(random, question, answer)
        false += forged is not None and differences(outcome, Solution.from_json(forged)) != []
    assert false >= 4


def test_some_hundred_forgeries_are_proved_only_where_they_are_true():
    found = sweep("quick", 200, range(20))
    assert found[Ruling.REFUTED] >= 50
    assert found[Ruling.PROVED] >= 5, "some change nothing that counts"


@pytest.mark.slow
@pytest.mark.parametrize("block", range(BLOCKS))
def test_a_sweep_of_forgeries_is_proved_only_where_it_is_true(block):
    first = 5_000 + 100 * block
    found = sweep(f"slow {block}", SLOW // BLOCKS, range(first, first + min(60, SLOW // 80 + 8)))
    assert found[Ruling.REFUTED] > 0
