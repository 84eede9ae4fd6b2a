"""A question and its answer under lots: the same order, the same proof, and no name left."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from optimizer.checker.check import judge
from optimizer.checker.verdict import Verdict
from optimizer.codec import ProblemError
from optimizer.instances.generate import generate
from optimizer.instances.turns import under_second_policy
from optimizer.policy import COMMUNITY_1
from optimizer.problem import Forbid, Need, Problem, Stock
from optimizer.pseudonyms import hide_names
from optimizer.search.solve import solve
from optimizer.solution import GroundCode, Solution
from optimizer.tickets import TICKET, order_by_ticket
from tests.optimizer.community2.question import question_of
from tests.optimizer.community2.random_months import month_of

ROWS = ("stocks", "people", "needs")


def lot_of(*parts: str) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def list_other_names(problem: Problem) -> set[str]:
    """Givers, pledges, kinds, areas, groups and skills."""
    names = {row.group for row in problem.history}
    for load in problem.loads:
        names |= {load.giver, load.measure} - {"visits"}
    for stock in problem.stocks:
        names |= {stock.giver, stock.category, stock.pledge or "", *stock.areas}
    for person in problem.people:
        names |= {person.giver, *person.skills, *person.areas}
    for need in problem.needs:
        names |= {need.category, need.area, *need.requires, *need.groups.values()}
    return names - {""}


def give_lots(problem: Problem) -> Problem:
    """The question with a lot for every name."""
    rows: dict[str, Any] = {
        name: tuple(replace(row, lot=lot_of(name, row.id)) for row in getattr(problem, name))
        for name in ROWS
    }
    rows["needs"] = tuple(
        replace(need, recipient_lot=lot_of("recipient", need.recipient)) for need in rows["needs"]
    )
    lots = {name: lot_of("name", name) for name in list_other_names(problem)}
    return replace(problem, **rows, lots=lots)


def read_verdict(problem: Problem, solution: Solution) -> Verdict:
    return judge(problem.to_json(), solution.to_json())


def list_texts(value: Any) -> Iterator[str]:
    """Every text of plain JSON, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, held in value.items():
            yield key
            yield from list_texts(held)
    elif isinstance(value, list):
        for held in value:
            yield from list_texts(held)


def assert_same_proof(problem: Problem) -> None:
    problem = give_lots(problem)
    solution = solve(problem)
    asked, answer = hide_names(problem, solution)
    before, after = read_verdict(problem, solution), read_verdict(asked, answer)
    assert after.fault is None
    assert (after.ruling, after.labels) == (before.ruling, before.labels)
    again = solve(asked)  # nothing of the answer or its proof still has the order of old names
    assert again.to_json() == answer.to_json()
    names = {row.id for name in ROWS for row in getattr(problem, name)}
    names |= {need.recipient for need in problem.needs} | list_other_names(problem)
    assert not set(list_texts([asked.to_json(), answer.to_json()])) & names


@pytest.mark.parametrize("block", range(20))
@pytest.mark.one_in(5)
def test_a_month_is_proved_as_well_under_other_names(block):
    for seed in range(block * 15, block * 15 + 15):
        assert_same_proof(question_of(month_of(seed)))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.one_in(4)
def test_a_generated_month_is_proved_as_well_under_other_names(seed):
    assert_same_proof(under_second_policy(generate(150, seed=seed)))


def make_bound_month() -> Problem:
    """Two homes ask for goods; one stock is for any of two statuses, one for anyone."""
    stocks = (
        Stock("bound", "G", "rice", 4, statuses=("old", "poor")),
        Stock("free", "G", "rice", 1),
    )
    needs = (
        Need("N1", "H1", "rice", statuses=("old",), quantity=3, least=1),
        Need("N2", "H2", "rice", quantity=3, least=1),
        Need("N3", "H3", "rice", statuses=("lonely",), quantity=3, least=1),
    )
    month = question_of(month_of(1))
    return Problem("", "5eed", stocks=stocks, needs=needs, policy=month.policy)


def test_a_status_is_seen_only_as_the_stock_that_it_lets_serve():
    problem = give_lots(make_bound_month())
    old, poor, both = (
        replace(
            problem,
            needs=(replace(problem.needs[0], statuses=statuses), *problem.needs[1:]),
        )
        for statuses in (("old",), ("poor",), ("lonely", "old", "poor"))
    )
    texts = {json.dumps(hide_names(p, solve(p))[0].to_json()) for p in (old, poor, both)}
    [text] = texts  # nobody can tell which status it is
    asked = Problem.from_json(json.loads(text))
    bound = lot_of("stocks", "bound")
    assert [need.statuses for need in asked.needs if need.statuses] == [(bound,)]


def test_the_days_of_a_status_are_those_of_any_that_the_stock_takes():
    problem = give_lots(make_bound_month())
    days = {"old": ("03", "04"), "poor": ("04", "05")}
    first = replace(problem.needs[0], statuses=("old", "poor"), status_days=days)
    dated = replace(problem, needs=(first, *problem.needs[1:]))
    [found] = [need for need in hide_names(dated, solve(dated))[0].needs if need.statuses]
    assert found.status_days == {lot_of("stocks", "bound"): ("03", "04", "05")}
    always = replace(first, status_days={"old": ("03",)})
    undated = replace(problem, needs=(always, *problem.needs[1:]))
    [found] = [need for need in hide_names(undated, solve(undated))[0].needs if need.statuses]
    assert found.status_days == {}


