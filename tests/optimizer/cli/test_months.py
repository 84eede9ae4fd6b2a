"""The command line on files: exit codes, tables, named faults."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from optimizer.checker.verdict import EXIT_HELP
from optimizer.cli import solve as cli_solve
from optimizer.cli.months import main
from optimizer.codec import canonical_bytes
from optimizer.explanation import Explanation
from optimizer.report import Failure, Ruling, SolveReport, Verdict
from optimizer.solution import Solution
from tests.optimizer.builders import goods, want
from tests.optimizer.builders import month as small_month


@pytest.fixture(scope="module")
def month(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("month")
    assert main(["generate", "--needs", "60", "--seed", "7", "--out", str(folder / "p.json")]) == 0
    assert main(["solve", str(folder / "p.json"), "--out", str(folder / "s.json")]) == 0
    return folder


def test_generate_solve_verify_end_in_order(month, capsys):
    assert main(["verify", str(month / "p.json"), str(month / "s.json")]) == 0
    assert capsys.readouterr().out.startswith("proved: all ")


def test_solve_prints_every_stage_proven(month, capsys):
    assert main(["solve", str(month / "p.json")]) == 0
    printed = capsys.readouterr().out
    stated = json.loads((month / "s.json").read_text())["stages"]
    assert {result["status"] for result in stated} == {"proven"}
    assert all(result["name"] in printed for result in stated)


def test_solve_says_that_its_answer_was_checked(month, capsys):
    assert main(["solve", str(month / "p.json")]) == 0
    assert "proven: " in (last := capsys.readouterr().out.splitlines()[-1])
    assert "; checked in " in last


def test_solve_writes_explanations_where_it_is_asked_to(month, tmp_path, capsys):
    path = tmp_path / "e.json"
    assert main(["solve", str(month / "p.json"), "--explanations", str(path)]) == 0
    capsys.readouterr()
    assert main(["explain", str(month / "p.json"), str(month / "s.json")]) == 0
    unmet = json.loads(capsys.readouterr().out)["unmet"]
    found = [Explanation.from_json(row) for row in json.loads(path.read_bytes())]
    assert {row.need: {"code": row.code, **row.to_numbers()} for row in found} == unmet != {}


def test_a_solve_without_memory_is_no_answer(month, tmp_path, capsys):
    path = tmp_path / "s.json"
    question = ["solve", str(month / "p.json"), "--out", str(path), "--memory-limit", "1"]
    assert main(question) == 3
    assert "no answer: the process needed more memory" in capsys.readouterr().err
    assert not path.exists()


def test_a_month_without_answer_is_not_a_solve_that_failed(tmp_path, capsys):
    problem = small_month(goods(least=2, capacity=2), want("n"))
    path, answer = tmp_path / "p.json", tmp_path / "s.json"
    path.write_bytes(canonical_bytes(problem.to_json()))
    assert main(["solve", str(path), "--out", str(answer)]) == 7
    printed = capsys.readouterr()
    assert "infeasible: 0 of 1 needs met" in printed.out
    assert printed.err == ""
    assert main(["verify", str(path), str(answer)]) == 7
    assert capsys.readouterr().out.startswith("no answer: proved that none keeps every rule")


@pytest.mark.parametrize(
    ("ruling", "status", "failure", "code"),
    [
        (Ruling.PROVED, "proven", None, 0),
        (Ruling.EXCEPT, "proven", None, 4),
        (Ruling.FEASIBLE, "feasible", None, 5),
        (Ruling.NO_ANSWER, "infeasible", None, 3),  # by the word of the engine
        (Ruling.NO_ANSWER, "failed", Failure.GAVE_UP, 3),
        (Ruling.REFUTED, "proven", Failure.NOT_VERIFIED, 1),
        (Ruling.TOO_LARGE, "proven", Failure.NOT_VERIFIED, 6),
    ],
)
def test_a_solve_ends_with_the_code_of_the_verdict(
    month, monkeypatch, ruling, status, failure, code
):
    stated = json.loads((month / "s.json").read_text()) | {"status": status}
    report = SolveReport(Solution.from_json(stated), failure=failure, verdict=Verdict(ruling))
    monkeypatch.setattr(cli_solve, "solve_apart", lambda *_question, **_bounds: report)
    assert main(["solve", str(month / "p.json")]) == Verdict(ruling).exit_code == code


@pytest.mark.parametrize("command", [[], ["solve"], ["verify"]])
def test_help_names_the_code_of_each_verdict(command, capsys):
    with pytest.raises(SystemExit):
        main([*command, "--help"])
    printed = " ".join(capsys.readouterr().out.split())
    assert EXIT_HELP in printed


@pytest.mark.parametrize("failure", Failure)
def test_every_failure_has_its_message_and_its_exit_code(month, monkeypatch, capsys, failure):
    report = SolveReport(failure=failure)
    monkeypatch.setattr(cli_solve, "solve_apart", lambda *_question, **_bounds: report)
    code = main(["solve", str(month / "p.json")])
    message = capsys.readouterr().err
    assert (message, code) == (f"no answer: {cli_solve.FAILURES[failure][0]}\n", code)
    assert code in {Failure.NOT_VERIFIED: {1}, Failure.BROKEN_PROBLEM: {2}}.get(failure, {3})


def test_a_crash_prints_its_reason(month, monkeypatch, capsys):
    report = SolveReport(failure=Failure.CRASHED, reason="OverflowError: too large")
    monkeypatch.setattr(cli_solve, "solve_apart", lambda *_question, **_bounds: report)
    assert main(["solve", str(month / "p.json")]) == 3
    assert capsys.readouterr().err == "no answer: the process broke: OverflowError: too large\n"


def test_no_two_failures_read_alike():
    assert len({message for message, _ in cli_solve.FAILURES.values()}) == len(Failure)


def test_two_files_of_the_same_month_are_equal(month, tmp_path):
    main(["generate", "--needs", "60", "--seed", "7", "--out", str(tmp_path / "p.json")])
    main(["solve", str(tmp_path / "p.json"), "--out", str(tmp_path / "s.json")])
    for name in ("p.json", "s.json"):
        assert (tmp_path / name).read_bytes() == (month / name).read_bytes()


def test_a_changed_assignment_is_refuted_by_name(month, tmp_path, capsys):
    solution = json.loads((month / "s.json").read_text())
    del solution["assignments"][0]
    forged = tmp_path / "forged.json"
    forged.write_text(json.dumps(solution))
    assert main(["verify", str(month / "p.json"), str(forged)]) == 1
    assert capsys.readouterr().err.startswith("refuted at stage_value: ")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "Expecting property name"),
        ('{"a": 1, "a": 2}', "key a occurs twice"),
        ('{"name": NaN}', "NaN is not a number"),
        ('{"name": "x", "seed": "00", "needs": [{"id": 3}]}', "$.needs[0]"),
        ('{"name": "x", "seed": "00", "bogus": 1}', "$.bogus"),
        ("[" * 100_000, "nested more than 100 deep"),
    ],
)
def test_broken_input_is_refused_with_its_place(tmp_path, capsys, text, fault):
    path = tmp_path / "p.json"
    path.write_text(text)
    assert main(["solve", str(path)]) == 2
    assert fault in capsys.readouterr().err


def test_a_missing_file_is_broken_input(tmp_path, capsys):
    assert main(["verify", str(tmp_path / "none.json"), str(tmp_path / "none.json")]) == 2
    assert "none.json" in capsys.readouterr().err


def test_a_broken_solution_is_broken_input(month, tmp_path):
    path = tmp_path / "s.json"
    path.write_text("{}")
    assert main(["verify", str(month / "p.json"), str(path)]) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["generate"],
        ["solve"],
        ["solve", "p", "--time-limit", "0"],
        ["bogus"],
        ["solve", "p", "--memory-limit", "-1"],
    ],
)
def test_wrong_usage_exits_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2


def test_explain_covers_every_need(month, capsys):
    assert main(["explain", str(month / "p.json"), str(month / "s.json")]) == 0
    explained = json.loads(capsys.readouterr().out)
    needs = {need["id"] for need in json.loads((month / "p.json").read_text())["needs"]}
    assert explained["met"].keys() | explained["unmet"].keys() == needs
    assert explained["met"].keys().isdisjoint(explained["unmet"])


def test_simulate_prints_fairness_over_time(capsys):
    assert main(["simulate", "--months", "2", "--needs", "20"]) == 0
    printed = capsys.readouterr().out
    assert "gini" in printed
    assert "longest wait of any need" in printed


def test_the_module_runs_as_a_program(tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "optimizer",
            "generate",
            "--needs",
            "3",
            "--seed",
            "1",
            "--out",
            "p",
        ],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).parents[3]), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("p: 3 needs, sha256 ")
