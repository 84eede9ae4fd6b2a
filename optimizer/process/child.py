"""The child of ``guard.py``: reads a problem, works on it under bounds, writes its lines, ends.

Standard output belongs to its lines alone; whatever else is printed goes to standard error. It dies
with its parent: by the kernel's hand where it knows how, and by watching standard input anywhere.
"""

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys
import threading
from typing import Any

from optimizer.codec import canonical_bytes
from optimizer.limits import Limits
from optimizer.process.work import STEPS, Steps, name_failure, work
from optimizer.report import Line

PR_SET_PDEATHSIG = 1  # source: linux/prctl.h
MIB = 1 << 20


def main(steps: Steps = STEPS) -> None:
    """The child's whole life. Its steps are code of its own; no question can name others."""
    pipe = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    question = json.loads(sys.stdin.buffer.readline())
    _die_with_parent(question["parent"])
    threading.Thread(target=_watch_input, daemon=True).start()
    # Libraries are mapped by now: a map that fails under the bound would say little.
    _bound_memory(question["memory_mib"])

    def tell(line: Line, content: Any) -> None:
        _send(pipe, line, content)

    try:
        report = work(question["problem"], Limits(**question["limits"]), tell, steps)
        tell(Line.EXPLAINED, report.to_json())
    except Exception as error:  # whatever it is, the parent hears of it
        tell(Line.FAILED, name_failure(error))


def _send(pipe: int, line: Line, content: Any) -> None:
    left = memoryview(canonical_bytes([line, content]) + b"\n")
    while left:
        left = left[os.write(pipe, left) :]


def _bound_memory(memory_mib: int | None) -> None:
    """Bound the data segment: what is private and written to, and not the libraries' addresses."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold residents' data
    if memory_mib is not None:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        wanted = memory_mib * MIB
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _die_with_parent(parent: int) -> None:
    """Ask Linux for a kill when the parent dies; elsewhere the end of the input says so."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we asked
        os._exit(1)


def _watch_input() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass  # the parent has said everything; only the end matters
    os._exit(1)


if __name__ == "__main__":
    main()