def test_a_stock_of_other_places_is_not_among_those_that_may_serve():
    problem = make_bound_month()
    near = replace(problem.stocks[0], id="near", areas=("C01",))
    far = replace(problem.stocks[0], id="far", areas=("C02",))
    needs = (replace(problem.needs[0], area="C01"), *problem.needs[1:])
    problem = give_lots(replace(problem, stocks=(near, far), needs=needs))
    asked, _ = hide_names(problem, solve(problem))
    assert [need.statuses for need in asked.needs if need.statuses] == [(lot_of("stocks", "near"),)]


def test_goods_of_a_kind_that_is_called_visits_are_no_visits():
    stocks = (Stock("S", "G", "visits", 2, unit="box", pledge="G"),)
    month = make_bound_month()
    needs = (Need("N1", "H1", "visits"),)
    problem = give_lots(replace(month, stocks=stocks, needs=needs))
    problem = replace(problem, lots={**problem.lots, "visits": lot_of("name", "visits")})
    solution = solve(problem)
    asked, answer = hide_names(problem, solution)
    assert read_verdict(asked, answer).ruling == read_verdict(problem, solution).ruling
    assert [stock.unit for stock in asked.stocks] == [""]


def test_two_asks_of_one_home_with_different_statuses_stay_two():
    problem = make_bound_month()
    twin = replace(problem.needs[2], recipient="H2", id="N4")
    problem = give_lots(replace(problem, needs=(*problem.needs, twin)))
    solution = solve(problem)
    asked, answer = hide_names(problem, solution)
    assert len(asked.needs) == 4
    assert read_verdict(asked, answer).ruling == read_verdict(problem, solution).ruling


def test_of_reasons_only_the_word_of_a_ground_is_left():
    problem = make_bound_month()
    rules = (
        Forbid("N1", reason="her brother works there"),
        Forbid("N3", reason=GroundCode.DECLINED_BEFORE.value),
    )
    problem = give_lots(replace(problem, forbids=rules))
    asked, answer = hide_names(problem, solve(problem))
    assert sorted(rule.reason for rule in asked.forbids) == ["", GroundCode.DECLINED_BEFORE.value]
    assert read_verdict(asked, answer).fault is None


def test_a_name_without_a_lot_is_refused():
    problem = give_lots(make_bound_month())
    solution = solve(problem)
    for broken in (
        replace(problem, lots={}),
        replace(problem, stocks=(replace(problem.stocks[0], lot=""), problem.stocks[1])),
        replace(
            problem,
            needs=(replace(problem.needs[0], recipient_lot=""), *problem.needs[1:]),
        ),
        replace(problem, policy=COMMUNITY_1),
    ):
        with pytest.raises(ProblemError):
            hide_names(broken, solution)


def rename(problem: Problem) -> Problem:
    """The question with other names for givers, kinds, areas, groups and skills, and their lots."""
    new = {name: f"z{lot_of('new', name)}" for name in problem.lots} | {"": "", "visits": "visits"}

    def each(names):
        return tuple(new[name] for name in names)

    def change(row, *lists: str, **single: str):
        values = {name: each(getattr(row, name)) for name in lists}
        return replace(row, **values, **{name: new[held] for name, held in single.items()})

    return replace(
        problem,
        stocks=tuple(
            replace(
                change(row, "areas", giver=row.giver, category=row.category),
                pledge=None if row.pledge is None else new[row.pledge],
            )
            for row in problem.stocks
        ),
        people=tuple(
            replace(
                change(row, "areas", "skills", giver=row.giver),
                skill_days={new[skill]: days for skill, days in row.skill_days.items()},
            )
            for row in problem.people
        ),
        needs=tuple(
            replace(
                change(row, "requires", category=row.category, area=row.area),
                groups={name: new[group] for name, group in row.groups.items()},
            )
            for row in problem.needs
        ),
        history=tuple(change(row, group=row.group) for row in problem.history),
        loads=tuple(change(row, giver=row.giver, measure=row.measure) for row in problem.loads),
        lots={new[name]: lot for name, lot in problem.lots.items()},
    )


def list_tickets(problem: Problem) -> list[str]:
    """What givers, kinds and groups are ordered by."""
    labelled = order_by_ticket(problem)
    labels = [label for row in labelled.stocks for label in (row.giver, row.category)]
    labels += [label for row in labelled.needs for label in row.groups.values()]
    return [label[:TICKET] for label in labels]


def test_what_givers_kinds_and_groups_are_called_decides_nothing_beside_lots():
    for seed in range(12):
        problem = give_lots(question_of(month_of(seed)))
        other = rename(problem)
        assert other != problem
        assert list_tickets(other) == list_tickets(problem)
        assert hide_names(other, solve(other)) == hide_names(problem, solve(problem)), seed
