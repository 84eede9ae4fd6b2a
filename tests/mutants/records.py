"""Which tests run which unit, recorded once; and what has been judged. Both kept in ``build/``."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

from tests.mutants.mutants import Mutant
from tests.mutants.units import CHOSEN, NAME, ROOT, Unit, list_units

FOLDER = ROOT / "build" / "mutants" / ("" if NAME == "door" else NAME)
_TESTS = ROOT / CHOSEN.tests
# As recorded, and how many tests that run little else are tried although they are slow. Killers are
# nearly always among the first few, and a child that collects few files starts at once.
PARTS = ((6.0, 0), (60.0, 12), (300.0, 40))
_UNKNOWN_SECONDS = 5.0
_AT_ONCE = 20  # files recorded together: a recording that is broken off loses no more than these
_JUDGES = "not browser and not postgres"
_RECORDED = {0, 1, pytest.ExitCode.NO_TESTS_COLLECTED}  # passed, failed, none is quick
_OF_ADDRESSES = "test_addresses.py::"


class Record:
    """Processor seconds per test, and tests per unit, without those that fail by themselves."""

    def __init__(self, seconds: dict[str, float], tests: dict[str, list[str]]) -> None:
        self.seconds, self.tests = seconds, tests
        self.reach = Counter(test for names in tests.values() for test in names)

    def select(self, unit: Unit) -> list[str]:
        """The tests that run the unit, fastest first; for what is run at import, of what uses it. A
        test file that neither names the unit nor has its module's name counts as three times
        as slow, one that does not name its module either as nine times. The address of a view is
        judged by the list of addresses too, which opens none of them."""
        keys = {unit.key} if unit.key in self.tests else _find_users(unit)
        tests = {test for key in keys for test in self.tests.get(key, ())}
        if unit.has_address:
            tests |= {test for test in self.seconds if _OF_ADDRESSES in test}
        costs = {test: self.seconds[test] * 3 ** _get_distance(test, unit) for test in tests}
        return sorted(tests, key=lambda test: (costs[test], test))

    def split(self, tests: list[str]) -> list[list[str]]:
        """The tests in parts, each for the mutants that survive those before: for each of ``PARTS``
        the first tests, as many as take its seconds in all, and of the others those that run the
        fewest units: a slow test of one thing kills what it is about. No part is empty."""
        spent = list(accumulate(self.seconds[test] for test in tests))
        parts: list[list[str]] = []
        rest = tests
        for seconds, narrow in PARTS:
            quick = {t for t, sum_ in zip(tests, spent, strict=True) if sum_ <= seconds}
            others = sorted(set(tests) - quick, key=lambda test: (self.reach[test], test))
            wanted = quick | set(others[:narrow])
            parts.append([test for test in rest if test in wanted])
            rest = [test for test in rest if test not in wanted]
        return [part for part in parts if part] or [tests[:1]]

    def sum_seconds(self, tests: Iterable[str]) -> float:
        return sum(self.seconds.get(test, _UNKNOWN_SECONDS) for test in tests)


def get_record(*, keep: bool) -> Record:
    """The record of this code, made where it is missing: whole when the site or what tests share
    has changed (unless ``keep``), and for each file of tests that has changed. One that is broken
    off goes on where it stopped."""
    path = FOLDER / "record.json"
    held: dict[str, Any] = {"code": "", "files": {}}
    if path.exists():
        held = json.loads(path.read_text())
    code, files = digest_code(), {_name(p): _digest([p]) for p in _list_tests()}
    if held["code"] != code and not keep:
        held = {"code": code, "files": {}}
    kept = {name: part for name, part in held["files"].items() if files.get(name) == part["digest"]}
    missing = sorted(files.keys() - kept.keys())
    for start in range(0, len(missing), _AT_ONCE):
        print(f"{len(missing) - start} files of tests to record, to see what they run", flush=True)
        for name, part in _record(missing[start : start + _AT_ONCE]).items():
            kept[name] = {"digest": files[name], **part}
        FOLDER.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"code": held["code"] or code, "files": kept}))
    return _merge(kept.values())


def digest_evidence(tests: Iterable[str]) -> str:
    """Another when one of the tests, or a test file they are in, is."""
    tests = list(tests)
    files = {test.split("::")[0] for test in tests}
    return _digest([ROOT / f for f in files if (ROOT / f).exists()], *sorted(tests))


def _record(files: list[str]) -> dict[str, dict]:
    """Run the files under the recorder; parts by file."""
    folder = FOLDER / "record"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    plugins = ["-p", "tests.mutants.recorder", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", "-q", *plugins, "-m", _JUDGES, "-n", "2"]
    environ = {**os.environ, "MUTANTS_RECORD": str(folder)}
    done = subprocess.run(
        [*command, "--dist", "loadfile", *files], cwd=ROOT, env=environ, check=False
    )
    if done.returncode not in _RECORDED:
        names = ", ".join(files)
        raise RuntimeError(f"pytest ended with {done.returncode}, nothing recorded of {names}")
    return _read_parts(folder, files)


def _read_parts(folder: Path, files: list[str]) -> dict[str, dict]:
    parts: dict[str, dict] = {name: {"seconds": {}, "tests": defaultdict(list)} for name in files}
    for path in folder.glob("*.json"):
        found = json.loads(path.read_text())
        for test, seconds in found["seconds"].items():
            if test in found["failed"]:
                print(f"left out, for it fails by itself: {test}")
            else:
                parts[test.split("::")[0]]["seconds"][test] = round(seconds, 3)
        for unit, tests in found["tests"].items():
            for test in tests:
                parts[test.split("::")[0]]["tests"][unit].append(test)
    return parts


def _merge(parts: Iterable[dict]) -> Record:
    seconds: dict[str, float] = {}
    tests: dict[str, list[str]] = defaultdict(list)
    for part in parts:
        seconds |= part["seconds"]
        for unit, names in part["tests"].items():
            tests[unit] += [name for name in names if name in part["seconds"]]
    return Record(seconds, tests)


def _find_users(unit: Unit) -> set[str]:
    """Functions that are or name what the statement binds, also by way of another statement."""
    names, size = {(name, unit.path) for name in unit.binds}, -1
    users: dict[str, Unit] = {}
    while size != len(users) + len(names):
        size = len(users) + len(names)
        for other in _list_all_units():
            if _names_any(other, names):
                users[other.key] = other
                if other.body is None:
                    names |= {(name, other.path) for name in other.binds}
    return {key for key, other in users.items() if other.body is not None}


def _names_any(unit: Unit, names: set[tuple[str, Path]]) -> bool:
    """Whether the unit is or names one of ``names``; a private name is its own module's."""
    own = unit.uses | (unit.binds if unit.body is not None else set())
    return any(
        name in own and (path == unit.path or not name.startswith("_")) for name, path in names
    )


