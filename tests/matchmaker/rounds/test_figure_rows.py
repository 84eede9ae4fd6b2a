"""The figures of a run as rows of tables and charts."""

from dataclasses import replace

import pytest

from matchmaker import models as m
from matchmaker.rounds.memory.ledger import Coverage, GiverLoad
from matchmaker.rounds.pages.figures import (
    MOST_CATEGORIES,
    Extreme,
    Extremes,
    GroupRow,
    find_coverage,
    find_load,
    list_committee_rows,
    list_coverage,
    list_loads,
    list_plain_rows,
    list_status_rows,
    list_supply,
)
from matchmaker.rounds.question.snapshot import CommitteeHistory
from matchmaker.rounds.solve.figures import Supply, compute_figures
from matchmaker.rounds.words.names import Names
from matchmaker.web.charts import CoverageRow, LoadRow, Share, SupplyDemandRow
from optimizer.solution import Level
from tests.matchmaker.rounds.small_snapshot import make_snapshot
from tests.matchmaker.rounds.test_figures import make_solution, make_stage

NAMES = Names(
    committees={"C02": "Second", "C01": "First", "C09": "Silent"},
    categories={},
    organisations={"O02": "Two", "O01": "One", "O09": "Idle"},
)
NOTHING = compute_figures(make_snapshot(), make_solution())
COMMITTEES = replace(NOTHING, by_committee={"C01": Coverage(9, 8, 7), "C02": Coverage(6, 5, 1)})
ORGANISATIONS = replace(
    NOTHING, by_organisation={"O01": GiverLoad(pledged=4, used=3), "O02": GiverLoad(5, 0)}
)


def test_committees_are_listed_in_the_order_of_names_with_met_of_asked():
    assert list_committee_rows(COMMITTEES, NAMES) == [
        GroupRow("C02", "Second", Share(1, 6)),
        GroupRow("C01", "First", Share(7, 9)),
    ]


def test_coverage_is_met_of_possible_before_and_now():
    history = [CommitteeHistory("C01", possible=20, received=11)]
    assert list_coverage(COMMITTEES, history, NAMES) == [
        CoverageRow("Second", Share(0, 0), Share(1, 5)),
        CoverageRow("First", Share(11, 20), Share(7, 8)),
    ]


def test_under_the_second_policy_coverage_is_of_what_several_committees_competed_for():
    solution = make_solution(stages=(make_stage("ranks", Level("C01", 2, 4)),))
    found = compute_figures(make_snapshot(policy="community/2"), solution)
    month = replace(found, by_committee=COMMITTEES.by_committee)
    assert list_coverage(month, [], NAMES) == [CoverageRow("First", Share(0, 0), Share(2, 4))]


def test_loads_are_used_of_pledged():
    assert list_loads(ORGANISATIONS, NAMES) == [
        LoadRow("Two", Share(0, 5)),
        LoadRow("One", Share(3, 4)),
    ]


def test_groups_named_by_a_number_are_listed_by_it():
    counts = {"2": Coverage(6, 5, 1), "1": Coverage(9, 8, 7)}
    assert list_plain_rows(counts, lambda code: f"Urgency {code}") == [
        GroupRow("1", "Urgency 1", Share(7, 9)),
        GroupRow("2", "Urgency 2", Share(1, 6)),
    ]


@pytest.mark.usefixtures("english")
def test_statuses_are_listed_by_their_words_and_none_at_the_end():
    counts = {
        "none": Coverage(6, 5, 1),
        "disabled": Coverage(2, 2, 0),
        "destitute": Coverage(9, 8, 7),
    }
    assert list_status_rows(replace(NOTHING, by_status=counts), "No status") == [
        GroupRow("destitute", "Destitute", Share(7, 9)),
        GroupRow("disabled", "Disabled", Share(0, 2)),
        GroupRow("none", "No status", Share(1, 6)),
    ]


def test_the_ends_of_coverage_and_load_are_named():
    assert find_coverage(COMMITTEES) == Extremes(Extreme("C02", 1, 5), Extreme("C01", 7, 8))
    assert find_load(ORGANISATIONS) == Extremes(Extreme("O02", 0, 5), Extreme("O01", 3, 4))
    assert Extreme("C01", 3, 4).percent == 75


def test_groups_with_nothing_to_share_are_at_no_end():
    counts = {"C01": Coverage(3, 0, 0), "C02": Coverage(4, 4, 2)}
    only = Extreme("C02", 2, 4)
    assert find_coverage(replace(NOTHING, by_committee=counts)) == Extremes(only, only)
    assert find_coverage(NOTHING) is find_load(NOTHING) is None


@pytest.mark.usefixtures("english")
def test_the_categories_asked_for_most_are_charted_and_no_money(make):
    supply = {"money": Supply(1, 900, 900, 900)}
    make.category(code="money", kind=m.OfferKind.FUNDS, unit="fen")
    for number in range(MOST_CATEGORIES + 1):
        code = f"goods{number:02d}"
        make.category(code=code, kind=m.OfferKind.GOODS, unit="item")
        supply[code] = Supply(needs=1, asked=number + 1, offered=2, given=1)
    units = dict.fromkeys(supply, "item")
    names = replace(NAMES, categories={code: code.upper() for code in supply}, units=units)
    rows = list_supply(replace(NOTHING, supply=supply), names)
    most = MOST_CATEGORIES
    assert rows[0] == SupplyDemandRow(f"GOODS{most}", "item", most + 1, 2, 1)
    assert [row.label for row in rows] == [f"GOODS{k:02d}" for k in range(most, 0, -1)]
    alike = {code: Supply(needs=1, asked=4, offered=2, given=1) for code in reversed(supply)}
    rows = list_supply(replace(NOTHING, supply=alike), names)
    assert [row.label for row in rows] == [f"GOODS{k:02d}" for k in range(most)]


def test_groups_that_are_equal_at_an_end_are_named_in_the_order_of_codes():
    alike = {code: Coverage(4, 4, 2) for code in ("C03", "C01", "C02")}
    found = find_coverage(replace(NOTHING, by_committee=alike))
    assert found == Extremes(Extreme("C01", 2, 4), Extreme("C03", 2, 4))
