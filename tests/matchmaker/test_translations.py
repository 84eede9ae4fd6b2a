"""Both languages are complete: every text of code and templates stands in the Chinese catalogue."""

import ast
import re
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from tests.architecture.source import ROOT, list_sources
from tests.journeys.test_reading import FORBIDDEN

CATALOGUE = ROOT / "matchmaker/translations/zh_Hans_CN/LC_MESSAGES/messages.po"
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "_l": None,
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "_c": ((1, "c"), 2),  # a word alone, with what it is a word of
    "pgettext": ((1, "c"), 2),
}
TEMPLATES = ROOT / "matchmaker/templates"
_PLACEHOLDER = re.compile(r"%\((\w+)\)")


def test_every_text_is_translated():
    catalogue = read_catalogue()
    missing = [
        (context, text)
        for text, context in list_texts()
        if not (m := catalogue.get(text, context)) or not all_said(m)
    ]
    assert missing == [], "run `make messages` and translate these"


def test_every_text_that_code_asks_for_is_collected():
    """What collects them reads no call inside a formatted string."""
    collected = {text for text, _context in list_texts()}
    asked = {
        (source.name, call.lineno, text.value)
        for source in list_sources("matchmaker")
        for call in ast.walk(source.tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in KEYWORDS
        for text in call.args[call.func.id in ("_c", "pgettext") :][:1]
        if isinstance(text, ast.Constant)
    }
    assert len(asked) > 1000
    assert sorted(row for row in asked if row[2] not in collected) == []


def test_no_translation_is_a_guess():
    assert [m.id for m in read_catalogue() if m.id and m.fuzzy] == []


def test_translations_keep_the_numbers_of_the_original():
    broken = {
        str(m.id): m.string
        for m in read_catalogue()
        if m.id and _find_placeholders(m.string) - _find_placeholders(m.id)
    }
    assert broken == {}


def test_translations_are_chinese():
    """Whatever was left in English by mistake has no Chinese character."""
    english = [
        m.id
        for m in read_catalogue()
        if m.id
        and re.search("[A-Za-z]{4}", _PLACEHOLDER.sub("", str(m.id)))
        and not re.search("[\u4e00-\u9fff]", str(m.string))
    ]
    assert english == []


def test_chinese_has_its_own_signs():
    """A comma or colon of Latin text after a Chinese word looks like a slip of the keyboard."""
    half = re.compile(r"([\u4e00-\u9fff”）]|%\(\w+\)s)[,:;?!](\s|$)")
    assert [text for text in list_chinese() if half.search(text)] == []


def test_templates_join_no_values_by_latin_signs():
    """They would stand between Chinese words too; a text to translate has the sign within."""
    joined = re.compile(r"\}\}[,:;] |%\}[,:;] \{\{|</a>[,:;] |(\}\}|%\}|>) ?\(\{\{|~ \" \(\" ~")
    texts = {path: path.read_text("utf-8") for path in sorted(TEMPLATES.rglob("*.html"))}
    assert len(texts) > 100
    assert [path.name for path, text in texts.items() if joined.search(text)] == []


def test_no_text_has_a_word_that_people_took_otherwise():
    """Refusals and mails too, which no page shows in the tests."""
    assert [text for text in list_chinese() if any(word in text for word in FORBIDDEN)] == []


def test_a_word_alone_that_names_a_state_or_kind_says_of_what():
    """One id for two kinds of label would give both one translation."""
    source = (ROOT / "matchmaker/words/labels.py").read_text("utf-8")
    alone = re.findall(r'\(m\.(\w+)\.\w+, _l\("([A-Z][a-z-]*)"\)\)', source)
    assert alone == [], 'write _c("NeedState", "Open") instead of _l("Open")'
    contexts = re.findall(r'\(m\.(\w+)\.\w+, _c\("(\w+)", "[^"]+"\)\)', source)
    assert len(contexts) > 40
    assert [pair for pair in contexts if pair[0] != pair[1]] == []


@pytest.mark.parametrize(
    "word", ["Number", "For", "Code", "Main", "Open", "Closed", "Matched", "Late"]
)
def test_a_word_that_once_meant_two_things_means_one(word):
    """Numbers of things, numbers of rows; codes of invitations, of organisations; and so on."""
    meanings = {
        "Number": {"编号"},  # how many is "Quantity"
        "Main": {"主导航"},
        "Open": set(),
        "Closed": set(),
        "For": set(),
        "Code": set(),
        "Matched": set(),  # of a need it has a context
        "Late": {"逾期"},  # of promises; of a committee's tasks it is "Late tasks"
    }
    found = read_catalogue().get(word)
    assert {found.string} - {""} == meanings[word] if found else not meanings[word]


def list_texts() -> list[tuple[str, str | None]]:
    return [(text, context) for _file, text, context in extract_texts()]


@cache
def extract_texts() -> list[tuple[str, str, str | None]]:
    """The file of each text that code and templates ask for, the text and its context."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(
        str(ROOT / "matchmaker"), methods, keywords=KEYWORDS, options_map=options
    )
    return [(m[0], m[2] if isinstance(m[2], str) else m[2][0], m[4]) for m in found]


def read_catalogue() -> Catalog:
    return read_po(BytesIO(Path(CATALOGUE).read_bytes()), locale="zh_Hans_CN")


def list_chinese() -> list[str]:
    strings = [m.string for m in read_catalogue() if m.id]
    return [s for row in strings for s in (row if isinstance(row, tuple | list) else [row])]


def all_said(message) -> bool:
    strings = message.string if isinstance(message.string, tuple | list) else [message.string]
    return all(strings)


def _find_placeholders(text) -> set[str]:
    return set(_PLACEHOLDER.findall(" ".join(text) if isinstance(text, tuple | list) else text))
