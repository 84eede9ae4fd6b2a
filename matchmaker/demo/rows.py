"""Store records of the demo world as rows of tables, and look up the ids of stored rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sqlalchemy import insert

from matchmaker.base.extensions import db
from matchmaker.demo.world.records import NeedRecord
from matchmaker.models.limits import LONGEST_LOT, TIERS

Row = dict[str, Any]
DANGER = TIERS[0]


def make_lot(name: str) -> str:
    """Return a lot that depends only on ``name``, so that equal worlds draw alike.

    A real office draws a lot at random when a row is entered.
    """
    return Random(f"lot:{name}").randbytes(LONGEST_LOT // 2).hex()  # noqa: S311


@dataclass(slots=True)
class Ids:
    """Ids of the rows stored so far, keyed by the names that records use."""

    subdistrict: int
    committees: dict[str, int]
    categories: dict[str, int]
    organisations: dict[str, int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    households: dict[str, int] = field(default_factory=dict)
    residents: dict[str, int] = field(default_factory=dict)
    volunteers: dict[str, int] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)  # by telephone number
    workers: dict[str, int] = field(default_factory=dict)  # by committee
    coordinators: dict[str, int] = field(default_factory=dict)  # by organisation
    social_worker: int | None = None  # the first of the street office, who runs the month

    def find_verifier(self, need: NeedRecord) -> int | None:
        """Return the id of the worker of the committee.

        A danger that this worker entered is verified by the social worker.
        """
        worker = self.workers[need.committee]
        is_own_danger = need.tier == DANGER and self.users[need.entered_by] == worker
        return self.social_worker if is_own_danger else worker


def insert_rows(model: Any, rows: Iterable[Row]) -> list[int]:
    """Insert rows that all have the same columns. Return their ids in the same order."""
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
