"""Texts of a pack to send to a chat group: nobody's name, and no number from one to four."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from matchmaker.models import ServiceCategory
from matchmaker.packs.contents import PackMonth
from matchmaker.promises.board import Grouping
from matchmaker.rounds.pages.figures import hide_small_groups, list_committee_rows
from matchmaker.rounds.words.names import Names
from matchmaker.words.labels import get_name
from matchmaker.words.quantities import SMALLEST_CELL, format_month, is_small


@dataclass(frozen=True, slots=True)
class ChatText:
    """A text, and for which organisation or committee it is; ``code`` is the group's."""

    code: str
    text: str


def make_organisation_texts(month: PackMonth) -> Iterator[ChatText]:
    """Yield a text for each organisation with promises in the month, in order of code.

    It counts promises by kind of help, without a total, from which a small count could be computed.
    """
    counts = _count_kinds(month)
    for row in month.list_board(Grouping.ORGANISATION):
        kinds = sorted(counts[row.group.id], key=lambda kind: (kind.position, kind.code))
        said = [
            _("%(name)s: %(value)s", name=get_name(kind), value=_say(counts[row.group.id][kind]))
            for kind in kinds
        ]
        text = _(
            "Hello, %(name)s! For %(month)s you promised help, by number of promises: %(list)s. "
            "Please sign in on the site of the street office to see days and to report what was "
            "given. Thank you for what you give!",
            name=get_name(row.group),
            month=format_month(month.month),
            list=_("; ").join(said),
        )
        yield ChatText(row.group.code, text)


def make_committee_texts(month: PackMonth, names: Names) -> Iterator[ChatText]:
    """Yield a text for each committee with needs in the month, in order of code.

    Its numbers are those of the public results; a committee that is hidden there has none.
    """
    rows = list_committee_rows(month.figures, names)
    for row, public in zip(rows, hide_small_groups(rows), strict=True):
        said = {"name": row.label, "month": format_month(month.month)}
        if public.met is None:
            found = _("Hello, %(name)s! The result of %(month)s is there.", **said)
        else:
            found = _(
                "Hello, %(name)s! The result of %(month)s is there: of %(asked)s requests, help is "
                "found for %(met)s.",
                asked=public.met.whole,
                met=public.met.part,
                **said,
            )
        rest = _(
            "Who asked can see it on the site of the street office, or ask the committee. Nobody "
            "needs to write a name or an illness into this group."
        )
        yield ChatText(row.code, f"{found}\n{rest}")


def _count_kinds(month: PackMonth) -> Mapping[int, Counter[ServiceCategory]]:
    """The promises of each organisation, keyed by its id, by kind of help."""
    counts: dict[int, Counter[ServiceCategory]] = defaultdict(Counter)
    for row in month.read_promises():
        counts[row.organisation_id][row.asked.category] += 1
    return counts


def _say(number: int) -> str:
    if is_small(number):
        return _("fewer than %(least)s", least=SMALLEST_CELL)
    return str(number)
