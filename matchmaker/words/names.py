"""Sort and search keys of Chinese names, by pinyin."""

from functools import lru_cache
from typing import Any

from pypinyin import Style, lazy_pinyin
from sqlalchemy import ColumnElement, func, or_

# Finding rows by a name as people type it: characters, English, pinyin or its initials.

LONGEST_SEARCH = 60  # characters


def match_name(text: str, names: list[Any], sort_key: Any) -> ColumnElement[bool]:
    """True for rows one of whose ``names`` or whose pinyin ``sort_key`` contains ``text``.

    Blanks typed or left out make no difference in pinyin: ``lehui``, ``le hui`` and the
    initials ``lh`` all find 乐汇.
    """
    typed = text.strip()[:LONGEST_SEARCH]
    letters = "".join(typed.lower().split())
    return or_(
        *(name.icontains(typed, autoescape=True) for name in names),
        func.replace(sort_key, " ", "").contains(letters, autoescape=True),
    )


# Keys are cut to the length of the shortest column that holds one.
PERSON_KEY_LENGTH = 80
NAME_KEY_LENGTH = 200

# Characters that are read differently as surnames.
SURNAME_READINGS = {
    "单": "shan",
    "解": "xie",
    "仇": "qiu",
    "曾": "zeng",
    "区": "ou",
    "查": "zha",
    "翟": "zhai",
    "朴": "piao",
    "任": "ren",
    "盖": "ge",
    "覃": "qin",
    "尉": "yu",
    "缪": "miao",
    "乐": "yue",
}


@lru_cache(maxsize=20_000)
def get_sort_key(name: str) -> str:
    """Pinyin of an organisation's or place's name, then its initials: 乐汇 is ``le hui lh``."""
    return _join(_read(name))[:NAME_KEY_LENGTH]


@lru_cache(maxsize=20_000)
def get_person_sort_key(name: str) -> str:
    """As ``get_sort_key``, but the first character is read as a surname: 单玉 is ``shan yu sy``."""
    surname = SURNAME_READINGS.get(name[:1])
    syllables = _read(name) if surname is None else [surname, *_read(name[1:])]
    return _join(syllables)[:PERSON_KEY_LENGTH]


def _read(text: str) -> list[str]:
    """Syllables of the Chinese characters; other writing word by word, in lower case."""
    return " ".join(lazy_pinyin(text, style=Style.NORMAL)).lower().split()


def _join(syllables: list[str]) -> str:
    initials = "".join(syllable[0] for syllable in syllables)
    return " ".join([*syllables, initials])
