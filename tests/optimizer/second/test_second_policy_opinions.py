"""CBC and the second policy: it agrees with the best answer alone and finds a changed value."""

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from optimizer.cli.months import main
from optimizer.codec import canonical_bytes
from optimizer.instances.generate import generate
from optimizer.problem import Problem
from optimizer.search.solve import solve
from optimizer.second.opinion import Opinion, Verdict, judge, second_opinion
from optimizer.solution import Assignment, Level, Solution, SolutionStatus, StageResult
from optimizer.stages.kind import Sums
from optimizer.stages.registry import kind_of
from optimizer.stages.tally import Tally
from tests.optimizer.brute_force import feasible_answers
from tests.optimizer.builders import goods, want
from tests.optimizer.community2 import shares
from tests.optimizer.community2.answers import givers_of, measure_of
from tests.optimizer.community2.question import question_of, read_levels
from tests.optimizer.community2.random_months import month_of
from tests.optimizer.community2.shares import Outcome
from tests.optimizer.stages.test_second_policy import community, of
from tests.optimizer.vipr.files import under_the_second_policy

SECONDS = 60.0


def opinions_on(problem: Problem, solution: Solution) -> list[Opinion]:
    return second_opinion(problem, solution, SECONDS)


class Restated:
    """Another answer to a tiny month, with its own values as if they were proven."""

    def __init__(self, outcome: Outcome, problem: Problem, solution: Solution, answer: dict):
        self.outcome, self.problem = outcome, problem
        lines = tuple(Assignment(need, *part) for need in sorted(answer) for part in answer[need])
        self.tally = Tally(problem, lines)
        self.met = self.tally.met
        stages = tuple(map(self.restate, solution.stages))
        self.solution = replace(solution, assignments=lines, stages=stages)

    def restate(self, result: StageResult) -> StageResult:
        stage = next(s for s in self.problem.policy.stages if s.name == result.name)
        kind = kind_of(stage)
        if isinstance(kind, Sums):
            return replace(result, value=kind.values(stage, self.tally)[result.key])
        if result.kind == "homes":
            return replace(result, value=self.count_homes(result.name))
        levels = tuple(
            replace(level, numerator=self.level(result, level)) for level in result.levels
        )
        return replace(result, levels=levels)

    def count_homes(self, stage: str) -> int:
        counted = self.met & self.outcome.judgement.undecided[stage]
        return len({n.recipient for n in self.problem.needs if n.id in counted})

    def level(self, result: StageResult, level: Level) -> int:
        if result.name == "neighbourhoods":
            rows = {h.group: h.met for h in self.problem.history}
            contested = self.outcome.judgement.contested & self.met
            groups = [
                n.groups.get("committee", "") for n in self.problem.needs if n.id in contested
            ]
            return rows.get(level.group, 0) + groups.count(level.group)
        if result.name == "shares":
            cell = next(c for c, name in self.outcome.names.items() if name == level.group)
            return self.units()[cell]
        loads = {f"{row.giver}/{row.measure}": row.carried for row in self.problem.loads}
        return loads.get(level.group, 0) + self.used()[level.group]

    def units(self) -> dict[Any, int]:
        found = dict.fromkeys(self.outcome.units, 0)
        for need in self.problem.needs:
            cell = (need.recipient, need.category)
            if cell in found:
                found[cell] += self.tally.units[need.id]
        return found

    def used(self) -> dict[str, int]:
        found = {"/".join(giver): 0 for giver in givers_of(self.problem)}
        for stock in self.problem.stocks:
            group = f"{stock.giver}/{measure_of(stock)}"
            if stock.pledge is not None and group in found:
                found[group] += self.tally.used[stock.id]
        return found

    @property
    def is_best(self) -> bool:
        if self.met != self.outcome.met or self.units() != self.outcome.units:
            return False
        burden = next(r for r in self.solution.stages if r.name == "burden")
        choices = [
            {"/".join(giver): level for giver, level in choice.items()}
            for choice in self.outcome.levels["burden"]
        ]
        values = [(r.name, r.key, r.value) for r in self.solution.stages]
        return read_levels(burden) in choices and values == self.outcome.values


