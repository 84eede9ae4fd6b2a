"""What-if questions under ``community/2``, against every answer of tiny months."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from random import Random

import pytest

from optimizer.cli.months import main
from optimizer.codec import canonical_bytes
from optimizer.instances.generate import generate
from optimizer.instances.turns import under_second_policy
from optimizer.limits import Limits
from optimizer.problem import Pin, Problem
from optimizer.search.solve import solve
from optimizer.solution import SolutionStatus
from optimizer.what_if.conflict import find_conflict
from optimizer.what_if.extra_capacity import find_help
from optimizer.what_if.price import NeedPrice, price_of_need, price_pins
from optimizer.what_if.repair import Changes, Repair, apply_changes, repair
from tests.optimizer.brute_force import Answer, feasible_answers
from tests.optimizer.builders import goods, person, team, visit, want
from tests.optimizer.community2.judge import (
    Judgement,
    filter_before_draw,
    judge_draw,
    judge_who,
    meets,
    ranks_of,
)
from tests.optimizer.community2.month import Month
from tests.optimizer.community2.question import question_of
from tests.optimizer.community2.random_months import month_of
from tests.optimizer.stages.test_second_policy import community
from tests.optimizer.what_if.test_repair import as_answer, count_standing, draw_changes


@dataclass
class Borrowed(Judgement):
    """A judgement of some answers by what is undecided and contested among all of a month."""

    of: Judgement | None = None

    def find_undecided(self, stage, needs):
        return [need for need in needs if need.id in self.of.undecided[stage]]

    def find_contests(self):
        self.contested, self.open = self.of.contested, self.of.open

    def count_ranks(self, group):
        return self.contested_bits()[group].bit_count()


def judge_by(month: Month, of: Judgement, left: Iterable[int]) -> Borrowed:
    """The best of these sets of needs met, with what each stage keeps."""
    found = Borrowed(month, of.answers, left=sorted(left), of=of)
    filter_before_draw(found)
    judge_draw(found)
    rows = {need.id: found.bits([need]) for need in month.problem.needs}
    for name in month.drawn("needs", rows):
        found.keep(meets(rows[name]))
    return found


def name_stages(found: Judgement) -> list[tuple[str, str]]:
    return [(stage, key) for stage, key, _ in found.values]


def assert_price(month: Month, found: Judgement, price: NeedPrice) -> None:
    """The price is the first stage in which the best forced answer is worse."""
    [bit] = [1 << k for k, n in enumerate(month.problem.needs) if n.id == price.need]
    sets = {answer.met for answer in found.answers}
    if not any(met & bit for met in sets):
        assert price == NeedPrice(price.need, SolutionStatus.INFEASIBLE)
        return
    assert price.status is SolutionStatus.PROVEN
    whole = judge_by(month, found, sets)
    forced = judge_by(month, found, [met for met in sets if met & bit])
    assert whole.left == found.left
    before, after = whole.names(whole.left[0]), forced.names(forced.left[0])
    assert set(price.lost) == before - after
    assert set(price.gained) == after - before
    stated = {(of.name, of.key): of.after for of in price.stages if of.after is not None}
    values = {(stage, key): value for stage, key, value in forced.values if value is not None}
    assert {name: stated[name] for name in values} == values
    assert (price.stage, price.key) == first_worse(whole, forced)


def first_worse(whole: Judgement, forced: Judgement) -> tuple[str, str]:
    """The first stage with a difference; ranks and tickets are kept one by one."""
    old, new = dict(list_kept(whole)), dict(list_kept(forced))
    return next(name for name, kept in old.items() if kept != new[name])


def list_kept(found: Judgement):
    """Each stage with all that it keeps; a stage of ranks or tickets has several."""
    rest = iter(found.worths)
    several = {"neighbourhoods": count_all_ranks(found)}
    for stage, key, value in found.values:
        if value is not None:
            yield (stage, key), next(rest)
        elif stage == "neighbourhoods":
            yield (stage, key), [next(rest) for _ in range(several[stage])]
        else:
            yield (stage, key), list(rest)


def count_all_ranks(found: Judgement) -> int:
    return len({rank for group in found.contested_bits() for rank in ranks_of(found, group)})


@pytest.mark.parametrize("block", range(2))
@pytest.mark.one_in(2)
def test_a_forced_need_has_the_price_that_all_answers_give_it(block):
    assert len(assert_prices(range(block * 25, block * 25 + 25))) > 3


@pytest.mark.slow
@pytest.mark.parametrize("block", range(3))
def test_forced_needs_of_150_months_have_these_prices(block):
    assert_prices(range(1000 + block * 50, 1050 + block * 50))


def assert_prices(seeds: Iterable[int]) -> set[str]:
    """Price two unmet needs of each month; return the stages that are the price."""
    priced = set()
    for seed in seeds:
        month = month_of(seed)
        found = judge_who(month)
        if found is None:
            continue
        question = question_of(month)
        solution = solve(question)
        for ground in solution.grounds[:2]:
            price = price_of_need(question, solution, ground.need)
            assert_price(month, found, price)
            priced.add(price.stage)
    return priced


def as_bits(problem: Problem, answer: Answer) -> int:
    return sum(1 << k for k, need in enumerate(problem.needs) if need.id in answer)


def assert_repair(month: Month, found: Judgement, changes: Changes, question: Problem) -> None:
    solution = solve(question)
    changed, mended = apply_changes(question, changes), repair(question, solution, changes)
    answers = list(feasible_answers(changed))
    if not answers:
        assert mended == Repair(SolutionStatus.INFEASIBLE)
        return
    assert mended.status is SolutionStatus.PROVEN
    best = max(rank(question, solution, answer) for answer in answers)
    assert rank(question, solution, as_answer(mended)) == best
    left = {as_bits(question, a) for a in answers if rank(question, solution, a) == best}
    judged = judge_by(month, found, left)
    assert set(as_answer(mended)) == judged.names(judged.left[0])
    assert len(mended.undone) == len(solution.assignments) - best[2]


def rank(problem: Problem, solution, answer: Answer) -> tuple:
    promised = {line.need for line in solution.assignments}
    stays = tuple(
        sum(n.id in promised and n.id in answer for n in problem.needs if n.tier == tier)
        for tier in (1, 2, 3)
    )
    return stays, len(answer), count_standing(solution, answer)


@pytest.mark.parametrize("block", range(2))
@pytest.mark.one_in(2)
def test_no_answer_of_a_tiny_month_changes_less(block):
    assert mend_all(range(block * 20, block * 20 + 20)) > 5


@pytest.mark.slow
@pytest.mark.parametrize("block", range(2))
def test_no_answer_of_100_months_changes_less(block):
    mend_all(range(1000 + block * 50, 1050 + block * 50))


def mend_all(seeds: Iterable[int]) -> int:
    mended = 0
    for seed in seeds:
        month = month_of(seed)
        found, question = judge_who(month), question_of(month)
        solution = solve(question)
        if found is not None and solution.assignments:
            changes = draw_changes(question, solution, Random(seed))
            assert_repair(month, found, changes, question)
            mended += 1
    return mended


def test_a_pin_has_the_price_of_what_it_displaces(question):
    pinned = replace(question, pins=(Pin("a"), Pin("c")))
    prices = {price.pin.need: price for price in price_pins(pinned, solve(pinned))}
    assert {need: price.stage for need, price in prices.items()} == {
        "a": "first-turns-1",
        "c": "first-turns-1",
    }
    assert (prices["a"].lost, prices["a"].gained) == (("a",), ("b",))


def test_a_month_of_a_street_has_prices_and_is_mended():
    question = under_second_policy(generate(120, 3))
    solution = solve(question)
    outranked = [ground.need for ground in solution.grounds if ground.code == "outranked"]
    price = price_of_need(question, solution, outranked[0])
    trends = [of.trend for of in price.stages if of.trend != "same"]
    assert trends[0] == "worse"
    same = repair(question, solution, Changes())
    assert (same.undone, same.added, same.lost, same.gained) == ((), (), (), ())


def test_without_time_for_what_is_undecided_nothing_is_claimed(question):
    price = price_of_need(question, solve(question), "a", Limits(seconds=0.0))
    assert price == NeedPrice("a", SolutionStatus.FAILED)


@pytest.fixture
def question() -> Problem:
    """One sack for two homes, one visit for two; nobody has a committee."""
    rows = goods(), team(), person("p", "am"), want("a"), want("b", waiting=2)
    return community(*rows, visit("c", "am"), visit("d", "am", waiting=1))


def test_extra_capacity_is_confirmed_by_a_solve_under_the_policy(question):
    helps = find_help(question, solve(question))
    assert {(found.extra.category, found.met, found.lost) for found in helps} == {
        ("goods", ("a",), ()),
        ("visit", ("c",), ()),
    }
    assert {found.status for found in helps} == {SolutionStatus.PROVEN}


def test_pins_that_conflict_are_named(question):
    both = replace(question, pins=(Pin("a"), Pin("b"), Pin("c")))
    found = find_conflict(both)
    assert found.status is SolutionStatus.INFEASIBLE
    assert {pin.need for pin in found.pins} == {"a", "b"}
    fine = replace(question, pins=(Pin("a"), Pin("c")))
    assert find_conflict(fine).status is SolutionStatus.FEASIBLE


@pytest.mark.parametrize("asked", ["price", "repair", "conflict"])
def test_the_commands_answer(question, tmp_path, capsys, asked):
    problem = replace(question, pins=(Pin("a"),)) if asked == "conflict" else question
    files = {"p": problem.to_json(), "s": solve(problem).to_json(), "changes": {}}
    for name, value in files.items():
        (tmp_path / f"{name}.json").write_bytes(canonical_bytes(value))
    more = {"price": ["a"], "repair": [str(tmp_path / "changes.json")]}.get(asked, [])
    code = main([asked, str(tmp_path / "p.json"), str(tmp_path / "s.json"), *more])
    printed = capsys.readouterr().out
    assert code == 0
    assert {
        "price": "a: proven, first worse: first-turns-1 waiting=2",
        "repair": "proven: 0 of 2 undone",
        "conflict": "first better without it: first-turns-1 waiting=2",
    }[asked] in printed
