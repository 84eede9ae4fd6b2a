"""The data dictionary, written from the models: every table, every column, what it holds."""

import inspect
from typing import Any

from sqlalchemy import Column, Enum, Table

from matchmaker import models
from matchmaker.base.extensions import Model
from matchmaker.models.columns import EncryptedText, UTCDateTime

# What a column of this name holds wherever it says nothing of its own.
USUAL = {
    "at": "instant of the event",
    "code": "short code, the same in every language",
    "reference": "public number, without meaning beyond it",
    "name_zh": "name in Chinese",
    "name_en": "name in English; empty: the Chinese one is shown",
    "kind": "one of a fixed list, see the type",
    "state": "where the row is in its life, see the type",
    "role": "one of a fixed list, see the type",
    "created_at": "instant at which the row was made",
    "return_reason": "why it was sent back, in words for the person who sent it",
    "starts_on": "first day",
    "ends_on": "last day",
    "valid_from": "first day",
    "valid_until": "last day; empty: without end",
    "sha256": "SHA-256, 64 hexadecimal digits",
    "channel": "how the person said so",
    "subject_type": "table of the row that it is about",
    "subject_id": "id of the row that it is about",
}


def list_tables() -> list[tuple[Table, type]]:
    """The tables in the order of their names, each with its model."""
    found: list[tuple[Any, type]] = [
        (mapper.local_table, mapper.class_) for mapper in Model.registry.mappers
    ]
    return sorted(found, key=lambda pair: str(pair[0].name))


def describe(column: Column) -> str:
    """What the column holds; empty when nobody has said."""
    if column.comment or column.doc:
        return column.comment or column.doc
    if column.foreign_keys:
        return "row of `" + next(iter(column.foreign_keys)).column.table.name + "`"
    if column.primary_key:
        return "number of the row"
    return USUAL.get(column.name, "")


def name_type(column: Column) -> str:
    kind = column.type
    if isinstance(kind, Enum):
        return "one of " + ", ".join(f"`{value}`" for value in kind.enums)
    if isinstance(kind, EncryptedText):
        return "text, encrypted"
    if isinstance(kind, UTCDateTime):
        return "instant (UTC)"
    length = getattr(kind, "length", None)
    return type(kind).__name__.lower() + (f"({length})" if length else "")


def write_dictionary() -> str:
    """Markdown: a section a table."""
    parts = []
    for table, model in list_tables():
        parts += [f"## `{table.name}`", "", _first_paragraph(model), ""]
        parts += ["| column | type | may be empty | what it holds |", "|---|---|---|---|"]
        parts += [
            f"| `{c.name}` | {name_type(c)} | {'yes' if c.nullable else ''} | {describe(c)} |"
            for c in table.columns
        ]
        parts.append("")
    return "\n".join(parts).rstrip()


def list_undescribed() -> list[str]:
    return [
        f"{table.name}.{column.name}"
        for table, _ in list_tables()
        for column in table.columns
        if not describe(column)
    ]


def _first_paragraph(model: type) -> str:
    text = inspect.getdoc(model) or ""
    return " ".join(text.split("\n\n")[0].split())


assert models  # importing it fills the registry
