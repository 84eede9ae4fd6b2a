"""Validity by day: first and last days against slots, tiny months against every answer by days."""

from collections.abc import Iterable
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from optimizer.checker.month.month import index_month, suits_slot
from optimizer.checker.month.read import BrokenInputError, RefutedError, read_problem
from optimizer.checker.program.network import gather_classes
from optimizer.checker.rules.rules import check_rules
from optimizer.codec import ProblemError
from optimizer.explain.offers import Offers
from optimizer.explain.openings import Openings
from optimizer.explain.places import Places
from optimizer.model.network import Network
from optimizer.problem import Need, Person, Problem, Stock
from optimizer.search.solve import solve
from optimizer.second.opinion import second_opinion
from optimizer.second.verdicts import Verdict, judge
from optimizer.validity import Validity
from tests.optimizer.brute_force import ways_of
from tests.optimizer.builders import goods, month, person, proven, team, visit, want
from tests.optimizer.community2.random_months import month_of
from tests.optimizer.community2.test_solver import assert_is_the_outcome
from tests.optimizer.test_brute_force import assert_is_the_best
from tests.optimizer.tiny_problems import tiny_problem

LAST = 31  # days of the month of the sweep, whose first is a Monday
WEEKS = {1: range(1, 8), 2: range(8, 15), 3: range(15, 22), 4: range(22, LAST + 1)}
SLOTS = {
    f"W{week}-{name}-{half}": [day for day in days if day % 7 in rest]
    for week, days in WEEKS.items()
    for name, rest in (("WD", (1, 2, 3, 4, 5)), ("SAT", (6,)), ("SUN", (0,)))
    for half in ("AM", "PM")
}
SPANS = [(a, b) for a in range(1, LAST + 1) for b in range(a, LAST + 1)]


def name_days(days: Iterable[int]) -> tuple[str, ...]:
    return tuple(f"{day:02d}" for day in days)


def name_span(span: tuple[int, int]) -> tuple[str, ...]:
    return name_days(range(span[0], span[1] + 1))


def sweep_month(**spans: tuple[int, int]) -> Problem:
    """One visit; offer, person, proof, status and need are each valid in a span of days."""
    days = {name: name_span(span) for name, span in spans.items()}
    return month(
        team(statuses=("poor",), days=days.get("offer", ())),
        person(
            "p",
            *SLOTS,
            skills=("proof",),
            days=days.get("person", ()),
            skill_days={"proof": days["proof"]} if "proof" in days else {},
        ),
        visit(
            "n",
            statuses=("poor",),
            requires=("proof",),
            days=days.get("need", ()),
            status_days={"poor": days["status"]} if "status" in days else {},
        ),
        days={slot: name_days(found) for slot, found in SLOTS.items()},
    )


def find_slots(*spans: tuple[int, int]) -> set[str]:
    """By days: the slots with a day that lies in all the spans."""
    return {
        slot
        for slot, days in SLOTS.items()
        if any(all(first <= day <= last for first, last in spans) for day in days)
    }


@pytest.mark.parametrize("name", ["offer", "person", "proof", "status", "need"])
def test_every_first_and_last_day_of_one_thing_leaves_the_slots_with_such_a_day(name):
    for span in SPANS[:: 1 if name == "offer" else 7]:
        problem = sweep_month(**{name: span})
        (need,), (stock,), (one,) = problem.needs, problem.stocks, problem.people
        expected = find_slots(span)
        assert set(Offers(problem).slots(need, stock, one)) == expected
        checked = index_month(read_problem(problem.to_json()))
        rows = checked.needs["n"], checked.stocks["team"], checked.people["p"]
        assert {slot for slot in SLOTS if suits_slot(checked, *rows, slot)} == expected


def test_what_is_used_together_needs_one_day_in_common():
    random = Random(8)
    for names in (("offer", "person"), ("proof", "status"), ("offer", "proof", "need")):
        for _ in range(40):
            spans = {name: random.choice(SPANS) for name in names}
            problem, expected = sweep_month(**spans), find_slots(*spans.values())
            assert {demand.slot for demand in Network(problem).demands} == expected
            classes = gather_classes(index_month(read_problem(problem.to_json())), is_weighed=False)
            assert {demand.slot for demand in classes.demands} == expected
            common = Validity(problem).list_common
            (need,), (stock,), (one,) = problem.needs, problem.stocks, problem.people
            for slot, days in SLOTS.items():
                within = [d for d in days if all(a <= d <= b for a, b in spans.values())]
                assert tuple(common(need, [(stock, one)], slot)) == name_days(within)


def draw_days(random: Random, likely: int = 40) -> tuple[str, ...]:
    if random.randrange(100) >= likely:
        return ()
    return tuple(random.sample("abcde", random.randint(1, 3)))


