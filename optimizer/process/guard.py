"""The supervisor of a solve: every failure of the child becomes a ``SolveReport``.

The child (``child.py``) is a fresh interpreter. It reads one line of JSON, the question, and writes
lines of JSON (``Line``): progress, the checked answer, the explained answer, and the prices of its
pins if they are asked for. Its memory and time are limited. If it dies, hangs or writes nonsense
before its answer is checked, the report holds that failure. If it does so later, the answer
remains; only the explanations are brief or the prices are missing. The child never outlives its
caller: the kernel kills it with its parent, and it watches its input. It does not receive SIGINT
and SIGTERM: Ctrl-C and a service manager send these to every process, and that must not look like a
broken solve.
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
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from optimizer.codec import ProblemError, canonical_bytes, to_json
from optimizer.limits import Limits
from optimizer.problem import Problem
from optimizer.report import Failure, Line, Progress, Seconds, SolveReport, says_no_memory

BEAT_SECONDS = 0.25  # how often the caller is asked whether it still wants the answer
DEFAULT_MEMORY_MIB = 4096
PROGRAM = ("-P", "-m", "optimizer.process.child")
TAIL = 4096  # last bytes of the child's standard error that are logged
EXIT_GRACE_SECONDS = 10.0  # for a child to end once its pipe is closed
_OUTSIDE = {-signal.SIGKILL, -signal.SIGHUP}  # the child blocks SIGINT and SIGTERM
_ROOT = Path(__file__).resolve().parents[2]

OnBeat = Callable[[Progress | None], bool]
_Child = subprocess.Popen[bytes]
logger = logging.getLogger("optimizer.process.guard")


class _NoAnswerError(Exception):
    """The child gives no further answer."""

    def __init__(self, failure: Failure, reason: str = "") -> None:
        super().__init__(failure)
        self.failure = failure
        self.reason = reason


def solve_apart(
    problem: Problem,
    limits: Limits,
    *,
    memory_mib: int | None,
    on_beat: OnBeat | None = None,
    before: Mapping[str, Any] | None = None,
) -> SolveReport:
    """Solve, check and explain in a child process; every error of the child becomes ``failure``.

    The report has the prices of pins and forbids if ``limits.price_seconds`` is not None.

    A solution within the time limit equals that of ``solve``, byte for byte. The report says what
    the check found.

    memory_mib  limit of the child's private memory [MiB], about 100 of them before it begins; None:
                no limit. It has no effect where RLIMIT_DATA does not cover mapped memory.
    before      a ``what_if.difference.Before`` as plain JSON: the report then has the difference
                between its answer and the new one in place of prices
    on_beat     receives the progress four times a second, in the caller's thread; if it returns
                False, the child is ended and the report is CANCELLED. If it raises an exception,
                the child is ended too and the exception is raised again.
    """
    began = time.monotonic()
    is_asked = bool(problem.pins or problem.forbids or before)
    is_priced = is_asked and limits.price_seconds is not None
    question = _write_question(problem, limits, memory_mib, before, is_priced=is_priced)
    dialogue = _Dialogue(limits, on_beat or _go_on, is_priced=is_priced)
    failure: Failure | None = None
    reason = ""
    try:
        _ask_child(question, dialogue)
    except _NoAnswerError as lost:
        failure, reason = lost.failure, lost.reason
    except MemoryError:  # in this process, while it reads the answer
        failure = Failure.OUT_OF_MEMORY
    report = replace(_judge(problem, dialogue, failure), reason=reason)
    if report.solution is not None:
        return report
    return replace(report, seconds=Seconds(solve=round(time.monotonic() - began, 3)))


def _write_question(
    problem: Problem,
    limits: Limits,
    memory_mib: int | None,
    before: Mapping[str, Any] | None,
    *,
    is_priced: bool,
) -> bytes:
    question = {
        "parent": os.getpid(),
        "limits": to_json(limits),
        "memory_mib": memory_mib,
        "is_priced": is_priced,
        "before": before if is_priced else None,
        "problem": problem.to_json(),
    }
    return canonical_bytes(question) + b"\n"


class _Dialogue:
    """What the child has written so far, and the time by which the next line must come.

    checked, explained   its reports as plain JSON, not validated yet; None: not received
    prices               the prices of the explained report, or its difference, as plain JSON; None:
                         not received
    """

    def __init__(self, limits: Limits, on_beat: OnBeat, *, is_priced: bool) -> None:
        self.checked: Any = None
        self.explained: Any = None
        self.prices: Any = None
        self._limits, self._on_beat, self._is_priced = limits, on_beat, is_priced
        self._progress: Progress | None = None
        self._next_beat = time.monotonic()
        self._allow(limits.seconds + limits.grace_seconds)

    def listen(self, lines: "queue.SimpleQueue[bytes]") -> None:
        """Read the child's lines, and return when the last one has arrived.

        Raises ``_NoAnswerError`` if there will be no last line, ``EOFError`` if the lines end
        without it.
        """
        while self.explained is None or (self._is_priced and self.prices is None):
            self._beat()
            wait = min(self._deadline, self._next_beat) - time.monotonic()
            try:
                line = lines.get(timeout=max(wait, 0.0))
            except queue.Empty:
                if time.monotonic() >= self._deadline:
                    raise _NoAnswerError(Failure.HUNG) from None
                continue
            if not line.endswith(b"\n"):
                raise EOFError
            try:
                self._hear(*json.loads(line))
            except (ValueError, TypeError):
                raise _NoAnswerError(Failure.NONSENSE) from None

    def _beat(self) -> None:
        if time.monotonic() >= self._next_beat:
            self._next_beat = time.monotonic() + BEAT_SECONDS
            if not self._on_beat(self._progress):
                raise _NoAnswerError(Failure.CANCELLED)

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
            self._allow((self._limits.price_seconds or 0.0) + self._limits.grace_seconds)
        elif line is Line.PRICED:
            self.prices = content
        else:
            failure, reason = content
            raise _NoAnswerError(Failure(failure), str(reason))

    def _allow(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds


def _go_on(_progress: Progress | None) -> bool:
    return True


def _judge(problem: Problem, dialogue: _Dialogue, failure: Failure | None) -> SolveReport:
    """Return the most complete report of the child that is acceptable, or one with the failure."""
    if failure is Failure.CANCELLED:
        return SolveReport(failure=failure)
    for plain, is_brief in _list_reports(dialogue):
        try:
            report = _accept(problem, plain)
        except _NoAnswerError as lost:
            failure = lost.failure
        else:
            lacks = failure if is_brief and report.is_usable and failure else report.unexplained
            return replace(report, unexplained=lacks)
    return SolveReport(failure=failure or Failure.NONSENSE)


def _list_reports(dialogue: _Dialogue) -> Iterator[tuple[Any, bool]]:
    """Yield the child's reports, most complete first, and whether each lacks explanations."""
    if dialogue.explained is not None:
        if isinstance(dialogue.prices, dict) and isinstance(dialogue.explained, dict):
            yield {**dialogue.explained, **dialogue.prices}, False
        yield dialogue.explained, False
    if dialogue.checked is not None:
        yield dialogue.checked, True


