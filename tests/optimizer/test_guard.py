"""A solve apart ends in a checked answer or in a failure, whatever happens to the child."""

import logging
import os
import signal
import sys
import time
from dataclasses import replace

import pytest

from optimizer.codec import canonical_bytes
from optimizer.explain.explain import explain
from optimizer.explanation import explain_briefly
from optimizer.instances.generate import generate
from optimizer.limits import Limits
from optimizer.problem import Forbid, Pin
from optimizer.process import guard
from optimizer.process.guard import solve_apart
from optimizer.report import Failure, Progress, SolveReport, says_no_memory
from optimizer.search.solve import solve
from optimizer.what_if.difference import Before, find_difference
from optimizer.what_if.price import price_pins
from tests.optimizer.builders import goods, month, want
from tests.processes import is_alive, running, wait_until

BROKEN_CHILD = ("-P", "-m", "tests.optimizer.broken_child")
ONE = month(goods(), want("n"))
TWO = month(goods(), want("a"), want("b"))
RULED = replace(TWO, pins=(Pin("b"),), forbids=(Forbid("a"),))
LONG = Limits()
PRICED = Limits(price_seconds=60.0)
SOON = Limits(seconds=0.5, grace_seconds=0.5, check_seconds=0.5, explain_seconds=0.5)
ON_LINUX = pytest.mark.skipif(
    sys.platform != "linux", reason="RLIMIT_DATA bounds mapped memory on Linux"
)
CALLER = """
import sys
from pathlib import Path
from optimizer.limits import Limits
from optimizer.process import guard
from tests.optimizer.builders import month

def note(progress):
    if progress is not None:
        half = Path(sys.argv[1] + ".half")
        half.write_text(progress.stage)
        half.rename(sys.argv[1])
    return True

guard.PROGRAM = ("-P", "-m", "tests.optimizer.broken_child", "solve", "say_and_sleep")
guard.solve_apart(month(), Limits(), memory_mib=None, on_beat=note)
"""


@pytest.fixture
def solve_badly(monkeypatch):
    """Solve ``TWO`` with broken steps: ``solve_badly(solve="abort")``."""

    def solve_with(
        limits=LONG, memory_mib=None, on_beat=None, problem=TWO, before=None, **steps
    ) -> SolveReport:
        words = [word for pair in steps.items() for word in pair]
        monkeypatch.setattr(guard, "PROGRAM", (*BROKEN_CHILD, *words))
        return solve_apart(problem, limits, memory_mib=memory_mib, on_beat=on_beat, before=before)

    return solve_with


# --- An answer.


def test_a_solve_apart_gives_the_same_bytes_checked_and_explained():
    problem = generate(60, 4)
    report, here = solve_apart(problem, LONG, memory_mib=2048), solve(problem)
    assert report.is_usable
    assert canonical_bytes(report.solution.to_json()) == canonical_bytes(here.to_json())
    assert report.explanations == explain(problem, here) != ()
    assert (report.findings, report.failure, report.unexplained) == ((), None, None)


@pytest.mark.parametrize(
    ("step", "reason"),
    [("raise_error", "ZeroDivisionError: with a reason"), ("leave", "exit code 0")],
)
def test_a_crash_says_its_reason(solve_badly, step, reason):
    assert solve_badly(solve=step).reason == reason


def test_a_solve_that_ends_well_has_no_reason_to_give():
    assert solve_apart(generate(5, 4), LONG, memory_mib=None).reason == ""


def test_the_seconds_of_each_step_come_from_inside():
    problem = generate(60, 4)
    began = time.monotonic()
    seconds = solve_apart(problem, LONG, memory_mib=None).seconds
    together = {"urgency", "waiting"}  # solved with the first stage, at once
    assert set(seconds.stages) == {stage.name for stage in problem.policy.stages} - together
    assert 0 < sum(seconds.stages.values()) <= seconds.solve + 0.001 * len(seconds.stages)
    assert min(seconds.check, seconds.explain) > 0
    assert seconds.solve + seconds.check + seconds.explain < time.monotonic() - began


def test_progress_reaches_the_caller(monkeypatch):
    monkeypatch.setattr(guard, "BEAT_SECONDS", 0.0)
    here, apart = [], []
    problem = generate(60, 4)
    solve(problem, LONG, lambda *said: here.append(Progress(*said)))
    solve_apart(problem, LONG, memory_mib=None, on_beat=lambda said: apart.append(said) or True)
    heard = list(dict.fromkeys(apart))
    assert heard[0] is None
    assert set(heard[1:]) <= set(here)
    assert heard[1:] == sorted(heard[1:], key=here.index) != []


