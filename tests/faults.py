"""A step of the site whose system calls fail: in a process of its own, one call at a time.

``strace`` follows the process from the moment the step begins, counts the calls by which SQLite
changes its files, and lets the n-th of them fail or kills the process there. What is found in the
files afterwards is what an office would find after a fault of its disk or a lost machine.
"""

import multiprocessing
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from matchmaker.base.extensions import db
from tests.databases import make_app, opened

CALLS = ("pwrite64", "fsync", "fdatasync", "ftruncate", "unlink")
FAULTS = {"full": "error=ENOSPC", "broken": "error=EIO", "killed": "signal=KILL"}
DONE = "done"
_PATIENCE_SECONDS = 60
_SIGN = b"ready"


@dataclass(frozen=True)
class Fault:
    """The n-th call of a kind fails, or the process is killed there."""

    call: str
    number: int
    kind: str

    @property
    def rule(self) -> str:
        return f"inject={self.call}:{FAULTS[self.kind]}:when={self.number}"


def can_trace() -> bool:
    """Whether this machine has ``strace`` and lets it follow a process."""
    if shutil.which("strace") is None:
        return False
    tried = subprocess.run(["strace", "-qq", "true"], capture_output=True, check=False)
    return tried.returncode == 0


class Trials:
    """Runs one step on copies of one database, each time with another fault, or without."""

    def __init__(self, source: Path, step: Callable[[], None], folder: Path) -> None:
        """``source``: the database before the step, in one file; ``step`` runs in its context."""
        self._source, self._step, self._folder = source, step, folder
        self._number = 0

    def count_calls(self) -> Counter[str]:
        """How often the undisturbed step makes each call."""
        log = self._folder / "calls.txt"
        path, ended = self.run(["-o", str(log)])
        assert ended == DONE, ended
        calls = Counter(line.split("(")[0].split()[-1] for line in log.read_text().splitlines())
        self._remove(path)
        return Counter({call: calls[call] for call in CALLS if calls[call]})

    def run(self, rules: list[str]) -> tuple[Path, str]:
        """A copy after the step, and how that ended: ``DONE``, an error's name, or "killed"."""
        self._number += 1
        folder = self._folder / str(self._number)
        folder.mkdir()
        path = folder / "site.db"
        shutil.copyfile(self._source, path)
        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe()
        child = context.Process(target=_take_step, args=(path, self._step, theirs))
        child.start()
        try:
            assert ours.poll(_PATIENCE_SECONDS)
            assert ours.recv_bytes() == _SIGN
            with _following(child.pid, rules):
                ours.send_bytes(_SIGN)
                child.join(_PATIENCE_SECONDS)
        finally:
            child.kill()
            child.join()
        ended = ours.recv_bytes().decode() if ours.poll() else "killed"
        return path, ended

    def run_with(self, fault: Fault) -> tuple[Path, str]:
        return self.run(["-e", fault.rule])

    def repeat(self, path: Path) -> str:
        """The step once more on what a fault left, undisturbed."""
        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe()
        child = context.Process(target=_take_step, args=(path, self._step, theirs))
        child.start()
        assert ours.poll(_PATIENCE_SECONDS)
        ours.recv_bytes()
        ours.send_bytes(_SIGN)
        child.join(_PATIENCE_SECONDS)
        return ours.recv_bytes().decode()

    def _remove(self, path: Path) -> None:
        shutil.rmtree(path.parent)


def _take_step(path: Path, step: Callable[[], None], pipe: Connection) -> None:
    """Open the database as a server does, wait for the sign, take the step, say how it ended."""
    with opened(make_app(f"sqlite:///{path}", path.parent, is_durable=True)) as app:
        with app.app_context():
            db.session.execute(db.text("SELECT 1"))
            db.session.rollback()
        pipe.send_bytes(_SIGN)
        pipe.recv_bytes()
        with app.app_context():
            try:
                step()
                db.session.commit()
                ended = DONE
            except Exception as error:
                ended = type(error).__name__
    pipe.send_bytes(ended.encode())
    os._exit(0)


class _Follower:
    """``strace`` on a process, from when it has taken hold of it."""

    def __init__(self, pid: int | None, rules: list[str]) -> None:
        command = ["strace", "-f", "-p", str(pid), "-e", f"trace={','.join(CALLS)}", *rules]
        if "-o" not in rules:
            command += ["-o", os.devnull]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        first = self.process.stderr.readline()
        assert "attached" in first, first

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=_PATIENCE_SECONDS)


class _following:  # noqa: N801 (a context manager, used as a function is)
    def __init__(self, pid: int | None, rules: list[str]) -> None:
        self._follower = _Follower(pid, rules)

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        self._follower.stop()


def read_all(path: Path) -> dict[str, list[tuple]]:
    """Every row of every table, as a program that opens the files finds them."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return dict(_read(path))
        except sqlite3.OperationalError:  # another process still closes them
            assert time.monotonic() < deadline
            time.sleep(0.1)


def _read(path: Path) -> Iterator[tuple[str, list[tuple]]]:
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in sorted(names):
            yield name, sorted(connection.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr)
    finally:
        connection.close()
