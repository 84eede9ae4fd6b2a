"""A pytest plugin that records which tests run which functions of the site, and for how long.

Seconds are those of the processor, so a busy machine records the same.

Loaded with ``-p tests.mutants.recorder``, under xdist in each worker. Writes one JSON file per
process into the folder that ``MUTANTS_RECORD`` names: ``seconds`` per test, and ``tests`` per
function (``path::qualified name``, as ``units`` spells it). What a fixture of a wider scope runs is
credited to every test that uses the fixture, not only to the one that happened to build it.
"""

import json
import os
from collections import defaultdict
from pathlib import Path

import coverage
import pytest

from tests.mutants.units import CHOSEN, ROOT, map_lines

FOLDER = Path(os.environ["MUTANTS_RECORD"])


class Recorder:
    def __init__(self) -> None:
        self.coverage = coverage.Coverage(
            data_file=None, config_file=False, include=[str(ROOT / CHOSEN.house / "**" / "*.py")]
        )
        self.test = ""
        self.seconds: dict[str, float] = defaultdict(float)
        self.failed: set[str] = set()
        self.users: dict[str, set[str]] = defaultdict(set)  # tests by fixture

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self):
        self.coverage.start()  # after collection: imports belong to no test
        try:
            return (yield)
        finally:
            self.coverage.stop()
            self.write()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        self.test = item.nodeid
        for name in item.fixturenames:
            self.users[_get_context(name)].add(item.nodeid)
        self.coverage.switch_context(item.nodeid)
        began = _get_seconds()
        try:
            return (yield)
        finally:
            self.seconds[item.nodeid] += _get_seconds() - began

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef):
        if fixturedef.scope == "function":
            return (yield)
        context = _get_context(fixturedef.argname)
        self.users[context].add(self.test)
        self.coverage.switch_context(context)
        try:
            return (yield)
        finally:
            self.coverage.switch_context(self.test)

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self.failed.add(report.nodeid)

    def write(self) -> None:
        data = self.coverage.get_data()
        tests: dict[str, set[str]] = defaultdict(set)
        for file in data.measured_files():
            units = map_lines(Path(file))
            for line, contexts in data.contexts_by_lineno(file).items():
                for context in filter(None, contexts if line in units else ()):
                    tests[units[line]] |= self.users.get(context, {context})
        found = {unit: sorted(names) for unit, names in sorted(tests.items())}
        record = {"seconds": self.seconds, "failed": sorted(self.failed), "tests": found}
        (FOLDER / f"{os.getpid()}.json").write_text(json.dumps(record))


def _get_seconds() -> float:
    """Processor seconds of this process and of the children that it waited for."""
    return sum(os.times()[:4])


def _get_context(fixture: str) -> str:
    return f"fixture {fixture}"


def pytest_configure(config):
    is_controller = getattr(config.option, "numprocesses", None) and "workerinput" not in vars(
        config
    )
    if not is_controller:  # the tests run in its workers
        config.pluginmanager.register(Recorder(), "mutants-recorder")
