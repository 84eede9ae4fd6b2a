"""``python -m optimizer divide`` on files: exit codes, table, named faults."""

import json
from pathlib import Path

import pytest

from optimizer.cli.months import main
from optimizer.funds import admission

LIFT_FUND = str(Path(__file__).parents[3] / "seeds" / "lift_fund.json")


@pytest.fixture
def division(tmp_path) -> Path:
    path = tmp_path / "d.json"
    assert main(["divide", LIFT_FUND, "--out", str(path)]) == 0
    return path


def test_divide_names_every_claim_and_the_sum(capsys):
    assert main(["divide", LIFT_FUND]) == 0
    printed = capsys.readouterr().out
    assert "proven: 67 of 67 claims granted, 75000000 of 75000000 fen spent" in printed
    claims = json.loads(Path(LIFT_FUND).read_text())["claims"]
    assert all(claim["id"] in printed for claim in claims)


def test_the_division_written_is_verified(division, capsys):
    assert main(["divide", LIFT_FUND, "--check", str(division)]) == 0
    assert "verified" in capsys.readouterr().out


def test_a_division_that_is_only_feasible_is_called_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(admission, "MOST_NODES", 0)
    claims = [{"id": "a", "asked_fen": 3}, {"id": "b", "asked_fen": 4}]
    fund = {"name": "f", "seed": "00", "purses": [{"id": "m", "fen": 4}], "claims": claims}
    paths = [tmp_path / name for name in ("f.json", "d.json")]
    paths[0].write_text(json.dumps(fund))
    assert main(["divide", str(paths[0]), "--out", str(paths[1])]) == 1
    assert main(["divide", str(paths[0]), "--check", str(paths[1])]) == 0
    assert "feasible only" in capsys.readouterr().out


def test_a_forged_division_is_refuted_by_name(division, capsys):
    forged = json.loads(division.read_text())
    forged["grants"][0]["fen"] += 1
    division.write_text(json.dumps(forged))
    assert main(["divide", LIFT_FUND, "--check", str(division)]) == 1
    assert capsys.readouterr().err.startswith("refuted: payments: claim=lift-01")


@pytest.mark.parametrize("text", ["{", "{}", '{"name": "f", "name": "g"}'])
def test_a_broken_fund_is_broken_input(tmp_path, division, capsys, text):
    path = tmp_path / "f.json"
    path.write_text(text)
    assert main(["divide", str(path)]) == 2
    assert main(["divide", str(path), "--check", str(division)]) == 2
    assert "broken" in capsys.readouterr().err
