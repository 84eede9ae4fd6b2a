"""An address from which a calendar program reads when an account's owner is to give help."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.columns import UTCDateTime
from matchmaker.models.user import User


class CalendarFeed(Model):
    """The one live address of an account; its secret is shown once and kept as a digest."""

    __tablename__ = "calendar_feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), unique=True)
    token_sha256: Mapped[str] = mapped_column(
        String(64), unique=True, doc="SHA-256 of the secret, 64 hexadecimal digits"
    )
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, doc="instant at which it was made")

    user: Mapped[User] = relationship()
