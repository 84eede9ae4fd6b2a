"""Bounds on the work and the memory of a check, so that no file keeps it busy or fills the machine.

A check that needs more than ``SECONDS`` of processor time or ``MEBIBYTES`` of memory ends with
``TooLargeError``; files above ``BYTES`` get more of both. A month of 1,670 needs takes an eighth of
either. The bounds hold in the main thread only. A system without timers of processor time has no
bound of time, and one without ``/proc`` and limits of memory has no bound of memory.
"""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

try:
    import resource
except ImportError:  # Windows has no such module
    resource = None  # type: ignore[assignment]

SECONDS = 6.0  # of processor time, for files of 10 MB or less
MEBIBYTES = 400  # beside what the process has already, for files of 10 MB or less
AGAIN = 0.05  # seconds of processor time between two calls to stop
BYTES = 10_000_000  # larger files get more in proportion


class TooLargeError(Exception):
    """The check would need more than it may use; ``bound`` says what it ran out of."""

    def __init__(self, bound: str) -> None:
        super().__init__(bound)
        self.bound = bound


@contextmanager
def limited(size: int) -> Iterator[None]:
    """Bound the work and memory used in this context, for files of ``size`` bytes in all.

    Raises ``TooLargeError``. In other threads than the main one there are no bounds.
    """
    share = max(1.0, size / BYTES)
    if threading.current_thread() is not threading.main_thread():
        yield  # both bounds are those of the whole process
        return
    try:
        with _limit_memory(int(MEBIBYTES * share) << 20), _limit_seconds(SECONDS * share):
            yield
    except MemoryError:
        raise TooLargeError(f"more than {int(MEBIBYTES * share)} MiB of memory") from None


@contextmanager
def _limit_seconds(seconds: float) -> Iterator[None]:
    if not hasattr(signal, "ITIMER_PROF"):
        yield
        return

    late = TooLargeError(f"more than {seconds:.0f} seconds of work")
    is_late = False

    def stop(_number: int, frame: FrameType | None) -> None:
        nonlocal is_late
        is_late = True
        if frame is not None and _may_break_off(frame.f_code.co_filename):
            raise late

    before = signal.signal(signal.SIGPROF, stop)
    # The timer repeats: a stop may come while other code runs, or be dropped (see ``WORK``).
    signal.setitimer(signal.ITIMER_PROF, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    if is_late:
        raise late


@contextmanager
def _limit_memory(more: int) -> Iterator[None]:
    size = _read_size()
    if resource is None or size is None:
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_AS)
    most = size + more
    if before[0] != resource.RLIM_INFINITY:
        most = min(most, before[0])
    resource.setrlimit(resource.RLIMIT_AS, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def _read_size() -> int | None:
    """Return the present address space of this process [bytes]; None if the system hides it."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return None
    return pages * resource.getpagesize() if sys.platform != "win32" else None


def _may_break_off(file: str) -> bool:
    return file.startswith(WORK) and file not in _OWN


# A stop interrupts only the checker's own code. Python drops, with a warning, an exception that is
# raised while it frees an object, and the code that runs then is mostly that of other modules.
WORK = (str(Path(_read_size.__code__.co_filename).parent) + os.sep,)

# No stop interrupts the code that ends a bound: otherwise the bound would outlive the check.
_OWN = {code.co_filename for code in (_read_size.__code__, contextmanager.__code__)}
