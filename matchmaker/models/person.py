"""One human being, who may have rows as volunteer, resident and user of accounts."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, insert
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.base.extensions import Model
from matchmaker.models.columns import UTCDateTime


class Person(Model):
    """One human being (自然人) of a street office; all rows that name it are of this human being.

    A new volunteer, resident or account is a person of its own until somebody who knows says that
    two rows are one person.
    """

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)


class PeopleApart(Model):
    """Two persons with one phone number; somebody said that they are two people."""

    __tablename__ = "people_apart"
    __table_args__ = (UniqueConstraint("first_id", "second_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime] = mapped_column(UTCDateTime, doc="instant at which it was said")


def person_column() -> Mapped[int]:
    """Return the column of a row's person: a new person unless the row is given one."""
    return mapped_column(ForeignKey("person.id"), index=True, default=_make_person)


def _make_person(context: Any) -> int:
    key: int = context.connection.execute(insert(Person)).inserted_primary_key[0]
    return key
