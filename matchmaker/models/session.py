"""Sessions: when and where an organisation gives something to many people, with numbers."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.offer import Offer
from matchmaker.models.place import Place


class Session(Model):
    """A session (一场) of an offer: days and hours at a place; a promise gets a number in it.

    Goods that are handed out on several days have a first and a last day; a session of goods that
    are brought has no place.
    """

    __tablename__ = "session"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="days"),
        CheckConstraint("0 <= starts_minute AND starts_minute < ends_minute", name="starts"),
        CheckConstraint("ends_minute <= 1440", name="ends"),
        CheckConstraint("most IS NULL OR most >= 1", name="most"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id"), index=True)
    place_id: Mapped[int | None] = mapped_column(
        ForeignKey("place.id"), index=True, comment="where it is; empty: at each door"
    )
    first_day: Mapped[date] = mapped_column(doc="first day")
    last_day: Mapped[date] = mapped_column(doc="last day; mostly the first one")
    starts_minute: Mapped[int] = mapped_column(doc="from when, in minutes after midnight")
    ends_minute: Mapped[int] = mapped_column(doc="until when, in minutes after midnight")
    most: Mapped[int | None] = mapped_column(doc="most numbers; empty: no limit")

    offer: Mapped[Offer] = relationship()
    place: Mapped[Place | None] = relationship()
