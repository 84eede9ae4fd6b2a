"""The rest of a decided month against every answer of the month in which its promises are kept."""

import json
from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from optimizer.checker.check import judge
from optimizer.codec import ProblemError
from optimizer.facts import Facts
from optimizer.instances.fair_months import under_second_policy
from optimizer.instances.generate import generate
from optimizer.policy import POLICIES
from optimizer.problem import Forbid, Pin, Problem, Stock
from optimizer.search.solve import solve
from optimizer.solution import Assignment
from optimizer.what_if.rest import leave_rest, list_added
from tests.optimizer.brute_force import Answer, feasible_answers, pair_of
from tests.optimizer.brute_stages import possible_of, vector_of
from tests.optimizer.builders import goods, month, person, proven, team, visit, want
from tests.optimizer.community2 import answers as packed
from tests.optimizer.community2 import judge as second
from tests.optimizer.community2.contests import contested_needs
from tests.optimizer.community2.month import Month
from tests.optimizer.community2.question import question_of
from tests.optimizer.community2.random_months import any_month, crowded_month
from tests.optimizer.community2.shares import Amounts
from tests.optimizer.tiny_problems import tiny_problem

FIRST = POLICIES["community/1"]


def check(problem: Problem, solution) -> str:
    plain = json.loads(json.dumps(solution.to_json()))
    return judge(problem.to_json(), plain).ruling


def units_of(lines) -> Counter:
    found: Counter[str] = Counter()
    for line in lines:
        found[line.need] += line.units
    return found


def draw_facts(problem: Problem, lines, random: Random) -> Facts:
    """What may happen to a decided month: promises fall, for one need or one giver; rows shrink."""
    needs = {need.id: need for need in problem.needs}
    fallen = {line for line in lines if random.randrange(3) == 0}
    units = units_of(set(lines) - fallen)
    for line in lines:  # what is left of a visit, or too little, falls with it
        least = needs[line.need].people if line.person else needs[line.need].least_units
        if units[line.need] < least:
            fallen.add(line)
    standing = tuple(line for line in lines if line not in fallen)
    units = units_of(standing)
    closed = {need for need in needs if random.randrange(8) == 0}
    asked = {
        name: need.quantity - units[name]
        for name, need in needs.items()
        if name not in closed and need.quantity > units[name]
        if not any(line.need == name and line.person for line in standing)
        if name not in units or any(line.need == name for line in fallen)
    }
    forbids = tuple(
        Forbid(line.need, line.stock, line.person) for line in fallen if random.randrange(3)
    )
    used: Counter[str | None] = Counter()
    for line in standing:
        used[line.person] += 1
    people = tuple(
        replace(row, slots=row.slots[:-1])
        for row in problem.people
        if not used[row.id] and random.randrange(3) == 0
    )
    lost = tuple({line.need for line in fallen} & asked.keys() - units.keys())
    return Facts(
        standing,
        asked,
        tuple(fallen) if problem.policy in POLICIES.values() else (),
        tuple(sorted(lost)),
        tuple(dict.fromkeys(forbids)),
        people=people,
    )


def lay_down(problem: Problem, facts: Facts) -> Problem:
    """The same month with all facts, nothing taken out of it: only what plays no part."""
    people = {row.id: row for row in facts.people}
    forbids = {(f.need, f.stock, f.person): f for f in (*facts.forbids, *problem.forbids)}
    standing = {line.need for line in facts.standing}
    part = standing | {name for name, units in facts.asked.items() if units}
    return replace(
        problem,
        people=tuple(people.get(row.id, row) for row in problem.people),
        needs=tuple(need for need in problem.needs if need.id in part),
        pairs=tuple(row for row in problem.pairs if row.need in part),
        pins=(),
        forbids=tuple(
            row for row in forbids.values() if row.need in part and facts.asked.get(row.need)
        ),
        history=problem.history if part else (),
    )


def as_answer(lines) -> Answer:
    answer: Answer = {}
    for line in sorted(lines):
        way = (line.stock, line.person, line.slot, line.units)
        answer[line.need] = (*answer.get(line.need, ()), way)
    return answer


