"""Worse answers of tiny problems with forged events: what verify lets pass rests on search.

Brute force knows every answer and its worth. Each forgery states another answer, with all values,
levels and counts that this answer has, forges events at random and seals it again.
"""

import json
from collections.abc import Iterator
from itertools import zip_longest
from random import Random
from typing import Any

import pytest

from optimizer.checker.check import verify
from optimizer.checker.month.month import Month
from optimizer.checker.program.columns import number_columns
from optimizer.checker.program.point import place_answer
from optimizer.checker.program.rows import build_rows
from optimizer.checker.stages import kind_of, list_turn_tiers, weighs_pairs
from optimizer.problem import Problem
from optimizer.search.solve import solve
from optimizer.solution import SolutionStatus
from tests.optimizer.brute_force import Answer, feasible_answers
from tests.optimizer.brute_stages import group_of, possible_of, vector_of
from tests.optimizer.checker.forged_events import FORGERIES
from tests.optimizer.checker.forgeries import lines_of, read_month, reseal, restate
from tests.optimizer.tiny_problems import tiny_problem

Plain = dict[str, Any]
LABELS = 6  # wrong labels that a forger puts right before giving up
LEVELS = ("leximin", "leximax")


class Desk:
    """A forger's desk: one tiny problem with its true solution and all of its answers."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.plain = problem, problem.to_json()
        self.month: Month = read_month(problem)
        self.columns = number_columns(
            self.month, is_weighed=weighs_pairs(self.month), tiers=list_turn_tiers(self.month)
        )
        self.program = build_rows(self.columns)
        self.answers = list(feasible_answers(problem))
        self.possible = possible_of(problem, self.answers)
        true = solve(problem)
        self.true: Plain = json.loads(json.dumps(true.to_json()))
        self.is_solved = true.status is SolutionStatus.PROVEN
        self.best = max((self.worth_of(answer) for answer in self.answers), default=())

    def worth_of(self, answer: Answer) -> tuple[Any, ...]:
        """One entry a result, all to be made as great as can be, in order."""
        vector = vector_of(self.problem, answer, self.possible)
        worth: list[Any] = []
        for stage, entries in zip(self.problem.policy.stages, vector, strict=True):
            is_one = stage.kind in LEVELS or stage.kind == "lottery"
            worth.extend([entries] if is_one else entries)
        return tuple(worth)

    def adapt(self, forged: Plain, answer: Answer) -> None:
        """State in every event of a sum or of tickets what this answer gives."""
        point = place_answer(self.columns, lines_of(answer))
        stages, weights = self.month.problem["policy"]["stages"], []
        for stage in stages:
            weights += kind_of(stage).list_sums(self.month, self.program, stage)
        events_of = forged["certificate"]["stages"]
        for result, counted, events in zip(forged["stages"], weights, events_of, strict=True):
            for event in events if result["kind"] not in LEVELS else ():
                if event[0] == "sum" and result["kind"] == "lottery":
                    event[1] = int("".join(str(point[j]) for j in event[4]), 2)
                elif event[0] == "sum":
                    own = event[4] if len(event) > 4 else counted
                    event[1] = sum(counted[j] * point[j] for j in own)

    def understate(self, random: Random, forged: Plain) -> None:
        """A group could get one less alone, says an answer that gives it one less."""
        of = forged["certificate"]["possible"]
        for stage in self.problem.policy.stages:
            for group, pair in of.get(stage.name, {}).items():
                named = {n.id for n in self.problem.needs if group_of(stage, n) == group}
                less = [a for a in self.answers if len(named & a.keys()) == pair[0][1] - 1]
                if less and random.randrange(2):
                    lines = lines_of(random.choice(less))
                    pair[0][1], pair[1] = pair[0][1] - 1, [list(line.values()) for line in lines]
                    lower_denominator(forged, stage.name, group)

    def first_worse(self, forged: Plain, answer: Answer) -> int | None:
        """The first result that is worse than the best, or stands on a false denominator."""
        for k, (own, best) in enumerate(zip_longest(self.worth_of(answer), self.best)):
            if own != best or forged["stages"][k].get("levels") != self._levels_of(forged, k):
                return k
        return None

    def _levels_of(self, forged: Plain, k: int) -> list[Plain] | None:
        levels, name = forged["stages"][k].get("levels"), forged["stages"][k]["name"]
        known = {level["group"]: level["denominator"] for level in self._true_levels(name)}
        return levels and [level | {"denominator": known[level["group"]]} for level in levels]

    def _true_levels(self, name: str) -> Iterator[Plain]:
        for result in self.true["stages"]:
            if result["name"] == name:
                yield from result.get("levels", ())


def lower_denominator(forged: Plain, name: str, group: str) -> None:
    for result in forged["stages"]:
        for level in result.get("levels", ()) if result["name"] == name else ():
            level["denominator"] -= level["group"] == group
        key = lambda level: level["numerator"] / max(level["denominator"], 1)  # noqa: E731
        if result["name"] == name:
            result["levels"].sort(key=key)


def forge(desk: Desk, random: Random) -> tuple[Plain, Answer]:
    """A worse answer, or the best, under events forged in up to three places."""
    answer = random.choice(desk.answers)
    forged = restate(desk.month, desk.true, answer)
    if random.randrange(4):
        desk.adapt(forged, answer)
    if not random.randrange(4):
        desk.understate(random, forged)
    for _ in range(random.randrange(4)):
        events = random.choice(forged["certificate"]["stages"])
        if events:
            random.choice(FORGERIES)(random, events)
    return forged, answer


def passes(desk: Desk, forged: Plain) -> bool:
    """Whether verify lets it pass once its labels are those that verify asks for."""
    for _ in range(LABELS):
        fault = verify(desk.plain, reseal(forged))
        if fault is None or fault.code != "stage_proof":
            return fault is None
        for result in forged["stages"]:
            if (result["name"], result["key"]) == (fault.facts["stage"], fault.facts["key"]):
                result["proof"] = fault.facts["true"]
                result.pop("bound", None)
                if result["proof"] != "search" and "value" in result:
                    result["bound"] = result["value"]
    return False


def sweep(seeds: range, times: int) -> int:
    """Forge every tiny problem so many times; returns how many worse answers passed as searched."""
    passed = 0
    for seed in seeds:
        desk, random = Desk(tiny_problem(seed)), Random(seed)
        for attempt in range(times if desk.is_solved else 0):
            forged, answer = forge(desk, random)
            if passes(desk, forged):
                k = desk.first_worse(forged, answer)
                if k is not None:
                    assert forged["stages"][k]["proof"] == "search", (seed, attempt)
                    passed += 1
    return passed


@pytest.mark.slow
def test_worse_answers_pass_only_as_searched():
    assert sweep(range(40), 20) > 0


@pytest.mark.slow
@pytest.mark.parametrize("block", range(4))
def test_worse_answers_of_120_problems_pass_only_as_searched(block):
    assert sweep(range(2_000 + block * 30, 2_030 + block * 30), 100) > 0
