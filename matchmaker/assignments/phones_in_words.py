"""Numbers in a sentence that are long enough for a phone, in whichever digits they are written.

Dates and times of a day are no such numbers.
"""

import re
import unicodedata

_LEAST_DIGITS = 7
_DIGITS = str.maketrans(
    "〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖幺两", "00" + 2 * "123456789" + "12"
)
_YEAR, _MONTH, _DAY = r"(?:19|20)\d\d", r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])"
# Dates with a year, days of a month with a stroke, times with a colon; inside no longer number.
_MOMENT = re.compile(
    r"(?<![\d:/.-])(?:"
    rf"{_YEAR}[-/.]{_MONTH}[-/.]{_DAY}|{_DAY}[-/.]{_MONTH}[-/.]{_YEAR}|{_MONTH}/{_DAY}"
    r"|(?:[01]?\d|2[0-4]):[0-5]\d"
    r")(?![\d:/]|[.-]\d)"
)
_RANGE = re.compile(r"(?<=\d)\s*[-~\u2010-\u2015\u301c]\s*(?=\d{1,2}:\d\d(?!\d))")
_BETWEEN = re.compile(r"(?<=\d)[\W_]+(?=\d)")  # blanks, strokes and signs; no letters
_LONG = re.compile(rf"\d{{{_LEAST_DIGITS},}}")


def has_long_number(words: str) -> bool:
    """Whether 7 or more digits follow each other, with nothing between them but blanks and signs.

    Digits of any script and Chinese numerals count.
    """
    digits = unicodedata.normalize("NFKC", words).translate(_DIGITS)
    without_moments = _MOMENT.sub("x", _RANGE.sub("x", digits))
    return _LONG.search(_BETWEEN.sub("", without_moments)) is not None
