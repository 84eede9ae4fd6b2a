"""The checker runs on a Python without any package."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import optimizer
from tests.optimizer.small_month import small_problem, small_solution

ROOT = Path(optimizer.__file__).parents[1]


@pytest.fixture
def files(tmp_path):
    problem, solution = tmp_path / "problem.json", tmp_path / "solution.json"
    problem.write_text(json.dumps(small_problem().to_json()))
    solution.write_text(json.dumps(small_solution(small_problem())))
    return problem, solution


def check(*names: Path) -> subprocess.CompletedProcess:
    """Run with no site packages and no environment: nothing but the standard library."""
    command = [sys.executable, "-s", "-S", "-m", "optimizer.checker", *map(str, names)]
    return subprocess.run(
        command, cwd=ROOT, env={}, capture_output=True, text=True, check=False, timeout=60
    )


def test_a_true_month_holds_without_any_package(files):
    done = check(*files)
    assert (done.returncode, done.stderr) == (0, "")
    assert "holds" in done.stdout


def test_a_changed_month_is_refuted_by_name(files):
    solution = json.loads(files[1].read_text())
    del solution["assignments"][1]
    files[1].write_text(json.dumps(solution))
    done = check(*files)
    assert done.returncode == 1
    assert "refuted: stage_value" in done.stdout


def test_what_cannot_be_read_is_told_apart(files):
    files[1].write_text("{")
    assert check(*files).returncode == 2
    assert check(files[0]).returncode == 2
