"""The one supervisor of a solve: whatever happens in the child, the caller gets a ``SolveReport``.

The child (``child.py``) is a fresh interpreter. It reads one line of JSON, the question, and writes
lines of JSON (``Line``): progress, then the checked answer, then the same explained. It may
use so much memory and time. When it dies, hangs or answers nonsense before its answer is checked,
the report holds that failure; when it does so afterwards, the answer stays and only the
explanations are brief. It never outlives its caller: the kernel is asked to end it with its parent,
and it watches the pipe. Only its caller ends it: Ctrl-C and a service manager's SIGTERM reach every
process at once, and must not look like a broken solve.
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
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from optimizer.codec import ProblemError, canonical_bytes, to_json
from optimizer.limits import Limits
from optimizer.problem import Problem
from optimizer.report import Failure, Line, Progress, Seconds, SolveReport

BEAT_SECONDS = 0.25  # how often the caller is asked whether it still wants the answer
DEFAULT_MEMORY_MIB = 4096
PROGRAM = ("-P", "-m", "optimizer.process.child")
TAIL = 4096  # bytes of what the child last said that are worth keeping
LAST_WORDS = 10.0  # seconds for a child to end once its pipe is closed
_OUTSIDE = {-signal.SIGKILL, -signal.SIGHUP}  # the others are held back
_ROOT = Path(__file__).resolve().parents[2]

OnBeat = Callable[[Progress | None], bool]
_Child = subprocess.Popen[bytes]
logger = logging.getLogger("optimizer.process.guard")


class _LostError(Exception):
    """Nothing more is to be had from the child."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


def solve_apart(
    problem: Problem, limits: Limits, *, memory_mib: int | None, on_beat: OnBeat | None = None
) -> SolveReport:
    """Solve, check and explain in a child process; no error of its work comes through.

    The solution is that of ``solve``, byte for byte, and was checked; otherwise ``failure`` is set.

    memory_mib  most private memory of the child [MiB], about 100 of them before it begins; None:
                no bound. Not held where the system knows no RLIMIT_DATA for mapped memory.
    on_beat     hears the progress four times a second, in the caller's thread; False ends the
                child, and the report is CANCELLED. Its own errors end the child too and come
                through.
    """
    began = time.monotonic()
    question = {
        "parent": os.getpid(),
        "limits": to_json(limits),
        "memory_mib": memory_mib,
        "problem": problem.to_json(),
    }
    talk = _Talk(limits, on_beat or _go_on)
    failure: Failure | None = None
    try:
        _ask_child(canonical_bytes(question) + b"\n", talk)
    except _LostError as lost:
        failure = lost.failure
    except MemoryError:  # here, for the answer
        failure = Failure.OUT_OF_MEMORY
    report = _judge(problem, talk, failure)
    if report.solution is not None:
        return report
    return replace(report, seconds=Seconds(solve=round(time.monotonic() - began, 3)))


