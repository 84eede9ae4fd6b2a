"""Texts as they are compared, when two people typed the same thing in their own ways."""

import re
import unicodedata

from matchmaker.words.names import MIDDLE_DOT, OTHER_DOTS
from matchmaker.words.signs import drop_unseen

_GAPS = re.compile(rf"[\s'’{re.escape(MIDDLE_DOT + OTHER_DOTS)}]+")
_ROOM = "室"  # typed or left out behind a door number


def fold(text: str) -> str:
    """The text without width, case, blanks, dots and signs that cannot be seen.

    上海春晖（集团）有限公司 and 上海春晖 (集团) 有限公司 are one, as are 古丽·艾比 and 古丽 艾比.
    """
    return _GAPS.sub("", unicodedata.normalize("NFKC", drop_unseen(text))).casefold()


def fold_address(text: str) -> str:
    """An address in its signs that tell homes apart: 8弄3号201室 and 8弄3号201 are one."""
    return fold(text).replace("-", "").removesuffix(_ROOM)
