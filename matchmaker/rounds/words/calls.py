"""The call to givers: what more help would meet, as a table and as texts to send.

Texts leave the office, so they name no place and no number, and neither a kind of help nor a time
with few requests: with the public figures a number would say how many lack something else.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from matchmaker.models import OfferKind
from matchmaker.rounds.solve.shortages import ShortRow
from matchmaker.rounds.words.names import Names
from matchmaker.rounds.words.slots import describe_slot
from matchmaker.slots import get_window
from matchmaker.words.quantities import format_month, format_quantity, is_small
from matchmaker.words.scope import name_windows


@dataclass(frozen=True, slots=True)
class CallRow:
    """One row of the table, in words."""

    what: str
    amount: str
    when: str
    where: str
    enough: str


@dataclass(frozen=True, slots=True)
class CallText:
    """A text to send to givers of one kind."""

    kind: OfferKind
    text: str


def describe_rows(rows: Iterable[ShortRow], names: Names, month: date) -> list[CallRow]:
    """The rows of the table."""
    return [
        CallRow(
            what=names.categories.get(row.category, row.category),
            amount=_say_amount(row.category, row.units, names),
            when=describe_slot(row.slot, month) if row.slot else _("Any time"),
            where=_say_where(row.committees, names),
            enough=describe_enough([row]),
        )
        for row in rows
    ]


def describe_enough(rows: Sequence[ShortRow]) -> str:
    """How many requests all the rows together would meet, and how many agreed visits."""
    requests, visits = sum(row.requests for row in rows), sum(row.visits for row in rows)
    said = [
        ngettext("%(num)s request", "%(num)s requests", requests) if requests else "",
        ngettext("%(num)s agreed visit", "%(num)s agreed visits", visits) if visits else "",
    ]
    return _(", ").join(filter(None, said))


def describe_calls(
    rows: Sequence[ShortRow], names: Names, kinds: Mapping[str, OfferKind], month: date
) -> list[CallText]:
    """One text for each kind of giver that could give more, in the order of the kinds.

    Kinds without a kind of help that many requests lack are left out.
    """
    found = []
    for kind in OfferKind:
        lines = _list_lines([row for row in rows if kinds.get(row.category) is kind], names)
        if lines:
            found.append(CallText(kind, _write(lines, month)))
    return found


def list_shown_committees(counts: Mapping[str, int]) -> list[str]:
    """The committees whose counts can be shown: neither they nor the rest could identify a person.

    The rest is of two committees or more, and its sum is not small.
    """
    by_size = sorted(counts, key=lambda code: (-counts[code], code))
    shown = [code for code in by_size if code and not is_small(counts[code])]
    while shown and _is_telling({code: counts[code] for code in counts if code not in shown}):
        shown.pop()
    return shown


def _is_telling(rest: Mapping[str, int]) -> bool:
    """Whether the counts that are not shown can be found from their sum, or identify a person."""
    return len(rest) == 1 or is_small(sum(rest.values()))


def _say_where(counts: Mapping[str, int], names: Names) -> str:
    shown = list_shown_committees(counts)
    said = [
        _("%(name)s: %(value)s", name=names.committees.get(code, code), value=str(counts[code]))
        for code in shown
    ]
    rest = sum(counts.values()) - sum(counts[code] for code in shown)
    if not said:
        return _("The whole street")
    return _("; ").join([*said, *([_("elsewhere: %(num)s", num=rest)] if rest else [])])


def _say_amount(category: str, units: int, names: Names) -> str:
    return format_quantity(units, names.units[category]) if category in names.units else str(units)


def _write(lines: Sequence[str], month: date) -> str:
    begin = _(
        "In %(month)s there was not enough help for everyone in our street. With more help like "
        "that of today's givers, at the times that are named, more requests could have been met:",
        month=format_month(month),
    )
    end = _("If you can give some of it, please tell the street office. Thank you!")
    return "\n".join([begin, *lines, end])


def _list_lines(rows: Sequence[ShortRow], names: Names) -> list[str]:
    """The kinds of help that many requests lack, each with the times that many lack."""
    found = []
    for code, what in names.categories.items():
        requests = _count_by_window(row for row in rows if row.category == code)
        if _are_many(requests.total()):
            windows = [key for key, count in requests.items() if key and _are_many(count)]
            times = name_windows(sorted(windows))
            found.append(_("%(what)s (%(times)s)", what=what, times=times) if windows else what)
    return found


def _are_many(number: int) -> bool:
    """Whether so many requests can be spoken of in a text that leaves the office."""
    return number > 0 and not is_small(number)


def _count_by_window(rows: Iterable[ShortRow]) -> Counter[str]:
    """How many requests lack help in each window; under an empty name, those of deliveries."""
    requests = Counter[str]()
    for row in rows:
        requests[get_window(row.slot) if row.slot else ""] += row.requests
    return requests
