"""The workbook of a pack: figures and lines of its months, numbers as numbers, days as days.

The lines name people by reference only: no name, phone or address.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from flask_babel import gettext as _

from matchmaker.base.clock import get_local_date
from matchmaker.packs.contents import PackMonth, list_cells
from matchmaker.promises.board import Grouping
from matchmaker.rounds.memory.ledger import Coverage
from matchmaker.rounds.pages.line_views import FILE_COLUMNS
from matchmaker.rounds.pages.memory_forms import ROWS
from matchmaker.rounds.words.names import Names
from matchmaker.web.downloads import Row, Sheet, make_book
from matchmaker.words.labels import get_name
from matchmaker.words.quantities import get_unit_word, make_cell

_STEPS = ("promised", "accepted", "confirmed", "delivered", "fed_back", "failed", "ended", "late")


def make_workbook(months: Sequence[PackMonth], names: Names) -> bytes:
    """Return the workbook; each sheet has the rows of all months, the earliest first."""
    return make_book(_list_sheets(months, names))


def _list_sheets(months: Sequence[PackMonth], names: Names) -> Iterator[Sheet]:
    yield _make_months(months)
    committees = [(row, row.figures.by_committee) for row in months]
    yield _make_coverage(_("By committee"), _("Committee"), committees, names.committees)
    yield _make_categories(months, names)
    yield _make_cells(months)
    for by, title, head in (
        (Grouping.ORGANISATION, _("Promises by organisation"), _("Organisation")),
        (Grouping.COMMITTEE, _("Promises by committee"), _("Committee")),
    ):
        rows: list[Row] = [
            [month.month, row.group.code, get_name(row.group), *_list_steps(row.funnel)]
            for month in months
            for row in month.list_board(by)
        ]
        yield Sheet(title, [_("Month"), _("Code of the group"), head, *_name_steps()], rows)
    yield _make_lines(months)


def _name_steps() -> list[str]:
    return [str(ROWS[step]) for step in _STEPS]


def _list_steps(funnel: object) -> list[int]:
    return [getattr(funnel, step) for step in _STEPS]


def _make_months(months: Sequence[PackMonth]) -> Sheet:
    headers = [
        _("Month"),
        _("Number of the publication"),
        _("Published on"),
        _("Needs asked for"),
        _("Needs met"),
        _("People who asked"),
        _("People helped"),
        _("Due visits"),
        _("Due visits kept"),
        *_name_steps(),
    ]
    return Sheet(_("Month by month"), headers, [_make_month(row) for row in months])


def _make_month(row: PackMonth) -> Row:
    found, published = row.figures, row.match_round.published_at
    return [
        row.month,
        row.match_round.publication,
        get_local_date(published) if published else None,
        found.asked,
        found.met,
        found.residents,
        found.residents_helped,
        found.due_visits,
        found.due_visits_met,
        *_list_steps(row.funnel),
    ]


def _make_coverage(
    title: str,
    head: str,
    counts: Iterable[tuple[PackMonth, Mapping[str, Coverage]]],
    labels: Mapping[str, str],
) -> Sheet:
    rows: list[Row] = [
        [month.month, code, label, found[code].asked, found[code].possible, found[code].met]
        for month, found in counts
        for code, label in labels.items()
        if code in found
    ]
    headers = [
        _("Month"),
        _("Code of the group"),
        head,
        _("Asked for"),
        _("Could be met"),
        _("Met"),
    ]
    return Sheet(title, headers, rows)


def _make_categories(months: Sequence[PackMonth], names: Names) -> Sheet:
    """Needs and amounts of each kind of help; of a visit the amounts are persons who come."""
    headers = [
        _("Month"),
        _("Kind of help"),
        _("Needs asked for"),
        _("Needs met"),
        _("Amount asked"),
        _("Amount offered"),
        _("Amount matched"),
        _("Unit"),
    ]
    rows: list[Row] = [
        _make_category(month, code, label, names.units[code])
        for month in months
        for code, label in names.categories.items()
        if code in month.figures.by_category or code in month.figures.supply
    ]
    return Sheet(_("By kind of help"), headers, rows)


def _make_category(month: PackMonth, code: str, label: str, unit: str) -> Row:
    needs = month.figures.by_category.get(code, Coverage(0, 0, 0))
    supply = month.figures.supply.get(code)
    amounts = (supply.asked, supply.offered, supply.given) if supply else (0, 0, 0)
    cells = (make_cell(amount, unit) for amount in amounts)
    return [month.month, label, needs.asked, needs.met, *cells, str(get_unit_word(unit))]


def _make_cells(months: Sequence[PackMonth]) -> Sheet:
    headers = [_("Month"), _("Committee"), _("Kind of help"), _("Needs asked for"), _("Needs met")]
    rows: list[Row] = [
        [month.month, get_name(row.committee), get_name(row.category), row.asked, row.met]
        for month in months
        for row in list_cells(month.run)
    ]
    return Sheet(_("Committee and kind"), headers, rows)


def _make_lines(months: Sequence[PackMonth]) -> Sheet:
    headers = [_("Month"), *(str(column.header) for column in FILE_COLUMNS)]
    rows: list[Row] = [
        [month.month, *(column.read(line) for column in FILE_COLUMNS)]
        for month in months
        for line in month.read_lines()
    ]
    return Sheet(_("Lines"), headers, rows)
