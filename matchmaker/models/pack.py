"""The pack of some published months: one file for the office, made when a person asks for it."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.columns import EncryptedBytes, UTCDateTime
from matchmaker.models.office import Subdistrict
from matchmaker.models.user import User


class PackPart(StrEnum):
    """What a pack can have in it."""

    WORKBOOK = "workbook"
    REPORT = "report"
    SHEETS = "sheets"  # one for each organisation and each committee
    TEXTS = "texts"  # for chat groups
    PROOF = "proof"  # the public files of the months


class MonthPack(Model):
    """A file of some months. Only its content changes: it is made once, and deleted in time."""

    __tablename__ = "month_pack"

    id: Mapped[int] = mapped_column(primary_key=True)
    subdistrict_id: Mapped[int] = mapped_column(ForeignKey("subdistrict.id"), index=True)
    first_month: Mapped[date] = mapped_column(doc="first day of the first month")
    last_month: Mapped[date] = mapped_column(doc="first day of the last month")
    run_ids: Mapped[list[int]] = mapped_column(
        JSON, comment="the published runs of its months when it was asked for"
    )
    parts: Mapped[list[str]] = mapped_column(JSON, comment="what is in it: codes of PackPart")
    language: Mapped[str] = mapped_column(String(20), comment="en or zh_Hans_CN")
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, index=True, doc="instant of the end, for any reason"
    )
    size: Mapped[int | None] = mapped_column(comment="bytes of the file; stays when it is deleted")
    content: Mapped[bytes | None] = mapped_column(
        EncryptedBytes, deferred=True, comment="a ZIP file; empty: not made, or deleted"
    )

    removed_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant at which the file was deleted"
    )

    subdistrict: Mapped[Subdistrict] = relationship()
    asked_by: Mapped[User] = relationship()

    @property
    def has_file(self) -> bool:
        """Whether the file was made and is not deleted."""
        return self.size is not None and self.removed_at is None
