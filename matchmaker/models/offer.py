"""What an organisation offers in each month."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.category import ServiceCategory
from matchmaker.models.columns import UTCDateTime, enum_column, lot_column
from matchmaker.models.limits import LONGEST_REASON, LONGEST_REMARK, LONGEST_TITLE
from matchmaker.models.organisation import Organisation
from matchmaker.models.place import Place


class OfferState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    OPEN = "open"
    PAUSED = "paused"
    USED_UP = "used_up"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class HandingOver(StrEnum):
    """How goods get to a person."""

    PICK_UP = "pick_up"
    DOOR = "door"


class Offer(Model):
    """An offer (资源) of one organisation in one category; its kind is the category's."""

    __tablename__ = "offer"
    __table_args__ = (
        CheckConstraint("capacity_per_month >= 1", name="capacity_per_month"),
        CheckConstraint("stock IS NULL OR stock >= 1", name="stock"),
        CheckConstraint("valid_until IS NULL OR valid_from <= valid_until", name="validity"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("service_category.id"), index=True)
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE), doc="what the organisation calls it")
    capacity_per_month: Mapped[int] = mapped_column(comment="units of the category, fen for funds")
    stock: Mapped[int | None] = mapped_column(
        doc="units in all, fen for funds; empty: as many each month as long as it lasts"
    )
    windows: Mapped[list[str]] = mapped_column(JSON, comment="Window values; empty: any time")
    committees: Mapped[list[str]] = mapped_column(JSON, comment="committee codes; empty: all")
    statuses: Mapped[list[str]] = mapped_column(JSON, comment="StatusKind values; empty: anyone")
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    state: Mapped[OfferState] = mapped_column(enum_column(OfferState), default=OfferState.DRAFT)
    return_reason: Mapped[str | None] = mapped_column(String(LONGEST_REASON))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    lot: Mapped[str] = lot_column()
    place_id: Mapped[int | None] = mapped_column(
        ForeignKey("place.id"), comment="where it is given; empty: not said, or at the door"
    )
    handing_over: Mapped[HandingOver | None] = mapped_column(
        enum_column(HandingOver), doc="how goods get to a person; empty: not said, or no goods"
    )
    bring: Mapped[str] = mapped_column(
        String(LONGEST_REMARK), default="", doc="what to bring, in one sentence; empty: nothing"
    )
    payment: Mapped[str] = mapped_column(
        String(LONGEST_REMARK), default="", doc="how money is paid; empty: not said, or no money"
    )
    version: Mapped[int] = mapped_column(default=1, comment="rises with each edit")

    organisation: Mapped[Organisation] = relationship()
    category: Mapped[ServiceCategory] = relationship()
    place: Mapped[Place | None] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads it)
