"""What everyone may read: no number from which a person could be found."""

import random

import pytest

from matchmaker.rounds.pages.figures import (
    GroupRow,
    PublicRow,
    hide_small_coverage,
    hide_small_groups,
)
from matchmaker.web.charts import CoverageRow, Share
from matchmaker.words.quantities import format_share, format_share_sum, is_telling


def make_rows(*figures: tuple[int, int]) -> list[GroupRow]:
    return [GroupRow(str(k), f"G{k}", Share(*figure)) for k, figure in enumerate(figures)]


def test_numbers_of_one_to_four_are_hidden():
    rows = hide_small_groups(make_rows((4, 20), (3, 3), (10, 20), (0, 8)))
    assert [row.met is None for row in rows] == [True, True, False, False]


def test_a_single_hidden_group_cannot_be_found_from_the_total():
    rows = hide_small_groups(make_rows((2, 20), (10, 30), (10, 12)))
    assert [row.met is None for row in rows] == [True, False, True]


def test_what_follows_by_subtraction_is_hidden_too():
    rows = hide_small_groups(make_rows((14, 16), (10, 30), (10, 13), (40, 60)))
    assert [row.met is None for row in rows] == [True, False, True, False]


def test_hidden_groups_are_so_many_that_their_sum_says_nothing():
    rows = hide_small_groups(make_rows((1, 1), (1, 2), (9, 20), (20, 30)))
    assert [row.met is None for row in rows] == [True, True, True, False]
    assert [row.met for row in hide_small_groups(make_rows((1, 1), (1, 2)))] == [None, None]


@pytest.mark.parametrize("seed", range(40))
def test_no_reader_finds_a_small_number_from_the_shown_ones(seed):
    """Of 40 drawn tables: nothing shown is small, nor the rest of it, nor what is left of all."""
    draw = random.Random(seed)
    sizes = [draw.choice((1, 3, 6, 9, 20, 60)) for _ in range(draw.randint(1, 12))]
    table = make_rows(*((draw.randint(0, size), size) for size in sizes))
    shown = [row.met for row in hide_small_groups(table) if row.met]
    left = Share(
        sum(row.met.part for row in table) - sum(met.part for met in shown),
        sum(row.met.whole for row in table) - sum(met.whole for met in shown),
    )
    assert not any(is_telling(met.part, met.whole) for met in shown)
    assert not shown or len(shown) == len(table) or not is_telling(left.part, left.whole)
    assert len(table) - len(shown) != 1 or len(table) == 1


def test_the_chart_does_not_show_what_the_table_counts_beyond_it():
    table = hide_small_groups(make_rows((10, 22), (10, 30)))
    chart = [CoverageRow(row.label, Share(0, 0), Share(10, 20)) for row in table]
    assert [row.label for row in hide_small_coverage(chart, table)] == ["G1"]


def test_the_chart_does_not_show_what_is_met_beside_it():
    """Of the 20 that the table alone counts three are met."""
    table = hide_small_groups(make_rows((13, 40), (10, 30)))
    chart = [
        CoverageRow("G0", Share(0, 0), Share(10, 20)),
        CoverageRow("G1", Share(0, 0), Share(10, 20)),
    ]
    assert [row.label for row in hide_small_coverage(chart, table)] == ["G1"]


def test_a_telling_share_is_hidden_in_public_only(english):
    assert format_share(57, 59) == "57 of 59"
    assert format_share(57, 59, is_public=True) == "hidden"
    assert format_share(54, 59, is_public=True) == "54 of 59"


def test_a_sum_is_hidden_in_public_with_any_of_its_parts(english):
    """Who knows the sum and all other parts knows the hidden one."""
    assert format_share_sum([(50, 60), (3, 4)]) == "53 of 64"
    assert format_share_sum([(50, 60), (3, 4)], is_public=True) == "hidden"
    assert format_share_sum([(50, 60), (6, 6)], is_public=True) == "56 of 66"


def test_figures_of_five_and_more_and_zeros_are_shown():
    rows = hide_small_groups(make_rows((5, 5), (0, 0)))
    assert all(row.met is not None for row in rows)


def test_small_committees_are_left_out_of_the_chart():
    rows = [
        CoverageRow("small", Share(0, 0), Share(1, 8)),
        CoverageRow("large", Share(2, 9), Share(6, 12)),
    ]
    table = [PublicRow("small", Share(6, 12)), PublicRow("large", Share(6, 12))]
    assert hide_small_coverage(rows, table) == [CoverageRow("large", Share(0, 0), Share(6, 12))]


def test_the_chart_does_not_show_what_the_table_hides():
    """G1 is hidden with G0 alone so that G0 cannot be found from the total."""
    table = hide_small_groups(make_rows((2, 20), (10, 18), (10, 30)))
    chart = [
        CoverageRow(row.label, Share(0, 0), Share(met, asked))
        for row, met, asked in zip(table, (2, 10, 10), (20, 18, 30), strict=True)
    ]
    assert [row.label for row in hide_small_coverage(chart, table)] == ["G2"]
