"""The service catalogue: what can be given and needed, on two levels."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.columns import enum_column


class OfferKind(StrEnum):
    PEOPLE = "people"  # volunteers with time
    SERVICE = "service"  # slots at a counter or a service day
    GOODS = "goods"  # units
    FUNDS = "funds"  # fen, whole numbers
    PLACE = "place"  # rooms, beds, venues


class Qualification(StrEnum):
    """What a volunteer must prove before doing some kinds of work."""

    MEDICAL = "medical"
    LEGAL = "legal"
    HAIRDRESSING = "hairdressing"
    ELECTRICAL = "electrical"
    TEACHING = "teaching"
    DRIVING = "driving"


class ServiceCategory(Model):
    """A category of help. Needs and offers name one of the second level, which has a parent."""

    __tablename__ = "service_category"
    __table_args__ = (
        CheckConstraint("people_per_visit >= 1", name="people_per_visit"),
        CheckConstraint("points >= 1", name="points"),
        CheckConstraint("least_quantity >= 1", name="least_quantity"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("service_category.id"))
    kind: Mapped[OfferKind] = mapped_column(enum_column(OfferKind))
    unit: Mapped[str] = mapped_column(String(20), comment="code: visit, slot, item, fen, place ...")
    usual_minutes: Mapped[int | None] = mapped_column(comment="minutes of one visit or slot")
    people_per_visit: Mapped[int] = mapped_column(default=1, comment="people at once")
    qualification: Mapped[Qualification | None] = mapped_column(
        enum_column(Qualification), doc="what a volunteer must have shown for it"
    )
    points: Mapped[int] = mapped_column(default=1, comment="published points of one need met")
    least_quantity: Mapped[int | None] = mapped_column(
        comment="least units that help a home; empty: all that is asked, or nothing"
    )
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(120))
    position: Mapped[int] = mapped_column(default=0, comment="order in lists")

    parent: Mapped["ServiceCategory | None"] = relationship(remote_side=[id])
