"""The people served. Their contact data are in a table of their own, encrypted."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.columns import EncryptedText, UTCDateTime, enum_column, lot_column
from matchmaker.models.limits import (
    LONGEST_BLOCK,
    LONGEST_DISPLAY_NAME,
    LONGEST_EVIDENCE,
    LONGEST_REFERENCE,
)
from matchmaker.models.office import Committee
from matchmaker.models.person import person_column


class StatusKind(StrEnum):
    """The kinds of recipient status (对象类别) that offers may ask for."""

    LOW_INCOME = "low_income"  # 低保
    LOW_INCOME_EDGE = "low_income_edge"  # 低保边缘
    DESTITUTE = "destitute"  # 特困
    LIVING_ALONE = "living_alone"  # 独居
    EMPTY_NEST = "empty_nest"  # 空巢
    DISABLED = "disabled"  # 残疾
    CHILD_IN_DIFFICULTY = "child_in_difficulty"  # 困境儿童
    LOST_ONLY_CHILD = "lost_only_child"  # 失独


class ConsentChannel(StrEnum):
    """How a person agreed."""

    ONLINE = "online"
    SIGNED_PAPER = "signed_paper"
    SPOKEN_AT_COUNTER = "spoken_at_counter"
    SPOKEN_BY_PHONE = "spoken_by_phone"
    SPOKEN_AT_HOME = "spoken_at_home"


class ContactEnd(StrEnum):
    """Why the office no longer has contact with a resident."""

    DIED = "died"
    WISH = "wish"  # the person wants none
    MOVED = "moved"  # out of the subdistrict


class Household(Model):
    """A home in one committee; ``block`` is the most exact place a giver sees before a match."""

    __tablename__ = "household"

    id: Mapped[int] = mapped_column(primary_key=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    reference: Mapped[str] = mapped_column(String(LONGEST_REFERENCE), unique=True)
    block: Mapped[str] = mapped_column(
        String(LONGEST_BLOCK), comment="estate or lane, no door number"
    )
    lot: Mapped[str] = lot_column()

    committee: Mapped[Committee] = relationship()
    residents: Mapped[list["Resident"]] = relationship(back_populates="household")


class Resident(Model):
    """The person served (服务对象), known to colleagues by surname and title."""

    __tablename__ = "resident"

    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    reference: Mapped[str] = mapped_column(
        String(LONGEST_REFERENCE), unique=True, comment="pseudonym on lists"
    )
    display_name: Mapped[str] = mapped_column(
        String(LONGEST_DISPLAY_NAME), comment="surname with title, 王阿婆"
    )
    sort_key: Mapped[str] = mapped_column(String(80), index=True, comment="pinyin of display_name")
    birth_year: Mapped[int | None] = mapped_column(doc="year of birth")
    person_id: Mapped[int] = person_column()
    merged_into_id: Mapped[int | None] = mapped_column(
        ForeignKey("resident.id"), index=True, doc="entry of the same resident that is kept"
    )
    contact_ended_on: Mapped[date | None] = mapped_column(
        doc="day from which there is no contact any more; empty: there is"
    )
    contact_end: Mapped[ContactEnd | None] = mapped_column(
        enum_column(ContactEnd), doc="why there is no contact any more"
    )

    household: Mapped[Household] = relationship(back_populates="residents")
    contact: Mapped["ResidentContact"] = relationship(back_populates="resident")
    statuses: Mapped[list["RecipientStatus"]] = relationship(back_populates="resident")


class ResidentContact(Model):
    """Name, phone and address, encrypted; shown only by ``residents.disclosure``."""

    __tablename__ = "resident_contact"

    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"), primary_key=True)
    full_name: Mapped[str] = mapped_column(EncryptedText, doc="full name")
    phone: Mapped[str] = mapped_column(EncryptedText, doc="phone number, extension behind a dash")
    address: Mapped[str] = mapped_column(EncryptedText, doc="address with the door number")
    phone_index: Mapped[str] = mapped_column(String(64), index=True, comment="keyed digest")
    phone_tail_index: Mapped[str] = mapped_column(
        String(64), index=True, comment="keyed digest of the last four digits"
    )
    name_index: Mapped[str | None] = mapped_column(
        String(64), index=True, comment="keyed digest of the full name as it is compared"
    )
    address_index: Mapped[str | None] = mapped_column(
        String(64), index=True, comment="keyed digest of the address as it is compared"
    )

    resident: Mapped[Resident] = relationship(back_populates="contact")


class RecipientStatus(Model):
    """A status of a resident: the evidence seen, who verified it, and until when it counts."""

    __tablename__ = "recipient_status"
    __table_args__ = (UniqueConstraint("resident_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"), index=True)
    kind: Mapped[StatusKind] = mapped_column(enum_column(StatusKind))
    evidence: Mapped[str] = mapped_column(
        String(LONGEST_EVIDENCE), comment="what was shown, never a number"
    )
    recorded_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), doc="who saw the evidence; empty: of before this was kept"
    )
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    verified_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant at which the evidence was checked; empty: it was not"
    )
    valid_until: Mapped[date | None]

    resident: Mapped[Resident] = relationship(back_populates="statuses")


class Consent(Model):
    """One agreement of a resident to one purpose (PIPL: separate consent per purpose).

    A consent to a request ends with the request, or when a newer one takes its place.
    """

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"), index=True)
    purpose: Mapped[str] = mapped_column(
        String(40), comment="code: keep_contact, own_request, request_on_behalf"
    )
    text_version: Mapped[str] = mapped_column(
        String(20), doc="version of the text that the person agreed to"
    )
    channel: Mapped[ConsentChannel] = mapped_column(enum_column(ConsentChannel))
    given_at: Mapped[datetime] = mapped_column(
        UTCDateTime, doc="instant at which the person agreed"
    )
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant at which the person withdrew it; empty: it was not"
    )
    ended_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant at which its purpose ended; empty: it goes on, or was withdrawn"
    )
