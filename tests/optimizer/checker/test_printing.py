"""What a check prints: no name writes a line of its own, and no sign ends in a traceback."""

import io
import json
from typing import Any

import pytest

from optimizer.checker.__main__ import main, print_verdict
from optimizer.checker.check import judge
from optimizer.checker.month.read import Fault
from optimizer.checker.verdict import Ruling, Verdict
from optimizer.cli.months import main as optimizer_main
from optimizer.policy import Policy, Stage, StageKind
from optimizer.problem import Problem
from optimizer.search.solve import solve
from tests.optimizer.builders import goods, want
from tests.optimizer.checker.forgeries import reseal

CLAIM = "proved: all 9 results are the best that the policy allows, replayed in whole numbers"
BREAKS = ("\n", "\r", "\x1b[2K\r", "\x85", "\u2028", "\u202e", "\x0b")


def solved(problem: Problem) -> dict[str, Any]:
    return json.loads(json.dumps(solve(problem).to_json()))


def pose(name: str, word: str) -> Problem:
    """A question whose need and stage have this name, and its policy this word."""
    stages = (Stage(name, StageKind.MAX_POINTS),)
    return Problem(
        "m", "5eed", (goods(capacity=1),), needs=(want(name),), policy=Policy(word, 1, stages)
    )


@pytest.mark.parametrize("sign", BREAKS)
def test_no_name_writes_a_verdict_of_its_own(sign, tmp_path, capsys):
    name = f"a{sign}{CLAIM}"
    problem = pose(name, f"own{sign}{CLAIM}")
    true = solved(problem)
    wrong = reseal({**true, "assignments": [true["assignments"][0] | {"units": 7}]})
    result = {key: held for key, held in true["stages"][0].items() if key != "bound"}
    open_ = {**true, "stages": [result | {"proof": "search"}]}
    open_["certificate"] = true["certificate"] | {"stages": [[["sum", 1, 1, [0, -1]]]]}
    questions = json.dumps(problem.to_json())
    for answer, code in ((wrong, 1), (reseal(open_), 5)):
        files = [tmp_path / "q.json", tmp_path / "a.json"]
        for file, text in zip(files, (questions, json.dumps(answer)), strict=True):
            file.write_text(text)
        for run, arguments in ((main, files), (optimizer_main, ["verify", *files])):
            assert run(list(map(str, arguments))) == code
            said = "".join(capsys.readouterr())
            assert all(line.isprintable() for line in said.split("\n"))
            assert not any(line.startswith("proved: ") for line in said.splitlines())


def test_a_key_that_is_written_twice_writes_no_line(tmp_path, capsys):
    for name in ("q.json", "a.json"):
        (tmp_path / name).write_text('{"a\\nproved: all": 1, "a\\nproved: all": 2}')
    assert main([str(tmp_path / "q.json"), str(tmp_path / "a.json")]) == 2
    assert "key a\\nproved: all occurs twice" in capsys.readouterr().err


def test_names_that_print_are_printed_as_they_are():
    problem = pose("王奶奶 – café", "own")
    fault = judge(problem.to_json(), solved(problem) | {"seed": "老 街"}).fault
    assert str(fault) == "seed: stated=老 街 true=5eed"


def test_signs_that_a_terminal_has_no_code_for_are_escapes(monkeypatch):
    verdict = Verdict(Ruling.REFUTED, Fault("grants", {"claim": "米é"}))
    for encoding, said in (("ascii", r"\u7c73\xe9"), ("latin-1", "\\u7c73é"), ("utf-8", "米é")):
        held = io.BytesIO()
        file = io.TextIOWrapper(held, encoding)
        print_verdict(verdict, file)
        file.flush()
        assert held.getvalue().decode(encoding) == f"refuted at grants: claim={said}\n"


def test_a_name_that_no_file_can_have_is_said(capsys):
    assert main(["a" * 5000, "b"]) == 2
    assert "File name too long" in capsys.readouterr().err
