"""A solve in a process of its own: whatever befalls it, the caller gets a ``Solution``.

The child (``guard_child.py``) is a fresh interpreter. It reads one line of JSON, the question, and
writes lines of JSON: progress, then the answer. It may use so much memory and time; when it dies,
hangs or answers nonsense the result is FAILED with one of the codes below as its detail. It never
outlives its caller: the kernel is asked to end it with its parent, and it watches the pipe.
"""

import contextlib
import json
import logging
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from optimizer.codec import ProblemError, canonical_bytes
from optimizer.limits import Limits
from optimizer.problem import Problem
from optimizer.solution import Solution, SolutionStatus

OUT_OF_MEMORY = "out_of_memory"  # asked for more than ``memory_mib``
KILLED = "killed"  # ended from outside, by the kernel when memory ran out or by a person
HUNG = "hung"  # no answer within the seconds allowed and the grace
CRASHED = "crashed"  # the engine or our own code broke
NOT_STARTED = "not_started"  # the machine has no room for another process
FAILURES = (OUT_OF_MEMORY, KILLED, HUNG, CRASHED, NOT_STARTED)

DEFAULT_MEMORY_MIB = 4096
WORK = "optimizer.search.solve:solve"
PROGRAM = ("-P", "-m", "optimizer.process.child")
TAIL = 4096  # bytes of what the child last said that are worth keeping
LAST_WORDS = 10.0  # seconds for a child to end once its pipe is closed
_OUTSIDE = {-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP}
_ROOT = Path(__file__).resolve().parents[2]

Progress = Callable[[str, int, int], None]
logger = logging.getLogger("optimizer.process.guard")


class _LostError(Exception):
    """The child gave no answer; the message is the code."""


def solve_guarded(
    problem: Problem,
    limits: Limits,
    *,
    memory_mib: int | None,
    progress: Progress | None = None,
    work: str = WORK,
) -> Solution:
    """The same answer as ``solve``, byte for byte, or FAILED; no error of the solve comes through.

    memory_mib  most private memory of the child [MiB], about 100 of them before it begins; None:
                no bound. Not held where the system knows no RLIMIT_DATA for mapped memory.
    progress    as in ``solve``, called in the caller's thread
    work        module:function that solves in the child; the tests put a broken one here
    """
    question = {
        "work": work,
        "parent": os.getpid(),
        "seconds": limits.seconds,
        "memory_mib": memory_mib,
        "problem": problem.to_json(),
    }
    deadline = time.monotonic() + limits.seconds + limits.grace_seconds
    try:
        answer = _ask_child(canonical_bytes(question) + b"\n", deadline, progress)
        solution = Solution.from_json(answer)
        if solution.problem_sha256 == problem.sha256 and solution == solution.sealed():
            return solution
        detail = CRASHED  # an answer to another question, or one damaged on its way
    except _LostError as lost:
        detail = str(lost)
    except ProblemError:
        detail = CRASHED
    except MemoryError:
        detail = OUT_OF_MEMORY
    return _fail(problem, detail)


def _ask_child(question: bytes, deadline: float, progress: Progress | None) -> Any:
    """The JSON of the answer. Raises ``_LostError``; the child is gone when this returns."""
    with tempfile.TemporaryFile() as said:
        try:
            child = _start_child(said)
        except OSError as error:
            raise _LostError(NOT_STARTED) from error
        lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        # Threads, as either pipe may stand still for as long as the child does.
        writer = threading.Thread(target=_write, args=(child.stdin, question), daemon=True)
        reader = threading.Thread(target=_read, args=(child.stdout, lines), daemon=True)
        try:
            writer.start()
            reader.start()
            return _listen(lines, deadline, progress)
        except EOFError:
            raise _LostError(_read_death(child, said)) from None
        finally:
            _bury(child, writer, reader)


def _start_child(said: IO[bytes]) -> "subprocess.Popen[bytes]":
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    # One thread: spare ones reserve memory that would count, more of it the more cores there are.
    environ = {"PYTHONPATH": os.pathsep.join(paths), "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen(  # noqa: S603 (our own program)
        [sys.executable, *PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=said,
        env=os.environ | environ,
    )


def _listen(lines: "queue.SimpleQueue[bytes]", deadline: float, progress: Progress | None) -> Any:
    """The answer among the child's lines. Raises ``EOFError`` when they end without one."""
    while True:
        try:
            line = lines.get(timeout=max(deadline - time.monotonic(), 0.0))
        except queue.Empty:
            raise _LostError(HUNG) from None
        if not line.endswith(b"\n"):
            raise EOFError
        kind, content = json.loads(line)
        if kind == "solution":
            return content
        if kind == "failed":
            raise _LostError(content)
        if progress is not None:
            progress(*content)


def _write(pipe: IO[bytes], question: bytes) -> None:
    with contextlib.suppress(OSError):  # a child that died: the reader sees it
        pipe.write(question)
        pipe.flush()  # and stays open: its end is how the child learns that nobody waits


def _read(pipe: IO[bytes], lines: "queue.SimpleQueue[bytes]") -> None:
    for line in pipe:
        lines.put(line)
    lines.put(b"")


def _read_death(child: "subprocess.Popen[bytes]", said: IO[bytes]) -> str:
    """Which code describes a child that closed its pipe."""
    try:
        code = child.wait(LAST_WORDS)
    except subprocess.TimeoutExpired:
        return HUNG
    said.seek(max(0, said.seek(0, os.SEEK_END) - TAIL))
    words = said.read()
    logger.warning("a solve died with %d: %s", code, words.decode(errors="replace"))
    if code in _OUTSIDE:
        return KILLED
    return OUT_OF_MEMORY if b"bad_alloc" in words or b"MemoryError" in words else CRASHED


def _bury(child: "subprocess.Popen[bytes]", *threads: threading.Thread) -> None:
    child.kill()
    child.wait()
    for thread in threads:
        if thread.ident is not None:
            thread.join(LAST_WORDS)
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):  # what the dead child did not read
                pipe.close()


def _fail(problem: Problem, detail: str) -> Solution:
    failed = Solution(SolutionStatus.FAILED, problem.sha256, problem.policy.label, problem.seed)
    return replace(failed, needs_asked=len(problem.needs), detail=detail).sealed()
