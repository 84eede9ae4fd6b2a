"""Long-term pairings: one giver and one resident for months."""

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.category import ServiceCategory
from matchmaker.models.columns import enum_column, lot_column
from matchmaker.models.limits import LONGEST_REFERENCE
from matchmaker.models.organisation import Organisation
from matchmaker.models.resident import Resident
from matchmaker.models.volunteer import Volunteer


class Programme(StrEnum):
    ELDER_VISIT = "elder_visit"  # 助老慰问
    STUDENT_AID = "student_aid"  # 助学结对
    HARDSHIP_AID = "hardship_aid"  # 助困帮扶


class VisitFrequency(StrEnum):
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"


class PairingEnd(StrEnum):
    """Why a pairing ended, or will end."""

    GOAL_REACHED = "goal_reached"
    RECIPIENT_WISH = "recipient_wish"
    GIVER_WISH = "giver_wish"
    MOVED_AWAY = "moved_away"
    CHANGED = "changed"  # another pairing continues it from the next day on
    CONTACT_ENDED = "contact_ended"


class Pairing(Model):
    """A long-term pairing (长期结对). Its due visits enter every round as duties."""

    __tablename__ = "pairing"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(LONGEST_REFERENCE), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    volunteer_id: Mapped[int | None] = mapped_column(ForeignKey("volunteer.id"))
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"), index=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("service_category.id"))
    programme: Mapped[Programme] = mapped_column(
        enum_column(Programme), doc="the long-running programme that it belongs to"
    )
    frequency: Mapped[VisitFrequency] = mapped_column(
        enum_column(VisitFrequency), doc="how often a visit is due"
    )
    tier: Mapped[int] = mapped_column(default=2, comment="risk, 1 (danger) to 3")
    starts_on: Mapped[date]
    review_on: Mapped[date] = mapped_column(doc="day on which both sides look at it again")
    ended_on: Mapped[date | None] = mapped_column(doc="day on which it ended; empty: it goes on")
    end_reason: Mapped[PairingEnd | None] = mapped_column(
        enum_column(PairingEnd), doc="why it ended or will end; empty: it goes on, or nobody said"
    )
    continues_id: Mapped[int | None] = mapped_column(
        ForeignKey("pairing.id"), unique=True, doc="the pairing that it continues after a change"
    )
    lot: Mapped[str] = lot_column()

    organisation: Mapped[Organisation] = relationship()
    volunteer: Mapped[Volunteer | None] = relationship()
    resident: Mapped[Resident] = relationship()
    category: Mapped[ServiceCategory] = relationship()
    continues: Mapped["Pairing | None"] = relationship(remote_side=[id])
