"""Store records of the demo world as rows of tables, and look up the ids of stored rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sqlalchemy import insert

from matchmaker.base.extensions import db
from matchmaker.models.limits import LONGEST_LOT

Row = dict[str, Any]


def make_lot(name: str) -> str:
    """A name for the draw that equal worlds have alike; a real office draws it at entry."""
    return Random(f"lot:{name}").randbytes(LONGEST_LOT // 2).hex()  # noqa: S311


@dataclass(slots=True)
class Ids:
    """Ids of the rows stored so far, by the name that records use."""

    subdistrict: int
    committees: dict[str, int]
    categories: dict[str, int]
    organisations: dict[str, int] = field(default_factory=dict)
    households: dict[str, int] = field(default_factory=dict)
    residents: dict[str, int] = field(default_factory=dict)
    volunteers: dict[str, int] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)  # by telephone number
    workers: dict[str, int] = field(default_factory=dict)  # by committee
    coordinators: dict[str, int] = field(default_factory=dict)  # by organisation


def insert_rows(model: Any, rows: Iterable[Row]) -> list[int]:
    """Insert rows that all have the same columns; returns their ids in the same order."""
    rows = list(rows)
    if not rows:
        return []
    statement = insert(model.__table__).returning(
        model.__table__.c.id, sort_by_parameter_order=True
    )
    return list(db.session.scalars(statement, rows))


def insert_named(model: Any, rows: Sequence[Row], names: Iterable[str]) -> dict[str, int]:
    """Insert rows and map each name, in the same order, to its row's id."""
    return dict(zip(names, insert_rows(model, rows), strict=True))
