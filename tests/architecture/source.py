"""The project's source as the architecture rules see it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def list_files(*folders: str, ending: str = "py") -> list[Path]:
    """Source files below the folders, migrations (written by a tool) left out."""
    paths = [p for folder in folders for p in (ROOT / folder).rglob(f"*.{ending}")]
    return sorted(p for p in paths if "migrations" not in p.parts)


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def get_name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def list_imports(path: Path) -> set[str]:
    """Dotted names of what the file imports, ``from a import b`` as both ``a`` and ``a.b``."""
    names: set[str] = set()
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def list_absolute(path: Path) -> set[str]:
    """First parts of the names that the file imports absolutely."""
    names: set[str] = set()
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


def find_banned(path: Path, banned: tuple[str, ...]) -> set[str]:
    names = list_imports(path)
    return {n for n in names for b in banned if n == b or n.startswith(b + ".")}


def walk_functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def count_lines(function: ast.FunctionDef) -> int:
    """Lines of a function without its decorators and docstring."""
    docstring = function.body[0] if ast.get_docstring(function, clean=False) else None
    spent = (docstring.end_lineno - docstring.lineno + 1) if docstring else 0
    return function.end_lineno - function.lineno + 1 - spent
