"""Language and text size: the reader's choice, or else what the browser asks for."""

from enum import StrEnum

from flask import request
from flask_login import current_user

LOCALE_COOKIE = "language"
TEXT_SIZE_COOKIE = "text_size"
COOKIE_SECONDS = 365 * 24 * 60 * 60


class Locale(StrEnum):
    CHINESE = "zh_Hans_CN"
    ENGLISH = "en"


class TextSize(StrEnum):
    """Base sizes of 18, 22 and 30 px; the last is the view for elders, with larger targets."""

    STANDARD = "standard"
    LARGE = "large"
    EXTRA = "extra"


HTML_LANG = {Locale.CHINESE: "zh-Hans", Locale.ENGLISH: "en"}
CATALOGUE_OF_LANGUAGE = {"zh": Locale.CHINESE, "en": Locale.ENGLISH}


def select_locale() -> str:
    """Return the language that the reader chose, or else the browser's, or else Chinese."""
    return _find_chosen("locale", LOCALE_COOKIE, Locale) or select_browser_locale()


def select_browser_locale() -> Locale:
    """Return what this browser chose or asks for; who is signed in plays no part."""
    chosen = request.cookies.get(LOCALE_COOKIE)
    if chosen in set(Locale):
        return Locale(chosen)
    return match_languages(
        [language for language, quality in request.accept_languages if quality > 0]
    )


def select_text_size() -> str:
    """Return the chosen text size, or else the standard one."""
    return _find_chosen("text_size", TEXT_SIZE_COOKIE, TextSize) or TextSize.STANDARD


def match_languages(languages: list[str]) -> Locale:
    """Return the catalogue for the browser's languages, best first; Chinese if none matches."""
    for language in languages:
        primary = language.replace("_", "-").split("-")[0].lower()
        if primary in CATALOGUE_OF_LANGUAGE:
            return CATALOGUE_OF_LANGUAGE[primary]
    return Locale.CHINESE


def _find_chosen(attribute: str, cookie: str, allowed: type[StrEnum]) -> str | None:
    """Return the signed-in person's choice, or else this browser's, which people may share.

    None if neither has an allowed one.
    """
    known = set(allowed)
    for choice in (getattr(current_user, attribute, None), request.cookies.get(cookie)):
        if choice in known:
            return str(choice)
    return None
