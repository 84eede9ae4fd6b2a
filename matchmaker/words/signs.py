"""Mend typed characters: drop those that nobody sees, write a radical as the character it is."""

import unicodedata

_KEPT_CONTROLS = "\t\n\r"
# They show nothing, although Unicode calls them letters, marks or symbols.
_EMPTY_SIGNS = "\u034f\u115f\u1160\u2800\u3164\uffa0"
_JOINER = "\u200d"
# Copies from PDF files have radicals in place of characters. Unicode decomposes those from 2F00 on.
# Those from 2E80 on it does not: here are pairs of a radical and the character it is.
_PAIRS = (
    "⺆冂⺊卜⺎兀⺒巳⺓幺⺝月⺠民⺧牛⺩王⺪疋⺫目⺬示⺮竹⺶羊⺻聿⺽臼⻁虎⻄西⻅见⻆角⻉贝⻊足⻋车⻑長⻓长"
    "⻔门⻗雨⻘青⻙韦⻚页⻛风⻜飞⻝食⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻬齐⻮齿⻰龙⻱龜"
)
_KANGXI = range(0x2F00, 0x2FD6)
_CHARACTERS = {code: unicodedata.normalize("NFKC", chr(code)) for code in _KANGXI}
_CHARACTERS |= dict(zip(map(ord, _PAIRS[::2]), _PAIRS[1::2], strict=True))


def write_characters(text: str) -> str:
    """Return the text with characters in place of radicals that look the same: ⻢ becomes 马."""
    return text.translate(_CHARACTERS)


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
