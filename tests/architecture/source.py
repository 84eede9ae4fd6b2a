"""The project's source as the house rules see it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOUSES = ("matchmaker", "optimizer")


@dataclass(frozen=True)
class Source:
    """One file of source below ``root``."""

    path: Path
    root: Path = ROOT

    @property
    def name(self) -> str:
        return self.path.relative_to(self.root).as_posix()

    @property
    def module(self) -> str:
        parts = self.path.relative_to(self.root).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def text(self) -> str:
        return self.path.read_text()

    @cached_property
    def lines(self) -> int:
        return len(self.text.splitlines())

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def imports(self) -> frozenset[str]:
        """Dotted names of what the file imports, ``from a import b`` as both ``a`` and ``a.b``."""
        names: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                base = self._resolve(node)
                names |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
        return frozenset(names)

    def find_banned(self, *banned: str) -> set[str]:
        """The imports that are one of ``banned`` or lie below it."""
        return {n for n in self.imports for b in banned if n == b or n.startswith(b + ".")}

    @property
    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    @property
    def classes(self) -> Iterator[ast.ClassDef]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ClassDef):
                yield node

    def _resolve(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.path.relative_to(self.root).with_suffix("").parts[: -node.level]
        return ".".join([*parts, *filter(None, [node.module])])


def list_sources(*folders: str, root: Path = ROOT) -> list[Source]:
    """Python files below the folders, migrations (written by a tool) left out."""
    paths = sorted(path for folder in folders for path in (root / folder).rglob("*.py"))
    return [Source(path, root) for path in paths if "migrations" not in path.parts]


def list_templates() -> list[Source]:
    return [Source(path) for path in sorted((ROOT / "matchmaker/templates").rglob("*.html"))]


def count_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its decorators and docstring."""
    docstring = function.body[0] if ast.get_docstring(function, clean=False) else None
    spent = (docstring.end_lineno - docstring.lineno + 1) if docstring else 0
    return function.end_lineno - function.lineno + 1 - spent
