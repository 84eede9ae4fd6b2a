"""Lists of codes, as an offer or volunteer keeps them, in words."""

from collections.abc import Iterable

from flask_babel import gettext as _

from matchmaker.models import Committee, StatusKind, Window
from matchmaker.words.labels import get_label, get_name


def name_windows(values: Iterable[str]) -> str:
    """``Weekday mornings, Saturday mornings`` in the order of the week; empty: empty."""
    chosen = set(values)
    return join_words(get_label(window) for window in Window if window.value in chosen)


def name_statuses(values: Iterable[str]) -> str:
    chosen = set(values)
    return join_words(get_label(kind) for kind in StatusKind if kind.value in chosen)


def name_committees(codes: Iterable[str], committees: Iterable[Committee]) -> str:
    chosen = set(codes)
    return join_words(get_name(row) for row in committees if row.code in chosen)


def join_words(words: Iterable[object]) -> str:
    return _(", ").join(str(word) for word in words)
