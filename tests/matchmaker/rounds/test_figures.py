"""The figures of a run: what is counted, in which group, from which row."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from matchmaker.rounds.memory.ledger import Contest, Coverage, GiverLoad
from matchmaker.rounds.question.snapshot import CommitteeHistory
from matchmaker.rounds.solve.figures import (
    LEFT_AT_HOME,
    Figures,
    StageFigures,
    Supply,
    compute_figures,
    find_figures,
    get_figures_of,
)
from optimizer.codec import ProblemError
from optimizer.solution import (
    Assignment,
    Ground,
    GroundCode,
    Level,
    Proof,
    Solution,
    SolutionStatus,
    StageResult,
)
from tests.matchmaker.rounds.small_snapshot import (
    DUE,
    GOODS,
    GOODS_NEED,
    MONEY,
    MONEY_NEED,
    NEED,
    OFFER,
    SECOND,
    VISITS,
    make_snapshot,
    read_data,
)

MET = Coverage(asked=1, possible=1, met=1)
UNMET = Coverage(asked=1, possible=1, met=0)
HOPELESS = Coverage(asked=1, possible=0, met=0)


def make_solution(*assignments: Assignment, **values) -> Solution:
    return Solution(
        status=SolutionStatus.PROVEN,
        problem_sha256="0" * 64,
        policy="community/1",
        seed="ab",
        assignments=assignments,
        **values,
    )


def give(need, offer, units=1) -> Assignment:
    return Assignment(need.reference, offer.name, units=units)


def test_a_stored_solution_gives_the_stored_figures_byte_for_byte():
    solution = Solution.from_json(json.loads(read_data("solution")))
    figures = compute_figures(SECOND, solution)
    assert json.dumps(figures.to_json()) == read_data("figures")
    assert Figures.from_json(json.loads(read_data("figures"))) == figures


def test_figures_with_an_unknown_key_are_refused():
    with pytest.raises(ProblemError, match=r"by_age: unknown key"):
        Figures.from_json({**json.loads(read_data("figures")), "by_age": {}})


def test_needs_residents_and_due_visits_are_counted():
    other = replace(GOODS_NEED, reference="N9", resident=NEED.resident)
    missed = replace(DUE, number=2)
    snapshot = make_snapshot(
        needs=(NEED, other, GOODS_NEED), offers=(GOODS, VISITS), due_visits=(DUE, missed)
    )
    visit = Assignment("P0001#1", VISITS.name, "V0001", "W1-SUN-AM")
    figures = compute_figures(snapshot, make_solution(give(other, GOODS), visit))
    assert (figures.asked, figures.met) == (3, 1)
    assert (figures.residents, figures.residents_helped) == (2, 1)
    assert (figures.due_visits, figures.due_visits_met) == (2, 1)


@pytest.mark.parametrize(
    ("assignments", "grounds", "expected"),
    [
        ((give(GOODS_NEED, GOODS),), (), MET),
        ((), (Ground(GOODS_NEED.reference, GroundCode.OUTRANKED, "urgency"),), UNMET),
        ((), (Ground(GOODS_NEED.reference, GroundCode.NO_ELIGIBLE_OFFER),), HOPELESS),
    ],
)
@pytest.mark.parametrize(
    ("groups", "group"),
    [
        ("by_category", "rice_oil"),
        ("by_committee", "C02"),
        ("by_status", "none"),
        ("by_tier", "3"),
        ("by_waiting", "1"),
        ("by_household", "H00005"),
    ],
)
def test_a_need_counts_in_its_group(groups, group, assignments, grounds, expected):
    snapshot = make_snapshot(needs=(GOODS_NEED,), offers=(GOODS,))
    figures = compute_figures(snapshot, make_solution(*assignments, grounds=grounds))
    assert getattr(figures, groups) == {group: expected}


@pytest.mark.parametrize(
    ("waiting", "group"), [(0, "0"), (1, "1"), (4, "4"), (5, "5"), (6, "5"), (40, "5")]
)
def test_waits_of_five_rounds_and_more_are_one_group(waiting, group):
    snapshot = make_snapshot(needs=(replace(NEED, waiting=waiting),))
    assert list(compute_figures(snapshot, make_solution()).by_waiting) == [group]


def test_urgency_is_counted_as_waiting_has_raised_it():
    snapshot = make_snapshot(needs=(replace(NEED, tier=3, waiting=3),))
    assert list(compute_figures(snapshot, make_solution()).by_tier) == ["2"]


def test_a_resident_with_two_statuses_counts_in_both():
    snapshot = make_snapshot(needs=(replace(NEED, statuses=("disabled", "low_income")),))
    figures = compute_figures(snapshot, make_solution())
    assert figures.by_status == {"disabled": UNMET, "low_income": UNMET}


def test_groups_are_ordered_by_code():
    rows = tuple(replace(NEED, reference=f"N{k}", committee=f"C{k}") for k in (2, 3, 1))
    figures = compute_figures(make_snapshot(needs=rows), make_solution())
    assert list(figures.by_committee) == ["C1", "C2", "C3"]


def test_unmet_needs_are_counted_by_their_ground():
    rows = (NEED, GOODS_NEED, MONEY_NEED)
    codes = (GroundCode.OUTRANKED, GroundCode.LOST_LOTTERY, GroundCode.OUTRANKED)
    grounds = tuple(Ground(row.reference, code) for row, code in zip(rows, codes, strict=True))
    figures = compute_figures(make_snapshot(needs=rows), make_solution(grounds=grounds))
    assert figures.by_ground == {"outranked": 2, "lost_lottery": 1}


def test_needs_whose_turn_another_of_the_home_had_are_counted_beside_the_grounds():
    grounds = (Ground(NEED.reference, GroundCode.OUTRANKED),)
    month = make_snapshot(needs=(NEED, GOODS_NEED, MONEY_NEED))
    left = frozenset({GOODS_NEED.reference, MONEY_NEED.reference})
    figures = compute_figures(month, make_solution(grounds=grounds), left)
    assert figures.by_ground == {"outranked": 1, LEFT_AT_HOME: 2}


def test_a_due_visit_without_a_ground_of_a_need_is_in_no_group():
    ground = Ground(DUE.id, GroundCode.OUTRANKED)
    figures = compute_figures(make_snapshot(due_visits=(DUE,)), make_solution(grounds=(ground,)))
    assert figures.by_ground == {}
    assert figures.by_category == {}


# --- What a committee could have had: the level of the leximin stage without its memory.


def make_stage(kind: str = "leximin", *levels: Level, name="neighbourhoods") -> StageResult:
    return StageResult(
        name=name,
        kind=kind,
        key="",
        status=SolutionStatus.PROVEN,
        proof=Proof.DUAL,
        engine="HiGHS",
        levels=levels,
    )


@pytest.mark.parametrize(
    ("level", "possible_before", "possible"),
    [
        (Level("C02", 4, 5), 3, 2),
        (Level("C02", 4, 3), 3, 1),  # never less than was met
        (Level("C02", 1, 9), None, 9),  # a committee without a memory
        (Level("C09", 0, 9), 3, 1),  # a committee that asked nothing
    ],
)
def test_a_committee_could_have_had_its_level_without_its_memory(level, possible_before, possible):
    history = ()
    if possible_before is not None:
        history = (CommitteeHistory("C02", possible_before, 0),)
    snapshot = make_snapshot(needs=(GOODS_NEED,), offers=(GOODS,), history=history)
    solution = make_solution(give(GOODS_NEED, GOODS), stages=(make_stage("leximin", level),))
    assert compute_figures(snapshot, solution).by_committee == {"C02": Coverage(1, possible, 1)}


def test_a_giver_s_level_is_not_a_committee_s_even_under_the_same_code():
    snapshot = make_snapshot(needs=(GOODS_NEED,))
    burden = make_stage("leximax", Level("C02", 1, 9), name="burden")
    solution = make_solution(stages=(burden,))
    assert compute_figures(snapshot, solution).by_committee == {"C02": UNMET}


def test_contested_needs_of_earlier_rounds_are_left_out_of_the_month_s():
    """``_count_contests``: levels hold the memory, figures the month alone."""
    history = (CommitteeHistory("C02", possible=3, received=1),)
    levels = (Level("C02", 5, 7), Level("C01", 2, 4))
    month = make_snapshot(needs=(GOODS_NEED,), history=history, policy="community/2")
    figures = compute_figures(month, make_solution(stages=(make_stage("ranks", *levels),)))
    assert figures.contests == {"C02": Contest(open=4, met=4), "C01": Contest(open=4, met=2)}
    first = compute_figures(
        replace(month, policy="community/1"), make_solution(stages=(make_stage("ranks", *levels),))
    )
    assert first.contests == {}


# --- Givers.


def test_a_giver_s_load_is_what_is_used_of_all_that_is_pledged():
    second = replace(GOODS, name="O01/rice_oil/2", capacity=5)
    snapshot = make_snapshot(needs=(GOODS_NEED,), offers=(GOODS, second, OFFER))
    figures = compute_figures(
        snapshot, make_solution(give(GOODS_NEED, GOODS, 2), give(GOODS_NEED, second))
    )
    assert figures.by_organisation == {"O01": GiverLoad(7, 3), "O02": GiverLoad(6, 0)}


def test_money_is_no_load():
    snapshot = make_snapshot(needs=(MONEY_NEED,), offers=(MONEY,))
    figures = compute_figures(snapshot, make_solution(give(MONEY_NEED, MONEY, 100_000)))
    assert figures.by_organisation == {}


@pytest.mark.parametrize(
    ("need", "offer", "given", "expected"),
    [
        (NEED, OFFER, 2, Supply(needs=1, asked=2, offered=6, given=2)),  # two persons at once
        (GOODS_NEED, GOODS, 1, Supply(needs=1, asked=1, offered=2, given=1)),
        (MONEY_NEED, MONEY, 50, Supply(needs=1, asked=200_000, offered=100_000, given=50)),
    ],
)
def test_supply_is_counted_in_units_of_the_category(need, offer, given, expected):
    snapshot = make_snapshot(needs=(need,), offers=(offer,))
    figures = compute_figures(snapshot, make_solution(give(need, offer, given)))
    assert figures.supply == {need.category: expected}


def test_due_visits_are_asked_as_they_are_given():
    """Each by as many persons as the category sends, like the visits that needs ask for."""
    due = replace(DUE, category=NEED.category)
    snapshot = make_snapshot(needs=(NEED,), offers=(OFFER,), due_visits=(due,))
    figures = compute_figures(
        snapshot, make_solution(give(NEED, OFFER, 2), Assignment(due.id, OFFER.name, units=2))
    )
    assert figures.supply == {NEED.category: Supply(needs=1, asked=4, offered=6, given=4)}


# --- Stages.


def test_a_stage_of_a_sum_keeps_its_value_and_bound():
    stage = replace(make_stage("max_count"), name="urgency", key="tier=1", value=3, bound=4)
    figures = compute_figures(make_snapshot(), make_solution(stages=(stage,)))
    assert figures.stages == (
        StageFigures(
            name="urgency",
            kind="max_count",
            key="tier=1",
            status=SolutionStatus.PROVEN,
            proof=Proof.DUAL,
            engine="HiGHS",
            value=3,
            bound=4,
        ),
    )


def test_a_stage_of_levels_keeps_its_first_and_last():
    levels = (Level("C02", 1, 5), Level("C03", 2, 5), Level("C01", 2, 2))
    stages = (make_stage("leximin", *levels),)
    figures = compute_figures(make_snapshot(), make_solution(stages=stages))
    assert (figures.stages[0].first, figures.stages[0].last) == (levels[0], levels[2])


@pytest.mark.usefixtures("context")
def test_the_figures_of_some_groups_hold_loads_or_units_of_organisations_not_both(month):
    run = month.solve()
    cut = get_figures_of(run, [], [], ["O01"])
    assert set(cut.loads) <= {"O01"}
    assert cut.loads
    assert cut.by_organisation == {}


def test_figures_are_read_once_until_their_text_differs(monkeypatch):
    plain, made = json.loads(read_data("figures")), []
    read = Figures.from_json
    monkeypatch.setattr(Figures, "from_json", lambda value: made.append(value) or read(value))
    run = SimpleNamespace(id=10**6, figures=plain)
    first = find_figures(run)
    run.figures = json.loads(read_data("figures"))  # as another request loads it
    assert find_figures(run) is first
    assert len(made) == 1
    run.figures = {**plain, "by_ground": {"outranked": 10**6}}
    assert find_figures(run).by_ground == {"outranked": 10**6}
    assert len(made) == 2
