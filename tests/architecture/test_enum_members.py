"""Each coded value that a row can hold has a word, and a service or a form that writes it.

``test_reachable_states.py`` says the same of states, and more: a step must lead to each.
"""

import ast
from collections.abc import Iterable, Iterator
from enum import StrEnum

import pytest
from sqlalchemy import Enum

from matchmaker.base.extensions import Model
from matchmaker.states import StateMachine
from matchmaker.words.labels import get_label
from tests.architecture.source import Source, list_sources
from tests.architecture.test_reachable_states import (
    FROM_THE_OPTIMIZER,
    list_defaults,
    list_machines,
)

# Enums whose members are on no page and in no file, with the reason.
UNSAID = {
    "JobKind": "a job is shown on the page of what it computes",
    "LedgerScope": "a line of the ledger is told by the group that it is about",
    "PromiseSide": "pages name the giver or the recipient",
}
# States in which a row ends: no step leads out of them.
ENDS = {
    "need.state": {"WITHDRAWN", "CLOSED", "EXPIRED"},
    "offer.state": {"WITHDRAWN", "EXPIRED"},
    "organisation.state": set[str](),
    "promise.state": {"FED_BACK", "EXPIRED", "REVOKED"},
    "round.state": {"CLOSED"},
    "run.finished": {"DONE", "FAILED", "CANCELLED"},
    "volunteer.state": set[str](),
}


def list_enums() -> dict[str, type[StrEnum]]:
    """The enums of all columns, keyed by name."""
    types = (
        getattr(column.type, "enum_class", None)
        for table in Model.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Enum)
    )
    return {found.__name__: found for found in types if found is not None}


ENUMS = list_enums()
MEMBERS = [member for enum in ENUMS.values() for member in enum]


def list_services() -> list[Source]:
    """The product without its models, words and demo."""
    left_out = {"models", "words", "demo", "words.py"}
    return [s for s in list_sources("matchmaker") if not left_out & set(s.path.parts)]


def find_written(sources: Iterable[Source]) -> set[str]:
    """``Enum.MEMBER`` of each member that is named, and of all members of an enum gone through.

    What is only compared with, or a key of a table, is not written by that.
    """
    return {name for source in sources for name in _read(source)}


def _read(source: Source) -> set[str]:
    names, found = _list_aliases(source.tree), set()
    asked = set(_list_asked(source.tree))
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node not in asked:
            found.add(f"{_name(node.value, names)}.{node.attr}")
        whole = _find_whole(node)
        enum = ENUMS.get(_name(whole, names)) if whole is not None else None
        found |= {f"{enum.__name__}.{member.name}" for member in enum or ()}
    return found


def _list_asked(tree: ast.Module) -> Iterator[ast.AST]:
    """What values are compared with, and the keys of tables."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            yield from (part for side in node.comparators for part in ast.walk(side))
            yield from ast.walk(node.left)
        if isinstance(node, ast.Dict):
            yield from (key for key in node.keys if key is not None)


def _find_whole(node: ast.AST) -> ast.expr | None:
    """What the node goes through, spreads, or makes of a code."""
    if isinstance(node, ast.comprehension | ast.For):
        return node.iter
    if isinstance(node, ast.Starred):
        return node.value
    return node.func if isinstance(node, ast.Call) else None


def _list_aliases(tree: ast.Module) -> dict[str, str]:
    """Short names such as ``_S = NeedState``, one or several in a line."""
    pairs: list[tuple[ast.expr, ast.expr]] = []
    for node in tree.body:
        if isinstance(node, ast.Assign):
            target, value = node.targets[0], node.value
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                pairs += zip(target.elts, value.elts, strict=False)
            else:
                pairs.append((target, value))
    return {one.id: _name(of, {}) for one, of in pairs if isinstance(one, ast.Name)}


def _name(node: ast.expr, names: dict[str, str]) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return names.get(node.id, node.id) if isinstance(node, ast.Name) else ""


def test_every_coded_value_is_written_by_a_service_or_a_form():
    members = {f"{type(member).__name__}.{member.name}" for member in MEMBERS}
    unwritten = members - find_written(list_services()) - FROM_THE_OPTIMIZER - list_defaults()
    states = {f"{enum.__name__}.{member.name}" for enum in _list_state_enums() for member in enum}
    assert unwritten - states == set(), "write it, or take it out"


def _list_state_enums() -> set[type[StrEnum]]:
    return {type(state) for machine in list_machines() for state in _list_states(machine)}


def _list_states(machine: StateMachine) -> set[StrEnum]:
    moves = [move for moves in machine.table.values() for move in moves.items()]
    return {state for move in moves for state in move}


@pytest.mark.parametrize("machine", list_machines(), ids=lambda machine: machine.code)
def test_every_state_has_a_way_out_or_is_an_end(machine):
    [enum] = {type(state) for state in _list_states(machine)}
    left = {state.name for state in enum if not machine.list_steps(state)}
    assert left == ENDS[machine.code], "a state that nothing ends"


@pytest.mark.parametrize("member", MEMBERS, ids=str)
def test_every_coded_value_has_a_word(member):
    name = type(member).__name__
    if name in UNSAID:
        with pytest.raises(KeyError):
            get_label(member)
    else:
        assert get_label(member) is not None


def test_a_member_that_nothing_writes_is_found(tmp_path):
    path = tmp_path / "a.py"
    path.write_text(
        "_F, _N = models.Face, NeedState\nx = _F.GOOD if q is _F.BAD else {_F.FAIR: 1}\n"
        "y = [s for s in StatusKind]\nz = _N.OPEN\n"
    )
    written = find_written([Source(path, tmp_path)])
    assert {"Face.GOOD", "NeedState.OPEN", "StatusKind.DISABLED"} <= written
    assert {"Face.BAD", "Face.FAIR", "NeedState.DRAFT"}.isdisjoint(written)