def keeps(answer: Answer, facts: Facts) -> bool:
    """Whether every promise that stands is in the answer, and nothing is added that nobody asks."""
    standing = as_answer(facts.standing)
    for need, way in standing.items():
        given = {line[:3]: line[3] for line in answer.get(need, ())}
        if any(given.get(line[:3], 0) < line[3] for line in way):
            return False
        most = sum(line[3] for line in way) + facts.asked.get(need, 0)
        if sum(given.values()) > most or (need not in facts.asked and len(given) > len(way)):
            return False
    return all(
        need in standing or sum(line[3] for line in way) <= facts.asked.get(need, 0) or way[0][1]
        for need, way in answer.items()
    )


def add_up(facts: Facts, added) -> list[Assignment]:
    units: Counter[tuple] = Counter()
    for line in (*facts.standing, *added):
        units[line.need, line.stock, line.person, line.slot] += line.units
    return [
        Assignment(need=n, stock=s, units=u, person=p, slot=t) for (n, s, p, t), u in units.items()
    ]


@pytest.mark.parametrize("block", range(4))
@pytest.mark.one_in(2)
def test_no_answer_of_a_tiny_month_fills_free_places_better(block):
    filled = 0
    for seed in range(block * 25, block * 25 + 25):
        problem = replace(tiny_problem(seed), policy=FIRST, pins=())
        solution = solve(problem)
        if not solution.assignments:
            continue
        facts = draw_facts(problem, solution.assignments, Random(seed))
        rest = leave_rest(problem, facts)
        found = solve(rest)
        whole = lay_down(problem, facts)
        every = [answer for answer in feasible_answers(whole) if keeps(answer, facts)]
        if not every:  # what fell breaks a least use that what stands alone cannot keep
            assert found.status == "infeasible"
            continue
        assert found.status == "proven", seed
        added = list_added(found.assignments)
        answer = as_answer(add_up(facts, added))
        possible = possible_of(whole, every)
        ranked = {str(sorted(one.items())): vector_of(whole, one, possible) for one in every}
        assert ranked[str(sorted(answer.items()))] == max(ranked.values()), seed
        filled += bool(added)
    assert filled > 3


class Kept(second.Judgement):
    """A judgement of the answers that keep what stands. Contests join what may still be used."""

    rest: Problem

    def find_contests(self) -> None:
        needs = self.month.problem.needs
        undecided = {need.id for need in self.find_undecided("neighbourhoods", needs)}
        always = set(self.always["neighbourhoods"])
        left = replace(self.month, problem=self.rest)
        self.contested = contested_needs(left, undecided, always)
        self.open = {
            name: max((met & bits).bit_count() for met in self.left)
            for name, bits in self.contested_bits().items()
        }


def pack(problem: Problem, answer: Answer) -> packed.Answer:
    """An answer as the judge of the second policy reads it."""
    stocks = {row.id: row for row in problem.stocks}
    units: Counter[str] = Counter()
    used: Counter[tuple[str, str]] = Counter()
    score = 0
    for need, way in answer.items():
        for stock, who, _slot, count in way:
            pair, row = pair_of(problem, need, stock, who), stocks[stock]
            score += pair.score * count
            units[need] += 0 if who else count
            if row.pledge is not None:
                used[row.giver, packed.measure_of(row)] += pair.consumption * count
    met = sum(1 << k for k, need in enumerate(problem.needs) if need.id in answer)
    givers = packed.givers_of(problem)
    units_of_needs = tuple(units[need.id] for need in problem.needs)
    return packed.Answer(met, units_of_needs, tuple(used[giver] for giver in givers), score)


