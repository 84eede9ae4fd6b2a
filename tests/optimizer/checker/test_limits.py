"""No file keeps the check busy or fills the machine: it ends, and says that it knows nothing."""

import contextlib
import json
import resource
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from optimizer.checker import limits
from optimizer.checker.__main__ import judge_files
from optimizer.checker.limits import TooLargeError, limited
from optimizer.checker.month.read import hash_problem, read_problem
from optimizer.checker.verdict import BROKEN, EXIT_CODES, Ruling
from optimizer.cli.months import main
from tests.optimizer.checker.forgeries import reseal
from tests.optimizer.checker.spent import measure_check

Plain = dict[str, Any]
# A stop that is raised while an object is freed is dropped with a warning, and comes again.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
COUNT = {"name": "count", "kind": "max_count"}
NOTHING = [["sum", 0, 1, []]]
FREED_SLOWLY = """
import time
class Held:
    def __del__(self):
        began = time.process_time()
        while time.process_time() - began < 0.2:
            pass
"""


def make_question(needs: int, stocks: int = 1, **need: Any) -> Plain:
    """Needs and stocks of one category; values of ``need`` may be functions of its number."""
    return {
        **{"name": "much", "seed": "5eed"},
        "policy": {"name": "plain", "version": 1, "stages": [COUNT]},
        "stocks": [
            {"id": f"s{k}", "giver": "g", "category": "goods", "capacity": 1} for k in range(stocks)
        ],
        "needs": [
            {"id": f"n{k}", "recipient": f"r{k}", "category": "goods"}
            | {name: held(k) if callable(held) else held for name, held in need.items()}
            for k in range(needs)
        ],
    }


def make_answer(question: Plain, events: list, **certificate: Any) -> Plain:
    """An answer that meets nobody and leaves everything to a search, with these events."""
    result = {**COUNT, "key": "", "status": "proven", "proof": "search", "engine": "x", "value": 0}
    return reseal(
        {
            **{"format": 2, "status": "proven", "policy": "plain/1", "seed": "5eed"},
            "problem_sha256": hash_problem(read_problem(question)),
            "stages": [result],
            "grounds": [{"need": need["id"], "code": "undecided"} for need in question["needs"]],
            "needs_asked": len(question["needs"]),
            "certificate": {"possible": {}, "stages": [events], **certificate},
        }
    )


def write_files(folder: Path, question: Plain, answer: Plain) -> tuple[Path, Path]:
    paths = folder / "question.json", folder / "answer.json"
    for path, held in zip(paths, (question, answer), strict=True):
        path.write_text(json.dumps(held))
    return paths


def use_many_multipliers() -> tuple[Plain, Plain]:
    question = make_question(2_000)
    return question, make_answer(question, [["sum", 0, 1, [0, 1] * 1_000_000]])


def give_many_witnesses() -> tuple[Plain, Plain]:
    question = make_question(2_000)
    witnesses = [["count", [], [], []]] * 300_000
    return question, make_answer(question, NOTHING, witnesses=witnesses)


def exclude_nothing_often() -> tuple[Plain, Plain]:
    question = make_question(2_000)
    events = [["none", [0], 1, [0, 1]]] * 300_000
    return question, make_answer(question, [*events, *NOTHING])


def ask_many_of_many() -> tuple[Plain, Plain]:
    question = make_question(20_000, 2_000, area=lambda k: f"a{k}")
    return question, make_answer(question, NOTHING)


def want_a_great_team() -> tuple[Plain, Plain]:
    question = make_question(1_000, people=900, recipient="h", slots=["am"])
    question["stocks"][0] |= {"staffed": True, "capacity": 10**6}
    question["people"] = [
        {"id": f"p{k}", "giver": "g", "most_visits": 9, "stocks": ["s0"], "slots": ["am"]}
        for k in range(1_000)
    ]
    return question, make_answer(question, NOTHING)


def use_great_numbers() -> tuple[Plain, Plain]:
    question = make_question(2)
    return question, make_answer(question, [["sum", 0, 10**4000, [0, 10**4000] * 400]])


HOSTILE = (
    use_many_multipliers,
    give_many_witnesses,
    exclude_nothing_often,
    ask_many_of_many,
    want_a_great_team,
    use_great_numbers,
)


def test_a_check_that_takes_too_long_ends_and_knows_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "SECONDS", 0.2)
    verdict = judge_files(*write_files(tmp_path, *give_many_witnesses()))
    assert (verdict.ruling, verdict.exit_code) == (Ruling.TOO_LARGE, 6)


@pytest.mark.slow
def test_the_command_says_so(tmp_path, capsys):
    """It checks in a process of its own, with the real bound."""
    paths = write_files(tmp_path, *give_many_witnesses())
    assert main(["verify", *map(str, paths)]) == 6
    assert capsys.readouterr().err.startswith("too large to check, so nothing is known: ")


@pytest.fixture(autouse=True)
def _count_these_tests_as_work(monkeypatch):
    monkeypatch.setattr(limits, "WORK", (*limits.WORK, __file__))


