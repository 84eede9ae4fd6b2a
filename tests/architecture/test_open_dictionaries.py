"""What passes between the modules of a round is typed: no dictionary of anything.

A ``dict[str, Any]`` says nothing of its keys: a reader learns them from the writer, and no check
notices when the two part. Frozen dataclasses say them, and mypy reads along.
"""

import ast

import pytest

from tests.architecture.source import Source, list_sources

ALLOWED = {
    "matchmaker/rounds/outcome_numbers.py:to_json": "plain JSON for a column, by the codec",
    "matchmaker/rounds/pages/review_views.py:_describe": "the context of a template",
    "matchmaker/rounds/pages/review_views.py:_describe_conflict": "a part of the same context",
    "matchmaker/rounds/pages/room_views.py:_describe_overrides": "a part of a template's context",
    "matchmaker/rounds/pages/room_views.py:_describe_promises": "a part of a template's context",
    "matchmaker/rounds/question/snapshot.py:to_json": "plain JSON for a column, by the codec",
    "matchmaker/rounds/solve/figures.py:to_json": "plain JSON for a column, by the codec",
    "matchmaker/rounds/solve/prices.py:to_json": "plain JSON for a column, by the codec",
    "matchmaker/rounds/solve/proposal.py:to_json": "plain JSON for a column, by the codec",
    "matchmaker/rounds/solve/shortages.py:to_json": "plain JSON for a column, by the codec",
}
MAPPINGS = frozenset({"dict", "defaultdict", "Mapping", "MutableMapping"})
ANYTHING = frozenset({"Any", "object"})


def find_open_dictionaries(source: Source) -> set[str]:
    """File and name of each function, field and constant annotated as a dictionary of anything."""
    return {
        f"{source.name}:{name}"
        for name, annotations in _list_annotations(source.tree)
        if any(_is_open(node) for annotation in annotations for node in ast.walk(annotation))
    }


def _list_annotations(tree: ast.Module) -> list[tuple[str, list[ast.expr]]]:
    """What is annotated, and how; variables inside a function pass nothing on."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inputs = [part.annotation for part in ast.walk(node.args) if isinstance(part, ast.arg)]
            found.append((node.name, [part for part in [*inputs, node.returns] if part]))
        elif isinstance(node, ast.ClassDef | ast.Module):
            found += [
                (ast.unparse(row.target), [row.annotation])
                for row in node.body
                if isinstance(row, ast.AnnAssign)
            ]
    return found


def _is_open(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Subscript)
        and getattr(node.value, "id", "") in MAPPINGS
        and isinstance(node.slice, ast.Tuple)
        and getattr(node.slice.elts[-1], "id", "") in ANYTHING
    )


def test_no_dictionary_of_anything_passes_between_the_modules_of_a_round():
    sources = list_sources("matchmaker/rounds")
    assert len(sources) > 30, "the scan has gone blind"
    found = {place for source in sources for place in find_open_dictionaries(source)}
    assert found - ALLOWED.keys() == set(), "say the keys with a frozen dataclass"
    assert ALLOWED.keys() - found == set(), "take it off the list"


@pytest.mark.parametrize(
    "text",
    [
        "def a(numbers: dict[str, Any]): pass",
        "def a(*, numbers: Mapping[str, object] | None = None): pass",
        "def a() -> list[dict[str, Any]]: pass",
        "async def a(**rows: dict[str, Any]): pass",
        "class B:\n    a: Mapping[str, Any]",
        "a: dict[str, Any] = {}",
    ],
)
def test_a_planted_dictionary_of_anything_is_found(tmp_path, text):
    path = tmp_path / "planted.py"
    path.write_text(text)
    assert find_open_dictionaries(Source(path, tmp_path)) == {"planted.py:a"}


def test_a_dictionary_of_one_thing_and_a_variable_are_let_through(tmp_path):
    path = tmp_path / "planted.py"
    path.write_text("def a(by: dict[str, int]) -> Figures:\n    values: dict[str, Any] = {}\n")
    assert find_open_dictionaries(Source(path, tmp_path)) == set()
