"""The price of a pin, a forbid or a swap, worked out before somebody keeps it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.columns import UTCDateTime, enum_column
from matchmaker.models.limits import LONGEST_REASON
from matchmaker.models.match_round import MatchRound, OverrideKind, RoundRun, RunStatus
from matchmaker.models.need import Need
from matchmaker.models.offer import Offer
from matchmaker.models.user import User
from matchmaker.models.volunteer import Volunteer


class RoundPrice(Model):
    """One numbered price: what a person wishes, what it would change, and whether they kept it.

    A swap is a pin to one giver with a forbid of another, ``instead``. The question is the one that
    the next run would ask with the wish; the answer is compared with that of the run before.
    """

    __tablename__ = "round_price"
    __table_args__ = (UniqueConstraint("match_round_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    match_round_id: Mapped[int] = mapped_column(ForeignKey("match_round.id"), index=True)
    number: Mapped[int] = mapped_column(comment="1, 2, ... within the round")
    round_run_id: Mapped[int] = mapped_column(
        ForeignKey("round_run.id"), comment="the run before, with which it is compared"
    )
    kind: Mapped[OverrideKind] = mapped_column(enum_column(OverrideKind), doc="of a swap: pin")
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"))
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offer.id"))
    volunteer_id: Mapped[int | None] = mapped_column(ForeignKey("volunteer.id"))
    instead_offer_id: Mapped[int | None] = mapped_column(
        ForeignKey("offer.id"), comment="of a swap: the offer that is forbidden"
    )
    instead_volunteer_id: Mapped[int | None] = mapped_column(
        ForeignKey("volunteer.id"), comment="of a swap: the volunteer who is forbidden"
    )
    reason: Mapped[str] = mapped_column(
        String(LONGEST_REASON), doc="why, in the words of the person who wishes it"
    )
    has_no_interest: Mapped[bool] = mapped_column(
        comment="the person declared that the resident is nobody near them"
    )
    status: Mapped[RunStatus] = mapped_column(
        enum_column(RunStatus), default=RunStatus.PENDING, doc="what the optimizer reported"
    )
    limit_seconds: Mapped[int] = mapped_column(comment="time limit of the solve, seconds")
    problem_json: Mapped[str] = mapped_column(
        Text, deferred=True, comment="canonical: what the next run would ask"
    )
    problem_sha256: Mapped[str] = mapped_column(String(64), doc="SHA-256 of the question")
    result_sha256: Mapped[str | None] = mapped_column(
        String(64), doc="SHA-256 of the answer without its certificate"
    )
    found: Mapped[dict[str, Any] | None] = mapped_column(
        JSON, comment="what would change: codes, numbers and references only"
    )
    started_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime, doc="instant of the end")
    kept_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant at which the wish came into force; empty: it did not"
    )

    match_round: Mapped[MatchRound] = relationship()
    run: Mapped[RoundRun] = relationship()
    need: Mapped[Need] = relationship()
    offer: Mapped[Offer | None] = relationship(foreign_keys=[offer_id])
    volunteer: Mapped[Volunteer | None] = relationship(foreign_keys=[volunteer_id])
    instead_offer: Mapped[Offer | None] = relationship(foreign_keys=[instead_offer_id])
    instead_volunteer: Mapped[Volunteer | None] = relationship(foreign_keys=[instead_volunteer_id])
    started_by: Mapped[User] = relationship()

    @property
    def is_swap(self) -> bool:
        return self.instead_offer_id is not None or self.instead_volunteer_id is not None
