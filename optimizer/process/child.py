"""The child of ``guard.py``: reads a question, solves it under bounds, writes the answer, ends.

Standard output belongs to the answer alone; whatever else is printed goes to standard error. Dies
with its parent: by the kernel's hand where it knows how, and by watching standard input anywhere.
"""

import contextlib
import ctypes
import importlib
import json
import os
import resource
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

from optimizer.codec import canonical_bytes
from optimizer.limits import Limits
from optimizer.problem import Problem
from optimizer.process.guard import CRASHED, OUT_OF_MEMORY

PR_SET_PDEATHSIG = 1  # source: linux/prctl.h
MIB = 1 << 20


def main() -> None:
    """The child's whole life."""
    pipe = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    question = json.loads(sys.stdin.buffer.readline())
    _die_with_parent(question["parent"])
    threading.Thread(target=_watch_input, daemon=True).start()
    work = _load(
        question["work"]
    )  # libraries are mapped before the bound, as a failed map says little
    _bound_memory(question["memory_mib"])
    try:
        _send(pipe, "solution", _solve(work, question, pipe))
    except MemoryError:
        _send(pipe, "failed", OUT_OF_MEMORY)
    except Exception:  # whatever it is, the parent is told and the trace is kept
        is_memory = "bad_alloc" in traceback.format_exc()
        traceback.print_exc()
        _send(pipe, "failed", OUT_OF_MEMORY if is_memory else CRASHED)


def _load(path: str) -> Callable[..., Any]:
    module, _, name = path.partition(":")
    work: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return work


def _solve(work: Callable[..., Any], question: dict[str, Any], pipe: int) -> Any:
    problem = Problem.from_json(question["problem"])
    limits = Limits(seconds=question["seconds"])
    return work(problem, limits, lambda *told: _send(pipe, "progress", told)).to_json()


def _send(pipe: int, kind: str, content: Any) -> None:
    line = memoryview(canonical_bytes([kind, content]) + b"\n")
    while line:
        line = line[os.write(pipe, line) :]


def _bound_memory(memory_mib: int | None) -> None:
    """Bound the data segment: what is private and written to, and not the libraries' addresses."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold residents' data
    if memory_mib is not None:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        wanted = memory_mib * MIB
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _die_with_parent(parent: int) -> None:
    """Ask Linux for a kill when the parent dies; elsewhere the pipe alone tells."""
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
