"""The commands price, appeal, conflict and repair on files."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from optimizer.cli.months import main
from optimizer.codec import canonical_bytes
from optimizer.instances.generate import generate
from optimizer.problem import Pin, Problem
from optimizer.search.solve import solve
from tests.optimizer.builders import goods, month, want

INFEASIBLE, BROKEN, UNKNOWN = 1, 2, 3


def write(path: Path, value: object) -> str:
    path.write_bytes(canonical_bytes(value))
    return str(path)


def files_of(folder: Path, problem: Problem) -> list[str]:
    solution = solve(problem)
    return [
        write(folder / "p.json", problem.to_json()),
        write(folder / "s.json", solution.to_json()),
    ]


@pytest.fixture(scope="module")
def month_files(tmp_path_factory) -> list[str]:
    return files_of(tmp_path_factory.mktemp("month"), generate(60, 7))


def unmet_of(files: list[str], code: str) -> str:
    grounds = json.loads(Path(files[1]).read_text())["grounds"]
    return next(ground["need"] for ground in grounds if ground["code"] == code)


def test_price_names_the_first_stage_that_worsens(tmp_path, capsys):
    files = files_of(tmp_path, month(goods(), want("a"), want("b")))
    need, out = unmet_of(files, "lost_lottery"), tmp_path / "o.json"
    other = {"a": "b", "b": "a"}[need]
    assert main(["price", *files, need, "--out", str(out)]) == 0
    answer, printed = json.loads(out.read_text()), capsys.readouterr().out.splitlines()
    assert (answer["need"], answer["stage"], answer["lost"]) == (need, "lottery", [other])
    assert printed[0] == f"{need}: proven, first worse: lottery"
    assert printed[-2:] == [f"  no longer met: {other}", f"  newly met: {need}"]


def test_price_of_an_added_pin_and_forbid_is_said_before_they_are_kept(tmp_path, capsys):
    files = files_of(tmp_path, month(goods("rice"), goods("oil"), want("a"), want("b"), want("c")))
    need, out = unmet_of(files, "lost_lottery"), tmp_path / "o.json"
    assert main(["price", *files, "--pin", f"{need}=rice", "--out", str(out)]) == 0
    answer, printed = json.loads(out.read_text()), capsys.readouterr().out.splitlines()
    assert (answer["status"], answer["needs"]["gained"]) == ("proven", [need])
    assert printed[0] == "with them: proven"
    [lost] = answer["needs"]["lost"]
    assert f"  no longer met: {lost}" in printed
    assert printed[-1] == "  by the least change 1 of them would lose"
    both = [f"--pin={need}=rice", f"--forbid={lost}", "--forbid", f"{need}=oil"]
    assert main(["price", *files, *both]) == 0
    assert f"  newly met: {need}" in capsys.readouterr().out


def test_price_of_a_pin_that_cannot_hold_is_infeasible_and_of_nobody_broken(tmp_path, capsys):
    files = files_of(tmp_path, month(goods(), want("a"), want("b", category="other")))
    assert main(["price", *files, "--pin", "b"]) == INFEASIBLE
    assert main(["price", *files, "--pin", "a=nobody"]) == BROKEN
    assert main(["price", *files]) == BROKEN
    assert "--pin" in capsys.readouterr().err


def test_price_of_what_nobody_can_meet_is_infeasible(month_files, capsys):
    need = unmet_of(month_files, "no_eligible_offer")
    assert main(["price", *month_files, need]) == INFEASIBLE
    assert "infeasible" in capsys.readouterr().out


def test_price_of_a_need_that_is_met_says_so(month_files, capsys):
    need = json.loads(Path(month_files[1]).read_text())["assignments"][0]["need"]
    assert main(["price", *month_files, need]) == 0
    assert capsys.readouterr().out == f"{need} is met already\n"


def test_price_of_an_unknown_need_is_broken_input(month_files, capsys):
    assert main(["price", *month_files, "nobody"]) == BROKEN
    assert "$.need" in capsys.readouterr().err


def test_appeal_prints_needs_gained(tmp_path, capsys):
    files = files_of(tmp_path, month(goods(), want("a"), want("b")))
    assert main(["appeal", *files, "--out", str(tmp_path / "o.json")]) == 0
    assert capsys.readouterr().out == (
        "1 needs beside the answer: 1 of goods\n+1 needs (proven): rice rice +1\n"
    )
    (answer,) = json.loads((tmp_path / "o.json").read_text())["helps"]
    assert answer["gained"] == 1


def test_conflict_names_the_pins(tmp_path, capsys):
    problem = month(goods(), want("a"), want("b"), pins=(Pin("a"), Pin("b", "rice")))
    path = write(tmp_path / "p.json", problem.to_json())
    assert main(["conflict", path]) == INFEASIBLE
    assert capsys.readouterr().out == "conflict: infeasible\n  pin a\n  pin b rice\n"


def test_conflict_prices_pins_that_hold(tmp_path, capsys):
    pinned = replace(month(goods(), want("a"), want("b")), pins=(Pin("a"),))
    (path, _), out = files_of(tmp_path, pinned), tmp_path / "o.json"
    assert main(["conflict", path, "--out", str(out)]) == 0
    (price,) = json.loads(out.read_text())["prices"]
    assert price["pin"] == {"need": "a"}
    assert capsys.readouterr().out.startswith("nothing conflicts\n  pin a\n")


def test_conflict_without_time_is_not_known(tmp_path):
    problem = month(goods(), want("a"), want("b"), pins=(Pin("a"), Pin("b")))
    path = write(tmp_path / "p.json", problem.to_json())
    assert main(["conflict", path, "--time-limit", "0"]) == UNKNOWN


def test_repair_undoes_a_declined_assignment_alone(month_files, tmp_path, capsys):
    line = json.loads(Path(month_files[1]).read_text())["assignments"][0]
    declined = {key: line[key] for key in ("need", "stock", "person") if key in line}
    changes = write(tmp_path / "c.json", {"forbids": [declined]})
    assert main(["repair", *month_files, changes, "--out", str(tmp_path / "o.json")]) == 0
    answer, printed = json.loads((tmp_path / "o.json").read_text()), capsys.readouterr().out
    assert line in answer["undone"]
    assert printed.count("  undone ") == len(answer["undone"])


def test_repair_refuses_changes_it_cannot_read(month_files, tmp_path, capsys):
    changes = write(tmp_path / "c.json", {"bogus": 1})
    assert main(["repair", *month_files, changes]) == BROKEN
    assert "$.bogus" in capsys.readouterr().err
