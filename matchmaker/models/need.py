"""The needs of residents."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.category import ServiceCategory
from matchmaker.models.columns import UTCDateTime, enum_column, lot_column
from matchmaker.models.limits import LONGEST_REASON, LONGEST_REFERENCE
from matchmaker.models.office import Committee
from matchmaker.models.resident import Consent, Resident


class NeedType(StrEnum):
    """Whether a need is ordinary or a micro-wish, in a category under one heading."""

    NEED = "need"  # 需求
    MICRO_WISH = "micro_wish"  # 微心愿


class NeedState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    VERIFIED = "verified"
    OPEN = "open"
    IN_ROUND = "in_round"
    MATCHED = "matched"
    PARTLY_SERVED = "partly_served"
    SERVED = "served"
    CLOSED = "closed"
    REFERRED = "referred"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Need(Model):
    """A need (需求) or micro-wish (微心愿) of one resident in one category.

    ``tier`` is urgency: 1 before 2 before 3. ``waiting_rounds`` counts the rounds passed over.
    """

    __tablename__ = "need"
    __table_args__ = (
        CheckConstraint("quantity >= 1", name="quantity"),
        CheckConstraint("tier BETWEEN 1 AND 3", name="tier"),
        CheckConstraint("waiting_rounds >= 0", name="waiting_rounds"),
        CheckConstraint("given_quantity >= 0", name="given_quantity"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(LONGEST_REFERENCE), unique=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"), index=True)
    committee_id: Mapped[int] = mapped_column(
        ForeignKey("committee.id"), index=True, comment="where the need was raised"
    )
    category_id: Mapped[int] = mapped_column(ForeignKey("service_category.id"), index=True)
    type: Mapped[NeedType] = mapped_column(
        "form", enum_column(NeedType), default=NeedType.NEED, doc="an ordinary need or a small wish"
    )
    description: Mapped[str] = mapped_column(
        Text, comment="the resident's own words; shown to the resident and the office alone"
    )
    quantity: Mapped[int] = mapped_column(default=1, comment="units of the category, fen for funds")
    given_quantity: Mapped[int] = mapped_column(
        default=0, doc="units of it given in earlier months; the quantity is what is still missing"
    )
    windows: Mapped[list[str]] = mapped_column(JSON, comment="Window values; empty: any time")
    tier: Mapped[int] = mapped_column(default=3, comment="urgency, 1 (danger) to 3")
    waiting_rounds: Mapped[int] = mapped_column(default=0, comment="rounds passed over")
    state: Mapped[NeedState] = mapped_column(
        enum_column(NeedState), default=NeedState.DRAFT, index=True
    )
    return_reason: Mapped[str | None] = mapped_column(String(LONGEST_REASON))
    reply_promised_on: Mapped[date | None] = mapped_column(
        doc="day by which the committee promised an answer"
    )
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant at which it was last sent"
    )
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    consent_id: Mapped[int | None] = mapped_column(
        ForeignKey("consent.id"), comment="present when entered on someone's behalf"
    )
    verified_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("user_account.id"), doc="who set the present urgency"
    )
    verified_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime,
        doc="instant of the step that can be undone, one for all its needs; empty: cannot be",
    )
    useful_until: Mapped[date | None] = mapped_column(
        doc="last day on which the help is of use; empty: it stays of use"
    )
    repeats_until: Mapped[date | None] = mapped_column(
        doc="first day of the last month in which it comes back; empty: it does not"
    )
    repeats_need_id: Mapped[int | None] = mapped_column(
        ForeignKey("need.id"), unique=True, doc="the need of an earlier month that it repeats"
    )
    review_on: Mapped[date | None] = mapped_column(
        doc="day from which the office is asked whether it still comes back"
    )
    review_asked_on: Mapped[date | None] = mapped_column(
        doc="day on which it was asked; empty: it was not, or somebody said so"
    )
    lot: Mapped[str] = lot_column()
    version: Mapped[int] = mapped_column(default=1, comment="rises with each edit")

    resident: Mapped[Resident] = relationship()
    committee: Mapped[Committee] = relationship()
    category: Mapped[ServiceCategory] = relationship()
    consent: Mapped[Consent | None] = relationship()

    @property
    def least_quantity(self) -> int:
        """The least units that help: the category's least, at most all; all if it has none."""
        return min(self.quantity, self.category.least_quantity or self.quantity)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads it)
