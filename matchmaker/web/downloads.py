"""Any list as a file: xlsx for offices, CSV for other programs. Text never runs as a formula."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

FILE_FORMATS = ("xlsx", "csv")
MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "zip": "application/zip",
}
LONGEST_CELL = 32_767  # characters a cell of a workbook holds
LONGEST_SHEET_NAME = 31
WIDEST_COLUMN = 50  # characters
_A4 = 9  # the number of the paper in the file format
_FORMULA_SIGNS = ("=", "+", "-", "@")
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_NOT_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")

Value = str | int | float | date | None  # a cell of a file
Row = Sequence[Value]


def send_table(
    file_format: str, name: str, title: str, headers: Sequence[str], rows: Iterable[Row]
) -> Response:
    """Return a download of a table as xlsx or CSV.

    ``name``: the file's name without its ending, in ASCII. ``title``: the name of the workbook's
    sheet.
    """
    make = make_xlsx if file_format == "xlsx" else make_csv
    return send_file(file_format, name, make(title, headers, rows))


def send_file(file_format: str, name: str, content: bytes | str) -> Response:
    """Return a download that no cache keeps.

    ``name``: the file's name without its ending, in ASCII.
    """
    response = Response(content, content_type=MEDIA_TYPES[file_format])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{file_format}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def make_xlsx(title: str, headers: Sequence[str], rows: Iterable[Row]) -> bytes:
    """Return a workbook of one sheet; see ``make_book``."""
    return make_book([Sheet(title, headers, list(rows))])


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook; a title that is too long for a sheet is cut."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Row]


def make_book(sheets: Iterable[Sheet]) -> bytes:
    """Return a workbook: in each sheet the first row bold, fixed and with filters.

    Text is kept as text; numbers and days are numbers and days. Each sheet prints on A4 across, as
    wide as the paper, with the first row on every page. The cells are written one after another,
    so that a large book needs little memory.
    """
    book = Workbook(write_only=True)
    for sheet in sheets:
        _add_sheet(book, sheet)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _add_sheet(book: Workbook, sheet: Sheet) -> None:
    title = _NOT_IN_SHEET_NAME.sub(" ", sheet.title)[:LONGEST_SHEET_NAME] or "1"
    page: Any = book.create_sheet(title)
    for column, header in enumerate(sheet.headers):
        widest = max([_get_width(header), *(_get_width(row[column]) for row in sheet.rows)])
        letter = get_column_letter(column + 1)
        page.column_dimensions[letter].width = min(widest + 2, WIDEST_COLUMN)
    _set_up(page, f"A1:{get_column_letter(len(sheet.headers))}{len(sheet.rows) + 1}")
    page.append([_make_cell(page, str(header), is_bold=True) for header in sheet.headers])
    for row in sheet.rows:
        page.append([_make_cell(page, value) for value in row])


def _set_up(page: Any, cells: str) -> None:
    """Fix the first row on the screen and on paper, and let the rows be filtered."""
    page.freeze_panes = "A2"
    page.auto_filter.ref = cells
    page.print_title_rows = "1:1"
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = _A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0  # 0: as many as it takes
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def make_csv(_title: str, headers: Sequence[str], rows: Iterable[Row]) -> bytes:
    """Return CSV with a byte order mark, so that Excel reads the Chinese."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    for row in [list(headers), *rows]:
        writer.writerow([_write_csv_value(value) for value in row])
    return stream.getvalue().encode("utf-8-sig")


def looks_like_formula(text: str) -> bool:
    """Return whether a spreadsheet might calculate ``text`` as a formula.

    It might if the first character that is not blank is one of ``=``, ``+``, ``-`` and ``@``, or
    the full-width form of one of these characters.
    """
    return unicodedata.normalize("NFKC", text).lstrip()[:1] in _FORMULA_SIGNS


def _make_cell(page: Any, value: Value, *, is_bold: bool = False) -> Cell:
    if isinstance(value, str):
        cell = WriteOnlyCell(page, _NOT_IN_XML.sub("", value)[:LONGEST_CELL])
        cell.data_type = "s"  # openpyxl would take a leading = for a formula
        if looks_like_formula(value):
            cell.quotePrefix = True
    else:
        found: Any = value  # the types of openpyxl name no date, which it writes all the same
        cell = WriteOnlyCell(page, found)
    if is_bold:
        cell.font = Font(bold=True)
    return cell


def _write_csv_value(value: Any) -> str:
    if value is None:
        return ""
    text = str(value)
    return f"'{text}" if isinstance(value, str) and looks_like_formula(text) else text


def _get_width(value: Any) -> int:
    text = "" if value is None else str(value)
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
