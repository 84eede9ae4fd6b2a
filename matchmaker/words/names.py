"""Names of people, organisations and places: clean them, sort by their reading, search for them.

Readings are pinyin without tones, with ``v`` for ü. Surnames have readings of their own; compound
surnames are looked for first.
"""

import re
import string
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

from pypinyin import Style, lazy_pinyin
from sqlalchemy import ColumnElement, false, func, or_

from matchmaker.words.signs import write_characters

# Signs. All middle dots are one; blanks, dots and the width of signs do not matter in a search.

MIDDLE_DOT = "·"
OTHER_DOTS = "•‧∙⋅・･⸱᛫●．."
_BLANKS = " \u3000"
_WIDE = {"（": "(", "）": ")"}
_WIDE_LETTERS = {0xFEE0 + ord(sign): sign for sign in string.ascii_letters + string.digits}
_HAN = r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_DOT_IN_NAME = re.compile(rf"(?<={_HAN})\s*[{re.escape(MIDDLE_DOT + OTHER_DOTS)}]\s*(?={_HAN})")


def clean_name(name: str) -> str:
    """Return the name as it is stored: one kind of dot between Chinese characters, narrow letters.

    古丽•艾比 becomes 古丽·艾比, Ａ座 becomes A座, and the radical ⻢ the character 马.
    Other characters, Chinese brackets too, stay as they are.
    """
    return _DOT_IN_NAME.sub(MIDDLE_DOT, write_characters(name).translate(_WIDE_LETTERS))


# Finding rows by a name as people type it: characters, English, pinyin or its initials.

LONGEST_SEARCH = 60  # characters


def match_name(text: str, names: list[Any], sort_key: Any) -> ColumnElement[bool]:
    """The condition for rows with ``text`` in one of their ``names`` or in their ``sort_key``.

    Blanks, dots, apostrophes and the width of characters do not matter:
    ``lehui``, ``le hui``, ``ｌｅｈｕｉ`` and the initials ``lh`` all find 乐汇.
    A text of only blanks, dots and apostrophes finds nothing.
    """
    typed = "".join(_split_signs(text.strip()[:LONGEST_SEARCH]))
    letters = typed.lower().replace("ü", "v")
    if not typed:
        return false()
    spellings = {typed, write_characters(typed)}  # names that were stored earlier may have radicals
    return or_(
        *(
            _fold_column(name).icontains(spelling, autoescape=True)
            for name in names
            for spelling in sorted(spellings)
        ),
        func.replace(sort_key, " ", "").contains(letters, autoescape=True),
    )


def _split_signs(text: str) -> list[str]:
    """Cut the text, in narrow signs, at blanks, dots and apostrophes."""
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

# Two files beside this one hold surnames that are read otherwise than their characters elsewhere,
# and characters that pypinyin does not know. A character without any reading has a syllable that
# sorts last, so that its name comes at the end of a list.
UNKNOWN_READING = "zz"
LONGEST_SURNAME = 4  # characters
_HERE = Path(__file__).parent


@lru_cache(maxsize=20_000)
def get_sort_key(name: str) -> str:
    """Return the pinyin of an organisation's or place's name, then its initials: ``le hui lh``."""
    return _join(_read(name))[:NAME_KEY_LENGTH]


@lru_cache(maxsize=20_000)
def get_person_sort_key(name: str) -> str:
    """Return the pinyin of a person's name, its surname read as one, then the initials.

    For 单玉 it is ``shan yu sy``.
    """
    surnames = _load_surnames()
    for length in range(LONGEST_SURNAME, 0, -1):  # compound surnames first
        if name[:length] in surnames:
            syllables = [*surnames[name[:length]], *_read(name[length:])]
            return _join(syllables)[:PERSON_KEY_LENGTH]
    return _join(_read(name))[:PERSON_KEY_LENGTH]


def _read(text: str) -> list[str]:
    """Return the syllables of Chinese characters, and other writing word by word, in lower case."""
    folded = unicodedata.normalize("NFKC", text)
    return " ".join(lazy_pinyin(folded, style=Style.NORMAL, errors=_read_others)).lower().split()


def _read_others(run: str) -> str:
    """Read a run of characters that pypinyin does not know; signs become blanks."""
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