def judge_kept(month: Month, facts: Facts, rest: Problem) -> Amounts | None:
    """All stages over every answer that keeps what stands; None if there is none."""
    whole = lay_down(month.problem, facts)
    waits = {need.id: need.waiting for need in rest.needs}
    whole = replace(
        whole,
        needs=tuple(
            replace(need, waiting=waits.get(need.id, 2 * need.waiting)) for need in whole.needs
        ),
    )
    every = {pack(whole, one) for one in feasible_answers(whole) if keeps(one, facts)}
    if not every:
        return None
    kept = Kept(replace(month, problem=whole), list(every), left=sorted({a.met for a in every}))
    kept.rest = rest
    second.filter_before_draw(kept)
    second.judge_draw(kept)
    amounts = Amounts(kept)
    amounts.share()
    amounts.give_odd_units()
    amounts.spread_burden()
    amounts.keep(lambda answer: answer.score)
    return amounts


def check_second(month: Month, seed: str) -> bool:
    """Fill the free places of a decided month; returns whether anybody got one."""
    problem = question_of(month)
    solution = solve(problem)
    if not solution.assignments:
        return False
    facts = draw_facts(problem, solution.assignments, Random(seed))
    rest = leave_rest(problem, facts)
    found = solve(rest)
    amounts = judge_kept(month, facts, rest)
    if amounts is None:
        assert found.status == "infeasible"
        return False
    assert found.status == "proven"
    added = list_added(found.assignments)
    answer = pack(amounts.month.problem, as_answer(add_up(facts, added)))
    assert answer in amounts.left
    return bool(added)


@pytest.mark.parametrize("block", range(4))
@pytest.mark.one_in(2)
def test_the_second_policy_fills_free_places_as_it_decides_a_month(block):
    filled = 0
    for seed in range(block * 20, block * 20 + 20):
        for draw in (any_month, crowded_month):
            filled += check_second(draw(seed), f"{draw.__name__} {seed}")
    assert filled > 5


def test_the_checker_proves_the_rest_as_any_month():
    for seed in range(10):
        problem = question_of(any_month(seed))
        solution = solve(problem)
        rest = leave_rest(problem, draw_facts(problem, solution.assignments, Random(seed)))
        assert check(rest, solve(rest)) in ("proved", "no_answer")


def lose(problem: Problem, *needs: str) -> Facts:
    """All lines of these needs fall, and they wait for others beside those who had nothing."""
    lines = proven(problem).assignments
    met = {line.need for line in lines}
    asked = {n.id: n.quantity for n in problem.needs if n.id in needs or n.id not in met}
    fallen = [line for line in lines if line.need in needs]
    return Facts(
        tuple(line for line in lines if line.need not in needs),
        asked,
        tuple(fallen),
        needs,
        tuple(Forbid(line.need, line.stock, line.person) for line in fallen),
    )


def test_a_declined_visit_passes_to_a_person_who_is_free():
    problem = month(
        team(), person("p", "S1"), person("q", "S1"), visit("a", "S1"), stages=FIRST.stages
    )
    [line] = proven(problem).assignments
    added = list_added(proven(leave_rest(problem, lose(problem, "a"))).assignments)
    assert [row.person for row in added] == [{"p": "q", "q": "p"}[line.person]]


def test_one_of_a_team_who_came_alone_takes_part_alone():
    """One of two did not come, too late for anybody else: what is free is asked all the same."""
    problem = month(
        team(), person("p", "S1"), person("q", "S1", "S2"), visit("a", "S1", people=2),
        visit("b", "S2"), stages=FIRST.stages,
    )  # fmt: skip
    came = Assignment("a", "team", "p", "S1")
    rest = leave_rest(problem, Facts((came,), {"b": 1}))
    assert [line.need for line in list_added(proven(rest).assignments)] == ["b"]


def test_nobody_comes_twice_at_one_time():
    """The one person with a free slot has a visit in it already."""
    problem = month(
        team(), person("p", "S1"), person("q", "S1"), visit("a", "S1"), visit("b", "S1"),
        stages=FIRST.stages,
    )  # fmt: skip
    rest = leave_rest(problem, lose(problem, "a"))
    assert list_added(proven(rest).assignments) == ()


