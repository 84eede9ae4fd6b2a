"""Judges mutants in forked children of one warm process: each child plants one, then runs tests.

The parent imports every package the site needs but nothing of the site, so a child has a mutant's
file as its first and only version, whether the change is in a function, a decorator or a table, and
pays for the site's own imports alone. Nothing is written to the source tree.
"""

import contextlib
import importlib
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
import warnings
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.abc import MetaPathFinder
from importlib.machinery import SourceFileLoader
from importlib.util import spec_from_file_location
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from types import CodeType

import pytest

from tests.mutants.mutants import Mutant
from tests.mutants.units import CHOSEN, ROOT

_OPTIONS = ["-q", "--no-header", "--tb=short", "-p", "no:cacheprovider", "-p", "no:xdist"]
_OUR_FOLDERS = ("matchmaker", "optimizer", "tests", "__main__")
_SPARE_SECONDS, _SPARE_FACTOR = 30, 4  # a busy machine is no endless loop
_IMPORT_FAILED = {pytest.ExitCode.INTERRUPTED, pytest.ExitCode.USAGE_ERROR}


@dataclass
class Trial:
    """A mutant (``None``: the code as it is) and the tests to run, the likeliest first.

    Afterwards: the tests that ``failed`` and how it ``ended`` ("passed", "failed", "import" for a
    site that no longer starts, "time").
    """

    mutant: Mutant | None
    tests: list[str]
    seconds: float
    failed: list[str] = field(default_factory=list)
    ended: str = ""


class _Planter(MetaPathFinder, SourceFileLoader):  # type: ignore[misc]  # the stubs disagree
    """Gives the import system the mutant's text in place of its file."""

    def __init__(self, mutant: Mutant) -> None:
        path = mutant.unit.path
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        super().__init__(name, str(path))
        self.source = mutant.source

    def find_spec(self, fullname, path, target=None):
        if fullname != self.name:
            return None
        return spec_from_file_location(fullname, self.path, loader=self)

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.source, self.path, "exec", dont_inherit=True)


class _Chosen:
    """The pytest plugin of a child: runs the trial's tests in its order, notes the failures."""

    def __init__(self, tests: list[str]) -> None:
        self.tests = tests
        self.failed: list[str] = []

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        found = {item.nodeid: item for item in items}
        items[:] = [found[test] for test in self.tests if test in found]

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.failed.append(report.nodeid)


def warm_up() -> None:
    """Import what the site and its tests import, the project's own code left out."""
    probe = f"import sys, {CHOSEN.probe}; print(*sys.modules)"
    listed = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", probe],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in listed.stdout.split():
            if name.split(".")[0] not in _OUR_FOLDERS:
                with contextlib.suppress(Exception):  # a name that only its own package can import
                    importlib.import_module(name)


def judge(waiting: deque[Trial], folder: Path, workers: int) -> Iterator[Trial]:
    """Run the trials, ``workers`` at a time, and yield each when it has ended. Who reads them may
    put more at the end."""
    running: dict[int, tuple[ForkProcess, Trial, float]] = {}
    try:
        while True:
            while len(running) < workers and waiting:
                trial = waiting.popleft()
                child = _start(trial, folder)
                running[child.sentinel] = (child, trial, time.monotonic() + _get_limit(trial))
            if not running:
                return
            wait(list(running), timeout=0.5)
            for sentinel, (child, trial, deadline) in list(running.items()):
                if not child.is_alive() or time.monotonic() > deadline:
                    del running[sentinel]
                    _finish(child, trial, folder)
                    yield trial
    finally:  # also when interrupted
        for child, _, _ in running.values():
            _end(child)


def _get_limit(trial: Trial) -> float:
    return _SPARE_SECONDS + _SPARE_FACTOR * trial.seconds


def _start(trial: Trial, folder: Path) -> ForkProcess:
    child = multiprocessing.get_context("fork").Process(target=_run, args=(trial, folder))
    child.start()
    return child


def _run(trial: Trial, folder: Path) -> None:
    os.setsid()  # what the tests start ends with them
    log = os.open(folder / f"{os.getpid()}.log", os.O_WRONLY | os.O_CREAT, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    if trial.mutant:
        sys.meta_path.insert(0, _Planter(trial.mutant))
    plugin = _Chosen(trial.tests)
    files = dict.fromkeys(test.split("::")[0] for test in trial.tests)
    stop = ["-x"] if trial.mutant else []
    place = [f"--basetemp={folder / str(os.getpid())}"]
    code = pytest.main([*_OPTIONS, *stop, *place, *files], plugins=[plugin])
    result = {"code": int(code), "failed": plugin.failed}
    (folder / f"{os.getpid()}.json").write_text(json.dumps(result))
    os._exit(0)


def _finish(child: ForkProcess, trial: Trial, folder: Path) -> None:
    """Read what the child wrote, and end whatever it left running."""
    late = child.is_alive()
    _end(child)
    path = folder / f"{child.pid}.json"
    if not folder.exists():  # every verdict from here on would be a crash
        raise RuntimeError(f"{folder} is gone: start again, what was judged before is kept")
    if late or not path.exists():
        trial.ended = "time" if late else "crash"
        return
    result = json.loads(path.read_text())
    trial.failed, code = result["failed"], result["code"]
    if code in _IMPORT_FAILED and not trial.failed:
        trial.ended = "import"
    elif code in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        trial.ended = "failed" if code else "passed"
    else:
        log = (folder / f"{child.pid}.log").read_text(errors="replace")
        raise RuntimeError(f"pytest ended with {code} for {trial.tests[:3]}:\n{log[-2000:]}")


def _end(child: ForkProcess) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)  # it leads a group of its own
    child.kill()
    child.join()
