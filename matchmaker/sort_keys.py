"""Chinese names in an order, and by letters, that people know: pinyin."""

from functools import lru_cache

from pypinyin import Style, lazy_pinyin

# Characters kept: the shortest column that holds such a key.
PERSON_KEY_LENGTH = 80
NAME_KEY_LENGTH = 200

# Read otherwise when they are surnames than in running text.
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
    """Pinyin of an organisation's or place's name, then its initials: ``le hui lh``."""
    return _join(_read(name))[:NAME_KEY_LENGTH]


@lru_cache(maxsize=20_000)
def get_person_sort_key(name: str) -> str:
    """As ``get_sort_key``, with the first character read as a surname: ``shan yu sy``."""
    surname = SURNAME_READINGS.get(name[:1])
    syllables = _read(name) if surname is None else [surname, *_read(name[1:])]
    return _join(syllables)[:PERSON_KEY_LENGTH]


def _read(text: str) -> list[str]:
    """Syllables of the Chinese characters; other writing word by word, in small letters."""
    return " ".join(lazy_pinyin(text, style=Style.NORMAL)).lower().split()


def _join(syllables: list[str]) -> str:
    initials = "".join(syllable[0] for syllable in syllables)
    return " ".join([*syllables, initials])
