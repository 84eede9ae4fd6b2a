"""Finding rows by a name as people type it: characters, English, pinyin or its initials."""

from typing import Any

from sqlalchemy import ColumnElement, func, or_

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
