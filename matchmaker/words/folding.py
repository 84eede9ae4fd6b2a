"""Fold texts, so that what two people typed in their own ways can be compared."""

import re
import unicodedata

from matchmaker.words.names import MIDDLE_DOT, OTHER_DOTS
from matchmaker.words.signs import drop_unseen, write_characters

_GAPS = re.compile(rf"[\s'’{re.escape(MIDDLE_DOT + OTHER_DOTS)}]+")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")  # they choose a form of a character
_ROOM = "室"  # some people type it after a door number


def fold(text: str) -> str:
    """Return the text without width, case, blanks, dots, apostrophes and unseen characters.

    Width: full-width and half-width forms of a character become one; so do a radical and the
    character it is, and the forms of a character that a selector chooses.
    上海春晖（集团）有限公司 equals 上海春晖 (集团) 有限公司, and 古丽·艾比 equals 古丽 艾比.
    """
    plain = write_characters(_SELECTORS.sub("", drop_unseen(text)))
    return _GAPS.sub("", unicodedata.normalize("NFKC", plain)).casefold()


def fold_address(text: str) -> str:
    """Return an address for comparison: 8弄3号201室 and 8弄3号201 are equal."""
    return fold(text).replace("-", "").removesuffix(_ROOM)
