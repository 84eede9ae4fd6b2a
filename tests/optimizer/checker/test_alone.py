"""The checker runs on a Python without any package, from the checkout and as one file."""

import json
import runpy
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import optimizer
from optimizer.checker.bundle import main, make_bundle
from tests.optimizer.small_month import small_problem, small_solution

ROOT = Path(optimizer.__file__).parents[1]


@pytest.fixture
def files(tmp_path):
    question, answer = tmp_path / "question.json", tmp_path / "answer.json"
    question.write_text(json.dumps(small_problem().to_json()))
    answer.write_text(json.dumps(small_solution(small_problem())))
    return question, answer


@pytest.fixture
def bundle(tmp_path):
    path = tmp_path / "elsewhere" / "checker.pyz"
    path.parent.mkdir()
    assert main([str(path)]) == 0
    return path


def run_bare(*arguments: object, folder: Path) -> subprocess.CompletedProcess:
    """Run Python without site packages and without an environment."""
    command = [sys.executable, "-s", "-S", *map(str, arguments)]
    return subprocess.run(
        command, cwd=folder, env={}, capture_output=True, text=True, check=False, timeout=60
    )


def check(*names: Path) -> subprocess.CompletedProcess:
    return run_bare("-m", "optimizer.checker", *names, folder=ROOT)


def test_a_true_month_holds_without_any_package(files):
    done = check(*files)
    assert (done.returncode, done.stderr) == (4, "")
    assert done.stdout.startswith("proved except 1 named result:")


def test_the_module_itself_is_the_command(files, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["checker", *map(str, files)])
    monkeypatch.delitem(sys.modules, "optimizer.checker.__main__", raising=False)
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("optimizer.checker", run_name="__main__")
    assert ended.value.code == 4
    assert capsys.readouterr().out == check(*files).stdout


def test_a_changed_month_is_refuted_by_name(files):
    solution = json.loads(files[1].read_text())
    del solution["assignments"][1]
    files[1].write_text(json.dumps(solution))
    done = check(*files)
    assert done.returncode == 1
    assert "refuted at stage_value: stage=help" in done.stdout


@pytest.mark.parametrize("text", ["{", '{"seed": "1", "seed": "2"}', '{"needs_met": NaN}', ""])
def test_what_cannot_be_read_has_an_exit_code_of_its_own(files, text):
    files[1].write_text(text)
    assert check(*files).returncode == 2


def test_one_file_without_the_other_is_wrong_usage(files):
    assert check(files[0]).returncode == 2


def test_the_bundle_runs_alone_elsewhere(files, bundle):
    done = run_bare("-I", bundle, *files, folder=bundle.parent)
    assert (done.returncode, done.stderr) == (4, "")
    assert done.stdout.startswith("proved except 1 named result:")


def test_the_bundle_refutes_what_the_checker_refutes(files, bundle):
    solution = json.loads(files[1].read_text())
    solution["needs_met"] += 1
    files[1].write_text(json.dumps(solution))
    done = run_bare("-I", bundle, *files, folder=bundle.parent)
    assert (done.returncode, done.stdout) == (1, check(*files).stdout)


def test_equal_sources_give_equal_bundles_on_every_system(bundle, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")  # the zip module asks it for the system's code
    assert bundle.read_bytes() == make_bundle()
    with zipfile.ZipFile(bundle) as archive:
        packed = {row.compress_type for row in archive.infolist()}
    assert packed == {zipfile.ZIP_STORED}, "libraries compress otherwise, each in its own way"


def test_the_command_that_proof_files_name_goes_on_working(files, tmp_path):
    command = ROOT / "optimizer" / "verify_files.py"
    done = run_bare("-I", command, *files, folder=tmp_path)
    assert (done.returncode, done.stderr, done.stdout) == (4, "", check(*files).stdout)


def test_a_bundle_without_a_path_is_wrong_usage(capsys):
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize("module", ["optimizer.checker", "optimizer"])
def test_output_that_nobody_reads_is_no_verdict(module, files):
    words = ["verify"] if module == "optimizer" else []
    program = [sys.executable, "-m", module, *words, *map(str, files)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as done:
        done.stdout.close()  # before it has written anything
        assert done.wait() == 141
        assert done.stderr.read() == b""