class _Talk:
    """What the child has said so far, and until when the next word must come.

    checked, explained  its reports as plain JSON, not believed yet; None: not there
    """

    def __init__(self, limits: Limits, on_beat: OnBeat) -> None:
        self.checked: Any = None
        self.explained: Any = None
        self._limits, self._on_beat = limits, on_beat
        self._progress: Progress | None = None
        self._next_beat = time.monotonic()
        self._allow(limits.seconds + limits.grace_seconds)

    def listen(self, lines: "queue.SimpleQueue[bytes]") -> None:
        """Return when the last line was heard.

        Raises ``_LostError`` when there will be none, ``EOFError`` when the lines end without it.
        """
        while self.explained is None:
            self._beat()
            wait = min(self._deadline, self._next_beat) - time.monotonic()
            try:
                line = lines.get(timeout=max(wait, 0.0))
            except queue.Empty:
                if time.monotonic() >= self._deadline:
                    raise _LostError(Failure.HUNG) from None
                continue
            if not line.endswith(b"\n"):
                raise EOFError
            try:
                self._hear(*json.loads(line))
            except (ValueError, TypeError):
                raise _LostError(Failure.NONSENSE) from None

    def _beat(self) -> None:
        if time.monotonic() >= self._next_beat:
            self._next_beat = time.monotonic() + BEAT_SECONDS
            if not self._on_beat(self._progress):
                raise _LostError(Failure.CANCELLED)

    def _hear(self, word: str, content: Any) -> None:
        line = Line(word)
        if line is Line.PROGRESS:
            self._progress = Progress(*content)
        elif line is Line.SOLVED:
            self._allow(self._limits.check_seconds)
        elif line is Line.CHECKED:
            self.checked = content
            self._allow((self._limits.explain_seconds or 0.0) + self._limits.grace_seconds)
        elif line is Line.EXPLAINED:
            self.explained = content
        else:
            raise _LostError(Failure(content))

    def _allow(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds


def _go_on(_progress: Progress | None) -> bool:
    return True


def _judge(problem: Problem, talk: _Talk, failure: Failure | None) -> SolveReport:
    """The best report among those the child gave, or the failure."""
    if failure is Failure.CANCELLED:
        return SolveReport(failure=failure)
    for plain in (talk.explained, talk.checked):
        if plain is None:
            continue
        try:
            report = _accept(problem, plain)
        except _LostError as lost:
            failure = lost.failure
        else:
            lacks = failure if report.is_usable and failure else report.unexplained
            return replace(report, unexplained=lacks)
    return SolveReport(failure=failure or Failure.NONSENSE)


def _accept(problem: Problem, plain: Any) -> SolveReport:
    """A report whose answer is whole and to this problem, or one that says why there is none.

    Raises ``_LostError`` for any other.
    """
    try:
        report = SolveReport.from_json(plain)
    except ProblemError:
        raise _LostError(Failure.NONSENSE) from None
    except MemoryError:
        raise _LostError(Failure.OUT_OF_MEMORY) from None
    solution = report.solution
    if report.failure is not None or solution is None:
        return report
    if solution != solution.sealed():
        raise _LostError(Failure.NONSENSE)
    if solution.problem_sha256 != problem.sha256:
        raise _LostError(Failure.OTHER_PROBLEM)
    return report


def _ask_child(question: bytes, talk: _Talk) -> None:
    """Start a child and hear it out. Raises ``_LostError``; the child is gone when this returns."""
    with tempfile.TemporaryFile() as said:
        try:
            child = _start_child(said)
        except OSError as error:
            raise _LostError(Failure.NOT_STARTED) from error
        lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        # Threads, as either pipe may stand still for as long as the child does.
        writer = threading.Thread(target=_write, args=(child.stdin, question), daemon=True)
        reader = threading.Thread(target=_read, args=(child.stdout, lines), daemon=True)
        try:
            writer.start()
            reader.start()
            talk.listen(lines)
        except EOFError:
            raise _LostError(_read_death(child, said)) from None
        finally:
            _bury(child, writer, reader)
            _log(said)


def _start_child(said: IO[bytes]) -> _Child:
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    # One thread: spare ones reserve memory that would count, more of it the more cores there are.
    environ = {"PYTHONPATH": os.pathsep.join(paths), "OPENBLAS_NUM_THREADS": "1"}
    with _signals_held_back():
        return subprocess.Popen(  # noqa: S603 (our own program)
            [sys.executable, *PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            env=os.environ | environ,
        )


@contextlib.contextmanager
def _signals_held_back() -> Iterator[None]:
    """A process started inside never sees SIGINT and SIGTERM."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _write(pipe: IO[bytes], question: bytes) -> None:
    with contextlib.suppress(OSError):  # a child that died: the reader sees it
        pipe.write(question)
        pipe.flush()  # and stays open: its end is how the child learns that nobody waits


def _read(pipe: IO[bytes], lines: "queue.SimpleQueue[bytes]") -> None:
    for line in pipe:
        lines.put(line)
    lines.put(b"")


def _read_death(child: _Child, said: IO[bytes]) -> Failure:
    """Which failure a child died of that closed its pipe."""
    try:
        code = child.wait(LAST_WORDS)
    except subprocess.TimeoutExpired:
        return Failure.HUNG
    logger.warning("a solve died with exit code %d", code)
    if code in _OUTSIDE:
        return Failure.KILLED
    words = _read_tail(said)
    is_memory = b"bad_alloc" in words or b"MemoryError" in words
    return Failure.OUT_OF_MEMORY if is_memory else Failure.CRASHED


def _log(said: IO[bytes]) -> None:
    """Keep what the child printed, which is nothing as long as all goes well."""
    words = _read_tail(said)
    if words:
        logger.warning("a solve said: %s", words.decode(errors="replace"))


def _read_tail(said: IO[bytes]) -> bytes:
    said.seek(max(0, said.seek(0, os.SEEK_END) - TAIL))
    return said.read()


def _bury(child: _Child, *threads: threading.Thread) -> None:
    child.kill()
    child.wait()
    for thread in threads:
        if thread.ident is not None:
            thread.join(LAST_WORDS)
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):  # what the dead child did not read
                pipe.close()
