"""The child process of ``guard.py``: read a problem, solve it within limits, write the lines.

Standard output carries these lines only; everything else that is printed goes to standard error.
The child ends with its parent: on Linux the kernel kills it, and everywhere the end of its standard
input ends it.
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
from optimizer.process.work import (
    STEPS,
    Steps,
    name_failure,
    name_reason,
    work,
    work_out_difference,
    work_out_prices,
)
from optimizer.report import Line

PR_SET_PDEATHSIG = 1  # source: linux/prctl.h
MIB = 1 << 20


def main(steps: Steps = STEPS) -> None:
    """Run the child from start to end. The question cannot choose the ``steps``."""
    pipe = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    question = json.loads(sys.stdin.buffer.readline())
    _die_with_parent(question["parent"])
    threading.Thread(target=_watch_input, daemon=True).start()
    # Libraries are loaded by now: a failed load under the limit would be hard to recognise.
    _bound_memory(question["memory_mib"])

    def send(line: Line, content: Any) -> None:
        _send(pipe, line, content)

    limits = Limits(**question["limits"])
    try:
        report = work(question["problem"], limits, send, steps)
        send(Line.EXPLAINED, report.to_json())
        if question["before"] is not None:
            found = work_out_difference(
                question["problem"], question["before"], report, limits, send, steps
            )
            send(Line.PRICED, {} if found is None else {"difference": found.to_json()})
        elif question["is_priced"]:
            prices = work_out_prices(question["problem"], report, limits, send, steps)
            send(Line.PRICED, {"prices": [price.to_json() for price in prices]})
    except Exception as error:  # the parent reports every error
        send(Line.FAILED, [name_failure(error), name_reason(error)])


def _send(pipe: int, line: Line, content: Any) -> None:
    left = memoryview(canonical_bytes([line, content]) + b"\n")
    while left:
        left = left[os.write(pipe, left) :]


def _bound_memory(memory_mib: int | None) -> None:
    """Limit the data segment, which is private and written to; mapped libraries do not count."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold residents' data
    if memory_mib is not None:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        wanted = memory_mib * MIB
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _die_with_parent(parent: int) -> None:
    """Ask Linux to kill this process when the parent ends; elsewhere ``_watch_input`` ends it."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # the parent ended before the request
        os._exit(1)


def _watch_input() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass  # the parent sends no more input; only its end matters
    os._exit(1)


if __name__ == "__main__":
    main()