def test_a_home_is_not_visited_by_two_at_one_time():
    home = {"recipient": "home"}
    problem = month(
        team(), person("p", "S1"), person("q", "S1", "S2"), person("r", "S1"),
        visit("a", "S1", **home), visit("b", "S1", "S2", **home), stages=FIRST.stages,
    )  # fmt: skip
    lines = {line.need: line for line in proven(problem).assignments}
    assert lines["b"].slot == "S2"
    added = list_added(proven(leave_rest(problem, lose(problem, "b"))).assignments)
    assert added == ()  # q said no, and p and r are free only while a is visited


def test_who_lost_a_promise_is_the_first_among_equals():
    second = POLICIES["community/2"]
    ask = {"tier": 3, "category": "visit"}
    problem = replace(
        month(
            Stock("one", "x", "visit", 1), Stock("two", "y", "visit", 2),
            *(want(name, **ask) for name in "abcdef"),
        ),
        policy=second,
    )  # fmt: skip
    lines = proven(problem).assignments
    for line in lines:  # whoever fell, whatever the tickets: the unit of another that is free
        standing = tuple(other for other in lines if other != line)
        free = next(other for other in standing if other.stock != line.stock)
        facts = Facts(
            tuple(other for other in standing if other != free),
            {n.id: 1 for n in problem.needs if n.id not in {o.need for o in standing}},
            (line, free),
            (line.need,),
            (Forbid(line.need, line.stock),),
            tuple(
                replace(s, capacity=s.capacity - 1) for s in problem.stocks if s.id == line.stock
            ),
        )
        [added] = list_added(proven(leave_rest(problem, facts)).assignments)
        assert added.need == line.need
        longer = tuple(replace(n, waiting=n.id == "f") for n in problem.needs)
        if "f" in facts.asked and line.need != "f":
            [added] = list_added(
                proven(leave_rest(replace(problem, needs=longer), facts)).assignments
            )
            assert added.need == "f"  # who waited longer still comes before


def test_slots_without_a_day_to_come_are_not_used():
    problem = month(team(), person("p", "S1", "S2"), visit("a", "S1", "S2"), stages=FIRST.stages)
    facts = Facts(asked={"a": 1}, over=("S1",), days={"S2": ("20",)})
    [added] = list_added(proven(leave_rest(problem, facts)).assignments)
    assert added.slot == "S2"
    gone = replace(facts, over=("S1", "S2"), days={})
    assert proven(leave_rest(problem, gone)).assignments == ()


def test_an_ask_that_a_pin_kept_apart_stays_apart():
    second = POLICIES["community/2"]
    ask = {"recipient": "home", "category": "rice", "quantity": 2, "least": 1, "tier": 3}
    problem = replace(
        month(Stock("r", "x", "rice", 4), want("a", **ask), want("b", **ask), pins=(Pin("a"),)),
        policy=second,
    )
    rest = leave_rest(problem, Facts(asked={"a": 2, "b": 2}))
    assert {line.need for line in proven(rest).assignments} == {"a", "b"}


@pytest.mark.parametrize(
    ("facts", "path"),
    [
        (Facts(asked={"zz": 1}), r"\$\.asked\.zz"),
        (Facts(lost=("zz",)), r"\$\.lost\.zz"),
        (Facts(stocks=(Stock("zz", "x", "y", 1),)), r"\$\.stocks\[0\]\.id"),
        (Facts(people=(person("zz"),)), r"\$\.people\[0\]\.id"),
        (Facts(standing=(Assignment("a", "zz"),)), r"\$\.standing\[0\]"),
    ],
)
def test_unknown_names_are_refused(facts, path):
    problem = month(goods(), want("a"))
    with pytest.raises(ProblemError, match=path):
        leave_rest(problem, facts)


def test_facts_are_written_and_read():
    problem = under_second_policy(generate(60, 7))
    facts = draw_facts(problem, solve(problem).assignments, Random(7))
    assert Facts.from_json(json.loads(json.dumps(facts.to_json()))) == facts
    assert leave_rest(problem, facts) == leave_rest(problem, facts)
