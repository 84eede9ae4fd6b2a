"""Accounts with their roles and scopes, and the sessions of people who have signed in."""

from datetime import datetime
from enum import StrEnum

from flask_login import UserMixin
from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.columns import EncryptedText, UTCDateTime, enum_column
from matchmaker.models.limits import LONGEST_PERSON_NAME
from matchmaker.models.office import Committee, Subdistrict
from matchmaker.models.organisation import Organisation
from matchmaker.models.person import person_column
from matchmaker.models.resident import Resident


class Role(StrEnum):
    RESIDENT = "resident"
    VOLUNTEER = "volunteer"
    COORDINATOR = "coordinator"  # of one organisation
    COMMITTEE_WORKER = "committee_worker"  # of one committee
    SOCIAL_WORKER = "social_worker"  # of one subdistrict
    ADMINISTRATOR = "administrator"  # accounts and settings, no personal data
    AUDITOR = "auditor"  # reads evidence


class User(UserMixin, Model):
    """A person in one role. One of the five references, or none, is the scope of the role.

    If several accounts share a phone, the password decides between them, or else the letter. An
    account that another one opens has no sign-in of its own: it is a further role of the same
    person.
    """

    __tablename__ = "user_account"
    __table_args__ = (
        Index(
            "uq_user_account_sign_in",
            "phone_index",
            "letter",
            unique=True,
            sqlite_where=text("opened_by_id IS NULL"),
            postgresql_where=text("opened_by_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    phone: Mapped[str] = mapped_column(
        EncryptedText, doc="phone number with which the person signs in"
    )
    phone_index: Mapped[str] = mapped_column(String(64), comment="keyed digest")
    letter: Mapped[str] = mapped_column(
        String(1), default="A", comment="typed behind a phone that several accounts share"
    )
    opened_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), index=True, doc="account whose sign-in opens this one"
    )
    name: Mapped[str] = mapped_column(
        String(LONGEST_PERSON_NAME), comment="as colleagues call this person"
    )
    password_hash: Mapped[str] = mapped_column(String(255), doc="scrypt hash of the password")
    role: Mapped[Role] = mapped_column(enum_column(Role))
    subdistrict_id: Mapped[int | None] = mapped_column(ForeignKey("subdistrict.id"))
    committee_id: Mapped[int | None] = mapped_column(ForeignKey("committee.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    resident_id: Mapped[int | None] = mapped_column(ForeignKey("resident.id"), index=True)
    volunteer_id: Mapped[int | None] = mapped_column(ForeignKey("volunteer.id"), index=True)
    person_id: Mapped[int] = person_column()
    disabled_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant at which it was disabled; empty: enabled"
    )
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    locale: Mapped[str | None] = mapped_column(String(20), doc="language that the person chose")
    text_size: Mapped[str | None] = mapped_column(String(20), doc="text size that the person chose")

    subdistrict: Mapped[Subdistrict | None] = relationship()
    committee: Mapped[Committee | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    resident: Mapped[Resident | None] = relationship()

    @property
    def is_active(self) -> bool:
        return self.disabled_at is None


class LoginSession(Model):
    """One signed-in browser. Only the browser knows the token; this row holds its digest."""

    __tablename__ = "login_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_sha256: Mapped[str] = mapped_column(
        String(64), unique=True, doc="SHA-256 of the token that the browser holds"
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime, doc="instant of the last request")
    revoked_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant at which it was ended; empty: in force"
    )

    user: Mapped[User] = relationship()


class KeptForm(Model):
    """A form that a person sent after their session had ended; kept for them for half an hour."""

    __tablename__ = "kept_form"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    content: Mapped[str] = mapped_column(
        EncryptedText, comment="names and texts of the fields as JSON, encrypted"
    )
    kept_at: Mapped[datetime] = mapped_column(
        UTCDateTime, index=True, doc="instant at which it arrived"
    )


class Invitation(Model):
    """A single-use, expiring code that makes one account of one role and scope."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    code_sha256: Mapped[str] = mapped_column(
        String(64), unique=True, doc="SHA-256 of the code; the code itself is not stored"
    )
    role: Mapped[Role] = mapped_column(enum_column(Role))
    subdistrict_id: Mapped[int | None] = mapped_column(ForeignKey("subdistrict.id"))
    committee_id: Mapped[int | None] = mapped_column(ForeignKey("committee.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    resident_id: Mapped[int | None] = mapped_column(ForeignKey("resident.id"))
    volunteer_id: Mapped[int | None] = mapped_column(ForeignKey("volunteer.id"))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(
        UTCDateTime, doc="instant from which the code is no longer valid"
    )
    used_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant at which an account was made with it"
    )
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant at which a second person confirmed it; asked of guarded roles"
    )

    created_by: Mapped[User | None] = relationship(foreign_keys=[created_by_id])
    subdistrict: Mapped[Subdistrict | None] = relationship()


class ThrottleCounter(Model):
    """The number of attempts in one time window, shared by all processes."""

    __tablename__ = "throttle_counter"

    key_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    window_start_at: Mapped[datetime] = mapped_column(UTCDateTime, primary_key=True)
    tries: Mapped[int] = mapped_column(comment="tries in this window")
