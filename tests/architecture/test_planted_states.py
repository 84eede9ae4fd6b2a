"""No test writes a state by hand: rows reach their states by the product's own services.

A planted state can be one that no row has, or a row that no service leaves so: without the reason
of its return, without the run that matched it. ``tests.reach`` brings rows to every other state
than those of a new row; the factories refuse the others at run time.
"""

import ast
from enum import StrEnum

import pytest

from matchmaker.base.extensions import Model
from matchmaker.models import NeedState, OfferState, OrganisationState, Role, VolunteerState
from tests.architecture.source import ROOT, Source
from tests.architecture.test_reachable_states import COLUMNS
from tests.reach import NEEDS_STAY_IN, list_reachable

WRITERS = ("update", "values", "setattr", "insert")
PASSED_THROUGH = {NeedState.VERIFIED}  # open in the same transaction
MAY_PLANT = {
    "tests/matchmaker/needs/test_states.py": "objects without a row: the table of steps itself",
    "tests/matchmaker/needs/test_round_steps.py": "600 open needs in one insert",
    "tests/matchmaker/rounds/test_decided_needs.py": "objects without a row: the table of outcomes",
    "tests/matchmaker/rounds/test_outcome_words.py": "objects without a row: the table of outcomes",
    "tests/matchmaker/rounds/ground_judge.py": "a run without a row has the status of its answer",
    "tests/matchmaker/rounds/test_overrides.py": "objects without a row: the table of states",
}


def list_stateful_models() -> set[str]:
    mappers = Model.registry.mappers
    return {r.class_.__name__ for r in mappers if any(c in r.columns for c in COLUMNS)}


def find_planted(source: Source) -> list[str]:
    """Each place that writes a state to a row."""
    stateful = list_stateful_models()
    return [
        f"{source.name}:{node.lineno}: {ast.unparse(node).splitlines()[0]}"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.expr)
        if _sets_attribute(node) or _writes(node, stateful)
    ]


def _sets_attribute(node: ast.AST) -> bool:
    """``row.state = ...``, alone or among several targets."""
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and node.attr in COLUMNS
        and getattr(node.value, "id", "") != "self"
    )


def _writes(node: ast.AST, stateful: set[str]) -> bool:
    """``Need(state=...)``, ``update({"state": ...})``, ``values(state=...)``, ``setattr``."""
    if not isinstance(node, ast.Call):
        return False
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    if name not in stateful and name not in WRITERS:
        return False
    words: set[object] = {keyword.arg for keyword in node.keywords}
    for argument in node.args:
        keys = argument.keys if isinstance(argument, ast.Dict) else [argument]
        words |= {key.value for key in keys if isinstance(key, ast.Constant)}
    return any(word in words for word in COLUMNS)


def list_tests() -> list[Source]:
    """All tests but those of the library, which knows no rows."""
    paths = (ROOT / "tests").rglob("*.py")
    return [
        Source(path) for path in sorted(paths) if ROOT / "tests" / "optimizer" not in path.parents
    ]


def test_no_test_plants_a_state():
    planted = {source.name: find_planted(source) for source in list_tests()}
    found = [line for name, lines in planted.items() if name not in MAY_PLANT for line in lines]
    assert found == [], "reach it with tests.reach, or by the services"
    assert {name for name in MAY_PLANT if not planted[name]} == set(), "take it off the list"


@pytest.mark.parametrize(
    "line",
    [
        "need.state = NeedState.OPEN",
        "due.state, over.valid_until = OfferState.OPEN, None",
        "db.session.get(m.Need, 1).state = m.NeedState.OPEN",
        "m.Promise(units=1, state=m.PromiseState.PROPOSED)",
        'db.session.query(m.Need).update({"state": m.NeedState.OPEN})',
        "db.session.execute(update(m.Need).values(state=m.NeedState.OPEN))",
        'setattr(need, "state", m.NeedState.OPEN)',
        "run.status = RunStatus.PROVEN",
    ],
)
def test_a_planted_state_is_found(tmp_path, line):
    path = tmp_path / "a.py"
    path.write_text(f"def test_a(need):\n    {line}\n    assert need.state is NeedState.OPEN\n")
    (found, *_others) = find_planted(Source(path, tmp_path))
    assert found.startswith("a.py:2")


def test_what_reads_a_state_or_asks_the_factory_for_a_first_one_is_let_through(tmp_path):
    path = tmp_path / "a.py"
    path.write_text("make.need(state=NeedState.OPEN)\nassert need.state is NeedState.OPEN\n")
    assert find_planted(Source(path, tmp_path)) == []


@pytest.mark.parametrize("enum", [NeedState, OfferState, OrganisationState, VolunteerState])
def test_every_state_in_which_rows_stay_can_be_reached(enum: type[StrEnum]):
    passed = {state for state in enum if state in PASSED_THROUGH and enum is NeedState}
    assert set(list_reachable(enum)) == set(enum) - passed


def test_needs_are_reached_in_every_state_in_which_they_stay():
    assert sorted(NEEDS_STAY_IN) == sorted(list_reachable(NeedState))


@pytest.mark.parametrize("state", ["served", "matched"])
def test_the_factory_writes_no_other_state_than_a_first_one(context, make, state):
    committee = make.committee()
    with pytest.raises(AssertionError, match=r"tests\.reach"):
        make.need(
            make.resident(make.household(committee)),
            make.category(),
            make.user(Role.COMMITTEE_WORKER, committee_id=committee.id),
            committee.id,
            state=NeedState(state),
        )
