"""Lists of codes, as stored with an offer or volunteer, in words."""

from collections.abc import Iterable

from flask_babel import get_locale
from flask_babel import gettext as _

from matchmaker.models import Committee, StatusKind, Window
from matchmaker.words.labels import get_label, get_name


def name_windows(values: Iterable[str]) -> str:
    """Windows as ``Weekday mornings, Saturday mornings``, in the week's order; empty for none."""
    chosen = set(values)
    return join_words(get_label(window) for window in Window if window.value in chosen)


def name_statuses(values: Iterable[str]) -> str:
    """Names of recipient statuses, in the order of the enum; empty for none."""
    chosen = set(values)
    return join_words(get_label(kind) for kind in StatusKind if kind.value in chosen)


def name_committees(codes: Iterable[str], committees: Iterable[Committee]) -> str:
    """Names of the ``committees`` with one of ``codes``, in the order of ``committees``."""
    chosen = set(codes)
    return join_words(get_name(row) for row in committees if row.code in chosen)


def join_words(words: Iterable[object]) -> str:
    """The words joined by the comma of the reader's language."""
    return _(", ").join(str(word) for word in words)


def join_sentences(sentences: Iterable[str]) -> str:
    """Whole sentences one after the other; Chinese has no blank between them."""
    return (" " if str(get_locale()) == "en" else "").join(sentences)
