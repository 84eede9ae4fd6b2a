"""Phone numbers of the mainland: read them as people write them, and keep them in one form.

A number is kept as digits: 11 for a mobile, the area's code and 7 or 8 for a landline, 10 for a
line of 400 or 800. An extension follows after a hyphen: ``02164381234-802``.
"""

import re
import unicodedata

from matchmaker.words.signs import drop_unseen

LONGEST_TYPED = 40  # characters, separators included; the patterns are slow on very long texts
OWN_AREA = "021"  # Shanghai, for a landline that is typed without its area
_DASHES = re.compile(r"[‐‑‒–—―−_~]")
_GAP = re.compile(r"[\s\-()./]+")
_FLOAT = re.compile(r"(\+?[0-9]+)\.0+", re.ASCII)  # what a spreadsheet makes of a number
_SHORT_END = re.compile(r".+(?:-\s*[0-9]{1,2}|\.[0-9]{0,2})", re.ASCII)  # no group of a number
_LISTED = re.compile(r"或者|[,;、|/\\&\s\-或和]")
_EXTENSION = re.compile(
    r"(.+?)(?:转|轉|分机号?|extension|ext\.?|x|#|\*)[\s:.\-]*([0-9]{1,6})", re.ASCII | re.IGNORECASE
)
_DASHED_EXTENSION = re.compile(r"(.+)-\s*([0-9]{1,6})", re.ASCII)
_COUNTRY = re.compile(r"(\+|00)?86")

_LIKE_A_NUMBER = re.compile(r"(?<![0-9.])\+?[0-9(][0-9 ().-]{5,40}[0-9](?![0-9]|\s*元)", re.ASCII)
_DAY = re.compile(r"(?:19|20)[0-9]{2}\D?(?:0[1-9]|1[0-2])\D?(?:0[1-9]|[12][0-9]|3[01])$", re.ASCII)

_MOBILE = re.compile(r"1[3-9][0-9]{9}", re.ASCII)
_OWN_LANDLINE = re.compile(r"(?:021|21)?([2-9][0-9]{7})", re.ASCII)
_LANDLINE = re.compile(r"0((?:10|2[0-57-9])[2-9][0-9]{7}|[3-9][1-9][0-9][2-9][0-9]{6,7})", re.ASCII)
_SERVICE = re.compile(r"[48]00[0-9]{7}", re.ASCII)


class SeveralNumbersError(ValueError):
    """More than one phone number was typed in a field for one."""


def normalise_phone(text: str) -> str:
    """Return a typed number in the form in which it is kept.

    Full-width digits, blanks, dashes, brackets, characters that cannot be seen, the country's code
    with or without its plus, and the ``.0`` that a spreadsheet adds are accepted. Raises
    ``SeveralNumbersError`` for two numbers and ``ValueError`` for anything else, also for a text
    longer than ``LONGEST_TYPED``.
    """
    if len(text) > LONGEST_TYPED:
        raise ValueError("too long for a phone number")
    typed = _DASHES.sub("-", unicodedata.normalize("NFKC", drop_unseen(text))).strip()
    remnant = _FLOAT.fullmatch(typed)
    number = _read_line(remnant.group(1) if remnant else typed)
    if number is not None:
        return number
    if _holds_several(typed):
        raise SeveralNumbersError("more than one number")
    raise ValueError("not a phone number of the mainland")


def find_phone(text: str) -> str | None:
    """Return the first phone number in a text, as typed; days and sums of money do not count.

    Returns None if there is none.
    """
    plain = unicodedata.normalize("NFKC", drop_unseen(text))
    for found in _LIKE_A_NUMBER.finditer(plain):
        typed = found.group().strip(" -().")
        try:
            normalise_phone(typed)
        except SeveralNumbersError:
            return typed
        except ValueError:
            continue
        if not _DAY.match(typed):
            return typed
    return None


def get_line(phone: str) -> str:
    """Return the number of a kept phone without its extension."""
    return phone.partition("-")[0]


def _read_line(typed: str) -> str | None:
    """Return the number, with a typed extension; None for a mobile with an extension."""
    whole = None if _SHORT_END.fullmatch(typed) else _read_number(_GAP.sub("", typed))
    if whole is not None:
        return whole
    for pattern in (_EXTENSION, _DASHED_EXTENSION):
        found = pattern.fullmatch(typed)
        line = _read_number(_GAP.sub("", found.group(1))) if found else None
        if found and line and not _MOBILE.fullmatch(line):
            return f"{line}-{found.group(2)}"
    return None


def _read_number(digits: str) -> str | None:
    """Return the number in ``digits``, which may begin with the country's code; else None."""
    number = _read_at_home(digits)
    country = _COUNTRY.match(digits)
    if number is not None or country is None:
        return number
    rest = digits[country.end() :]
    is_marked = country.group(1) is not None
    if not is_marked and _OWN_LANDLINE.fullmatch(rest) and len(rest) == len("12345678"):
        return None  # 86 and eight digits: neither a country's code for sure nor an area's
    return _read_at_home(rest) or _read_at_home(f"0{rest}")


def _read_at_home(digits: str) -> str | None:
    if _MOBILE.fullmatch(digits) or _SERVICE.fullmatch(digits):
        return digits
    own = _OWN_LANDLINE.fullmatch(digits)
    if own:
        return OWN_AREA + own.group(1)
    return digits if _LANDLINE.fullmatch(digits) else None


def _holds_several(typed: str) -> bool:
    """Whether some separator of lists has a number before it and another after it."""
    return any(
        _read_line(typed[: sign.start()]) and _read_line(typed[sign.end() :])
        for sign in _LISTED.finditer(typed)
    )