def make_dated(problem: Problem, seed: int) -> Problem:
    """The problem with days: slot S1 has a, b, c, slot S2 has c, d, and S3 now and then none."""
    random = Random(f"days {seed}")

    def date_all(names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        return {name: days for name in names if (days := draw_days(random))}

    def date(row: Stock | Person | Need):
        rest: dict[str, Any] = {}
        if isinstance(row, Person):
            rest = {"skill_days": date_all(row.skills)}
        elif isinstance(row, Need):
            rest = {"status_days": date_all(row.statuses)}
        return replace(row, days=draw_days(random), **rest)

    slots = {"S1": ("a", "b", "c"), "S2": ("c", "d")}
    if random.randrange(3):
        slots["S3"] = ("e",)
    rows: dict[str, Any] = {
        name: tuple(map(date, getattr(problem, name))) for name in ("stocks", "people", "needs")
    }
    return replace(problem, days=slots, **rows)


@pytest.mark.parametrize("block", range(4))
def test_a_dated_month_is_decided_as_every_answer_by_days_says(block):
    for seed in range(block * 12, block * 12 + 12):
        assert_is_the_best(make_dated(tiny_problem(seed), seed))


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_400_dated_months_are_decided_as_every_answer_by_days_says(block):
    for seed in range(2000 + block * 40, 2040 + block * 40):
        assert_is_the_best(make_dated(tiny_problem(seed), seed))


@pytest.mark.parametrize("block", range(3))
def test_a_dated_month_of_the_second_policy_is_decided_as_every_answer_by_days_says(block):
    for seed in range(block * 12, block * 12 + 12):
        drawn = month_of(seed)
        dated = make_dated(drawn.problem, seed)
        rows = {name: getattr(dated, name) for name in ("stocks", "people", "needs", "days")}
        assert_is_the_outcome(drawn.with_problem(**rows), seed)


@pytest.mark.parametrize("seed", range(40))
def test_offers_are_eligible_as_the_ways_by_days_say(seed):
    problem = make_dated(tiny_problem(seed), seed)
    for need in problem.needs:
        alone = replace(need, people=1, quantity=1, least=None)
        ways = ways_of(
            replace(problem, needs=tuple(alone if n is need else n for n in problem.needs)), alone
        )
        lines = {(stock, who) for way in ways for stock, who, _slot, _units in way}
        found = {(s.id, p.id if p else None) for s, p in Offers(problem).eligible(alone)}
        pairs = {
            (p.stock, p.person) for p in problem.pairs if p.need == need.id and p.consumption != 1
        }
        assert lines - pairs == found - pairs or lines == found


def pair_month(first: tuple[str, ...], second: tuple[str, ...], **rest) -> Problem:
    return month(
        team(),
        person("p", "S1", days=first),
        person("q", "S1", days=second),
        visit("n", "S1", people=2),
        days={"S1": ("a", "b")},
        **rest,
    )


def test_two_who_share_no_day_are_no_team():
    assert proven(pair_month(("a",), ("b",))).assignments == ()
    assert len(proven(pair_month(("a",), ("a", "b"))).assignments) == 2
    assert [ground.code for ground in proven(pair_month(("a",), ("b",))).grounds] == [
        "no_eligible_offer"
    ]


def test_the_checker_refuses_a_team_without_a_day_in_common():
    """Each of the two alone may visit."""
    lines = solve(pair_month(("a",), ("a",))).to_json()["assignments"]
    lines = [{"units": 1, **line} for line in lines]
    for second, is_refused in ((("a", "b"), False), (("b",), True)):
        problem = index_month(read_problem(pair_month(("a",), second).to_json()))
        if is_refused:
            with pytest.raises(RefutedError, match="team_without_a_day"):
                check_rules(problem, lines)
        else:
            check_rules(problem, lines)


def test_a_second_engine_agrees_on_dated_months():
    for seed in (1, 3, 5):
        problem = make_dated(tiny_problem(seed), seed)
        solution = solve(problem)
        if solution.status == "proven":
            assert judge(second_opinion(problem, solution, 60)) is Verdict.AGREED


BROKEN = [
    ({"days": {"S1": []}}, "days.S1"),
    ({"days": {"S1": [""]}}, "days.S1[0]"),
    ({"stocks": [{"days": ["a", ""]}]}, "stocks[0].days[1]"),
    ({"people": [{"days": [""]}]}, "people[0].days[0]"),
    ({"people": [{"skill_days": {"lift": []}, "skills": ["lift"]}]}, "people[0].skill_days.lift"),
    ({"people": [{"skill_days": {"lift": ["a"]}}]}, "people[0].skill_days.lift"),
    ({"needs": [{"status_days": {"poor": ["a"]}}]}, "needs[0].status_days.poor"),
    ({"needs": [{"status_days": {"poor": []}, "statuses": ["poor"]}]}, "needs[0].status_days.poor"),
]


@pytest.mark.parametrize(("change", "path"), BROKEN)
def test_both_readers_refuse_days_that_say_nothing_at_their_path(change, path):
    plain = month(goods(), team(), person("p", "S1"), want("n")).to_json()
    for name, rows in change.items():
        plain[name] = rows if isinstance(rows, dict) else [plain[name][0] | rows[0]]
    with pytest.raises(ProblemError) as refused:
        Problem.from_json(plain)
    assert refused.value.path == f"$.{path}"
    with pytest.raises(BrokenInputError) as checked:
        index_month(read_problem(plain))
    assert checked.value.fault.facts["path"] == f"problem.{path}"


def test_a_question_without_days_has_the_bytes_it_had():
    assert not {"days", "skill_days", "status_days"} & set(
        str(tiny_problem(1).to_json()).split("'")
    )


def test_days_in_any_order_are_one_question():
    one = make_dated(tiny_problem(2), 2).to_json()
    other = {**one, "days": dict(reversed(one["days"].items()))}
    other["stocks"] = [{**row, "days": row.get("days", [])[::-1] * 2} for row in one["stocks"]]
    assert Problem.from_json(other).sha256 == Problem.from_json(one).sha256


def test_what_would_help_is_said_with_days_and_never_of_a_team():
    """The status that the offer asks for would open it; two who share no day are left out."""
    days = {"S1": ("a", "b")}
    rows = team(statuses=("old",)), person("p", "S1", days=("a",))
    poor = visit("n", "S1", statuses=("poor",), status_days={"poor": ("b",)})
    for need, found in ((poor, ["status"]), (replace(poor, people=2), [])):
        problem = month(*rows, person("q", "S1", days=("b",)), need, days=days)
        openings = Openings(Places(problem, Offers(problem), ()))
        assert [opening.filter for opening in openings.find(need)] == found