def test_explanations_that_nobody_wants_are_brief():
    report = solve_apart(TWO, Limits(explain_seconds=None), memory_mib=None)
    assert report.explanations == explain_briefly(report.solution)
    assert (report.is_usable, report.unexplained) == (True, None)


def test_an_impossible_month_is_no_failure():
    problem = month(goods(least=2, capacity=2), want("n"))
    report = solve_apart(problem, LONG, memory_mib=None)
    assert (report.solution.status, report.failure) == ("infeasible", None)
    assert not report.is_usable


def test_a_time_limit_passes_to_the_child():
    problem, limits = generate(80, 3), Limits(seconds=0.0)
    report = solve_apart(problem, limits, memory_mib=None)
    assert report.solution == solve(problem, limits)
    assert report.failure is (None if report.solution.is_usable else Failure.GAVE_UP)


def test_what_the_child_prints_is_no_part_of_its_answer_and_is_kept(solve_badly, caplog):
    with caplog.at_level(logging.WARNING, "optimizer.process.guard"):
        assert solve_badly(solve="print_and_solve").solution == solve(TWO)
    assert "a banner" in caplog.text
    assert "another banner" in caplog.text


def test_a_child_that_does_well_leaves_no_word(caplog):
    solve_apart(TWO, LONG, memory_mib=None)
    assert caplog.text == ""


# --- No answer.


@pytest.mark.parametrize("step", ["solve", "verify"])
@pytest.mark.parametrize(
    ("name", "failure"),
    [
        ("abort", Failure.CRASHED),
        ("run_into_bad_memory", Failure.CRASHED),
        ("raise_error", Failure.CRASHED),
        ("leave", Failure.CRASHED),
        ("die_of_memory", Failure.OUT_OF_MEMORY),
        ("get_killed", Failure.KILLED),
        ("babble", Failure.NONSENSE),
        ("speak_in_tongues", Failure.NONSENSE),
        ("claim_an_empty_report", Failure.NONSENSE),
    ],
)
@pytest.mark.one_in(3)
def test_a_child_that_breaks_before_the_check_is_over_has_no_answer(
    solve_badly, step, name, failure
):
    report = solve_badly(**{step: name})
    assert (report.failure, report.solution, report.is_usable) == (failure, None, False)
    assert report.seconds.solve > 0


@ON_LINUX
@pytest.mark.parametrize("step", ["solve", "verify"])
def test_a_child_that_wants_too_much_memory_has_no_answer(solve_badly, step):
    report = solve_badly(memory_mib=300, **{step: "hog"})
    assert (report.failure, report.solution) == (Failure.OUT_OF_MEMORY, None)


@pytest.mark.parametrize(
    ("memory_mib", "failure"), [(None, Failure.CRASHED), (300, Failure.OUT_OF_MEMORY)]
)
def test_an_error_that_a_library_loses_is_want_of_memory_where_memory_is_bounded(
    solve_badly, memory_mib, failure
):
    report = solve_badly(memory_mib=memory_mib, solve="lose_its_error")
    assert (report.failure, report.solution) == (failure, None)


@pytest.mark.parametrize("step", ["solve", "verify"])
def test_a_child_that_hangs_is_ended(solve_badly, step):
    report = solve_badly(SOON, **{step: "sleep"})
    assert (report.failure, report.solution) == (Failure.HUNG, None)


def test_a_program_that_is_no_child_has_no_answer(solve_badly):
    assert solve_badly(no_such_step="abort").failure is Failure.CRASHED


def test_a_child_that_hangs_before_it_reads_its_question_is_ended(monkeypatch):
    monkeypatch.setattr(guard, "PROGRAM", ("-c", "import time; time.sleep(600)"))
    long = month(goods(), *(want(f"n{k:09}") for k in range(10_000)))
    assert solve_apart(long, SOON, memory_mib=None).failure is Failure.HUNG


