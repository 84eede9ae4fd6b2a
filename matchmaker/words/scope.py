"""Lists of codes, as stored with an offer or volunteer, in words."""

from collections.abc import Iterable

from flask_babel import gettext as _

from matchmaker.models import Committee, StatusKind, Window
from matchmaker.words.labels import get_label, get_name


def name_windows(values: Iterable[str]) -> str:
    """``Weekday mornings, Saturday mornings`` in the order of the week; empty for none."""
    chosen = set(values)
    return join_words(get_label(window) for window in Window if window.value in chosen)


def name_statuses(values: Iterable[str]) -> str:
    """Names of recipient statuses, in the order of the enum; empty for none."""
    chosen = set(values)
    return join_words(get_label(kind) for kind in StatusKind if kind.value in chosen)


def name_committees(codes: Iterable[str], committees: Iterable[Committee]) -> str:
    """Names of the ``committees`` with one of ``codes``, in their own order."""
    chosen = set(codes)
    return join_words(get_name(row) for row in committees if row.code in chosen)


def join_words(words: Iterable[object]) -> str:
    """``words`` with the reader's comma between them."""
    return _(", ").join(str(word) for word in words)
