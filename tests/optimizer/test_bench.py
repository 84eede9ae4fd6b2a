"""The bench prints what it promises; its figures themselves are not asserted."""

import pytest

from optimizer.bench import main

GAP = "2 3\n 1 5 9\n 4 2 3\n  2 2 2\n 2 2 2\n 4 4"


@pytest.fixture
def published(tmp_path):
    folder = tmp_path / "gap"
    folder.mkdir()
    (folder / "small.txt").write_text(GAP)
    (folder / "bounds.txt").write_text("small_Min 6 6\nsmall_Max 18 18\n")
    return tmp_path


def test_a_run_prints_yardsticks_stages_checks_and_ratios(capfd):
    assert main(["--sizes", "40"]) == 0
    printed = capfd.readouterr().out
    for name in (
        "max points, HiGHS",
        "max points, CBC",
        "textbook max-min",
        "stage neighbourhoods",
        "whole round",
        "verification",
        "explanations",
        "whole round / max points",
        "peak memory",
    ):
        assert name in printed
    assert "holds" in printed


def test_published_values_stand_beside_ours(published, capsys):
    assert main(["--sizes", "--data", str(published)]) == 0
    printed = capsys.readouterr().out
    assert [line.split()[2:4] for line in printed.splitlines() if line.startswith("small")] == [
        ["18", "18"],
        ["6", "6"],
    ][::-1]


def test_a_missed_published_value_fails_the_bench(published):
    (published / "gap" / "bounds.txt").write_text("small_Min 5 5\n")
    assert main(["--sizes", "--data", str(published)]) == 1
