"""Phone numbers: mainland mobiles and Shanghai landlines, stored as digits only."""

import re
import unicodedata

SHANGHAI_AREA_CODE = "021"
_SEPARATORS = re.compile(r"[\s\-–—()./]+")
_COUNTRY_PREFIX = re.compile(r"^(?:\+|00)86")
_MOBILE = re.compile(r"^1[3-9][0-9]{9}$", re.ASCII)
_LANDLINE = re.compile(r"^(?:021|21)?([2-9][0-9]{7})$", re.ASCII)


def normalise_phone(text: str) -> str:
    """A typed number as digits: 11 for a mobile, ``021`` and 8 for a Shanghai landline.

    Full-width digits, separators and the country prefix are accepted. Raises
    ``ValueError`` for anything else.
    """
    digits = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
    digits = _COUNTRY_PREFIX.sub("", digits)
    if _MOBILE.match(digits):
        return digits
    landline = _LANDLINE.match(digits)
    if landline is None:
        raise ValueError("not a mainland mobile or a Shanghai landline")
    return SHANGHAI_AREA_CODE + landline.group(1)