def _get_distance(test: str, unit: Unit) -> int:
    text = _read(test.split("::")[0])
    named = [name.rsplit(".")[-1] in text for name in unit.name.split(",")]
    is_near = any(named) or f"/test_{unit.path.stem}.py\n" in text
    return 0 if is_near else 1 if unit.path.stem in text else 2


@cache
def _read(file: str) -> str:
    return f"{file}\n{(ROOT / file).read_text()}"


@cache
def _list_all_units() -> tuple[Unit, ...]:
    paths = sorted((ROOT / CHOSEN.house).rglob("*.py"))
    return tuple(u for p in paths if "migrations" not in p.parts for u in list_units(p))


def _list_tests() -> list[Path]:
    return sorted(_TESTS.rglob("test_*.py"))


def digest_code() -> str:
    """Another when the site, or what its tests share, is."""
    helpers = [*(ROOT / "tests").glob("*.py"), *_TESTS.rglob("*.py")]
    shared = [path for path in helpers if not path.name.startswith("test_")]
    return _digest([*(ROOT / CHOSEN.house).rglob("*.py"), *shared])


def _digest(paths: Iterable[Path], *more: str) -> str:
    texts = [f"{_name(path)}\n{path.read_text()}" for path in sorted(paths)]
    return hashlib.sha256(repr((texts, more)).encode()).hexdigest()[:16]


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


class Verdicts:
    """What has been judged, in a file: another run goes on from it.

    A verdict holds while the mutant's function and the tests that gave it are as they were: for a
    killed one its killer, for a survivor all tests that ran it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.held = json.loads(path.read_text()) if path.exists() else {}

    def find(self, mutant: Mutant, tests: list[str]) -> dict | None:
        held = self.held.get(mutant.id)
        if held is None:
            return None
        evidence = [held["by"]] if held["by"] else tests
        return held if held["evidence"] == digest_evidence(evidence) else None

    def keep(self, mutant: Mutant, tests: list[str], ended: str, failed: list[str]) -> None:
        by = failed[0] if failed else ""
        evidence = digest_evidence([by] if by else tests)
        self.held[mutant.id] = {"ended": ended, "by": by, "evidence": evidence}
        self._write()

    def forget(self, killers: set[str]) -> None:
        self.held = {key: held for key, held in self.held.items() if held["by"] not in killers}
        self._write()

    def _write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.path.with_suffix(".new")
        temporary.write_text(json.dumps(self.held))
        temporary.replace(self.path)