def spend(seconds: float) -> None:
    began = time.process_time()
    while time.process_time() - began < seconds:
        pass


def test_a_stop_that_python_drops_comes_again(monkeypatch):
    """It drops what is raised while it frees an object."""

    class Slow:
        def __del__(self) -> None:
            with suppress(TooLargeError):  # as good as dropped, and silent
                spend(0.2)

    def work() -> None:
        with limited(0):
            Slow()
            spend(0.5)
            done.append("all of it")

    done: list[str] = []
    monkeypatch.setattr(limits, "SECONDS", 0.05)
    with pytest.raises(TooLargeError):
        work()
    assert done == []


def test_no_stop_breaks_off_what_others_do_meanwhile(monkeypatch):
    """A collector of garbage may call them at any moment, and drops what they raise."""
    heard: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", heard.append)
    monkeypatch.setattr(limits, "SECONDS", 0.02)
    of_others: dict[str, Any] = {}
    exec(compile(FREED_SLOWLY, "others.py", "exec"), of_others)

    def work() -> None:
        with limited(0):
            of_others["Held"]()
            spend(0.5)

    with pytest.raises(TooLargeError):
        work()
    assert heard == []


def test_a_check_that_ends_late_knows_nothing(monkeypatch):
    monkeypatch.setattr(limits, "SECONDS", 0.05)
    with pytest.raises(TooLargeError), limited(0), suppress(TooLargeError):
        spend(0.5)


def test_a_check_that_takes_too_much_memory_ends_and_knows_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "MEBIBYTES", 8)
    verdict = judge_files(*write_files(tmp_path, *use_many_multipliers()))
    assert verdict.ruling is Ruling.TOO_LARGE
    assert "more than 8 MiB of memory" in str(verdict)


def test_bounds_end_with_the_check():
    handler, memory = signal.getsignal(signal.SIGPROF), resource.getrlimit(resource.RLIMIT_AS)

    def break_within(error: type[Exception]) -> None:
        with limited(0):
            assert signal.getitimer(signal.ITIMER_PROF)[0] > 0
            assert resource.getrlimit(resource.RLIMIT_AS) != memory
            raise error

    for error, raised in ((ValueError, ValueError), (MemoryError, TooLargeError)):
        with pytest.raises(raised):
            break_within(error)
        assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)
        assert signal.getsignal(signal.SIGPROF) == handler
        assert resource.getrlimit(resource.RLIMIT_AS) == memory


def read_bounds() -> tuple[object, ...]:
    timer, handler = signal.getitimer(signal.ITIMER_PROF), signal.getsignal(signal.SIGPROF)
    return timer, handler, resource.getrlimit(resource.RLIMIT_AS)


def stop_at(n: int) -> bool:
    """Check nothing for a moment, with a stop before the n-th step of starting and ending.

    Returns whether there were so many steps.
    """
    steps, idle = 0, signal.getsignal(signal.SIGPROF)

    def trace(frame: FrameType, event: str, _arg: object) -> Any:
        nonlocal steps
        if frame.f_code.co_filename not in (limits.__file__, contextlib.__file__):
            return None
        frame.f_trace_opcodes = True
        handler = signal.getsignal(signal.SIGPROF)
        steps += event == "opcode"
        if event == "opcode" and steps == n and callable(handler) and handler is not idle:
            handler(signal.SIGPROF, frame)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        with suppress(TooLargeError), limited(0):
            pass
    finally:
        sys.settrace(before)
    return steps >= n


def test_bounds_end_at_whatever_moment_a_stop_comes():
    before, n = read_bounds(), 1
    while stop_at(n):
        assert read_bounds() == before, f"a stop before step {n} leaves bounds behind"
        n += 1
    assert n > 100


def test_bounds_are_for_the_main_thread_alone():
    """Bounds of memory are those of the process: two threads would restore them in turn."""
    before, seen = read_bounds(), []

    def work() -> None:
        with limited(0):
            seen.append(read_bounds())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]


def test_larger_files_get_more_in_proportion(monkeypatch):
    spent = []
    monkeypatch.setattr(signal, "setitimer", lambda _, seconds, again=0: spent.append(seconds))
    for size in (0, limits.BYTES, 3 * limits.BYTES):
        with limited(size):
            pass
    assert spent == [limits.SECONDS, 0, limits.SECONDS, 0, 3 * limits.SECONDS, 0]


@pytest.mark.slow
@pytest.mark.parametrize("make", HOSTILE)
def test_hostile_files_end_within_ten_seconds_and_500_mib(tmp_path, make):
    question, answer = make()
    paths = write_files(tmp_path, question, answer)
    assert sum(path.stat().st_size for path in paths) < 11_000_000
    spent = measure_check(paths)
    assert spent.seconds < 10
    assert spent.mebibytes < 500
    assert spent.code in {*EXIT_CODES.values(), BROKEN}, spent.errors
    assert spent.code != EXIT_CODES[Ruling.PROVED]