def test_a_machine_without_room_for_a_child_has_no_answer(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    assert solve_apart(ONE, LONG, memory_mib=None).failure is Failure.NOT_STARTED


@ON_LINUX
@pytest.mark.parametrize("memory_mib", [1, 40, 70, 80, 90, 100])
@pytest.mark.one_in(3)
def test_the_real_solve_under_any_memory_bound_is_right_or_failed(memory_mib):
    problem = generate(167, 4)
    report = solve_apart(problem, LONG, memory_mib=memory_mib)
    assert report.is_usable is (report.failure is None)
    if report.is_usable:
        assert report.solution == solve(problem)


# --- An answer that is not to be believed.


@pytest.mark.parametrize("name", ["answer_another_question", "forge", "meet_nobody"])
def test_an_answer_that_the_check_refuses_is_a_failure_with_the_finding(solve_badly, name):
    report = solve_badly(solve=name)
    assert report.failure is Failure.NOT_VERIFIED
    assert len(report.findings) == 1
    assert report.explanations == ()
    assert not report.is_usable


def test_a_finding_on_a_good_answer_is_a_failure_too(solve_badly):
    report = solve_badly(verify="refuse")
    assert (report.failure, report.is_usable) == (Failure.NOT_VERIFIED, False)
    assert "capacity" in report.findings[0]


@pytest.mark.parametrize(
    ("name", "failure"),
    [("answer_another_question", Failure.OTHER_PROBLEM), ("forge", Failure.NONSENSE)],
)
def test_a_lenient_check_does_not_pass_a_wrong_answer(solve_badly, name, failure):
    report = solve_badly(solve=name, verify="approve")
    assert (report.failure, report.solution) == (failure, None)


def test_a_solver_that_gives_up_keeps_its_last_words(solve_badly):
    report = solve_badly(solve="give_up")
    assert (report.failure, report.findings) == (Failure.GAVE_UP, ())
    assert report.solution.detail == "the engine gave up"


# --- An answer without its explanations.


@pytest.mark.parametrize(
    ("name", "failure"),
    [
        ("abort", Failure.CRASHED),
        ("raise_error", Failure.CRASHED),
        ("explain_wrongly", Failure.NONSENSE),
        ("leave", Failure.CRASHED),
        ("die_of_memory", Failure.OUT_OF_MEMORY),
        ("get_killed", Failure.KILLED),
        ("babble", Failure.NONSENSE),
    ],
)
def test_an_explanation_that_breaks_loses_no_answer(solve_badly, name, failure):
    assert_answered(solve_badly(explain=name), failure)


@ON_LINUX
def test_an_explanation_that_wants_too_much_memory_loses_no_answer(solve_badly):
    assert_answered(solve_badly(memory_mib=300, explain="hog"), Failure.OUT_OF_MEMORY)


def test_an_explanation_that_hangs_loses_no_answer(solve_badly):
    began = time.monotonic()
    limits = Limits(grace_seconds=0.5, explain_seconds=0.5)
    assert_answered(solve_badly(limits, explain="sleep"), Failure.HUNG)
    assert time.monotonic() - began < limits.check_seconds


def test_an_empty_report_after_the_check_loses_no_answer(solve_badly):
    assert_answered(solve_badly(explain="claim_an_empty_report"), Failure.NONSENSE)


def assert_answered(report: SolveReport, unexplained: Failure) -> None:
    assert report.is_usable
    assert report.solution == solve(TWO)
    assert report.unexplained is unexplained
    assert report.explanations == explain_briefly(report.solution) != ()


# --- Prices.


def test_pins_and_forbids_have_the_prices_that_they_have_here():
    report = solve_apart(RULED, PRICED, memory_mib=None)
    assert report.prices == price_pins(RULED, report.solution)
    assert [(price.pin.need, price.is_forbid) for price in report.prices] == [
        ("b", False),
        ("a", True),
    ]


@pytest.mark.parametrize(
    ("problem", "limits"), [(RULED, LONG), (TWO, PRICED), (month(want("a")), PRICED)]
)
def test_nothing_is_priced_that_nobody_asks_for_or_that_has_no_answer(problem, limits):
    report = solve_apart(problem, limits, memory_mib=None)
    assert (report.prices, report.failure, report.unexplained) == ((), None, None)


def test_a_month_whose_pins_cannot_hold_has_a_conflict_and_no_price():
    report = solve_apart(replace(TWO, pins=(Pin("a"), Pin("b"))), PRICED, memory_mib=None)
    assert (len(report.conflict.pins), report.prices) == (2, ())


@pytest.mark.parametrize(
    "name",
    ["abort", "raise_error", "leave", "die_of_memory", "get_killed", "babble", "price_worse"],
)
def test_a_price_that_breaks_loses_neither_answer_nor_explanations(solve_badly, name):
    assert_explained(solve_badly(PRICED, problem=RULED, price=name))


def test_prices_that_hang_lose_neither_answer_nor_explanations(solve_badly):
    limits = Limits(grace_seconds=0.5, price_seconds=0.5)
    assert_explained(solve_badly(limits, problem=RULED, price="sleep"))


BEFORE = {"problem": TWO.to_json(), "solution": solve(TWO).to_json(), "names": {}}


def test_a_difference_is_the_one_that_it_is_here():
    report = solve_apart(RULED, PRICED, memory_mib=None, before=BEFORE)
    old = Before(TWO, solve(TWO))
    assert report.difference == find_difference(RULED, report.solution, old, PRICED)
    assert (report.prices, report.difference.is_known) == ((), True)


@pytest.mark.parametrize("name", ["abort", "raise_error", "leave", "price_worse"])
def test_a_difference_that_breaks_does_not_lose_the_answer(solve_badly, name):
    report = solve_badly(PRICED, problem=RULED, before=BEFORE, compare=name)
    assert (report.is_usable, report.difference) == (True, None)


def assert_explained(report: SolveReport) -> None:
    assert report.is_usable
    assert report.solution == solve(RULED)
    assert report.explanations == explain(RULED, report.solution) != ()
    assert (report.prices, report.unexplained) == ((), None)


# --- Nobody waits any more.


def test_a_caller_who_does_not_want_the_answer_ends_the_child_within_a_beat(solve_badly):
    children: list[int] = []
    until: list[float] = []

    def beat(progress: Progress | None) -> bool:
        if progress is None:
            return True
        children.append(int(progress.stage))
        until.append(time.monotonic() + guard.BEAT_SECONDS)
        return len(until) < 3

    report = solve_badly(solve="say_and_sleep", on_beat=beat)
    assert time.monotonic() < until[-1]
    assert (report.failure, report.solution) == (Failure.CANCELLED, None)
    assert not is_alive(children[-1])


@pytest.mark.parametrize("step", ["solve", "verify", "explain", "price"])
def test_every_step_can_be_cancelled(solve_badly, step):
    until = time.monotonic() + 2.0
    report = solve_badly(
        PRICED,
        problem=RULED,
        on_beat=lambda _progress: time.monotonic() < until,
        **{step: "sleep"},
    )
    assert report == SolveReport(failure=Failure.CANCELLED, seconds=report.seconds)


def test_a_signal_to_every_process_leaves_it_to_the_caller_to_end_the_child(solve_badly):
    def beat(progress: Progress | None) -> bool:
        if progress is not None and progress.stage.isdecimal():
            os.kill(int(progress.stage), signal.SIGINT)
            os.kill(int(progress.stage), signal.SIGTERM)
        return True

    report = solve_badly(solve="wait_for_signals_and_solve", on_beat=beat)
    assert report.solution == solve(TWO)
    assert report.failure is None


def test_an_error_of_the_caller_ends_the_child_and_comes_through(solve_badly):
    children: list[int] = []

    def beat(progress: Progress | None) -> bool:
        if progress is None:
            return True
        children.append(int(progress.stage))
        raise LookupError

    with pytest.raises(LookupError):
        solve_badly(solve="say_and_sleep", on_beat=beat)
    assert not is_alive(children[0])


def test_the_death_of_the_caller_ends_the_child(tmp_path):
    said = tmp_path / "child"
    with running("-c", CALLER, str(said)) as caller:
        wait_until(said.exists)
        caller.kill()
        caller.wait()
        wait_until(lambda: not is_alive(int(said.read_text())))


@pytest.mark.parametrize(
    ("words", "is_memory"),
    [
        ("MemoryError", True),
        ("numpy.core._exceptions._ArrayMemoryError: Unable to allocate 8 MiB", True),
        ("terminate called after throwing an instance of 'std::bad_alloc'", True),
        ("OSError: [Errno 12] Cannot allocate memory", True),
        ("ImportError: libhighs.so: failed to map segment from shared object", True),
        ("ImportError: libgomp.so: cannot allocate memory in static TLS block", True),
        ("RuntimeError: can't start new thread", True),
        ("ValueError: the memory of earlier months is broken", False),
        ("Segmentation fault", False),
    ],
)
def test_refused_memory_is_known_by_the_words_of_the_error(words, is_memory):
    assert says_no_memory(words) is is_memory
