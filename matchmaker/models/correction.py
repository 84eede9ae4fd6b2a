"""Corrections that the office made to verified needs."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.columns import EncryptedText, UTCDateTime
from matchmaker.models.user import User


class NeedCorrection(Model):
    """A correction (更正) of a verified need: who, when, why, and the values before and after.

    ``before`` and ``after`` have the same keys, columns of the need: tier, quantity, windows,
    reply_promised_on (ISO day).
    """

    __tablename__ = "need_correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"), index=True)
    corrected_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    corrected_at: Mapped[datetime] = mapped_column(UTCDateTime, doc="instant of the correction")
    reason: Mapped[str] = mapped_column(
        EncryptedText, doc="why, in words for the resident, who reads it"
    )
    before: Mapped[dict[str, Any]] = mapped_column(JSON, doc="columns that changed, as they were")
    after: Mapped[dict[str, Any]] = mapped_column(JSON, doc="the same columns, as they became")

    corrected_by: Mapped[User] = relationship()
