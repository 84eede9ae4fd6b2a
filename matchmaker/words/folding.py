"""Fold texts, so that what two people typed in their own ways can be compared."""

import re
import unicodedata

from matchmaker.words.names import MIDDLE_DOT, OTHER_DOTS
from matchmaker.words.signs import drop_unseen

_GAPS = re.compile(rf"[\s'’{re.escape(MIDDLE_DOT + OTHER_DOTS)}]+")
_ROOM = "室"  # some people type it after a door number


def fold(text: str) -> str:
    """Return the text without width, case, blanks, dots, apostrophes and unseen characters.

    Width: full-width and half-width forms of a character become one.
    上海春晖（集团）有限公司 equals 上海春晖 (集团) 有限公司, and 古丽·艾比 equals 古丽 艾比.
    """
    return _GAPS.sub("", unicodedata.normalize("NFKC", drop_unseen(text))).casefold()


def fold_address(text: str) -> str:
    """Return an address for comparison: 8弄3号201室 and 8弄3号201 are equal."""
    return fold(text).replace("-", "").removesuffix(_ROOM)
