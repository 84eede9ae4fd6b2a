"""Docstrings, comments and local names are plain English: no archaic words, no riddles.

A test can only find words. The other half of the rule is for reviewers: present tense, the subject
first, and a first line that says what the function does or guarantees.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

import pytest

from tests.architecture.source import HOUSES, Source, list_sources

# What a reader stumbles over, and what to write instead.
BANNED = {
    r"befalls?|befell|befallen": "happens to, or name the failure",
    r"who(so)?ever|whomever|whom": "name the person: the resident, the caller, a user who",
    r"told": "given, reported, documented; a local name says what it holds",
    r"laid": "made, set",
    r"stands?|stood": "is, lies, remains",
    r"of which|whereof|thereof": "a sentence of its own",
    r"likewise": "too, also, in the same way",
    r"to the letter": "identical, exactly",
    r"as (few|little|much|many|short|soon) as can be": "the fewest possible, minimal",
    r"(can|could) be had|to be had|had together": "available, possible at the same time",
    r"(goes?|went|gone) its own way": "was withdrawn, was skipped",
    r"a thought of": "say what it is",
    r"shall|lest|nought|naught|aught|anew|amid|albeit|betwixt|unto|yonder": "must, zero, again …",
    r"whence|thence|hence|hither|thither|wherein|therein|thereby|hereby": "from which, so, in it",
    r"deeds?": "action, change",
    r"taken back": "withdrawn, undone, revoked",
    r"(?<=[.] )where(?! to)": "if",
    r"(none|empty) where": "None if, empty if",
    r"(?<=, )the (latest|newest|oldest|busiest)( \w+)? first": "latest first, without the article",
    r"filters? nothing": "does not filter",
    r"(that|which|who) (is|are) no (?!better|worse|more|less|longer)": "that is not a",
}
# Right uses of a banned word: the phrase that is taken out before the search, and why it is right.
ALLOWED = {
    r"stands? (in )?for": "to represent or replace is plain English",
}
# Words that no local name, argument or attribute may be made of: they do not say what it holds.
BANNED_NAMES = {"told", "tell", "tells", "laid", "whom", "whoever", "stands", "befall", "befallen"}
# What tests were called by: the code has another word now.
FORMER_NAMES = {"verifier": "checker", "verifiers": "checkers"}
# A line that only divides a file: reorder the file or write a sentence.
RULER = re.compile(r"#\s*[-=*#]{3,}")

_BANNED = {re.compile(rf"\b({words})\b", re.IGNORECASE): advice for words, advice in BANNED.items()}
_ALLOWED = re.compile("|".join(rf"\b({phrase})\b" for phrase in ALLOWED), re.IGNORECASE)
_DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def find_archaic(source: Source) -> list[str]:
    """``file:line: 'word' → advice`` for each banned word, name and ruler in the file."""
    prose = [
        f"{source.name}:{line}: {found[0]!r} → {advice}"
        for line, text in (*_list_docstrings(source), *_list_comments(source))
        for pattern, advice in _BANNED.items()
        for found in [pattern.search(_ALLOWED.sub("", text))]
        if found
    ]
    names = [
        f"{source.name}:{line}: name {name!r} → say what it holds"
        for line, name in _list_names(source)
        if BANNED_NAMES & set(name.lower().split("_"))
    ]
    bare = [
        f"{source.name}:{line}: {text[:40]!r} → begin with what it is, not with a literal"
        for line, text in _list_bare_docstrings(source)
    ]
    rulers = [
        f"{source.name}:{line}: {text!r} → reorder the file or write a sentence"
        for line, text in _list_comments(source)
        if RULER.match(text)
    ]
    return [*prose, *names, *bare, *rulers]


def _list_docstrings(source: Source) -> Iterator[tuple[int, str]]:
    """Lines of every docstring, and of every string that documents an attribute."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.lineno, re.sub(r"\s+", " ", str(node.value.value))


def _list_bare_docstrings(source: Source) -> Iterator[tuple[int, str]]:
    """Docstrings of classes and functions that begin with an example or the name of a field."""
    for node in ast.walk(source.tree):
        if isinstance(node, _DOCUMENTED) and not isinstance(node, ast.Module):
            text = ast.get_docstring(node) or ""
            if text.startswith("``"):
                yield node.lineno, text


def _list_comments(source: Source) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def _list_names(source: Source) -> Iterator[tuple[int, str]]:
    """Arguments, functions, classes, and whatever is assigned to."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id if isinstance(node, ast.Name) else node.attr
        elif isinstance(node, _DOCUMENTED) and not isinstance(node, ast.Module):
            yield node.lineno, node.name


def test_prose_is_plain_english():
    found = [fault for source in list_sources(*HOUSES) for fault in find_archaic(source)]
    assert found == [], "\n".join(["Rewrite in plain English:", *found])


def find_old_names(source: Source) -> list[str]:
    """Names of a test file that are archaic, or the former word for a thing."""
    return [
        f"{source.name}:{line}: {name}"
        for line, name in _list_names(source)
        if (BANNED_NAMES | FORMER_NAMES.keys()) & set(name.lower().split("_"))
    ]


def test_tests_are_named_in_the_same_words():
    found = [name for source in list_sources("tests") for name in find_old_names(source)]
    assert found == [], "\n".join(["Say what it holds, or the checker:", *found])


@pytest.mark.parametrize(
    "text", ["def test_the_verifier_refutes_it(): ...", "told = 1", "def test_who_is_told(): ..."]
)
def test_a_planted_name_of_a_test_is_found(text, tmp_path):
    (tmp_path / "a.py").write_text(text)
    assert find_old_names(Source(tmp_path / "a.py", tmp_path))


PLANTED = [
    '"""Whatever befalls the child, the caller gets a solution."""',
    'def a():\n    """Rows,\n    each of\n    which is sorted."""',
    'class A:\n    """A limit."""\n\n    b = 1\n    """The limit stands here."""',
    "a = 1  # the same to the letter",
    "# --- from the file before",
    "told = {}",
    "def a(whom): return None",
    "def tell_all(): return None",
    "for laid in (): pass",
    "with open('a') as told: pass",
    '"""Cuts are added. Where a point is whole, none is."""',
    'def a():\n    """A row, None where it has no name."""',
    '"""Every round, the latest first."""',
    "# An empty field filters nothing.",
    "# Refuse text that is no number.",
    'def a():\n    """``84%``, or a dash."""',
]


@pytest.mark.parametrize("text", PLANTED)
def test_a_planted_word_is_found(text, tmp_path):
    (tmp_path / "a.py").write_text(text)
    assert find_archaic(Source(tmp_path / "a.py", tmp_path))


RIGHT = [
    '"""A table stands for a list of rows."""',
    "# A worker stands in for the other.",
    "a = 'what the user reads is not searched: told'",
    "untold = standing = 1",
    '"""Where the kinds differ. They lie in the room where they are read."""',
    'def a():\n    """A share as ``84%``; it is no worse than before."""',
    '"""``python -m optimizer``: the command line."""',
]


@pytest.mark.parametrize("text", RIGHT)
def test_right_words_are_left_alone(text, tmp_path):
    (tmp_path / "a.py").write_text(text)
    assert find_archaic(Source(tmp_path / "a.py", tmp_path)) == []
