"""The command ``vipr`` on files: one file, a folder with its index, and what it refuses."""

import json
from pathlib import Path

import pytest

from optimizer.cli.months import main
from optimizer.problem import Pin
from optimizer.search.solve import solve
from tests.optimizer.builders import COUNT, goods, month, want
from tests.optimizer.vipr.files import MONTHS, solved_month
from tests.optimizer.vipr.reader import check
from tests.optimizer.vipr.test_export import POINTS, weakened


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> list[str]:
    folder = tmp_path_factory.mktemp("month")
    problem, answer = solved_month(*MONTHS[1])
    return save(folder, problem.to_json(), answer)


def save(folder: Path, question: object, answer: object) -> list[str]:
    names = []
    for name, value in (("question.json", question), ("answer.json", answer)):
        (folder / name).write_text(json.dumps(value))
        names.append(str(folder / name))
    return names


@pytest.fixture(scope="module")
def searched(tmp_path_factory) -> list[str]:
    """An answer with one stage that rests on the word of an engine."""
    problem = month(goods(), want("a"), want("b", points=2), stages=(COUNT, POINTS))
    answer = weakened(problem, "count", 2)
    return save(tmp_path_factory.mktemp("searched"), problem.to_json(), answer)


def test_one_stage_becomes_one_file(files, tmp_path, capsys):
    path = tmp_path / "urgency.vipr"
    assert main(["vipr", *files, "--stage", "urgency", "--out", str(path)]) == 0
    verdict = check(path.read_text().splitlines())
    assert f"{path}: {verdict.derived} derived lines" in capsys.readouterr().out
    assert '% stage: "urgency"\n' in path.read_text()


def test_one_denominator_becomes_one_file(files, tmp_path):
    path = tmp_path / "one.vipr"
    stages = json.loads(Path(files[1]).read_text())["stages"]
    (group, *_) = (stage["levels"][0]["group"] for stage in stages if stage.get("levels"))
    of_group = ["--stage", "neighbourhoods", "--what", "possible", "--group", group]
    assert main(["vipr", *files, *of_group, "--out", str(path)]) == 0
    check(path.read_text().splitlines())


def test_without_a_stage_all_that_is_proved_becomes_a_folder_with_an_index(files, tmp_path):
    assert main(["vipr", *files, "--out", str(tmp_path / "all")]) == 0
    index = json.loads((tmp_path / "all" / "index.json").read_text())
    assert index["format"] == "VIPR 1.0"
    assert index["refused"] == []
    named = {row["file"] for row in index["files"]}
    assert named == {path.name for path in (tmp_path / "all").glob("*.vipr")}
    assert {row["stage"] for row in index["files"] if row["what"] == "stage"} == {
        stage["name"] for stage in json.loads(Path(files[1]).read_text())["stages"]
    }
    for row in index["files"]:
        verdict = check((tmp_path / "all" / row["file"]).read_text().splitlines())
        assert list(map(str, verdict.range)) == [row["value"], row["bound"]]
        assert verdict.derived == row["lines"]


def test_levels_are_the_stages_that_compare_groups(files, tmp_path):
    assert main(["vipr", *files, "--what", "levels", "--out", str(tmp_path / "levels")]) == 0
    index = json.loads((tmp_path / "levels" / "index.json").read_text())
    assert [row["stage"] for row in index["files"]] == ["neighbourhoods", "burden"]


def test_a_stage_that_the_answer_does_not_have_is_named(files, tmp_path, capsys):
    assert main(["vipr", *files, "--stage", "luck", "--out", str(tmp_path / "luck")]) == 1
    said = capsys.readouterr().err
    assert "not exported: the answer has no stage luck; it has duties, urgency" in said
    assert not (tmp_path / "luck").exists()


def test_what_rests_on_a_search_is_refused(searched, tmp_path, capsys):
    path = tmp_path / "count.vipr"
    asked = ["vipr", *searched, "--stage", "count", "--out", str(path)]
    assert main(asked) == 1
    said = "value 1 and the proved bound 2; the rest is the word of an engine"
    assert said in capsys.readouterr().err
    assert not path.exists()
    assert main([*asked, "--bound"]) == 0
    assert check(path.read_text().splitlines()).range == (1, 2)


def test_a_folder_names_what_is_refused(searched, tmp_path):
    assert main(["vipr", *searched, "--out", str(tmp_path)]) == 1
    index = json.loads((tmp_path / "index.json").read_text())
    assert [row["stage"] for row in index["files"]] == ["points"]
    assert [row["stage"] for row in index["refused"]] == ["count"]
    assert main(["vipr", *searched, "--out", str(tmp_path), "--bound"]) == 0


def test_a_refuted_answer_is_not_exported(files, tmp_path, capsys):
    answer = json.loads(Path(files[1]).read_text())
    answer["needs_met"] += 1
    wrong = save(tmp_path, json.loads(Path(files[0]).read_text()), answer)
    assert main(["vipr", *wrong, "--out", str(tmp_path / "none")]) == 1
    assert "the check refutes the answer: count" in capsys.readouterr().err
    Path(wrong[1]).write_text("{")
    assert main(["vipr", *wrong, "--out", str(tmp_path / "none")]) == 2


def test_that_a_month_has_no_answer_becomes_one_file(tmp_path):
    problem = month(goods(), want("a"), want("b"), pins=(Pin("a"), Pin("b")))
    names = save(tmp_path, problem.to_json(), solve(problem).to_json())
    path = tmp_path / "none.vipr"
    assert main(["vipr", *names, "--out", str(path)]) == 0
    assert check(path.read_text().splitlines()).range is None
    assert main(["vipr", *names, "--what", "levels", "--out", str(path)]) == 1
