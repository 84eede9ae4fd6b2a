"""Read a published table: encoding and separator are found, and errors name the place.

Encodings: UTF-8 with or without a byte order mark, UTF-16, GB18030. Separators: comma, semicolon,
tab, spaces. ``ProblemError.path`` is the place in words, such as ``scores.csv, row 3, column 2``;
rows count from 1 as in a spreadsheet, empty ones included.
"""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

from optimizer.codec import ProblemError

MOST_BYTES = 64 << 20
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "space": " "}
_TRIED = ("tab", "semicolon", "comma")  # in a tie the first wins: a comma may be a decimal point
_FOREIGN = ("|", "，", "；", "、")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with a byte order mark"),
    (codecs.BOM_UTF32_LE, "", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
    (b"PK\x03\x04", "", "a spreadsheet or a ZIP file"),
    (b"\xd0\xcf\x11\xe0", "", "an old spreadsheet"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row, without spaces around them; ``number`` counts from 1 in the file."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file that are not empty. ``encoding`` and ``separator`` are words."""

    name: str
    encoding: str
    separator: str
    rows: tuple[Row, ...]

    def fault(self, reason: str, row: Row | None = None, column: int | None = None) -> ProblemError:
        """Return the error at a place; columns are counted from 0 here and from 1 in words."""
        place = self.name
        if row is not None:
            place += f", row {row.number}"
        if column is not None:
            place += f", column {column + 1}"
        return ProblemError(place, reason)

    def refuse_twice(self, names: Iterable[tuple[str, Row]]) -> None:
        """Raise ``ProblemError`` at the first name that an earlier row has too."""
        seen: dict[str, Row] = {}
        for name, row in names:
            if name in seen:
                raise self.fault(f"{name} is in row {seen[name].number} already", row)
            seen[name] = row


def read_table(name: str, data: bytes, separator: str | None = None) -> Table:
    """Return the table of a file. Raises ``ProblemError`` for bytes that are not a table.

    ``separator``: a key of ``SEPARATORS``; None: find it.
    """
    text, encoding = decode(name, data)
    word = separator or _find_separator(name, text)
    rows = _split_spaces(text) if word == "space" else _read_csv(name, text, SEPARATORS[word])
    stripped = (Row(row.number, _strip(row.cells)) for row in rows)
    return Table(name, encoding, word, tuple(row for row in stripped if row.cells))


def decode(name: str, data: bytes) -> tuple[str, str]:
    """Return the text of a file and the name of its encoding.

    Raises ``ProblemError`` if the file is not text, is UTF-32 or is larger than ``MOST_BYTES``.
    """
    if len(data) > MOST_BYTES:
        raise ProblemError(name, f"is larger than {MOST_BYTES >> 20} MiB")
    for codec, word in _list_encodings(name, data):
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, word
    raise ProblemError(name, "is neither UTF-8, UTF-16 nor GB18030 text; save it as UTF-8")


def _list_encodings(name: str, data: bytes) -> Iterator[tuple[str, str]]:
    for mark, codec, word in _MARKS:
        if data.startswith(mark):
            if not codec:
                raise ProblemError(name, f"is {word}; save it as CSV in UTF-8")
            yield codec, word
            return
    if b"\0" in data:
        is_little = data[1::2].count(0) >= data[::2].count(0)
        yield ("utf-16-le" if is_little else "utf-16-be"), "UTF-16"
        return
    yield "utf-8", "UTF-8"
    yield "gb18030", "GB18030"


def _find_separator(name: str, text: str) -> str:
    """Return the separator that divides the largest number of the first 200 lines.

    Raises ``ProblemError`` if every line has a separator that is not read.
    """
    lines = list(filter(str.strip, text.splitlines()[:200]))
    divided = [(_count_divided(lines, SEPARATORS[word]), word) for word in _TRIED]
    most, best = max(divided, key=itemgetter(0))
    if most:
        return best
    for sign in _FOREIGN if lines else ():
        if all(sign in line for line in lines):
            known = "commas, semicolons, tabs and spaces are read"
            raise ProblemError(name, f"separates its columns by {sign}; {known}")
    return "space" if max(map(len, map(str.split, lines)), default=0) > 1 else "comma"


def _count_divided(lines: Sequence[str], sign: str) -> int:
    return sum(len(next(csv.reader([line], delimiter=sign), ())) > 1 for line in lines)


def _read_csv(name: str, text: str, sign: str) -> Iterator[Row]:
    lines = text.splitlines(keepends=True)
    reader = csv.reader(lines, delimiter=sign, strict=True, skipinitialspace=True)
    number = 1
    try:
        for number, cells in enumerate(reader, start=1):
            yield Row(number, tuple(cells))
    except csv.Error as error:
        raise ProblemError(f"{name}, after row {number}", f"broken quotes: {error}") from None


def _split_spaces(text: str) -> Iterator[Row]:
    for number, line in enumerate(text.splitlines(), start=1):
        yield Row(number, tuple(re.split(r"\s+", line.strip())))


def _strip(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the cells without spaces around them and without empty cells at the end."""
    stripped = [cell.strip() for cell in cells]
    while stripped and not stripped[-1]:
        stripped.pop()
    return tuple(stripped)
