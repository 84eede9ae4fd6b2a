"""Documents say what the code is now."""

import re

import pytest

from tests.architecture.source import HOUSES, ROOT, list_sources
from tests.architecture.test_prose import BANNED
from tests.documents.__main__ import write_generated
from tests.documents.diagram import LABELS, ROOMS, list_arrows
from tests.documents.dictionary import list_undescribed

FOLDERS = (ROOT / "docs", ROOT / "optimizer")
DOCUMENTS = sorted(
    path
    for path in [*ROOT.glob("*.md"), *(p for folder in FOLDERS for p in folder.rglob("*.md"))]
    if path.name != "CHANGELOG.md"
)
OPERATIONS = "docs/operations.md"
# Banned words where they are plain: "who serves whom" is the question itself.
_PLAIN = re.compile(r"(serves?|by) whom|of which rows")
# What looks like a path of the tree, in backquotes or as the target of a link.
_PATH = re.compile(r"`((?:matchmaker|optimizer|tests|seeds|docs)/[\w./*{},-]+)`")
_LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


def test_what_is_generated_is_up_to_date():
    stale = [path.name for path, text in write_generated().items() if path.read_text() != text]
    assert stale == [], "run `make docs`"


def test_every_column_says_what_it_holds():
    assert list_undescribed() == [], "give the column a comment (in the database) or a doc"


def test_every_module_is_in_a_room_of_the_diagram():
    prefixes = [prefix for room in ROOMS.values() for prefix in room]
    lost = [
        s.module
        for s in list_sources(*HOUSES)
        if s.module not in HOUSES
        and not any(s.module == p or s.module.startswith(f"{p}.") for p in prefixes)
    ]
    assert lost == []
    assert set(LABELS) == set(ROOMS)


def test_nothing_but_the_door_leads_from_the_site_to_the_library():
    site = {"commands", "workbench", "assignments", "endings", "features", "demo", "links",
            "packs", "promises", "rounds", "web", "words", "tables", "models", "base"}  # fmt: skip
    library = set(ROOMS) - site - {"matching"}
    arrows = list_arrows()
    passing = {(a, b) for a, b in arrows if a in site and b in library}
    assert passing <= {("rounds", "vocabulary")}, "values pass; work is asked for at the door"
    assert not {(a, b) for a, b in arrows if a == "checker"}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_paths_in_a_document_exist(path):
    text = path.read_text()
    named = {name for name in _PATH.findall(text) if not re.search(r"[*{<…]", name)}
    missing = {name for name in named if not (ROOT / name).exists()}
    missing |= {link for link in _LINK.findall(text) if not (path.parent / link).exists()}
    assert missing == set()


def test_every_setting_is_in_the_table_of_operations_with_its_default():
    code = (ROOT / "matchmaker/base/config.py").read_text()
    numbers = dict(re.findall(r'_get_number\(environ, "(MATCHMAKER_\w+)", (\d+)\)', code))
    table = dict(
        re.findall(r"^\| `(MATCHMAKER_\w+)` \| (.*?) \|", (ROOT / OPERATIONS).read_text(), re.M)
    )
    assert set(table) == set(re.findall(r"MATCHMAKER_[A-Z_]+", code))
    assert {name: table[name] for name in numbers} == numbers


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_document_is_written_in_plain_english(path):
    text = _PLAIN.sub("", path.read_text())
    found = {word[0]: advice for banned, advice in BANNED.items()
             for word in re.finditer(rf"\b(?:{banned})\b", text, re.IGNORECASE)}  # fmt: skip
    assert found == {}


def test_each_decision_has_a_number_of_its_own_and_says_it():
    pages = sorted((ROOT / "docs/adr").glob("*.md"))
    numbers = [int(page.name[:4]) for page in pages]
    assert numbers == list(range(1, len(pages) + 1))
    assert [p.name for n, p in zip(numbers, pages, strict=True)
            if not p.read_text().startswith(f"# {n}. ")] == []  # fmt: skip
