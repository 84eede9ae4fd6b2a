"""Processes that tests start: each ends with its block, waited for, whatever happened inside.

Nothing here asserts a time: the seconds only bound how long a hopeless wait lasts.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.architecture.source import ROOT

PATIENCE_SECONDS = 300
PROC = Path("/proc")


@contextmanager
def running(*arguments: str, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """``python`` with these arguments in a session of its own, from the project's root if no other.

    ``options`` as of ``subprocess.Popen``; its pipes hold nothing back.
    """
    options = {"cwd": ROOT, "bufsize": 0, **options}
    process = subprocess.Popen([sys.executable, *arguments], start_new_session=True, **options)
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask the process and whatever it started to end, wait for it, and close its pipes.

    Fails the test when it had to be killed.
    """
    was_killed = False
    try:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        was_killed = True
    finally:
        with contextlib.suppress(ProcessLookupError):  # the whole group has ended
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
    assert not was_killed, f"{process.args!r} did not end when it was asked"


def list_session(leader: int) -> dict[int, str]:
    """Number and command line of all living processes of the session (Linux alone)."""
    found = {}
    for folder in PROC.iterdir():
        with contextlib.suppress(OSError):  # it ended while we looked
            if folder.name.isdecimal() and _read_state(int(folder.name)) == ("alive", leader):
                found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
    return found


def is_alive(process: int) -> bool:
    """Whether it still runs; one that only waits for its parent to notice has ended."""
    if PROC.is_dir():
        try:
            return _read_state(process)[0] == "alive"
        except OSError:
            return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.05)


def _read_state(process: int) -> tuple[str, int]:
    """``alive`` or ``dead``, and the session; source: proc_pid_stat(5)."""
    after_name = (PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
    return "dead" if after_name[0] in "ZX" else "alive", int(after_name[3])
