"""A file is one idea, neither a book nor a paragraph; functions and templates stay small."""

import ast
from pathlib import Path

import pytest

from tests.architecture.source import HOUSES, Source, count_lines, list_sources, list_templates

MOST_FILE_LINES, LEAST_FILE_LINES = 350, 60
MOST_FUNCTION_LINES, MOST_BRANCHES, MOST_TEMPLATE_LINES = 30, 10, 100
# Files above 350 lines, each with the reason why it is one idea all the same.
LONG: dict[str, str] = {
    "matchmaker/audit/words.py": "three tables: a sentence for each action, subject and detail",
    "matchmaker/scopes.py": "one table: what each role may see of each model",
}
# Folders whose parts a newcomer meets first, and how many parts each may name.
CROWDED = {"matchmaker/rounds": 11}
# Folders with one module for each kind of a thing, whatever its size: a new kind is a new file.
KINDS_OF_STAGES = ("optimizer/stages", "optimizer/checker/stages")
# Files under 60 lines that one other file imports, each with the reason why it stays apart.
APART = {
    "matchmaker/assignments/phones_in_words.py": "a reading of text that knows nothing of thanks",
    "optimizer/checker/bundle.py": "a command of its own; it lies beside what it packs",
}
MOST_APART = 4

SOURCES = list_sources(*HOUSES)


def find_long(sources: list[Source]) -> dict[str, int]:
    return {s.name: s.lines for s in sources if s.lines > MOST_FILE_LINES and s.name not in LONG}


def find_paragraphs(sources: list[Source]) -> dict[str, str]:
    """Short files with a single importer. Entry points, models and commands aside.

    Modules of ``KINDS_OF_STAGES`` are left out: a kind of stage is one file whatever its size, so
    that a new one is a file and not an edit.
    """
    modules = {s.module: s for s in sources}
    importers: dict[str, set[str]] = {}
    for source in sources:
        for name in source.imports & modules.keys():
            importers.setdefault(name, set()).add(source.name)
    return {
        s.name: min(importers[s.module])
        for s in sources
        if 0 < s.lines < LEAST_FILE_LINES
        and len(importers.get(s.module, ())) == 1
        and not s.path.stem.endswith(("views", "__init__", "__main__"))
        and not {"models", "commands"} & set(s.path.parts)
        and s.name.rpartition("/")[0] not in KINDS_OF_STAGES
    }


def find_crowded(sources: list[Source]) -> dict[str, int]:
    """Folders that name more files and folders than they may."""
    parts: dict[str, set[str]] = {folder: set() for folder in CROWDED}
    for source in sources:
        for folder, names in parts.items():
            if source.name.startswith(f"{folder}/"):
                names.add(source.name.removeprefix(f"{folder}/").partition("/")[0])
    counts = {folder: len(names - {"__init__.py"}) for folder, names in parts.items()}
    return {folder: count for folder, count in counts.items() if count > CROWDED[folder]}


def find_long_functions(sources: list[Source]) -> dict[str, int]:
    return {
        f"{s.name}:{function.name}": size
        for s in sources
        for function in s.functions
        if (size := count_lines(function)) > MOST_FUNCTION_LINES
    }


def find_tangled(sources: list[Source]) -> dict[str, int]:
    return {
        f"{s.name}:{function.name}": branches
        for s in sources
        for function in s.functions
        if (branches := count_branches(function)) > MOST_BRANCHES
    }


def count_branches(function: ast.AST) -> int:
    """Cyclomatic complexity; a comprehension's loops and each ``and`` and ``or`` count too."""
    weights = {
        ast.If: 1, ast.IfExp: 1, ast.For: 1, ast.While: 1, ast.ExceptHandler: 1, ast.Assert: 1,
        ast.comprehension: 1, ast.match_case: 1,
    }  # fmt: skip
    total = 1
    for node in ast.walk(function):
        total += weights.get(type(node), 0)
        if isinstance(node, ast.BoolOp):
            total += len(node.values) - 1
        if isinstance(node, ast.comprehension):
            total += len(node.ifs)
    return total


def test_no_file_is_a_book_without_a_reason():
    assert find_long(SOURCES) == {}, f"above {MOST_FILE_LINES} lines a file needs a reason in LONG"


def test_no_file_is_a_paragraph_of_another():
    broken = {name: by for name, by in find_paragraphs(SOURCES).items() if name not in APART}
    assert broken == {}, "merge it with the only file that imports it"


def test_what_stays_apart_is_little_and_still_there():
    assert len(APART) <= MOST_APART
    assert set(APART) <= set(find_paragraphs(SOURCES)), "take out what is no paragraph any more"
    assert set(LONG) <= {s.name for s in SOURCES if s.lines > MOST_FILE_LINES}


def test_a_folder_names_as_much_as_a_newcomer_can_take_in():
    assert find_crowded(SOURCES) == {}, "put the new part into one of the folders"


def test_functions_fit_in_30_lines():
    assert find_long_functions(SOURCES) == {}


def test_functions_have_10_branches_at_most():
    assert find_tangled(SOURCES) == {}


def test_templates_fit_in_100_lines():
    assert {t.name: t.lines for t in list_templates() if t.lines > MOST_TEMPLATE_LINES} == {}


PLANTED = [
    (find_long, {"optimizer/a.py": "x = 1\n" * 351}),
    (find_paragraphs, {"optimizer/a.py": "x = 1\n", "optimizer/b.py": "from optimizer import a\n"}),
    (find_crowded, {f"matchmaker/rounds/a{n}/b.py": "x = 1\n" for n in range(12)}),
    (find_long_functions, {"optimizer/a.py": "def a():\n" + "    x = 1\n" * 30}),
    (find_tangled, {"optimizer/a.py": f"def a(b):\n    return {' or '.join(['b'] * 11)}\n"}),
]


@pytest.mark.parametrize(("rule", "files"), PLANTED, ids=[rule.__name__ for rule, _ in PLANTED])
def test_each_rule_finds_a_planted_violation(rule, files, tmp_path):
    assert min(files).partition("/")[0] in str(rule(plant(files, tmp_path)))


@pytest.mark.parametrize("folder", [*KINDS_OF_STAGES, "optimizer/search"])
def test_a_short_kind_of_stage_stays_a_file_of_its_own(folder, tmp_path):
    module = folder.replace("/", ".")
    files = {f"{folder}/a.py": "x = 1\n", "optimizer/b.py": f"from {module} import a\n"}
    found = find_paragraphs(plant(files, tmp_path))
    assert found == ({} if folder in KINDS_OF_STAGES else {f"{folder}/a.py": "optimizer/b.py"})


def plant(files: dict[str, str], root: Path) -> list[Source]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return list_sources(*{name.partition("/")[0] for name in files}, root=root)
