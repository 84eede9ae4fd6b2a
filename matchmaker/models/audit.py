"""Evidence: the audit chain, disclosures of contacts and lists, notices, accepted forms."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.columns import UTCDateTime, enum_column
from matchmaker.models.limits import LONGEST_ACTION, LONGEST_LOCATION
from matchmaker.models.resident import Resident
from matchmaker.models.user import User


class AuditEvent(Model):
    """One change that matters. The hash of each event covers the event before it."""

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
    """The last link of the chain, in one row. Appending locks the row, so the chain never forks."""

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


class ListKind(StrEnum):
    """The lists with people in them, however they are read."""

    RESIDENTS = "residents"
    NEEDS = "needs"
    LINES = "lines"  # of a run
    PROOF = "proof"  # of a run: question and answer with references
    PROMISES = "promises"  # of a run, those that cannot be kept
    FREE_PLACES = "free_places"  # of a published month, and the needs found for them
    FOLLOW_UPS = "follow_ups"
    THANKS = "thanks"  # what recipients said to those who helped
    CALLS = "calls"  # residents to call and ask whether promised help suits
    NEWS = "news"  # on paper, for residents without an account
    LETTERS = "letters"  # what a month found for residents, on paper
    VOLUNTEERS = "volunteers"
    PAIRINGS = "pairings"  # of the office
    GIVEN = "given"  # what an organisation or a volunteer promised
    ROSTER = "roster"  # residents with a number of a session
    PAYMENTS = "payments"  # residents who are paid from an offer of money, and amounts
    MEMORY = "memory"  # what months promised and gave
    PACK = "pack"  # of published months: figures and lines by reference
    SAME_PERSON = "same_person"
    ACCOUNTS = "accounts"
    EVENTS = "events"
    WORK = "work"  # of the workbench


class ListWay(StrEnum):
    """How somebody got a list."""

    FILE = "file"
    PRINT = "print"
    PAGES = "pages"  # read page by page on one day


class ListPurpose(StrEnum):
    """What a list is for; a list is given for no other purpose."""

    MATCH = "match"  # prepare, check or publish a month
    DELIVER = "deliver"
    CALL = "call"
    REPORT = "report"
    CORRECT = "correct"  # compare what is kept with papers


class ListDisclosure(Model):
    """A record that somebody got many people at once: who, which list, how, what for, how many."""

    __tablename__ = "list_disclosure"
    __table_args__ = (Index(None, "user_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(
        UTCDateTime, doc="instant at which it was taken; of pages: the first of the day"
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    kind: Mapped[ListKind] = mapped_column(enum_column(ListKind))
    way: Mapped[ListWay] = mapped_column(enum_column(ListWay), doc="how it left")
    purpose: Mapped[ListPurpose | None] = mapped_column(
        enum_column(ListPurpose), comment="empty: few people, read on pages"
    )
    filters: Mapped[dict[str, Any]] = mapped_column(
        JSON, comment="what narrowed it, without what was typed"
    )
    persons: Mapped[int] = mapped_column(comment="how many people are in it")

    user: Mapped[User] = relationship()


class ListedPerson(Model):
    """A person in a list that somebody got; deleted after three years."""

    __tablename__ = "listed_person"

    list_disclosure_id: Mapped[int] = mapped_column(
        ForeignKey("list_disclosure.id"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class Notice(Model):
    """A message in the outbox, written together with the change it reports.

    A notice is for an account or for a resident. A resident with an account reads it there; others
    get it on paper.
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
    """A form that was accepted: if it is sent again, it changes nothing and leads to the same page.

    It was sent by an account or by a link.
    """

    __tablename__ = "idempotency_key"
    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        UniqueConstraint("signed_link_id", "key"),
        CheckConstraint("(user_id IS NULL) <> (signed_link_id IS NULL)", name="sender"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    signed_link_id: Mapped[int | None] = mapped_column(ForeignKey("signed_link.id"))
    key: Mapped[str] = mapped_column(
        String(64), doc="hidden key of a form and digest of its address, 64 hexadecimal digits"
    )
    location: Mapped[str] = mapped_column(
        String(LONGEST_LOCATION), comment="where the first answer led"
    )
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
