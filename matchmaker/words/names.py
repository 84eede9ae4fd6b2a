"""Names of people, organisations and places: how they are read, sorted, folded and searched.

Readings are pinyin without tones, ``v`` for ü. Surnames have their own, compound ones first.
"""

import re
import string
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

from pypinyin import Style, lazy_pinyin
from sqlalchemy import ColumnElement, false, func, or_

# Signs: all middle dots are one, and blanks, dots and width make no difference in a search.

MIDDLE_DOT = "·"
OTHER_DOTS = "•‧∙⋅・･⸱᛫●．."
_BLANKS = " \u3000"
_WIDE = {"（": "(", "）": ")"}
_WIDE_LETTERS = {0xFEE0 + ord(sign): sign for sign in string.ascii_letters + string.digits}
_HAN = r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_DOT_IN_NAME = re.compile(rf"(?<={_HAN})\s*[{re.escape(MIDDLE_DOT + OTHER_DOTS)}]\s*(?={_HAN})")


def clean_name(name: str) -> str:
    """The name as it is kept: one kind of dot between Chinese characters, narrow letters.

    古丽•艾比 is 古丽·艾比, Ａ座 is A座; other signs, Chinese brackets too, stay as they are.
    """
    return _DOT_IN_NAME.sub(MIDDLE_DOT, name.translate(_WIDE_LETTERS))


# Finding rows by a name as people type it: characters, English, pinyin or its initials.

LONGEST_SEARCH = 60  # characters


def match_name(text: str, names: list[Any], sort_key: Any) -> ColumnElement[bool]:
    """True for rows one of whose ``names`` or whose pinyin ``sort_key`` contains ``text``.

    Blanks and dots typed or left out and the width of signs make no difference: ``lehui``,
    ``le hui``, ``ｌｅｈｕｉ`` and the initials ``lh`` all find 乐汇. Signs alone find nothing.
    """
    typed = "".join(_split_signs(text.strip()[:LONGEST_SEARCH]))
    letters = typed.lower().replace("ü", "v")
    if not typed:
        return false()
    return or_(
        *(_fold_column(name).icontains(typed, autoescape=True) for name in names),
        func.replace(sort_key, " ", "").contains(letters, autoescape=True),
    )


def _split_signs(text: str) -> list[str]:
    """The text in narrow signs, cut at blanks, dots and apostrophes."""
    folded = unicodedata.normalize("NFKC", text)
    return re.split(rf"[\s'’{re.escape(MIDDLE_DOT + OTHER_DOTS)}]+", folded)


def _fold_column(name: Any) -> Any:
    for sign in _BLANKS + MIDDLE_DOT + OTHER_DOTS + "'’":
        name = func.replace(name, sign, "")
    for wide, narrow in _WIDE.items():
        name = func.replace(name, wide, narrow)
    return name


# Keys are cut to the length of the shortest column that holds one.
PERSON_KEY_LENGTH = 80
NAME_KEY_LENGTH = 200

# Two files beside this one: surnames that are read otherwise than the same characters elsewhere,
# and characters that pypinyin does not know. A character in neither has the last syllable of all,
# so that the name comes at the end of a list and not by its code.
UNKNOWN_READING = "zz"
LONGEST_SURNAME = 4  # characters
_HERE = Path(__file__).parent


@lru_cache(maxsize=20_000)
def get_sort_key(name: str) -> str:
    """Pinyin of an organisation's or place's name, then its initials: 乐汇 is ``le hui lh``."""
    return _join(_read(name))[:NAME_KEY_LENGTH]


@lru_cache(maxsize=20_000)
def get_person_sort_key(name: str) -> str:
    """As ``get_sort_key``, but it begins with a surname: 单玉 is ``shan yu sy``."""
    surnames = _load_surnames()
    for length in range(LONGEST_SURNAME, 0, -1):  # compound ones first
        if name[:length] in surnames:
            syllables = [*surnames[name[:length]], *_read(name[length:])]
            return _join(syllables)[:PERSON_KEY_LENGTH]
    return _join(_read(name))[:PERSON_KEY_LENGTH]


def _read(text: str) -> list[str]:
    """Syllables of the Chinese characters; other writing word by word, in lower case."""
    folded = unicodedata.normalize("NFKC", text)
    return " ".join(lazy_pinyin(folded, style=Style.NORMAL, errors=_read_others)).lower().split()


def _read_others(run: str) -> str:
    """A run of characters without a reading: rare ones read, signs left out."""
    return "".join(_read_other(character) for character in run)


def _read_other(character: str) -> str:
    if re.fullmatch(_HAN, character):
        return f" {_load_rare_readings().get(character, UNKNOWN_READING)} "
    return character if character.isalnum() else " "


@lru_cache(maxsize=1)
def _load_rare_readings() -> dict[str, str]:
    pairs = _read_lines("rare_readings.txt")
    return {character: syllable for syllable, characters in pairs for character in characters}


@lru_cache(maxsize=1)
def _load_surnames() -> dict[str, list[str]]:
    return {surname: syllables for surname, *syllables in _read_lines("surnames.txt")}


def _read_lines(name: str) -> list[list[str]]:
    lines = (_HERE / name).read_text("utf-8").splitlines()
    return [line.split() for line in lines if not line.startswith("#")]


def _join(syllables: list[str]) -> str:
    initials = "".join(syllable[0] for syllable in syllables)
    return " ".join([*syllables, initials])
