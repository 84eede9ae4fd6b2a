"""Thanks of a recipient, which the street office reads before those who helped do."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.columns import UTCDateTime
from matchmaker.models.promise import Promise
from matchmaker.models.user import User


class ThanksState(StrEnum):
    """What became of thanks; it follows from the columns of the row."""

    WAITING = "waiting"
    PASSED_ON = "passed_on"
    KEPT_BACK = "kept_back"
    WITHDRAWN = "withdrawn"  # by the person who said them


class Thanks(Model):
    """A recipient's agreement that a sentence about help is passed on to those who gave it (感谢).

    The sentence is ``words`` of the promises; all promises of one help have the same.
    """

    __tablename__ = "thanks"

    id: Mapped[int] = mapped_column(primary_key=True)
    subdistrict_id: Mapped[int] = mapped_column(ForeignKey("subdistrict.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(
        UTCDateTime, doc="instant at which the recipient allowed it"
    )
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant of the office's last decision; empty: it has not read them"
    )
    is_passed_on: Mapped[bool] = mapped_column(
        default=False, doc="whether the office passed them on to those who helped"
    )
    withdrawn_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant at which the recipient withdrew the agreement"
    )

    promises: Mapped[list[Promise]] = relationship(order_by=Promise.id)
    decided_by: Mapped[User | None] = relationship()

    @property
    def first(self) -> Promise:
        """The first promise of the help."""
        return self.promises[0]

    @property
    def state(self) -> ThanksState:
        """What became of the thanks."""
        if self.withdrawn_at is not None:
            return ThanksState.WITHDRAWN
        if self.decided_at is None:
            return ThanksState.WAITING
        return ThanksState.PASSED_ON if self.is_passed_on else ThanksState.KEPT_BACK
