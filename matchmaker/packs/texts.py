"""Texts of a pack to send to a chat group: nobody's name, and no number from one to four."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from matchmaker.models import ServiceCategory
from matchmaker.packs.contents import PackMonth
from matchmaker.promises.board import Grouping
from matchmaker.promises.states import FALLEN_STATES
from matchmaker.rounds.pages.figures import hide_small_groups, list_committee_rows
from matchmaker.rounds.words.names import Names
from matchmaker.words.labels import get_name
from matchmaker.words.quantities import format_month


@dataclass(frozen=True, slots=True)
class ChatText:
    """A text, and for which organisation or committee it is; ``code`` is the group's."""

    code: str
    text: str


def make_organisation_texts(month: PackMonth) -> Iterator[ChatText]:
    """Yield a text for each organisation that gives or will give help, in order of code.

    It thanks for the kinds of help that the organisation accepted and that did not fall away, and
    says no amounts: with the report and the texts of others, small ones could be computed.
    """
    accepted = _list_kinds(month)
    for row in month.list_board(Grouping.ORGANISATION):
        if row.group.id not in accepted:
            continue
        kinds = sorted(accepted[row.group.id], key=lambda kind: (kind.position, kind.code))
        text = _(
            "Hello, %(name)s! For %(month)s you said yes to help with: %(list)s. Please sign in on "
            "the site of the street office to see days and to report what was given. Thank you for "
            "what you give!",
            name=get_name(row.group),
            month=format_month(month.month),
            list=_("; ").join(map(get_name, kinds)),
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


def _list_kinds(month: PackMonth) -> Mapping[int, set[ServiceCategory]]:
    """The kinds of help that each organisation, keyed by its id, accepted and did not lose."""
    kinds: dict[int, set[ServiceCategory]] = defaultdict(set)
    for row in month.read_promises("accepted"):
        if row.state not in FALLEN_STATES:
            kinds[row.organisation_id].add(row.asked.category)
    return kinds
