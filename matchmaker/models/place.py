"""Where help is given: addresses with opening hours and how to get in."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.columns import UTCDateTime
from matchmaker.models.limits import (
    LONGEST_OPENING_HOURS,
    LONGEST_PLACE_ADDRESS,
    LONGEST_PLACE_NAME,
)
from matchmaker.models.office import Subdistrict
from matchmaker.models.organisation import Organisation


class Place(Model):
    """A place (场所) where people go for help: the street office's own, or an organisation's."""

    __tablename__ = "place"
    __table_args__ = (
        CheckConstraint(
            "(latitude_microdegrees IS NULL) = (longitude_microdegrees IS NULL)", name="map_point"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subdistrict_id: Mapped[int] = mapped_column(ForeignKey("subdistrict.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisation.id"), index=True, comment="whose place it is; empty: the office's"
    )
    name_zh: Mapped[str] = mapped_column(String(LONGEST_PLACE_NAME))
    name_en: Mapped[str] = mapped_column(String(LONGEST_PLACE_NAME))
    address: Mapped[str] = mapped_column(
        String(LONGEST_PLACE_ADDRESS), doc="street, number, floor, as a stranger finds it"
    )
    latitude_microdegrees: Mapped[int | None] = mapped_column(
        doc="map point, millionths of a degree north; empty: not given"
    )
    longitude_microdegrees: Mapped[int | None] = mapped_column(
        doc="map point, millionths of a degree east; empty: not given"
    )
    hours_zh: Mapped[str] = mapped_column(
        String(LONGEST_OPENING_HOURS), doc="opening hours in Chinese; empty: not given"
    )
    hours_en: Mapped[str] = mapped_column(
        String(LONGEST_OPENING_HOURS),
        doc="opening hours in English; empty: the Chinese ones are shown",
    )
    is_step_free: Mapped[bool] = mapped_column(doc="whether a wheelchair gets in without a step")
    has_lift: Mapped[bool] = mapped_column(doc="whether a lift leads to it")
    closed_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant from which nothing is given there any more; empty: it is open"
    )

    subdistrict: Mapped[Subdistrict] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
