"""What everyone may read: no number from which a person could be found."""

from matchmaker.rounds.pages.figures import GroupRow, hide_small_coverage, hide_small_groups
from matchmaker.web.charts import CoverageRow, Share


def make_rows(*figures: tuple[int, int]) -> list[GroupRow]:
    return [GroupRow(str(k), f"G{k}", Share(*figure)) for k, figure in enumerate(figures)]


def test_numbers_of_one_to_four_are_hidden():
    rows = hide_small_groups(make_rows((4, 20), (3, 3), (10, 20), (0, 8)))
    assert [row.met is None for row in rows] == [True, True, False, False]


def test_a_single_hidden_group_cannot_be_found_from_the_total():
    rows = hide_small_groups(make_rows((2, 20), (10, 30), (10, 12)))
    assert [row.met is None for row in rows] == [True, False, True]


def test_figures_of_five_and_more_and_zeros_are_shown():
    rows = hide_small_groups(make_rows((5, 5), (0, 0)))
    assert all(row.met is not None for row in rows)


def test_small_committees_are_left_out_of_the_chart():
    rows = [
        CoverageRow("small", Share(0, 0), Share(1, 8)),
        CoverageRow("large", Share(2, 9), Share(6, 8)),
    ]
    assert hide_small_coverage(rows, []) == [CoverageRow("large", Share(0, 0), Share(6, 8))]


def test_the_chart_does_not_show_what_the_table_hides():
    """G1 is hidden with G0 alone so that G0 cannot be found from the total."""
    table = hide_small_groups(make_rows((2, 20), (10, 12), (10, 30)))
    chart = [
        CoverageRow(row.label, Share(0, 0), Share(met, 40))
        for row, met in zip(table, (2, 10, 10), strict=True)
    ]
    assert [row.label for row in hide_small_coverage(chart, table)] == ["G2"]
