"""The bench prints what it promises; its figures themselves are not asserted."""

import json

import highspy
import pytest

from optimizer.bench import __main__ as bench
from optimizer.bench.__main__ import main, measure
from optimizer.bench.run import CPSAT, MAX_MIN, POINTS, POINTS_CBC, ROUND, Meter, run_piece
from optimizer.bench.targets import print_wanted
from optimizer.instances.generate import generate
from optimizer.search.solve import solve

GAP = "2 3\n 1 5 9\n 4 2 3\n  2 2 2\n 2 2 2\n 4 4"


@pytest.fixture
def published(tmp_path):
    folder = tmp_path / "gap"
    folder.mkdir()
    (folder / "small.txt").write_text(GAP)
    (folder / "bounds.txt").write_text("small_Min 6 6\nsmall_Max 18 18\n")
    return tmp_path


@pytest.fixture
def unmetered(monkeypatch):
    """Take the meter off afterwards."""
    monkeypatch.setattr(highspy.Highs, "run", highspy.Highs.run)


def test_a_run_prints_yardsticks_profile_checks_and_what_was_wanted(capsys):
    assert main(["--sizes", "40"]) == 0
    printed = capsys.readouterr().out
    for name in (POINTS, POINTS_CBC, *CPSAT, MAX_MIN, ROUND):
        assert name in printed
    for name in ("neighbourhoods", "lottery", "certificate", "in all"):
        assert name in printed
    for name in ("verify", "explain", "MiB", "LPs", "integer", "Python s"):
        assert name in printed
    assert printed.count("not measured") >= 8  # wanted of other sizes


def test_many_months_are_summed_up_from_the_file_that_has_them(tmp_path, capsys):
    months = tmp_path / "months.jsonl"
    assert main(["--sizes", "--months", str(months)]) == 0
    assert "many months: not measured yet (make hundred)" in capsys.readouterr().out
    of = {"needs": 167, "status": "hung", "limit": 600.0, "policy": "community/2", "seed": 1}
    months.write_text(json.dumps(of) + "\n")
    assert main(["--sizes", "--months", str(months)]) == 0
    assert "community/2, 167 needs, 600 s: 1 months tried, 0 ended" in capsys.readouterr().out


def test_the_parts_of_a_round_add_up_to_the_whole(unmetered):
    found = run_piece(ROUND, 40, 7, 60.0)
    for name in ("linear_runs", "integer_runs"):
        assert sum(part[name] for part in found["parts"]) == found["whole"][name]
    assert sum(part["wall"] for part in found["parts"]) == pytest.approx(found["whole"]["wall"])
    assert found["outcome"].startswith("proven")


def test_the_meter_counts_every_run_of_the_engine(unmetered):
    meter = Meter()
    before = meter.read()
    solve(generate(40, 7))
    spent = meter.read().since(before)
    assert spent.linear_runs > 0
    assert 0 < spent.linear_seconds < spent.wall


def test_every_piece_is_measured_in_a_process_of_its_own():
    found = measure(POINTS, 40, 7, 60.0)
    assert found["outcome"].endswith("proved")
    assert found["seconds"] > 0
    assert found["peak_mib"] > 0


def test_a_piece_that_breaks_is_named_and_judged_by_nobody(monkeypatch, capsys):
    assert measure("no such piece", 40, 7, 60.0) == {"outcome": "broke with 1"}
    monkeypatch.setattr(bench, "GRACE_SECONDS", -59.99)
    assert measure(POINTS, 40, 7, 60.0) == {"outcome": "hung"}
    monkeypatch.setattr(bench, "measure", lambda *_: {"outcome": "broke with 1"})
    assert main(["--sizes", "1670"]) == 0
    assert "broke with 1" in capsys.readouterr().out


def wanted(capsys, needs: int, **changed) -> list[str]:
    round_ = {
        "outcome": "proven, 5 of 9 needs met",
        "seconds": 4.0,
        "peak_mib": 100,
        "verify_seconds": 1.0,
        "verify_outcome": "proved; proofs",
        "explain_seconds": 2.0,
        **changed.pop("round", {}),
    }
    pieces = {ROUND: round_, POINTS: {"seconds": 2.0}, MAX_MIN: {"seconds": 200.0, "outcome": "x"}}
    print_wanted({needs: {**pieces, **changed}})
    return [line.split("  ")[0] for line in capsys.readouterr().out.splitlines()[2:]]


def test_what_was_wanted_is_judged_from_what_was_measured(capsys):
    yes, no, open_ = "reached", "NOT reached", "not decided"
    assert wanted(capsys, 1670) == [yes] * 4 + [open_] * 4
    assert wanted(capsys, 16_700) == [open_] * 4 + [yes] * 4
    slow = {"seconds": 61.0, "peak_mib": 2048, "verify_seconds": 62.0, "explain_seconds": 10.0}
    assert wanted(capsys, 16_700, round=slow)[4:] == [no] * 4
    assert wanted(capsys, 1670, round=slow) == [no, open_, no, no] + [open_] * 4
    assert wanted(capsys, 1670, round={"verify_outcome": "capacity"})[2] == no
    failed = {"outcome": "failed, 0 of 9 needs met"}
    assert wanted(capsys, 1670, round=failed) == [no] * 4 + [open_] * 4
    textbook = {MAX_MIN: {"seconds": 50.0, "outcome": "0.5, proved"}}
    assert wanted(capsys, 1670, **textbook)[1] == no


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
