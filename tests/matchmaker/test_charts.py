import pytest
from flask import get_template_attribute

from matchmaker.web.charts import (
    COLUMNS_EM,
    CoverageRow,
    LoadRow,
    Share,
    SupplyDemandRow,
    build_coverage_chart,
    build_load_chart,
    build_supply_demand_chart,
    format_percent,
)


@pytest.mark.parametrize(
    ("part", "whole", "text"), [(1, 3, "33%"), (199, 200, "99%"), (4, 4, "100%"), (0, 0, "–")]
)
def test_a_share_is_rounded_down_so_that_100_means_all(part, whole, text):
    assert format_percent(Share(part, whole)) == text


def test_a_coverage_lane_shows_before_and_after():
    lane = build_coverage_chart([CoverageRow("C01", Share(1, 4), Share(3, 4))]).lanes[0]
    assert [bar.width for bar in lane.bars] == [25, 75]
    assert (lane.label, lane.text) == ("C01", "75%")


def test_lanes_do_not_overlap():
    rows = [CoverageRow(str(n), Share(1, 2), Share(1, 2)) for n in range(3)]
    chart = build_coverage_chart(rows)
    ends = [max(bar.top + bar.height for bar in lane.bars) for lane in chart.lanes]
    labels = [lane.baseline - 1 for lane in chart.lanes]
    assert all(end <= label for end, label in zip(ends, labels[1:], strict=False))
    assert ends[-1] <= chart.plot_height <= chart.height


def test_supply_and_demand_share_one_scale():
    rows = [SupplyDemandRow("a", "item", 100, 50, 25), SupplyDemandRow("b", "item", 10, 0, 0)]
    first, second = build_supply_demand_chart(rows).lanes
    assert [lane.label for lane in (first, second)] == ["a · item", "b · item"]
    assert [bar.width for bar in first.bars] == [80, 40, 20]
    assert [bar.width for bar in second.bars] == [8, 0, 0]
    assert [bar.text for bar in first.bars] == ["100", "50", "25"]


def test_a_chart_of_nothing_has_no_lanes():
    assert build_supply_demand_chart([]).lanes == ()
    [lane] = build_supply_demand_chart([SupplyDemandRow("a", "item", 0, 0, 0)]).lanes
    assert lane.bars[0].width == 0


def test_organisations_stand_from_the_busiest_to_the_idlest():
    rows = [
        LoadRow("idle", Share(0, 5)),
        LoadRow("busy", Share(5, 5)),
        LoadRow("half", Share(1, 2)),
    ]
    chart = build_load_chart(rows)
    assert [column.label for column in chart.columns] == ["busy", "half", "idle"]
    assert [column.height for column in chart.columns] == [COLUMNS_EM, COLUMNS_EM / 2, 0]
    assert chart.mean_percent == 50


def test_an_organisation_that_pledged_nothing_is_left_out():
    assert build_load_chart([LoadRow("none", Share(0, 0))]).columns == ()


def test_more_than_the_pledge_is_not_drawn_beyond_the_frame():
    column = build_load_chart([LoadRow("over", Share(7, 5))]).columns[0]
    assert (column.percent, column.top) == (140, 0)


@pytest.mark.parametrize("name", ["coverage", "load", "supply_demand"])
def test_a_chart_without_rows_says_so_and_draws_nothing(app, name):
    build = {
        "coverage": build_coverage_chart,
        "load": build_load_chart,
        "supply_demand": build_supply_demand_chart,
    }[name]
    with app.test_request_context(headers={"Cookie": "language=en"}):
        macro = get_template_attribute(f"components/chart_{name}.html", f"chart_{name}")
        said = macro("c", "Title", "Description", [], build([]))
    assert "There are no figures for this." in said
    assert [tag for tag in ("<svg", "<table", "<details") if tag in said] == []
    assert ">Title</h3>" in said
