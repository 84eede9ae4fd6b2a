"""The yearly notice of public holidays, as a street office entered it."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.base.extensions import Model
from matchmaker.models.columns import UTCDateTime
from matchmaker.models.limits import LONGEST_NOTICE_NUMBER


class HolidayNotice(Model):
    """The State Council's notice of a year's breaks (放假安排); it replaces the library's days."""

    __tablename__ = "holiday_notice"
    __table_args__ = (UniqueConstraint("subdistrict_id", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subdistrict_id: Mapped[int] = mapped_column(ForeignKey("subdistrict.id"))
    year: Mapped[int] = mapped_column(doc="the year that the notice is about")
    number: Mapped[str] = mapped_column(
        String(LONGEST_NOTICE_NUMBER), doc="number under which the notice was published"
    )
    breaks: Mapped[list[list[str]]] = mapped_column(
        JSON, comment="name, first and last day (ISO) of each break, in order"
    )
    make_up_days: Mapped[list[str]] = mapped_column(
        JSON, comment="weekend days that are worked (ISO), in order"
    )
    changed_at: Mapped[datetime] = mapped_column(
        UTCDateTime, doc="instant at which it was entered or last corrected"
    )
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(default=1, comment="rises with each edit")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy reads it)
