"""A run in a process of its own: a crash or a hang there is a failed run, not a dead worker.

The solve itself runs in another below it, within bounds of memory: when the engine takes that one
along, this one still says why. Neither outlives the worker, and only the worker ends them: Ctrl-C
and a service manager's SIGTERM reach every process at once, and must not look like a broken solve.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from typing import Any

from matchmaker.rounds import matching
from matchmaker.rounds.solve.runs import SolveReport

TELL_SECONDS = 1.0  # the page need not know more often
GRACE_SECONDS = 120  # over the solver's own limit: start, check, explanations

Progress = tuple[str, int, int]  # code of the present stage, stages done, stages in all


def solve_apart(
    problem_json: str,
    limit_seconds: int,
    on_beat: Callable[[Progress | None], bool],
    *,
    memory_mib: int,
    is_unwanted: Callable[[], bool] = lambda: False,
) -> SolveReport | None:
    """Solve and check in a child process; ``on_beat`` hears the progress about once a second.

    None when ``on_beat`` or ``is_unwanted``, which is asked more often, said that nobody wants the
    answer any more. A child that dies or outlives its limit is killed and reported as a failure.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    question = (problem_json, limit_seconds, memory_mib)
    process = context.Process(target=_work, args=(theirs, *question), daemon=True)
    with _signals_held_back():
        process.start()
    theirs.close()
    deadline = time.monotonic() + limit_seconds + GRACE_SECONDS
    try:
        return _listen(ours, deadline, on_beat, is_unwanted)
    finally:
        process.kill()
        process.join()
        ours.close()


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """A process started inside never sees SIGINT and SIGTERM, nor does any below it."""
    resource_tracker.ensure_running()  # its start, else part of ours, would let them through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _listen(
    connection: Connection,
    deadline: float,
    on_beat: Callable[[Progress | None], bool],
    is_unwanted: Callable[[], bool],
) -> SolveReport | None:
    progress: Progress | None = None
    next_beat = 0.0
    while time.monotonic() < deadline:
        if is_unwanted():
            return None
        try:
            if connection.poll(TELL_SECONDS / 4):
                kind, content = connection.recv()
                if kind == "report":
                    return SolveReport(**content)
                progress = content
        except (EOFError, OSError):
            return SolveReport(failure="solver_died")
        if time.monotonic() >= next_beat:
            next_beat = time.monotonic() + TELL_SECONDS
            if not on_beat(progress):
                return None
    return SolveReport(failure="solver_hung")


def _work(connection: Connection, problem_json: str, limit_seconds: int, memory_mib: int) -> None:
    """The child's whole life: solve, check, explain, tell."""
    threading.Thread(target=_die_with_parent, args=(connection,), daemon=True).start()

    def tell(stage: str, done: int, total: int) -> None:
        connection.send(("progress", (stage, done, total)))

    connection.send(("report", _make_report(problem_json, limit_seconds, memory_mib, tell)))


def _make_report(
    problem_json: str,
    limit_seconds: int,
    memory_mib: int,
    tell: Callable[[str, int, int], None],
) -> dict[str, Any]:
    solution, timings = matching.solve(problem_json, limit_seconds, tell, memory_mib)
    findings = matching.check(problem_json, solution)
    explanations = {} if findings else matching.explain(problem_json, solution)
    return {
        "solution": solution,
        "findings": findings,
        "explanations": explanations,
        "timings": timings,
    }


def _die_with_parent(connection: Connection) -> None:
    """The parent never sends: when this returns its end is closed, and nobody waits for us."""
    try:
        connection.recv()
    except (EOFError, OSError):
        os._exit(1)