def assert_agrees_with_the_best_alone(seed: int, others: int) -> set[str]:
    """Return the stages at which other answers were disagreed with."""
    month = month_of(seed)
    question, outcome = question_of(month), shares.judge(month)
    solution = solve(question)
    assert judge(opinions_on(question, solution)) is Verdict.AGREED, seed
    if outcome is None:
        return set()
    found, answers = set(), list(feasible_answers(question))
    for answer in answers[:: max(1, len(answers) // others)]:
        other = Restated(outcome, question, solution, answer)
        opinions = opinions_on(question, other.solution)
        expected = Verdict.AGREED if other.is_best else Verdict.DISAGREED
        assert judge(opinions) is expected, (seed, answer, opinions[-1])
        found |= {o.stage for o in opinions if o.verdict is Verdict.DISAGREED}
    return found


@pytest.mark.parametrize(
    "block",
    [pytest.param(0, marks=pytest.mark.slow), 1, pytest.param(2, marks=pytest.mark.slow), 3],
)
def test_the_second_engine_agrees_with_the_best_answer_alone(block):
    for seed in range(block * 4, block * 4 + 4):
        assert_agrees_with_the_best_alone(seed, 5)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_the_second_engine_agrees_with_the_best_answer_of_200_months_alone(block):
    found = set()
    for seed in range(500 + block * 20, 520 + block * 20):
        found |= assert_agrees_with_the_best_alone(seed, 12)
    assert len(found) > 5


@cache
def crowded() -> tuple[Problem, Solution]:
    """A month in which every kind of stage has something to decide."""
    needs = [
        *(of(f"x{k}", "XY"[k % 2], tier=1 + k // 4, waiting=k % 4 // 2) for k in range(12)),
        *(want(f"d{k}", tier=1 + k, duty=True) for k in range(3)),
        *(
            want(f"{t}-{k}", recipient=f"h{t}", tier=t, waiting=k)
            for t in (1, 2, 3)
            for k in (0, 1)
        ),
        *(want(f"r{k}", category="rice", quantity=4, least=1, tier=1) for k in range(3)),
    ]
    stocks = [replace(goods(f"s{k}", 6, pledge="p"), giver=f"g{k}") for k in range(2)] + [
        goods("sacks", 8, category="rice", pledge="q")
    ]
    problem = community(*stocks, *needs)
    return problem, solve(problem)


def count_stated() -> int:
    return len(crowded()[1].stages)


@pytest.mark.parametrize("k", range(count_stated()))
@pytest.mark.one_in(3)
def test_a_changed_value_of_any_stage_is_found(k):
    problem, solution = crowded()
    for changed in change(solution.stages[k]):
        stages = (*solution.stages[:k], *changed, *solution.stages[k + 1 :])
        opinions = opinions_on(problem, replace(solution, stages=stages))
        assert judge(opinions) is Verdict.DISAGREED, changed


def change(result: StageResult) -> list[tuple[StageResult, ...]]:
    """The result left out, one more, one less; levels with one unit more or another whole."""
    found: list[tuple[StageResult, ...]] = [()]
    if result.value is not None:
        found += [(replace(result, value=result.value + by),) for by in (1, -1)]
    for level in result.levels[:1]:
        more = replace(level, numerator=level.numerator + 1)
        whole = replace(level, denominator=level.denominator + 1)
        found += [(replace(result, levels=(one, *result.levels[1:])),) for one in (more, whole)]
    return found


def test_every_kind_of_stage_is_stated_and_agreed_on():
    problem, solution = crowded()
    assert judge(opinions_on(problem, solution)) is Verdict.AGREED
    assert {r.name for r in solution.stages} == {s.name for s in problem.policy.stages}
    assert all(r.levels for r in solution.stages if r.kind in ("ranks", "shares", "carrying"))


def swap(solution: Solution, names: dict[str, str]) -> Solution:
    lines = [replace(a, need=names.get(a.need, a.need)) for a in solution.assignments]
    return replace(solution, assignments=tuple(lines))


def last(problem: Problem, solution: Solution) -> str:
    opinion = opinions_on(problem, solution)[-1]
    assert opinion.verdict is Verdict.DISAGREED
    return opinion.stage


def test_another_draw_is_found():
    problem = community(goods(), want("a"), want("b"))
    solution = solve(problem)
    assert last(problem, swap(solution, {"a": "b", "b": "a"})) == "draw"


def test_the_second_need_of_a_home_drawn_in_place_of_its_first_is_found():
    """One home, two kinds of one stock's places: the ticket of the need decides."""
    rows = [goods("a", 1, category="a"), goods("b", 1, category="b")]
    above = goods("both", 1, category="")
    stocks = [replace(row, parents=("both",)) for row in rows]
    needs = [want(name, recipient="home", category=name) for name in "ab"]
    problem = community(above, *stocks, *needs)
    solution = solve(problem)
    [line] = solution.assignments
    other = "ab".replace(line.need, "")
    lines = (Assignment(other, other),)
    burden = solution.stages[-2]
    assert burden.name == "burden"
    assert last(problem, replace(solution, assignments=lines)) == "draw"


def test_the_odd_unit_given_to_another_home_is_found():
    problem = community(goods(capacity=3), *(want(n, quantity=3, least=1) for n in "ab"))
    solution = solve(problem)
    units = {a.need: a.units for a in solution.assignments}
    lines = tuple(replace(a, units=3 - a.units) for a in solution.assignments)
    shares_ = next(r for r in solution.stages if r.name == "shares")
    turned = tuple(Level(level.group, 3 - level.numerator, 1) for level in reversed(shares_.levels))
    stages = tuple(replace(r, levels=turned) if r is shares_ else r for r in solution.stages)
    assert sorted(units.values()) == [1, 2]
    assert last(problem, replace(solution, assignments=lines, stages=stages)) == "odd-units"


def test_a_burden_moved_to_one_giver_is_found():
    stocks = [replace(goods(name, 4, pledge="p"), giver=name) for name in "gh"]
    problem = community(*stocks, *map(want, "abc"))
    solution = solve(problem)
    lines = tuple(replace(a, stock="g") for a in solution.assignments)
    burden = tuple(Level(f"{giver}/goods", 3 * (giver == "g"), 4) for giver in "gh")
    moved = tuple(replace(r, levels=burden) if r.name == "burden" else r for r in solution.stages)
    assert last(problem, replace(solution, assignments=lines, stages=moved)) == "burden"


def test_a_month_of_200_needs_is_agreed_on(tmp_path, capsys):
    problem = under_the_second_policy(generate(200, 1))
    solution = solve(problem)
    assert solution.status is SolutionStatus.PROVEN
    for name, value in (("p", problem), ("s", solution)):
        (tmp_path / f"{name}.json").write_bytes(canonical_bytes(value.to_json()))
    assert main(["agree", str(tmp_path / "p.json"), str(tmp_path / "s.json")]) == 0
    printed = capsys.readouterr().out
    assert "agreed: " in printed.splitlines()[-1]
    assert all(name in printed for name in ("homes-2", "neighbourhoods", "draw", "burden"))


def test_without_an_engine_nothing_is_agreed_on(monkeypatch):
    problem, solution = crowded()
    monkeypatch.setattr("pulp.PULP_CBC_CMD.pulp_cbc_path", "/bin/false")
    assert judge(opinions_on(problem, solution)) is Verdict.UNKNOWN
