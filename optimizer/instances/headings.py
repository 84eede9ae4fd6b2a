"""Find which row and which column of a score matrix hold names, only if there is no doubt.

A row of numbers can be a row of ids or a row of scores. Taking ids for scores gives a wrong optimum
that looks right, so in doubt an error asks the user to say which it is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from optimizer.codec import LARGEST
from optimizer.instances.tables import Row, Table

_WORDS = """
    id ids name names no number key index giver givers receiver receivers reviewer reviewers
    reviewer_id paper papers paper_id submission bidder student students student_id project item
    supervisor supervisors lecturer 编号 序号 姓名 名字 名称 学号 工号 审稿人 论文 学生 项目 导师
"""
HEADING_WORDS = frozenset(re.findall(r"\S+", _WORDS))


@dataclass(frozen=True, slots=True)
class Shape:
    """Whether a matrix has a heading row and an id column, as the user says; None: find out."""

    header: bool | None = None
    ids: bool | None = None


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """A table of scores whose names are found.

    table     the whole table
    columns   the id of every column; None: the file has none
    names     the id of every row; None: the file has none
    rows      the rows below any heading row; an id column is still in them
    """

    table: Table
    columns: tuple[str, ...] | None
    names: tuple[str, ...] | None
    rows: tuple[Row, ...]

    @property
    def shift(self) -> int:
        """The number of columns before the first score."""
        return 0 if self.names is None else 1


def find_number(cell: str) -> Decimal | None:
    """Return the number in a cell, or None; a number may have a decimal comma."""
    try:
        number = Decimal(cell if "." in cell else cell.replace(",", ".", 1))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def split_names(table: Table, shape: Shape) -> ScoreTable:
    """Return the matrix of a table.

    Raises ``ProblemError`` if the table has no scores, an id is missing or used twice, or only the
    user can say what is a name.
    """
    if not table.rows:
        raise table.fault("holds no scores")
    first, below = table.rows[0], table.rows[1:]
    is_bare = _is_bare(first, below)
    ids, header = shape.ids, shape.header
    if ids is None:
        ids = is_bare or _has_ids(table, header)
    if header is None:
        header = is_bare or _has_header(table, ids)
    columns = first.cells[int(ids and not is_bare) :] if header else None
    rows = below if header else table.rows
    matrix = ScoreTable(table, columns, _list_ids(rows) if ids else None, rows)
    _check_names(matrix, first)
    return matrix


def _list_ids(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(row.cells[0] for row in rows)


def _is_bare(first: Row, below: Sequence[Row]) -> bool:
    """Return whether the first row is a heading that has no cell above the ids."""
    width = min((len(row.cells) for row in below), default=0)
    return len(first.cells) + 1 == width and _are_names(first.cells, ()) is True


def _has_ids(table: Table, header: bool | None) -> bool:
    """Return whether the first column holds ids.

    The first row is not considered if it may be a heading. Raises ``ProblemError`` in doubt.
    """
    first, below = table.rows[0], table.rows[1:]
    has_corner = bool(below) and header is not False
    rows = below if has_corner else table.rows
    cells = _list_ids(rows)
    answer = _are_names(cells, [cell for row in rows for cell in row.cells[1:]])
    if has_corner and _is_heading(first.cells[0]) and answer is not True:
        answer = True if _are_whole(cells) else None
    if answer is None:
        shown = ", ".join(cells[:3])
        raise table.fault(f"column 1 ({shown} …) can be ids or scores: say --ids or --no-ids")
    return answer


def _has_header(table: Table, ids: bool) -> bool:
    """Return whether the first row holds names. Raises ``ProblemError`` if it can be either."""
    first, below = table.rows[0], table.rows[1:]
    cells = first.cells[1:] if ids else first.cells
    answer = _are_names(cells, [cell for row in below for cell in row.cells[int(ids) :]])
    if ids and _is_heading(first.cells[0]) and answer is not True:
        answer = True if _are_whole(cells) else None
    if answer is None:
        shown = ", ".join(cells[:3])
        raise table.fault(
            f"row 1 ({shown} …) can be a heading or scores: say --header or --no-header"
        )
    return answer


def _is_heading(corner: str) -> bool:
    return not corner or corner.lower() in HEADING_WORDS


def _are_names(cells: Sequence[str], others: Sequence[str]) -> bool | None:
    """Return whether the cells of a first row or column are names; None: they can be either."""
    numbers = [number for cell in cells if cell and (number := find_number(cell)) is not None]
    filled = [cell for cell in cells if cell]
    if not numbers:
        return bool(filled)
    if len(numbers) < len(filled):
        return None
    return None if _look_like_ids(numbers, others) else False


def _look_like_ids(numbers: Sequence[Decimal], others: Sequence[str]) -> bool:
    """Return whether the numbers are whole and differ, and are consecutive or outside the others.

    Two consecutive numbers are too few to count.
    """
    if len(set(numbers)) < max(len(numbers), 2) or not all(map(_is_whole, numbers)):
        return False
    scores = [number for cell in others if (number := find_number(cell)) is not None]
    low, high = min(scores, default=Decimal(0)), max(scores, default=Decimal(0))
    is_apart = bool(scores) and all(not low <= number <= high for number in numbers)
    is_run = all(number == numbers[0] + k for k, number in enumerate(numbers))
    return is_apart or (is_run and len(numbers) > 2)


def _is_whole(number: Decimal) -> bool:
    return 0 <= number <= LARGEST and number == number.to_integral_value()


def _are_whole(cells: Sequence[str]) -> bool:
    """Return whether the cells are different whole numbers, as ids are."""
    return all(cell.isdecimal() for cell in cells) and len(set(cells)) == len(cells)


def _check_names(matrix: ScoreTable, first: Row) -> None:
    """Raise ``ProblemError`` if there are no scores, or a name is missing or used twice."""
    table, names, columns = matrix.table, matrix.names or (), matrix.columns or ()
    if not matrix.rows:
        raise table.fault("holds no scores")
    for name, row in zip(names, matrix.rows, strict=False):
        if not name:
            raise table.fault("has no id", row, 0)
    table.refuse_twice(zip(names, matrix.rows, strict=False))
    seen: dict[str, int] = {}
    for column, name in enumerate(columns, start=len(first.cells) - len(columns)):
        if not name:
            raise table.fault("has no id", first, column)
        if name in seen:
            raise table.fault(f"{name} is in column {seen[name] + 1} already", first, column)
        seen[name] = column
