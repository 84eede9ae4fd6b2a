"""One word has one word of the other language for it, and what is counted is right for one too."""

import re
from collections.abc import Sequence

import pytest

from tests.matchmaker.test_translations import read_catalogue

# What both languages call a person or thing, in every text that names it.
TERMS = {
    "coordinator": "联络员",
    "contact person": "联系人",
    "social worker": "街道社工",
    "volunteer": "志愿",
    "auditor": "监督员",
    "micro-wish": "微心愿",
}
# Chinese words that mean one English word and must not mean another.
ONLY = {"联络员": "coordinat", "联系人": "contact"}
# Numbers that are bounds or dates of the whole site, or sums of a whole month: never one.
NEVER_ONE = {
    "asked", "limit", "longer", "most", "least", "days", "seconds", "before", "after", "on_site",
    "on_paper", "people", "organisations", "needs", "tickets",
}  # fmt: skip
COUNT = re.compile(r"%\((\w+)\)s (?:[a-z]+ )?(?!(?:is|was|has|does|asks|this)\b)[a-z]+s\b")
# Texts in which the number is no count of the word behind it, or is of many by its nature.
NO_COUNT = {
    "%(aim)s: %(value)s reached, %(bound)s is the proved bound",
    "%(other)s is closed, %(kept)s stays and keeps the longer wait.",
    "Enter all %(count)s numbers of the draw, and no others.",
    "Such numbers cannot be drawn: %(count)s different ones from 1 to %(most)s are.",
    "Proved: each of the %(count)s aims is reached as far as the published order allows. The check "
    "counted every rule again and replayed every proof in whole numbers.",
    "Hello! On %(day)s this waits at %(committee)s: %(list)s. Please look at it before the list of "
    "the month is locked. Thank you!",
}


def list_pairs() -> list[tuple[str, str]]:
    """Every text in English and in Chinese; of a counted one the forms in one line each."""
    rows = [(m.id, m.string) for m in read_catalogue() if m.id]
    return [
        (" ".join(id_) if isinstance(id_, tuple | list) else id_, _join(said)) for id_, said in rows
    ]


def _join(said: str | Sequence[str]) -> str:
    return said if isinstance(said, str) else " ".join(said)


@pytest.mark.parametrize(("english", "chinese"), TERMS.items())
def test_a_text_names_the_same_in_both_languages(english, chinese):
    named = [pair for pair in list_pairs() if re.search(rf"\b{english}s?\b", pair[0], re.I)]
    assert named
    assert [pair for pair in named if chinese not in pair[1]] == []


@pytest.mark.parametrize(("chinese", "english"), ONLY.items())
def test_a_chinese_name_means_one_english_one(chinese, english):
    named = [pair for pair in list_pairs() if chinese in pair[1]]
    assert named
    assert [pair for pair in named if english not in pair[0].lower()] == []


def test_what_is_counted_has_words_for_one():
    """``ngettext``, or a sentence with the number at its end: "Promises that this breaks: 1."."""
    plain = [m.id for m in read_catalogue() if isinstance(m.id, str)]
    counts = {
        text
        for text in plain
        for found in COUNT.finditer(text)
        if found[1] not in NEVER_ONE and text not in NO_COUNT
    }
    assert sorted(counts) == []
