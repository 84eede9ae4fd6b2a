"""Every state that a row can have is written by some service.

A state that nothing writes is a promise that the product does not keep: pages describe it, queries
wait for it, and tests that plant it are green over a path that nobody can walk.
"""

import ast
import importlib
from enum import StrEnum
from typing import Any

import pytest
from sqlalchemy import Enum

from matchmaker.base.extensions import Model
from matchmaker.states import StateMachine
from optimizer.solution import SolutionStatus
from tests.architecture.source import Source, list_sources

# A run takes the optimizer's word for its result.
FROM_THE_OPTIMIZER = {f"RunStatus.{member.name}" for member in SolutionStatus}
COLUMNS = ("state", "status")
MOVES = ("take", "move", "close")  # parts of the names of functions that set a state


def list_state_enums() -> set[type[StrEnum]]:
    """The enums of all columns called ``state`` or ``status``."""
    found: set[Any] = {
        column.type.enum_class
        for table in Model.metadata.tables.values()
        for column in table.columns
        if column.name in COLUMNS and isinstance(column.type, Enum)
    }
    return found


def list_defaults() -> set[str]:
    defaults: list[Any] = [
        column.default
        for table in Model.metadata.tables.values()
        for column in table.columns
        if column.name in COLUMNS and column.default is not None
    ]
    return {f"{type(default.arg).__name__}.{default.arg.name}" for default in defaults}


def list_written(sources: list[Source]) -> set[str]:
    """``Enum.MEMBER`` of every member that stands where a state is set, and every step taken."""
    return {
        name
        for source in sources
        for node in ast.walk(source.tree)
        for value in _list_values(node)
        for name in _list_members(value, _list_aliases(source))
    }


def list_machines() -> list[StateMachine]:
    modules = [importlib.import_module(s.module) for s in list_sources("matchmaker")
               if s.path.name == "states.py" and s.path.parent.name != "matchmaker"]  # fmt: skip
    return [v for m in modules for v in vars(m).values() if isinstance(v, StateMachine)]


def list_reached(sources: list[Source]) -> set[str]:
    """The states that are written, and those to which a step that is taken leads."""
    written = list_written(sources)
    steps = written | list_offered(sources)
    targets = {
        f"{type(target).__name__}.{target.name}"
        for machine in list_machines()
        for step, moves in machine.table.items()
        if f"{type(step).__name__}.{step.name}" in (written if _is_state(step) else steps)
        for target in moves.values()
    }
    return written | targets | list_defaults()


def list_offered(sources: list[Source]) -> set[str]:
    """Members of step enums that are named outside the tables which define them."""
    return {
        name
        for source in sources
        if source.path.name != "states.py"
        for name in _list_members(source.tree, {})
    }


def _is_state(step: StrEnum) -> bool:
    return type(step) in list_state_enums()


def _list_values(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        targets = [t for target in node.targets for t in ast.walk(target)]
        if any(isinstance(t, ast.Attribute) and t.attr in COLUMNS for t in targets):
            return [node.value]
    if isinstance(node, ast.Call):
        keywords = [k.value for k in node.keywords if k.arg in COLUMNS]
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        return keywords + (list(node.args) if any(m in name for m in MOVES) else [])
    return []


def _list_members(node: ast.AST, aliases: dict[str, str]) -> set[str]:
    return {
        f"{aliases.get(n.value.id, n.value.id)}.{n.attr}"
        for n in ast.walk(node)
        if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.attr.isupper()
    }


def _list_aliases(source: Source) -> dict[str, str]:
    """Short names such as ``_S = NeedState``."""
    return {
        node.targets[0].id: node.value.id
        for node in source.tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Name)
    }


@pytest.fixture(scope="module")
def services() -> list[Source]:
    """The product without its models, its words and the demo, which writes what it likes."""
    left_out = {"models", "words", "demo", "words.py"}
    return [s for s in list_sources("matchmaker") if not left_out & set(s.path.parts)]


def test_every_state_is_written_by_some_service(services):
    members = {f"{enum.__name__}.{member.name}" for enum in list_state_enums() for member in enum}
    unwritten = members - list_reached(services) - FROM_THE_OPTIMIZER
    assert unwritten == set(), "no service writes it: take it out, or write it"


def test_a_state_that_nothing_writes_is_found(tmp_path):
    path = tmp_path / "a.py"
    path.write_text("def f(need):\n    need.state = NeedState.OPEN\n    return NeedState.SERVED\n")
    written = list_written([Source(path, tmp_path)])
    assert written == {"NeedState.OPEN"}
