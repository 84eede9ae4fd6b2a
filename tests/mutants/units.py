"""Where mutants are made, and the pieces of source ("units") they belong to.

A unit is a function or method of the outermost level, written ``path::qualified name``, or a
statement that runs at import, written ``path::`` and the names that it binds.
"""

import ast
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Target:
    """What is changed, and by which tests it is judged; paths from the root.

    patterns   files under ``house`` that are changed      probe   modules that its tests import
    """

    house: str
    patterns: tuple[str, ...]
    tests: str
    probe: str


TARGETS = {
    "door": Target(
        "matchmaker",
        (
            "rounds/**/*.py",
            "promises/**/*.py",
            "**/permissions.py",
            "**/disclosure.py",
            "**/publication.py",
        ),
        "tests/matchmaker",
        "matchmaker, tests.conftest",
    ),
    "checker": Target(
        "optimizer/checker",
        ("**/*.py",),
        "tests/optimizer/checker",
        "matchmaker, tests.conftest, optimizer.search.solve",
    ),
}
NAME = os.environ.get("MUTANTS_TARGET") or "door"
CHOSEN = TARGETS[NAME]  # by the environment, so that the recorder's processes know it too
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Unit:
    """``first`` and ``last`` are lines, decorators included; ``body`` is the first line that
    runs when a function is called, ``None`` for a statement that runs at import."""

    path: Path
    name: str
    first: int
    last: int
    body: int | None
    binds: frozenset[str]
    uses: frozenset[str]

    @property
    def key(self) -> str:
        return f"{self.path.relative_to(ROOT)}::{self.name}"

    @property
    def has_address(self) -> bool:
        """Whether it is a view: its first line says its address, at import."""
        return self.path.read_text().splitlines()[self.first - 1].lstrip().startswith("@bp.")


def list_targets(target: Target | None = None) -> list[Path]:
    """The files under mutation. Raises ``FileNotFoundError`` for a pattern that finds nothing."""
    paths: set[Path] = set()
    target = target or CHOSEN
    for pattern in target.patterns:
        found = {p for p in (ROOT / target.house).glob(pattern) if p.stat().st_size}
        if not found:
            raise FileNotFoundError(f"no file is like {target.house}/{pattern}: mend TARGETS")
        paths |= found
    return sorted(paths)


@cache
def list_units(path: Path) -> tuple[Unit, ...]:
    return tuple(_walk(path, ast.parse(path.read_text()).body, ""))


def find_unit(path: Path, line: int) -> Unit | None:
    """The innermost unit around the line."""
    around = [unit for unit in list_units(path) if unit.first <= line <= unit.last]
    return max(around, key=lambda unit: unit.first, default=None)


def map_lines(path: Path) -> dict[int, str]:
    """Unit keys by line, for the lines that run when a function is called."""
    return {
        line: unit.key
        for unit in list_units(path)
        if unit.body is not None
        for line in range(unit.body, unit.last + 1)
    }


def _walk(path: Path, body: list[ast.stmt], prefix: str) -> Iterator[Unit]:
    for node in body:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        last, uses = node.end_lineno or node.lineno, _list_names(node)
        if isinstance(node, _FUNCTIONS):
            name = f"{prefix}{node.name}"
            binds = frozenset({node.name})
            yield Unit(path, name, first, last, node.body[0].lineno, binds, uses)
        elif not prefix:
            binds = frozenset(_list_bound(node))
            yield Unit(path, ",".join(sorted(binds)), first, last, None, binds, uses)
        if isinstance(node, ast.ClassDef):
            yield from _walk(path, node.body, f"{prefix}{node.name}.")


def _list_names(node: ast.AST) -> frozenset[str]:
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return frozenset(names | {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)})


def _list_bound(node: ast.stmt) -> set[str]:
    """What a statement binds, variables of its comprehensions left out; for a bare call, the names
    it is given."""
    if isinstance(node, ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return {n.id for a in node.value.args for n in ast.walk(a) if isinstance(n, ast.Name)}
    inner = [c.target for c in ast.walk(node) if isinstance(c, ast.comprehension)]
    left_out = {id(n) for target in inner for n in ast.walk(target)}
    named = (n for n in ast.walk(node) if isinstance(n, ast.Name) and id(n) not in left_out)
    return {n.id for n in named if isinstance(n.ctx, ast.Store)}
