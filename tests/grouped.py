"""What no statement of any test may do: compare lists and objects, which PostgreSQL cannot.

Most tests run on SQLite, where they are texts and can be grouped by and told apart.
"""

import re
from typing import Any

from sqlalchemy import JSON, event
from sqlalchemy.engine import Engine

from matchmaker.base.extensions import db

_NAMES = {
    column.name
    for table in db.metadata.tables.values()
    for column in table.columns
    if isinstance(column.type, JSON)
}
_COMPARED = re.compile(r"SELECT DISTINCT (.*?)\sFROM|GROUP BY (.*?)(?:\)|ORDER BY|HAVING|$)", re.S)
_COLUMN = re.compile(rf"\w+\.(?:{'|'.join(sorted(_NAMES))})\b")


def find_compared(statement: str) -> set[str]:
    """The columns of lists and objects by which a statement groups or tells rows apart."""
    compared = (part for found in _COMPARED.findall(statement) for part in found)
    return {name for part in compared for name in _COLUMN.findall(part)}


@event.listens_for(Engine, "before_cursor_execute")
def refuse_compared(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
    """Fail the test in which a statement would fail on PostgreSQL."""
    if "GROUP BY" in statement or "SELECT DISTINCT" in statement:
        found = find_compared(statement)
        assert not found, f"PostgreSQL cannot compare {found}"
