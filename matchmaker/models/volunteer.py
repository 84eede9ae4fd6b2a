"""Volunteers: people of an organisation who give time, and the proofs they have shown."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.category import Qualification
from matchmaker.models.columns import EncryptedText, UTCDateTime, enum_column, lot_column
from matchmaker.models.limits import (
    LONGEST_PERSON_NAME,
    LONGEST_REFERENCE,
    LONGEST_VOLUNTEER_SORT_KEY,
)
from matchmaker.models.organisation import Organisation
from matchmaker.models.person import person_column


class VolunteerState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    LEFT = "left"


class Volunteer(Model):
    """A volunteer (志愿者): what they can do, when, where, and how often a month."""

    __tablename__ = "volunteer"
    __table_args__ = (CheckConstraint("visits_per_month >= 1", name="visits_per_month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    reference: Mapped[str] = mapped_column(String(LONGEST_REFERENCE), unique=True)
    name: Mapped[str] = mapped_column(
        String(LONGEST_PERSON_NAME), doc="name, known to the organisation"
    )
    sort_key: Mapped[str] = mapped_column(
        String(LONGEST_VOLUNTEER_SORT_KEY), index=True, comment="pinyin of name"
    )
    state: Mapped[VolunteerState] = mapped_column(
        enum_column(VolunteerState), default=VolunteerState.ACTIVE
    )
    visits_per_month: Mapped[int] = mapped_column(comment="most visits a month")
    categories: Mapped[list[str]] = mapped_column(JSON, comment="category codes, sorted")
    windows: Mapped[list[str]] = mapped_column(JSON, comment="Window values, sorted")
    committees: Mapped[list[str]] = mapped_column(
        JSON, comment="committee codes served, sorted; empty: every committee"
    )
    lot: Mapped[str] = lot_column()
    person_id: Mapped[int] = person_column()
    phone: Mapped[str | None] = mapped_column(
        EncryptedText, doc="phone number, extension behind a dash; empty: not given"
    )
    phone_index: Mapped[str | None] = mapped_column(String(64), index=True, comment="keyed digest")

    organisation: Mapped[Organisation] = relationship()
    qualifications: Mapped[list["VolunteerQualification"]] = relationship(
        back_populates="volunteer", cascade="all, delete-orphan"
    )
    absences: Mapped[list["VolunteerAbsence"]] = relationship(
        back_populates="volunteer", order_by="VolunteerAbsence.first_day"
    )


class VolunteerQualification(Model):
    """A proof that a volunteer has shown; it no longer counts after ``expires_on``."""

    __tablename__ = "volunteer_qualification"
    __table_args__ = (UniqueConstraint("volunteer_id", "qualification"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"), index=True)
    qualification: Mapped[Qualification] = mapped_column(
        enum_column(Qualification), doc="what was shown"
    )
    expires_on: Mapped[date | None] = mapped_column(
        doc="last day on which it counts; empty: without end"
    )

    volunteer: Mapped[Volunteer] = relationship(back_populates="qualifications")


class VolunteerAbsence(Model):
    """Days on which a volunteer is away; no visit is arranged on them."""

    __tablename__ = "volunteer_absence"
    __table_args__ = (CheckConstraint("first_day <= last_day", name="period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    volunteer_id: Mapped[int] = mapped_column(ForeignKey("volunteer.id"), index=True)
    first_day: Mapped[date] = mapped_column(doc="first day away")
    last_day: Mapped[date] = mapped_column(doc="last day away")
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    volunteer: Mapped[Volunteer] = relationship(back_populates="absences")

    def __contains__(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day
