"""Instances as others publish them: read, solved, refused."""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from optimizer.cli.months import main
from optimizer.codec import ProblemError
from optimizer.instances.gap import read_gap
from optimizer.instances.scores import ScoreTerms
from optimizer.limits import Limits
from optimizer.search.solve import solve
from tests.optimizer.instances.texts import projects_of, scores_of

GAP = "2 3\n 1 5 9\n 4 2 3\n  2 2 2\n 2 2 2\n 4 4"
SENSES = ("min", "max")
SMALL_GAP = [(name, sense) for name in ("c0515_1", "c0520_2", "c0525_3") for sense in SENSES]
HARDER_GAP = [
    ("c0824_5", "min"),
    pytest.param("c0824_5", "max", marks=pytest.mark.slow),  # half a minute
]


@pytest.mark.parametrize(("sense", "best"), [("min", 1 + 2 + 3), ("max", 4 + 5 + 9)])
def test_a_small_gap_reaches_its_optimum_in_both_senses(sense, best):
    (stage,) = solve(read_gap("small", GAP, sense)).stages
    assert (stage.value, stage.bound) == (best, best)


@pytest.mark.parametrize("text", ["", "2", "2 3 1", "2 x", "0 3", GAP + " 1 1"])
def test_a_broken_gap_file_is_refused_with_its_place(text):
    with pytest.raises(ProblemError):
        read_gap("broken", text, "min")


@pytest.mark.parametrize(("name", "sense"), [*SMALL_GAP, *HARDER_GAP])
def test_published_gap_instances_reach_their_known_optima(name, sense):
    folder = Path(os.environ.get("GAP_DATA", "no such folder"))
    if not folder.is_dir():
        pytest.skip("GAP_DATA names no folder of published instances")
    bounds = dict(
        line.split()[:2] for line in (folder / "bounds.txt").read_text().splitlines() if line
    )
    problem = read_gap(name, (folder / f"{name}.txt").read_text(), sense)
    (stage,) = solve(problem, Limits(seconds=60)).stages
    assert stage.value == int(bounds[f"{name}_{sense.capitalize()}"])


SCORES = "paper,a,b\nann,0.5,0.25\nbo,1,-1\ncy,0.25,0.75\n"


def test_scores_are_read_with_and_without_headings():
    plain = "0.5,0.25\n1,-1\n0.25,0.75\n"
    first, second = (scores_of(text, ScoreTerms(1, 1), "total") for text in (SCORES, plain))
    assert [pair.score for pair in first.problem.pairs] == [
        pair.score for pair in second.problem.pairs
    ]
    assert first.scale == 100
    assert [need.id for need in first.problem.needs] == ["a", "b"]


def test_a_conflict_is_never_assigned_and_loads_hold():
    scores = scores_of(SCORES, ScoreTerms(2, 2, 1, conflict=Decimal(-1)), "total")
    solution = solve(scores.problem)
    given = {(line.stock, line.need) for line in solution.assignments}
    assert ("bo", "b") not in given
    assert len(given) == 4
    assert solution.stages[-1].value == 150 + 100


def test_leximin_raises_the_worst_receiver_before_the_total():
    text = "9,8\n8,0\n"
    worst = [
        solve(scores_of(text, ScoreTerms(1, 1), policy).problem).assignments[0].stock
        for policy in ("leximin", "total")
    ]
    assert worst[0] == "giver-00002"
    total = solve(scores_of(text, ScoreTerms(1, 1), "leximin").problem)
    assert total.stages[0].levels[0].numerator == 8


@pytest.mark.parametrize("text", ["", "a,b\n", "1,2\n3\n", "1,x\n2,3\n", "1,nan\n1,2\n"])
def test_broken_scores_are_refused(text):
    with pytest.raises(ProblemError):
        scores_of(text, ScoreTerms(1, 1), "total")


STUDENTS = "id,first,second\na,p,q\nb,p\nc,p,q\n"
PROJECTS = "id,supervisor,capacity\np,x,2\nq,x,1\n"


@pytest.mark.parametrize(("capacity", "met", "ranks"), [(3, 3, 2 + 2 + 1), (2, 2, 2 + 2)])
def test_projects_draw_on_their_supervisors_capacity(capacity, met, ranks):
    problem = projects_of(STUDENTS, PROJECTS, f"id,capacity\nx,{capacity}\n")
    solution = solve(problem)
    assert [stage.value for stage in solution.stages[:2]] == [met, ranks]


@pytest.mark.parametrize(
    ("projects", "path"),
    [
        ("p,y,2\nq,x,1\n", "projects.csv, row 1, column 2"),
        ("p,x,2\n", "students.csv, row 2, column 3"),
        ("p,x,2\nq,x,many\n", "projects.csv, row 2, column 3"),
    ],
)
def test_broken_projects_are_refused_with_file_and_row(projects, path):
    with pytest.raises(ProblemError) as refused:
        projects_of(STUDENTS, projects, "x,3\n")
    assert refused.value.path == path


def test_each_command_prints_value_bound_proof_and_seconds(tmp_path, capsys):
    (tmp_path / "g.txt").write_text(GAP)
    out = tmp_path / "s.json"
    assert main(["gap", str(tmp_path / "g.txt"), "--sense", "min", "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert "cost  value 6  bound 6  proof " in printed
    assert "seconds" in printed
    assert out.exists()
    (tmp_path / "m.csv").write_text(SCORES)
    arguments = ["--demand", "1", "--cap", "1", "--policy", "total"]
    assert main(["matrix", str(tmp_path / "m.csv"), *arguments]) == 0
    assert "total  value 1.75  bound 1.75" in capsys.readouterr().out
    for name, text in (("s", STUDENTS), ("p", PROJECTS), ("v", "x,3\n")):
        (tmp_path / f"{name}.csv").write_text(text)
    files = [f"--{n}={tmp_path / n[0]}.csv" for n in ("students", "projects")]
    files.append(f"--supervisors={tmp_path / 'v.csv'}")
    assert main(["projects", *files, "--policy", "total"]) == 0
    assert "size  value 3" in capsys.readouterr().out
