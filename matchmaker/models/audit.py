"""Evidence: the audit chain, disclosures of contacts, notices, and forms already accepted."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.columns import UTCDateTime
from matchmaker.models.limits import LONGEST_ACTION, LONGEST_LOCATION
from matchmaker.models.resident import Resident
from matchmaker.models.user import User


class AuditEvent(Model):
    """One change that matters. Each event's hash covers the one before it."""

    __tablename__ = "audit_event"
    __table_args__ = (Index(None, "subject_type", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="1, 2, 3, ...")
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    actor_role: Mapped[str | None] = mapped_column(
        String(40), doc="role that the actor had at that moment; empty: nobody was signed in"
    )
    action: Mapped[str] = mapped_column(
        String(LONGEST_ACTION), index=True, comment="code, e.g. offer.submit"
    )
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int | None]
    on_behalf_of_id: Mapped[int | None] = mapped_column(ForeignKey("resident.id"))
    details: Mapped[dict[str, Any]] = mapped_column(JSON, comment="codes and numbers, no person")
    previous_sha256: Mapped[str] = mapped_column(
        String(64), doc="hash of the event before this one"
    )
    sha256: Mapped[str] = mapped_column(String(64), unique=True)

    actor: Mapped[User | None] = relationship()


class AuditHead(Model):
    """The last link of the chain, in one row. Appending locks it, so the chain never forks."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    events: Mapped[int] = mapped_column(default=0, comment="events in the chain")
    sha256: Mapped[str] = mapped_column(String(64))


class Disclosure(Model):
    """A record that somebody was shown a resident's contact: who, whose, what, on what ground."""

    __tablename__ = "disclosure"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"), index=True)
    fields: Mapped[list[str]] = mapped_column(JSON, comment="names of the fields shown")
    ground: Mapped[str] = mapped_column(String(60), comment="code: own_committee, assignment ...")

    user: Mapped[User] = relationship()
    resident: Mapped[Resident] = relationship()


class Notice(Model):
    """A message in the outbox, written together with the change it reports.

    It is for an account, or for a resident: an account of theirs reads it, others get it on paper.
    """

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint("(user_id IS NULL) <> (resident_id IS NULL)", name="recipient"),
        Index(None, "subject_type", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    resident_id: Mapped[int | None] = mapped_column(ForeignKey("resident.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40), comment="code; the words are the site's")
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    read_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant at which it was read, or heard by letter or at the counter"
    )
    void_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant from which it was no longer valid; empty: it is"
    )


class IdempotencyKey(Model):
    """A form already accepted: sent again, it changes nothing and leads to the same page."""

    __tablename__ = "idempotency_key"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    key: Mapped[str] = mapped_column(
        String(64), doc="hidden key of a form and digest of its address, 64 hexadecimal digits"
    )
    location: Mapped[str] = mapped_column(
        String(LONGEST_LOCATION), comment="where the first answer led"
    )
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