def _accept(problem: Problem, plain: Any) -> SolveReport:
    """Return a report whose answer is intact and belongs to this problem, or that has no answer.

    Raises ``_NoAnswerError`` for any other.
    """
    try:
        report = SolveReport.from_json(plain)
    except ProblemError:
        raise _NoAnswerError(Failure.NONSENSE) from None
    except MemoryError:
        raise _NoAnswerError(Failure.OUT_OF_MEMORY) from None
    solution = report.solution
    if report.failure is not None or solution is None:
        return report
    if solution != solution.sealed():
        raise _NoAnswerError(Failure.NONSENSE)
    if solution.problem_sha256 != problem.sha256:
        raise _NoAnswerError(Failure.OTHER_PROBLEM)
    return report


def _ask_child(question: bytes, dialogue: _Dialogue) -> None:
    """Start a child and read all its lines; the child has ended when this returns or raises.

    Raises ``_NoAnswerError`` if it gives no answer.
    """
    with tempfile.TemporaryFile() as errors:
        try:
            child = _start_child(errors)
        except OSError as error:
            raise _NoAnswerError(Failure.NOT_STARTED) from error
        lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        # Threads, because either pipe can block for as long as the child does.
        writer = threading.Thread(target=_write, args=(child.stdin, question), daemon=True)
        reader = threading.Thread(target=_read, args=(child.stdout, lines), daemon=True)
        try:
            writer.start()
            reader.start()
            dialogue.listen(lines)
        except EOFError:
            raise _NoAnswerError(*_explain_exit(child, errors)) from None
        finally:
            _kill_and_join(child, writer, reader)
            _log(errors)


def _start_child(errors: IO[bytes]) -> _Child:
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    # One thread: others would reserve memory that counts, more of it on more cores.
    environ = {"PYTHONPATH": os.pathsep.join(paths), "OPENBLAS_NUM_THREADS": "1"}
    with _signals_held_back():
        return subprocess.Popen(  # noqa: S603 (our own program)
            [sys.executable, *PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=os.environ | environ,
        )


@contextlib.contextmanager
def _signals_held_back() -> Iterator[None]:
    """Block SIGINT and SIGTERM, so that processes started meanwhile never receive them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _write(pipe: IO[bytes], question: bytes) -> None:
    with contextlib.suppress(OSError):  # the child has died, which the reader notices
        pipe.write(question)
        pipe.flush()  # and stays open: its end tells the child that nobody waits


def _read(pipe: IO[bytes], lines: "queue.SimpleQueue[bytes]") -> None:
    for line in pipe:
        lines.put(line)
    lines.put(b"")


def _explain_exit(child: _Child, errors: IO[bytes]) -> tuple[Failure, str]:
    """Return the failure of a child that closed its pipe, and its last words or its exit code."""
    try:
        code = child.wait(EXIT_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        return Failure.HUNG, ""
    logger.warning("a solve died with exit code %d", code)
    words = _read_tail(errors)
    if code in _OUTSIDE:
        return Failure.KILLED, ""
    text = words.decode(errors="replace")
    is_memory, said = says_no_memory(text), text.split("\n")
    last = next((line.strip() for line in reversed(said) if line.strip()), "")
    reason = f"exit code {code}: {last}" if last else f"exit code {code}"
    return Failure.OUT_OF_MEMORY if is_memory else Failure.CRASHED, reason


def _log(errors: IO[bytes]) -> None:
    """Log what the child wrote to standard error, if anything."""
    words = _read_tail(errors)
    if words:
        logger.warning("a solve errors: %s", words.decode(errors="replace"))


def _read_tail(errors: IO[bytes]) -> bytes:
    errors.seek(max(0, errors.seek(0, os.SEEK_END) - TAIL))
    return errors.read()


def _kill_and_join(child: _Child, *threads: threading.Thread) -> None:
    child.kill()
    child.wait()
    for thread in threads:
        if thread.ident is not None:
            thread.join(EXIT_GRACE_SECONDS)
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):  # input that the child did not read
                pipe.close()
