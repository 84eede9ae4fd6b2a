"""The mutation tester itself: what it changes, draws, selects, remembers and demands."""

import subprocess
import sys
import tomllib
from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.mutants import __main__ as command
from tests.mutants import lists, records, units
from tests.mutants.mutants import draw, find_mutants
from tests.mutants.records import Record, Verdicts

SOURCE = """
LIMIT = 6
GRANTS = {Role.A: {READ, WRITE}}


@requires(READ)
def publish(run: Run | None, actor) -> bool:
    lock(run)
    if run.by == actor.id:
        raise ConflictError(_("Not the same person."))
    return run.number < LIMIT
"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.setattr(units, "ROOT", tmp_path)

    def write(text: str, name: str = "service.py"):
        path = tmp_path / name
        path.write_text(text)
        return list(find_mutants(path))

    return write


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("LIMIT = 6", "LIMIT = 7"),
        ("GRANTS = {Role.A: {READ, WRITE}}", "GRANTS = {Role.A: {READ, }}"),
        ("@requires(READ)", "@requires(None)"),
        ("lock(run)", "pass"),
        ("if run.by == actor.id:", "if run.by != actor.id:"),
        ("if run.by == actor.id:", "if not (run.by == actor.id):"),
        ("return run.number < LIMIT", "return run.number <= LIMIT"),
        ("return run.number < LIMIT", "return None"),
    ],
)
def test_a_guard_an_effect_a_table_and_a_bound_are_changed(write, before, after):
    assert (before, after) in {mutant.change for mutant in write(SOURCE)}


def test_texts_and_annotations_are_left_alone(write):
    changed = {mutant.change[0] for mutant in write(SOURCE)}
    assert 'raise ConflictError(_("Not the same person."))' in changed  # to None, as a whole
    assert not any("PERSON" in m.change[1] or "XX" in m.change[1] for m in write(SOURCE))
    assert "def publish(run: Run | None, actor) -> bool:" not in changed


def test_a_mutant_belongs_to_its_function_or_to_what_its_statement_binds(write):
    names = {mutant.change[0]: mutant.unit.name for mutant in write(SOURCE)}
    assert names["LIMIT = 6"] == "LIMIT"
    assert names["@requires(READ)"] == names["lock(run)"] == "publish"


def test_a_mutant_is_known_by_its_content_wherever_it_moves(write):
    moved = write("# A line above.\n" + SOURCE, "elsewhere.py")
    assert {m.content for m in moved} == {m.content for m in write(SOURCE)}
    edited = write(SOURCE.replace("lock(run)", "lock(run, actor)"), "edited.py")
    old, new = ({m.content: m.id for m in ms} for ms in (write(SOURCE), edited))
    limit = ("LIMIT", "LIMIT = 6", "LIMIT = 7")
    bound = ("publish", "return run.number < LIMIT", "return None")
    assert old[limit] == new[limit]
    assert old[bound] != new[bound]  # its function is another, so it is judged again


def test_a_sample_is_the_same_for_the_same_seed(write):
    one, two, other = (draw(write(SOURCE), 6, seed) for seed in (8, 8, 9))
    assert [m.content for m in one] == [m.content for m in two] != [m.content for m in other]


def test_every_pattern_of_targets_finds_files(monkeypatch):
    names = {path.name for path in units.list_targets()}
    assert {"permissions.py", "disclosure.py", "publication.py", "present.py"} <= names
    checked = {path.name for path in units.list_targets(units.TARGETS["checker"])}
    assert {"check.py", "proof.py", "grounds.py", "leximin.py"} <= checked
    wrong = replace(units.CHOSEN, patterns=("rounds/**/*.py", "no/such/*.py"))
    monkeypatch.setattr(units, "CHOSEN", wrong)
    with pytest.raises(FileNotFoundError, match="no/such"):
        units.list_targets()


def test_the_fastest_tests_come_first_and_those_that_name_the_function(write, monkeypatch):
    own = "rounds/test_service.py"
    texts = {"near.py": "publish(run)", "module.py": "service", "far.py": "", own: f"{own}\n"}
    monkeypatch.setattr(records, "_read", texts.__getitem__)
    unit = next(m.unit for m in write(SOURCE) if m.unit.name == "publish")
    seconds = {"far.py::a": 0.9, "module.py::a": 0.9, "near.py::slow": 5.0, "near.py::a": 0.9}
    seconds[f"{own}::a"] = 1.0
    record = Record({**seconds, "far.py::quick": 0.1}, {unit.key: [*seconds, "far.py::quick"]})
    first, last = ["far.py::quick", "near.py::a", f"{own}::a"], ["near.py::slow", "far.py::a"]
    assert record.select(unit) == [*first, "module.py::a", *last]


def test_what_a_private_name_binds_is_used_in_its_own_module_alone(write, monkeypatch):
    user = "\n\ndef {}():\n    return _LIMIT, COMMON\n"
    here = write("_LIMIT = 6\nCOMMON = 7\n" + user.format("here"), "here.py")
    there = write("_LIMIT = 8\n" + user.format("there"), "there.py")
    known = tuple(dict.fromkeys(mutant.unit for mutant in [*here, *there]))
    monkeypatch.setattr(records, "_list_all_units", lambda: known)
    users = {unit.name: records._find_users(unit) for unit in known if unit.path == known[0].path}
    assert users["_LIMIT"] == {"here.py::here"}
    assert users["COMMON"] == {"here.py::here", "there.py::there"}


def test_a_decorator_is_judged_by_the_tests_of_what_it_decorates(write, monkeypatch):
    text = "def public(view):\n    return view\n\n\n@public\ndef show():\n    return 7\n"
    known = tuple(dict.fromkeys(mutant.unit for mutant in write(text)))
    monkeypatch.setattr(records, "_list_all_units", lambda: known)
    monkeypatch.setattr(records, "_read", lambda _file: "")
    record = Record({"far.py::a": 0.9}, {"service.py::show": ["far.py::a"]})
    assert [record.select(unit) for unit in known] == [["far.py::a"]] * 2


def test_the_address_of_a_view_is_judged_by_the_list_of_addresses(write, monkeypatch):
    text = "@bp.get('/')\ndef show():\n    return hide(7)\n\n\ndef hide(n):\n    return n + 1\n"
    units_of = {mutant.unit.name: mutant.unit for mutant in write(text)}
    monkeypatch.setattr(records, "_read", lambda _file: "")
    keys = {unit.key: ["far.py::a"] for unit in units_of.values()}
    record = Record({"far.py::a": 0.9, "test_addresses.py::all": 0.1}, keys)
    chosen = {name: record.select(unit) for name, unit in units_of.items()}
    assert chosen == {"show": ["test_addresses.py::all", "far.py::a"], "hide": ["far.py::a"]}


def test_what_survives_the_quick_tests_meets_slow_ones_that_run_little_else(monkeypatch):
    monkeypatch.setattr(records, "PARTS", ((0.6, 0), (1.0, 1), (9.0, 1)))
    seconds = {"quick": 0.6, "wide": 0.7, "narrow": 9.0}
    record = Record(seconds, {"a": [*seconds], "b": ["quick", "wide"], "c": ["wide"]})
    assert record.split(["quick", "wide", "narrow"]) == [["quick"], ["narrow"], ["wide"]]
    assert record.split(["narrow"]) == [["narrow"]]


def test_a_survivor_is_called_so_only_when_its_last_tests_have_run(write, tmp_path, monkeypatch):
    monkeypatch.setattr(records, "PARTS", ((1.0, 0), (2.0, 0)))
    monkeypatch.setattr(records, "ROOT", tmp_path)
    killed, lives = write(SOURCE)[:2]
    record = Record({"a.py::quick": 1.0, "a.py::slow": 1.0}, {})
    tests = {mutant.id: list(record.seconds) for mutant in (killed, lives)}
    verdicts, tried = Verdicts(tmp_path / "verdicts.json"), []

    def judge(waiting, _folder, _workers):
        while waiting:
            trial = waiting.popleft()
            tried.append((trial.mutant, trial.tests))
            is_end = trial.mutant is killed and trial.tests == ["a.py::slow"]
            trial.ended, trial.failed = ("failed", trial.tests) if is_end else ("passed", [])
            yield trial

    changed = {"judge": judge, "warm_up": lambda: None, "_find_unreliable": lambda *_: set()}
    for name, value in {**changed, "digest_code": lambda: "the same"}.items():
        monkeypatch.setattr(command, name, value)
    command._judge([killed, lives], tests, record, verdicts, 2)
    parts = (["a.py::quick"], ["a.py::slow"])
    assert tried == [(mutant, part) for part in parts for mutant in (killed, lives)]
    assert verdicts.held[killed.id]["by"] == "a.py::slow"
    assert verdicts.held[lives.id]["ended"] == "passed"


def test_a_recording_that_is_broken_off_goes_on_where_it_stopped(tmp_path, monkeypatch):
    names = [f"test_{letter}.py" for letter in "abcde"]
    for name in names:
        (tmp_path / name).touch()
    asked: list[list[str]] = []

    def record(files):
        asked.append(files)
        if len(asked) == 2:
            raise RuntimeError("broken off")
        return {name: {"seconds": {f"{name}::a": 1.0}, "tests": {}} for name in files}

    changed = {"ROOT": tmp_path, "_TESTS": tmp_path, "FOLDER": tmp_path / "build", "_AT_ONCE": 2}
    for name, value in {**changed, "_record": record, "digest_code": lambda: "the same"}.items():
        monkeypatch.setattr(records, name, value)
    with pytest.raises(RuntimeError, match="broken off"):
        records.get_record(keep=False)
    assert list(records.get_record(keep=False).seconds) == [f"{name}::a" for name in names]
    assert asked == [names[:2], names[2:4], names[2:4], names[4:]]


def test_a_verdict_holds_until_its_evidence_changes(write, tmp_path, monkeypatch):
    monkeypatch.setattr(records, "ROOT", tmp_path)
    test_file = tmp_path / "test_it.py"
    test_file.write_text("one")
    mutant, verdicts = write(SOURCE)[0], Verdicts(tmp_path / "kept" / "verdicts.json")
    verdicts.keep(mutant, ["test_it.py::a"], "passed", [])
    again = Verdicts(verdicts.path)
    assert again.find(mutant, ["test_it.py::a"])["ended"] == "passed"
    assert again.find(mutant, ["test_it.py::a", "test_it.py::b"]) is None
    test_file.write_text("two")
    assert again.find(mutant, ["test_it.py::a"]) is None


def test_kept_mutants_survive_a_move_but_not_an_edit_of_their_line(write, tmp_path, monkeypatch):
    monkeypatch.setattr(lists, "KILLED", tmp_path / "killed.json")
    monkeypatch.setattr(lists, "ROOT", tmp_path)
    lists.KILLED.write_text("[]")
    (tmp_path / "test_it.py").write_text("def test_a(): ...")
    mutants = write(SOURCE)
    killed = {m.id: {"by": "test_it.py::test_a[sqlite]"} for m in mutants if m.is_valid}
    lists.write_killed(lists.choose_killed(mutants, mutants, SimpleNamespace(held=killed)))
    kept = [mutant.content for mutant, _ in lists.list_twenty(mutants)]
    assert {function for function, _, _ in kept} == {"LIMIT", "GRANTS", "publish"}
    moved = write("# A line above.\n" + SOURCE, "elsewhere.py")
    assert sorted(m.content for m, _ in lists.list_twenty(moved)) == sorted(kept)
    edited = write(SOURCE.replace("LIMIT = 6", "LIMIT = 5"), "edited.py")
    assert "LIMIT" not in {mutant.unit.name for mutant, _ in lists.list_twenty(edited)}
    (tmp_path / "test_it.py").write_text("def test_b(): ...")
    assert lists.list_twenty(moved) == []  # the killer is gone


@pytest.mark.parametrize(("survivors", "equal", "code"), [(1, 0, 0), (2, 0, 1), (2, 1, 0)])
def test_ninety_five_of_a_hundred_that_are_not_equal_must_die(
    write, monkeypatch, capsys, survivors, equal, code
):
    table = "\n".join(f"N{i} = {i}" for i in range(21))
    sample = [mutant for mutant in write(table) if mutant.kind == "number"]
    ends = {m.id: "passed" if i < survivors else "failed" for i, m in enumerate(sample)}
    verdicts = SimpleNamespace(find=lambda mutant, tests: {"ended": ends[mutant.id]})
    listed = {mutant.content: "no difference" for mutant in sample[:equal]}
    monkeypatch.setattr(command, "read_equal", lambda: listed)
    assert command._report(sample, {m.id: [] for m in sample}, verdicts) == code
    assert capsys.readouterr().out.count("SURVIVED") == survivors - equal


@pytest.mark.slow
def test_what_is_listed_as_equal_is_in_the_source_and_has_a_reason():
    entries = tomllib.loads(lists.EQUAL.read_text()).get("mutant", [])
    places = {(entry["function"], entry["kind"]) for entry in entries}
    functions = {entry["function"] for entry in entries}
    paths = [
        path
        for target in units.TARGETS.values()
        for path in units.list_targets(target)
        if any(unit.name in functions for unit in units.list_units(path))
    ]
    mutants = (mutant for path in paths for mutant in find_mutants(path))
    found = {m.content for m in mutants if (m.unit.name, m.kind) in places}
    for entry in entries:
        assert (entry["function"], entry["before"], entry["after"]) in found, f"gone: {entry}"
        assert len(entry["reason"]) > 20, f"say why: {entry}"


@pytest.mark.slow
def test_twenty_mutants_are_killed_by_the_tests_that_killed_them_before():
    ended = subprocess.run(
        [sys.executable, "-m", "tests.mutants", "--twenty", "--workers", "1"],
        cwd=units.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert " killed" in ended.stdout, ended.stdout + ended.stderr
    assert ended.returncode == 0, ended.stdout + ended.stderr
