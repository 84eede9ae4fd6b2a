"""The sheets of a pack: one for each organisation and each committee of a month, to print.

A sheet has what that organisation or committee may know anyway, and no name, phone or door: needs
and pairings by reference.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from matchmaker.models import Committee, Organisation, Promise, ServiceCategory
from matchmaker.packs.contents import PackMonth
from matchmaker.packs.report import Tile, make_style, render
from matchmaker.promises.board import BoardRow, Grouping
from matchmaker.rounds.pages.lines import RunLine
from matchmaker.rounds.pages.memory_forms import ROWS
from matchmaker.rounds.words.outcomes import count_received
from matchmaker.words.labels import get_label, get_name
from matchmaker.words.quantities import format_month, format_quantity, format_share

_STEPS = ("promised", "accepted", "confirmed", "delivered")
Group = Organisation | Committee | ServiceCategory
Tiles = list[Tile]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a sheet; ``empty``: what it says without rows."""

    caption: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    empty: str


@dataclass(frozen=True, slots=True)
class PaperSheet:
    """A sheet: the code of its organisation or committee, and the page."""

    code: str
    page: str


def make_organisation_sheets(month: PackMonth, lang: str) -> Iterator[PaperSheet]:
    """Yield a sheet for each organisation with promises in the month, in order of code."""
    promises = _group_promises(month, lambda row: row.organisation_id)
    for row in month.list_board(Grouping.ORGANISATION):
        table = Table(
            _("What was asked of you, and what became of it"),
            [_("Number"), _("Kind of help"), _("Committee"), _("Amount"), _("State")],
            [_describe_promise(promise) for promise in promises.get(row.group.id, ())],
            _("Nothing was asked of you this month"),
        )
        asked = Tile(_("Asked of you"), str(row.funnel.promised))
        tiles = [asked, *_list_funnel(row)[1:]]
        yield PaperSheet(row.group.code, _render(month, row.group, tiles, [table], lang))


def make_committee_sheets(month: PackMonth, lang: str) -> Iterator[PaperSheet]:
    """Yield a sheet for each committee with needs or visits in the month, in order of code."""
    funnels = {row.group.code: row for row in month.list_board(Grouping.COMMITTEE)}
    committees = {row.group.code: row.group for row in funnels.values()}
    lines: dict[str, list[RunLine]] = defaultdict(list)
    for line in month.read_lines():
        lines[line.need.committee.code].append(line)
        committees[line.need.committee.code] = line.need.committee
    visits = _group_promises(month, _find_visited_committee)
    for code in sorted(committees):
        group, count = committees[code], month.figures.by_committee.get(code)
        tiles: Tiles = []
        if count:
            tiles.append(Tile(_("Needs met"), format_share(count.met, count.asked)))
        tiles += _list_funnel(funnels[code]) if code in funnels else []
        tables = [_list_needs(lines[code]), _list_visits(visits.get(group.id, ()))]
        yield PaperSheet(code, _render(month, group, tiles, tables, lang))


def _list_needs(lines: Sequence[RunLine]) -> Table:
    headers = [_("Number"), _("Kind of help"), _("Amount found"), _("Organisations")]
    rows = [_describe_line(line) for line in lines]
    return Table(_("Needs of this month"), headers, rows, _("No need was asked for this month."))


def _list_visits(promises: Sequence[Promise]) -> Table:
    headers = [_("Number"), _("Kind of help"), _("Organisation"), _("State")]
    rows = [
        [
            row.asked.reference,
            get_name(row.asked.category),
            get_name(row.organisation),
            str(get_label(row.state)),
        ]
        for row in promises
    ]
    empty = _("No visit of a pairing was due this month.")
    return Table(_("Visits of long-term pairings"), headers, rows, empty)


def _describe_promise(row: Promise) -> list[str]:
    category = row.asked.category
    return [
        row.asked.reference,
        get_name(category),
        get_name(row.asked.resident.household.committee),
        format_quantity(row.units, category.unit),
        str(get_label(row.state)),
    ]


def _describe_line(line: RunLine) -> list[str]:
    category, outcome = line.need.category, line.outcome
    found = format_quantity(count_received(outcome), category.unit)
    givers = _(", ").join(dict.fromkeys(map(get_name, line.givers)))
    return [
        line.need.reference,
        get_name(category),
        found if outcome.is_met else _("Nothing found this month"),
        givers or "–",
    ]


def _list_funnel(row: BoardRow) -> Tiles:
    """The tiles of ``_STEPS``, in this order."""
    return [Tile(str(ROWS[step]), str(getattr(row.funnel, step))) for step in _STEPS]


def _find_visited_committee(row: Promise) -> int | None:
    return row.asked.resident.household.committee_id if row.pairing is not None else None


def _group_promises(month: PackMonth, find_group: Any) -> Mapping[int, list[Promise]]:
    """The promises of a month keyed by ``find_group``; those for which it is None are left out."""
    found: dict[int, list[Promise]] = defaultdict(list)
    for row in month.read_promises():
        key = find_group(row)
        if key is not None:
            found[key].append(row)
    return found


def _render(
    month: PackMonth,
    group: Group,
    tiles: Tiles,
    tables: Sequence[Table],
    lang: str,
) -> str:
    return render(
        "packs/sheet.html",
        lang,
        make_style("tokens", "pack", "components"),
        title=_("%(name)s: %(value)s", name=get_name(group), value=format_month(month.month)),
        tiles=tiles,
        tables=tables,
    )
