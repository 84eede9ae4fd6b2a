"""Answers that the street office owes by a day, about a need or about help that was given."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.columns import EncryptedText, UTCDateTime, enum_column
from matchmaker.models.need import Need
from matchmaker.models.office import Committee
from matchmaker.models.pairing import Pairing
from matchmaker.models.promise import Promise
from matchmaker.models.user import User


class FollowUpAbout(StrEnum):
    DECISION = "decision"  # 请人再看一遍
    PAPER = "paper"  # a paper that shows a recipient status
    PLACE = "place"  # whether help in another neighbourhood is open to them
    HELP = "help"  # a complaint about help that was given


class FollowUp(Model):
    """Something that the street office owes by a day (回访待办); it is done when it is answered.

    ``owner`` is the social worker who took it; without one it waits for the whole office.
    """

    __tablename__ = "follow_up"

    id: Mapped[int] = mapped_column(primary_key=True)
    subdistrict_id: Mapped[int] = mapped_column(ForeignKey("subdistrict.id"), index=True)
    need_id: Mapped[int | None] = mapped_column(
        ForeignKey("need.id"), index=True, doc="need asked about; empty: a visit of a pairing"
    )
    promise_id: Mapped[int | None] = mapped_column(
        ForeignKey("promise.id"), index=True, doc="help that a complaint is about"
    )
    about: Mapped[FollowUpAbout] = mapped_column(
        enum_column(FollowUpAbout), doc="what is asked of the office"
    )
    status: Mapped[str | None] = mapped_column(
        String(40), comment="StatusKind of the paper; empty for other questions"
    )
    words: Mapped[str] = mapped_column(
        EncryptedText, comment="of the person who asked; may be empty"
    )
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime, doc="instant of the question")
    due_on: Mapped[date] = mapped_column(doc="day by which an answer is owed")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    answer: Mapped[str | None] = mapped_column(EncryptedText, comment="one sentence to the asker")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    answered_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, index=True, doc="instant of the answer; empty: still owed"
    )

    need: Mapped[Need | None] = relationship()
    promise: Mapped[Promise | None] = relationship()
    asked_by: Mapped[User] = relationship(foreign_keys=asked_by_id)
    owner: Mapped[User | None] = relationship(foreign_keys=owner_id)
    answered_by: Mapped[User | None] = relationship(foreign_keys=answered_by_id)

    @property
    def asked(self) -> Need | Pairing:
        """The subject of the question: a need, or the pairing of a visit."""
        found: Need | Pairing = self.need or self.promise.asked  # type: ignore[union-attr]
        return found

    @property
    def committee(self) -> Committee:
        """The neighbourhood committee of the need or of the pairing's resident."""
        return self.need.committee if self.need else self.asked.resident.household.committee
