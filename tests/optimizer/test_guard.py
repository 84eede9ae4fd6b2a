"""A solve apart ends in an answer or in FAILED with a code, whatever befalls the child."""

import sys

import pytest

from optimizer.codec import canonical_bytes
from optimizer.instances.generate import generate
from optimizer.limits import Limits
from optimizer.process import guard
from optimizer.process.guard import solve_guarded
from optimizer.search.solve import solve
from optimizer.solution import Solution
from tests.optimizer.builders import goods, month, want
from tests.processes import is_alive, running, wait_until

ONE = month(goods(), want("n"))
LONG = Limits()
SOON = Limits(seconds=0.5, grace_seconds=0.5)
CALLER = """
import sys
from pathlib import Path
from optimizer.limits import Limits
from optimizer.process.guard import solve_guarded
from tests.optimizer.builders import month

def note(child, _done, _total):
    half = Path(sys.argv[1] + ".half")
    half.write_text(child)
    half.rename(sys.argv[1])

solve_guarded(
    month(), Limits(), memory_mib=None, progress=note, work="tests.optimizer.broken_solves:sleep"
)
"""


def solve_badly(name: str, limits: Limits = LONG, memory_mib: int | None = None) -> Solution:
    work = f"tests.optimizer.broken_solves:{name}"
    return solve_guarded(ONE, limits, memory_mib=memory_mib, work=work)


def test_a_solve_apart_gives_the_same_bytes():
    problem = generate(60, 4)
    apart = solve_guarded(problem, LONG, memory_mib=2048)
    assert canonical_bytes(apart.to_json()) == canonical_bytes(solve(problem).to_json())


def test_progress_comes_through():
    here: list[tuple[str, int, int]] = []
    apart: list[tuple[str, int, int]] = []
    solve(ONE, LONG, lambda *told: here.append(told))
    solve_guarded(ONE, LONG, memory_mib=None, progress=lambda *told: apart.append(told))
    assert apart == here != []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("abort", guard.CRASHED),
        ("run_into_bad_memory", guard.CRASHED),
        ("raise_error", guard.CRASHED),
        ("leave", guard.CRASHED),
        ("answer_another_question", guard.CRASHED),
        ("forge", guard.CRASHED),
        ("no_such_work", guard.CRASHED),
        ("die_of_memory", guard.OUT_OF_MEMORY),
        ("get_killed", guard.KILLED),
    ],
)
def test_a_child_that_breaks_is_a_failed_solve(name, code):
    solution = solve_badly(name)
    assert (solution.status, solution.detail) == ("failed", code)
    assert solution.assignments == ()
    assert solution == solution.sealed()


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_DATA bounds mapped memory on Linux")
def test_a_child_that_wants_too_much_memory_is_a_failed_solve():
    solution = solve_badly("hog", memory_mib=300)
    assert (solution.status, solution.detail) == ("failed", guard.OUT_OF_MEMORY)


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_DATA bounds mapped memory on Linux")
@pytest.mark.parametrize("memory_mib", [1, 40, 70, 80, 90, 100])
def test_the_real_solve_under_any_memory_bound_is_right_or_failed(memory_mib):
    problem = generate(167, 4)
    solution = solve_guarded(problem, LONG, memory_mib=memory_mib)
    assert solution.status in ("proven", "failed")
    if solution.status == "proven":
        assert solution == solve(problem)


def test_a_child_that_hangs_hits_the_wall():
    solution = solve_badly("sleep", SOON)
    assert (solution.status, solution.detail) == ("failed", guard.HUNG)


def test_a_child_that_hangs_before_it_reads_its_question_hits_the_wall(monkeypatch):
    monkeypatch.setattr(guard, "PROGRAM", ("-c", "import time; time.sleep(600)"))
    long = month(goods(), *(want(f"n{k:09}") for k in range(10_000)))
    assert solve_guarded(long, SOON, memory_mib=None).detail == guard.HUNG


def test_a_machine_without_room_for_a_child_is_a_failed_solve(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    assert solve_guarded(ONE, LONG, memory_mib=None).detail == guard.NOT_STARTED


def test_what_the_child_prints_is_no_part_of_its_answer():
    assert solve_badly("print_and_solve") == solve(ONE)


def test_an_error_of_the_caller_ends_the_child_and_comes_through():
    children: list[int] = []

    def note(child: str, _done: int, _total: int) -> None:
        children.append(int(child))
        raise LookupError

    work = "tests.optimizer.broken_solves:sleep"
    with pytest.raises(LookupError):
        solve_guarded(ONE, LONG, memory_mib=None, progress=note, work=work)
    assert not is_alive(children[0])


def test_a_time_limit_passes_to_the_child():
    assert solve_guarded(generate(80, 3), Limits(seconds=0.0), memory_mib=None) == solve(
        generate(80, 3), Limits(seconds=0.0)
    )


def test_the_death_of_the_caller_ends_the_child(tmp_path):
    told = tmp_path / "child"
    with running("-c", CALLER, str(told)) as caller:
        wait_until(told.exists)
        caller.kill()
        caller.wait()
        wait_until(lambda: not is_alive(int(told.read_text())))
