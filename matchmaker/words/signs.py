"""Find and drop typed characters that nobody sees: direction marks, joiners, controls."""

import unicodedata

_KEPT_CONTROLS = "\t\n\r"
# They show nothing, although Unicode calls them letters, marks or symbols.
_EMPTY_SIGNS = "\u034f\u115f\u1160\u2800\u3164\uffa0"
_JOINER = "\u200d"


def drop_unseen(text: str) -> str:
    """Return the text without characters that cannot be seen.

    Tabs, line ends and a joiner between two emoji stay.
    """
    if text.isprintable() and not set(text) & set(_EMPTY_SIGNS):
        return text
    return "".join(sign for place, sign in enumerate(text) if not _is_unseen(text, place))


def has_unseen(text: str) -> bool:
    """Whether ``drop_unseen`` would drop anything."""
    return drop_unseen(text) != text


def _is_unseen(text: str, place: int) -> bool:
    sign = text[place]
    if sign == _JOINER:
        return not (_is_emoji(text[:place][-1:]) and _is_emoji(text[place + 1 :][:1]))
    if sign in _EMPTY_SIGNS:
        return True
    return unicodedata.category(sign) in ("Cf", "Cc") and sign not in _KEPT_CONTROLS


def _is_emoji(sign: str) -> bool:
    return sign != "" and unicodedata.category(sign) in ("So", "Sk", "Mn")
