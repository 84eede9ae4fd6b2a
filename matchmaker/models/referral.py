"""Needs that were handed to an office that does not take part here."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.columns import EncryptedText, UTCDateTime, enum_column
from matchmaker.models.limits import LONGEST_TITLE
from matchmaker.models.need import Need
from matchmaker.models.user import User


class ReferralEnd(StrEnum):
    """What came of a referral."""

    HELPED = "helped"
    COULD_NOT_HELP = "could_not_help"


class Referral(Model):
    """A need handed to an office outside (转介): the office, the day, the reason, the result."""

    __tablename__ = "referral"

    id: Mapped[int] = mapped_column(primary_key=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"), index=True)
    office: Mapped[str] = mapped_column(
        String(LONGEST_TITLE), doc="what the other office or service is called"
    )
    reach: Mapped[str] = mapped_column(
        EncryptedText, doc="the phone of that office or a person there, or how else it is reached"
    )
    reason: Mapped[str] = mapped_column(
        EncryptedText, doc="why, in words for the resident, who reads it"
    )
    referred_on: Mapped[date] = mapped_column(doc="day on which it was handed on")
    referred_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    ended_as: Mapped[ReferralEnd | None] = mapped_column(
        enum_column(ReferralEnd), doc="what came of it; empty: nothing is known"
    )
    answer: Mapped[str | None] = mapped_column(
        EncryptedText, doc="what that office said, in words for the resident"
    )
    ended_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant at which what came of it was written, or the need ended"
    )
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    need: Mapped[Need] = relationship()
    referred_by: Mapped[User] = relationship(foreign_keys=referred_by_id)
