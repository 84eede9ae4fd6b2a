"""The lexicographic vector of one answer, and the best of all: the other half of the judge."""

import hashlib
import hmac
from collections import Counter
from fractions import Fraction
from typing import Any

from optimizer.policy import CountBy, GroupOutcome, Stage, StageKind
from optimizer.problem import Need, Problem
from tests.optimizer.brute_force import Answer, feasible_answers, pair_of


def best_answers(problem: Problem) -> tuple[tuple, frozenset[str]] | None:
    """Return the best vector of all stages and who is met; None when nothing is feasible."""
    answers = list(feasible_answers(problem))
    if not answers:
        return None
    possible = possible_of(problem, answers)
    judged = [(vector_of(problem, answer, possible), answer) for answer in answers]
    top = max(vector for vector, _ in judged)
    met = {frozenset(answer) for vector, answer in judged if vector == top}
    if problem.policy.stages and problem.policy.stages[-1].kind is StageKind.LOTTERY:
        assert len(met) == 1, "the lottery must leave one set of needs met"
    return top, min(met, key=sorted)


def possible_of(problem: Problem, answers: list[Answer]) -> Counter[tuple[str, str]]:
    """Most needs met at once of each (dimension, group) over all feasible answers."""
    possible: Counter[tuple[str, str]] = Counter()
    for stage in problem.policy.stages:
        if stage.kind is not StageKind.LEXIMIN:
            continue
        for answer in answers:
            met = Counter(group_of(stage, n) for n in problem.needs if n.id in answer)
            for group, count in met.items():
                if group is not None:
                    key = (stage.dimension, group)
                    possible[key] = max(possible[key], count)
    return possible


def true_stages(problem: Problem, answers: list[Answer]) -> dict[str, str]:
    """Return the first stage that excludes each need some answer meets; empty if none does."""
    possible = possible_of(problem, answers)
    found: dict[str, str] = {}
    for stage in problem.policy.stages:
        if stage.kind is StageKind.LOTTERY:
            break
        vectors = [stage_vector(problem, stage, answer, possible) for answer in answers]
        before = {need for answer in answers for need in answer}
        answers = [a for a, v in zip(answers, vectors, strict=True) if v == max(vectors)]
        after = {need for answer in answers for need in answer}
        found.update(dict.fromkeys(before - after, stage.name))
    return found | dict.fromkeys({need for answer in answers for need in answer}, "")


def group_of(stage: Stage, need: Need) -> str | None:
    return need.groups.get(stage.dimension) if stage.dimension else need.id


def vector_of(problem: Problem, answer: Answer, possible: Counter) -> tuple:
    """Return one tuple per stage, all to be made as great as can be, in order."""
    return tuple(stage_vector(problem, stage, answer, possible) for stage in problem.policy.stages)


def stage_vector(problem: Problem, stage: Stage, answer: Answer, possible: Counter) -> tuple:
    met = [need for need in problem.needs if need.id in answer]
    rules = {
        StageKind.MAX_COUNT: lambda: count_vector(problem, stage, met),
        StageKind.LEXIMIN: lambda: leximin_vector(problem, stage, answer, possible),
        StageKind.MAX_RECIPIENTS: lambda: (len({need.recipient for need in met}),),
        StageKind.MAX_POINTS: lambda: (sum(need.points for need in met),),
        StageKind.MAX_UNITS: lambda: units_vector(problem, answer),
        StageKind.LEXIMAX: lambda: burden_vector(problem, answer),
        StageKind.MAX_SCORE: lambda: (total_score(problem, answer),),
        StageKind.MIN_COST: lambda: (-total_score(problem, answer),),
        StageKind.LOTTERY: lambda: lottery_vector(problem, answer),
    }
    vector = rules[stage.kind]()
    return vector[:1] if stage.worst_only else vector


def lottery_vector(problem: Problem, answer: Answer) -> tuple[int, ...]:
    drawn = sorted(problem.needs, key=lambda need: (ticket_of(problem, need), need.id))
    return tuple(int(need.id in answer) for need in drawn)


def count_vector(problem: Problem, stage: Stage, met: list[Need]) -> tuple[int, ...]:
    def class_of(need: Need) -> tuple[int, ...] | None:
        match stage.by:
            case CountBy.ALL:
                return ()
            case CountBy.DUTY_TIER:
                return (need.tier,) if need.duty else None
            case CountBy.TIER:
                return (need.tier,)
            case CountBy.TIER_WAITING:
                return (need.tier, -min(need.waiting, stage.longest_wait))

    classes = sorted({c for c in map(class_of, problem.needs) if c is not None})
    counts = Counter(map(class_of, met))
    return tuple(counts[c] for c in classes)


def leximin_vector(problem, stage, answer, possible) -> tuple[Any, ...]:
    groups = {group_of(stage, need) for need in problem.needs} - {None}
    if stage.outcome is GroupOutcome.SCORE:
        return tuple(sorted(group_score(problem, stage, answer, group) for group in groups))
    history = {(h.dimension, h.group): h for h in problem.history}
    ratios = []
    for group in groups:
        past = history.get((stage.dimension, group))
        whole = possible[stage.dimension, group] + (past.possible if past else 0)
        met = sum(1 for n in problem.needs if n.id in answer and group_of(stage, n) == group)
        if whole:
            ratios.append(Fraction(met + (past.met if past else 0), whole))
    return tuple(sorted(ratios))


def group_score(problem: Problem, stage: Stage, answer: Answer, group: str) -> int:
    return sum(
        pair_of(problem, need.id, stock, person).score * units
        for need in problem.needs
        if group_of(stage, need) == group
        for stock, person, _, units in answer.get(need.id, ())
    )


def units_vector(problem: Problem, answer: Answer) -> tuple[int, ...]:
    partial = [need for need in problem.needs if need.least_units < need.quantity]
    return tuple(
        sum(
            units
            for need in partial
            if need.category == category
            for _, person, _, units in answer.get(need.id, ())
            if person is None
        )
        for category in sorted({need.category for need in partial})
    )


def burden_vector(problem: Problem, answer: Answer) -> tuple[Fraction, ...]:
    pledge_of = {stock.id: stock.pledge for stock in problem.stocks}
    pledged: Counter[str] = Counter()
    for stock in problem.stocks:
        if stock.pledge is not None:
            pledged[stock.pledge] += stock.capacity
    used: Counter[str | None] = Counter()
    for need, way in answer.items():
        for name, person, _, units in way:
            used[pledge_of[name]] += pair_of(problem, need, name, person).consumption * units
    return tuple(
        sorted(-Fraction(used[pledge], whole) for pledge, whole in pledged.items() if whole)
    )


def total_score(problem: Problem, answer: Answer) -> int:
    return sum(
        pair_of(problem, need, stock, person).score * units
        for need, way in answer.items()
        for stock, person, _, units in way
    )


def ticket_of(problem: Problem, need: Need) -> str:
    return hmac.new(problem.seed.encode(), need.id.encode(), hashlib.sha256).hexdigest()
