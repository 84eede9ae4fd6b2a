"""Find which column of a table holds what: by its heading row, or else by its cells."""

from collections.abc import Mapping, Set
from dataclasses import dataclass

from optimizer.instances.headings import HEADING_WORDS
from optimizer.instances.tables import Row, Table

_ID = "id name project title no number 编号 项目 课题 姓名 名称 工号"
_SUPERVISOR = "supervisor lecturer teacher staff professor 导师 教师 老师"
_CAPACITY = "capacity cap max maximum most places size 容量 名额 上限"
_LEAST = "least min minimum lower 下限 最少"
_CHOICE_WORDS = ("first", "second", "choice", "pref", "rank", "1st", "志愿", "选择", "意向")
Words = Mapping[str, tuple[str, ...]]  # name of a column -> words that a heading has for it


def _list_words(**texts: str) -> Words:
    return {name: tuple(text.split()) for name, text in texts.items()}


PROJECT_WORDS = _list_words(id=_ID, supervisor=_SUPERVISOR, capacity=_CAPACITY, least=_LEAST)
SUPERVISOR_WORDS = _list_words(id=f"{_SUPERVISOR} {_ID}", capacity=_CAPACITY, least=_LEAST)


@dataclass(frozen=True, slots=True)
class ColumnOrder:
    """The columns of a table, counted from 0 and keyed by name, and the rows below any heading."""

    at: Mapping[str, int]
    has_heading: bool
    rows: tuple[Row, ...]

    @property
    def names(self) -> list[str]:
        """The names of the columns from left to right."""
        return sorted(self.at, key=lambda name: self.at[name])


def order_columns(
    table: Table,
    words: Words,
    header: bool | None,
    supervisors: Set[str] = frozenset(),
) -> ColumnOrder:
    """Return the columns of id, capacity, least and, if ``words`` has it, supervisor.

    ``header``: whether the first row is a heading; None: find out. Raises ``ProblemError`` if only
    the user can say it.
    """
    if not table.rows:
        return ColumnOrder({name: k for k, name in enumerate(words)}, False, ())
    first, below = table.rows[0], table.rows[1:]
    named = _match(first, words)
    if header is not False and named.keys() >= words.keys() - {"least"}:
        return ColumnOrder(named, True, below)
    orders = [list(words)]
    if "supervisor" in words:
        orders.append(["id", "capacity", "supervisor", "least"])
    found = [dict(zip(order, range(len(order)), strict=True)) for order in orders]
    at = max(found, key=lambda at: sum(_fits(row, at, supervisors) for row in table.rows))
    if header is None:
        header = _is_heading(table, first, at, supervisors)
    return ColumnOrder(at, header, below if header else table.rows)


def _match(first: Row, words: Words) -> dict[str, int]:
    """Return, by name, the first column with a heading for it; a column gets at most one name."""
    found: dict[str, int] = {}
    for name in sorted(words, key=lambda name: name == "id"):  # "project" can be in many headings
        for k, cell in enumerate(first.cells):
            if cell.lower().removesuffix("_id") in words[name] and k not in found.values():
                found.setdefault(name, k)
    return found


def _fits(row: Row, at: Mapping[str, int], supervisors: Set[str]) -> bool:
    """Return whether the row's capacity is a number and its supervisor is known."""
    supervisor = _cell(row, at["supervisor"]) if "supervisor" in at else None
    is_known = supervisor is None or supervisor in supervisors
    return is_known and _cell(row, at["capacity"]).isdecimal()


def _cell(row: Row, k: int) -> str:
    return row.cells[k] if k < len(row.cells) else ""


def _is_heading(table: Table, first: Row, at: Mapping[str, int], supervisors: Set[str]) -> bool:
    if _cell(first, at["capacity"]).isdecimal():
        return False
    if "supervisor" in at:
        return _cell(first, at["supervisor"]) not in supervisors
    if first.cells[0].lower() in HEADING_WORDS:
        return True
    shown = ", ".join(first.cells[:3])
    raise table.fault(f"row 1 ({shown}) can be a heading or broken: say --header or --no-header")


def has_student_heading(table: Table, header: bool | None, projects: Set[str]) -> bool:
    """Return whether the first row of the students is a heading.

    Raises ``ProblemError`` if only the user can say it.
    """
    if header is not None or not table.rows:
        return bool(header)
    first = table.rows[0]
    chosen = set(filter(None, first.cells[1:]))
    if not chosen or chosen & projects:
        return False
    words = " ".join(chosen).lower()
    if first.cells[0].lower() in HEADING_WORDS or any(word in words for word in _CHOICE_WORDS):
        return True
    shown = ", ".join(first.cells[:3])
    raise table.fault(f"row 1 ({shown}) can be a heading or choices: say --header or --no-header")
