"""Lists of codes, as an offer or a volunteer stores them, in words."""

from collections.abc import Iterable

from flask_babel import get_locale
from flask_babel import gettext as _

from matchmaker.models import Committee, StatusKind, Window
from matchmaker.words.labels import get_label, get_name


def name_windows(values: Iterable[str]) -> str:
    """Windows as ``Weekday mornings, Saturday mornings``, in the order of the week."""
    chosen = set(values)
    return join_words(get_label(window) for window in Window if window.value in chosen)


def name_statuses(values: Iterable[str]) -> str:
    """The names of recipient statuses, in the order of the enum; empty without any."""
    chosen = set(values)
    return join_words(get_label(kind) for kind in StatusKind if kind.value in chosen)


def name_committees(codes: Iterable[str], committees: Iterable[Committee]) -> str:
    """The names of the ``committees`` that have one of ``codes``, in their order."""
    chosen = set(codes)
    return join_words(get_name(row) for row in committees if row.code in chosen)


def join_words(words: Iterable[object]) -> str:
    """Join words with the comma of the reader's language."""
    return _(", ").join(str(word) for word in words)


def join_sentences(sentences: Iterable[str]) -> str:
    """Join whole sentences, with a blank between them in English and none in Chinese."""
    return (" " if str(get_locale()) == "en" else "").join(sentences)
