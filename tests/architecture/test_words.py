"""One word per idea: what the glossary does not want is no part of a name, and its code exists."""

import ast
import re

import pytest

from tests.architecture.source import HOUSES, ROOT, Source, list_sources

GLOSSARY = ROOT / "docs/glossary.md"
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_HEADING = re.compile(r"^## .*\((everywhere|matchmaker|optimizer)\)$")


def read_glossary(text: str) -> list[tuple[str, str, list[str]]]:
    """Where a word holds, the word, and what it is not called."""
    rows, room = [], ""
    for line in text.splitlines():
        if found := _HEADING.match(line):
            room = found[1]
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if room and line.startswith("|") and cells[0] not in ("code", "---"):
            word, _chinese, _meaning, unwanted = cells
            rows.append((room, word, [w.strip() for w in unwanted.split(",") if w.strip()]))
    return rows


def list_names(sources: list[Source]) -> list[tuple[str, str]]:
    """File and name of every class and function."""
    return [(s.name, node.name) for s in sources for node in [*s.classes, *s.functions]]


def find_unwanted(
    glossary: list[tuple[str, str, list[str]]], names: list[tuple[str, str]]
) -> dict[str, str]:
    """Names with a part that the glossary does not want, and the word to use."""
    broken = {}
    for file, name in names:
        parts = {part.lower().removesuffix("s") for part in _PART.findall(name)}
        for room, word, unwanted in glossary:
            is_here = room == "everywhere" or file.startswith(room)
            if is_here and parts & {w.removesuffix("s") for w in unwanted}:
                broken[f"{file}:{name}"] = f"say {word}"
    return broken


def find_statements(source: Source) -> list[str]:
    """Places that call a SELECT a statement: it is a query, and a statement writes."""
    return [
        f"{source.name}:{node.lineno}"
        for node in ast.walk(source.tree)
        if (isinstance(node, ast.arg) and node.arg in STATEMENTS and _is_select(node.annotation))
        or (
            isinstance(node, ast.Assign | ast.AnnAssign)
            and _is_select(node.value)
            and any(isinstance(n, ast.Name) and n.id in STATEMENTS for n in ast.walk(node))
        )
    ]


def _is_select(node: ast.AST | None) -> bool:
    """``select(...)`` with what follows it, or the annotation ``Select[...]``."""
    while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return isinstance(node, ast.Name) and node.id.lower().lstrip("_").startswith("select")


STATEMENTS = frozenset({"statement", "stmt"})
ROWS = read_glossary(GLOSSARY.read_text())
NAMES = list_names(list_sources(*HOUSES))


def test_no_name_holds_a_word_that_the_glossary_does_not_want():
    assert find_unwanted(ROWS, NAMES) == {}, "one word per idea: see docs/glossary.md"


def test_what_the_glossary_names_as_code_exists():
    classes = {name for _, name in NAMES}
    named = {code for _, word, _ in ROWS for code in re.findall(r"`(\w+)`", word)}
    assert named - classes == set()


def test_the_glossary_gives_each_word_one_line():
    words = [part.strip(" `") for _, word, _ in ROWS for part in word.split(",")]
    assert sorted(words) == sorted(set(words))
    assert sum(1 for _, _, unwanted in ROWS if unwanted) >= 30


@pytest.mark.parametrize("name", ["list_donors", "DonorForm", "_find_Donor"])
def test_a_planted_word_is_found(name):
    glossary = [("everywhere", "`Organisation`", ["donor"])]
    assert find_unwanted(glossary, [("matchmaker/a.py", name)]) == {
        f"matchmaker/a.py:{name}": "say `Organisation`"
    }


def test_a_word_holds_in_its_room():
    glossary = [("optimizer", "`Trail`", ["history"])]
    assert find_unwanted(glossary, [("matchmaker/a.py", "get_history")]) == {}


def test_a_select_is_called_a_query():
    found = [place for s in list_sources("matchmaker", "tests") for place in find_statements(s)]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "statement = select(Need).where(Need.id == 1)",
        "stmt: Select[Need] = _select_one(Need)",
        "def count(statement: Select[Any]): pass",
    ],
)
def test_a_select_that_is_called_a_statement_is_found(tmp_path, line):
    path = tmp_path / "a.py"
    path.write_text(line)
    assert find_statements(Source(path, tmp_path)) == ["a.py:1"]


def test_what_writes_may_be_called_a_statement(tmp_path):
    path = tmp_path / "a.py"
    path.write_text("statement = update(Need).values(tier=1)")
    assert find_statements(Source(path, tmp_path)) == []
