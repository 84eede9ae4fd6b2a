"""A month's round, its frozen snapshot, its numbered runs, and the overrides that people made."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.columns import UTCDateTime, enum_column
from matchmaker.models.limits import (
    LONGEST_DRAW_NUMBER,
    LONGEST_PUBLIC_VALUE,
    LONGEST_REASON,
    LONGEST_SEED_RULE,
)
from matchmaker.models.need import Need
from matchmaker.models.office import Subdistrict
from matchmaker.models.user import User


class RoundState(StrEnum):
    DRAFT = "draft"  # 筹备: offers and needs may still come in
    FROZEN = "frozen"  # 锁定名单: the snapshot is taken and hashed, its draw is announced
    DRAWN = "drawn"  # 抽种子: the announced draw took place and made the seed
    SOLVING = "solving"  # 求解
    REVIEW = "review"  # 复核
    NO_SOLUTION = "no_solution"
    PUBLISHED = "published"  # 发布
    EXECUTING = "executing"  # 执行
    CLOSED = "closed"  # 结案


class DrawSource(StrEnum):
    """The public draws from which a seed can come."""

    DOUBLE_COLOUR_BALL = "double_colour_ball"  # 双色球
    SUPER_LOTTO = "super_lotto"  # 大乐透
    INVENTED = "invented"  # of a demo, whose numbers somebody makes up


class RunStatus(StrEnum):
    """Pending, or what the optimizer reported; only PROVEN and FEASIBLE runs have a result."""

    PENDING = "pending"
    PROVEN = "PROVEN"
    FEASIBLE = "FEASIBLE"
    INFEASIBLE = "INFEASIBLE"
    FAILED = "FAILED"


class OverrideKind(StrEnum):
    PIN = "pin"
    FORBID = "forbid"


class MatchRound(Model):
    """One month of one subdistrict. After a withdrawal its next publication has the next number."""

    __tablename__ = "match_round"
    __table_args__ = (UniqueConstraint("subdistrict_id", "month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subdistrict_id: Mapped[int] = mapped_column(ForeignKey("subdistrict.id"), index=True)
    month: Mapped[date] = mapped_column(comment="first day of the month, Asia/Shanghai")
    state: Mapped[RoundState] = mapped_column(enum_column(RoundState), default=RoundState.DRAFT)
    policy: Mapped[str] = mapped_column(String(60), comment="name and version of the stages")
    seed_rule: Mapped[str | None] = mapped_column(
        String(LONGEST_SEED_RULE),
        comment="of months opened before draws were announced by number: how the seed comes about",
    )
    public_value: Mapped[str | None] = mapped_column(
        String(LONGEST_PUBLIC_VALUE), comment="the announced public value that enters the seed"
    )
    seed: Mapped[str | None] = mapped_column(String(64), comment="hex digits")
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    opened_at: Mapped[datetime] = mapped_column(
        UTCDateTime, doc="instant at which the month was opened"
    )
    frozen_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    frozen_at: Mapped[datetime | None] = mapped_column(UTCDateTime, doc="instant of the freeze")
    drawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    drawn_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant at which the drawn numbers were entered"
    )
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    published_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant of the publication in force"
    )
    # No constraint: runs point at their round already, and two tables that point at each other
    # cannot be created, filled or dropped in any order. Runs are never deleted.
    published_run_id: Mapped[int | None] = mapped_column(comment="round_run.id")
    publication: Mapped[int] = mapped_column(default=0, comment="number of the publication")
    withdrawn_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant of the latest withdrawal of a publication"
    )

    subdistrict: Mapped[Subdistrict] = relationship()
    snapshot: Mapped["StoredSnapshot | None"] = relationship(back_populates="match_round")
    draws: Mapped[list["RoundDraw"]] = relationship(order_by="RoundDraw.id")
    runs: Mapped[list["RoundRun"]] = relationship(
        back_populates="match_round",
        foreign_keys="RoundRun.match_round_id",
        order_by="RoundRun.number",
    )
    published_run: Mapped["RoundRun | None"] = relationship(
        primaryjoin="foreign(MatchRound.published_run_id) == RoundRun.id"
    )

    @property
    def draw(self) -> "RoundDraw | None":
        """The announced draw in force, which is the latest; None before any was announced."""
        return self.draws[-1] if self.draws else None


class RoundDraw(Model):
    """An announced public draw. A later one of the same round replaces it, and both stay public."""

    __tablename__ = "round_draw"

    id: Mapped[int] = mapped_column(primary_key=True)
    match_round_id: Mapped[int] = mapped_column(ForeignKey("match_round.id"), index=True)
    source: Mapped[DrawSource] = mapped_column(enum_column(DrawSource), doc="which lottery")
    number: Mapped[str] = mapped_column(
        String(LONGEST_DRAW_NUMBER), comment="number that the lottery gives the draw: year, count"
    )
    draws_on: Mapped[date] = mapped_column(comment="day of the draw, Asia/Shanghai")
    announced_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    announced_at: Mapped[datetime] = mapped_column(UTCDateTime, doc="instant of the announcement")
    reason: Mapped[str | None] = mapped_column(
        String(LONGEST_REASON), comment="why it replaces the one before; empty: it is the first"
    )


class StoredSnapshot(Model):
    """The month as it was at the freeze: canonical JSON and its SHA-256. Never changed."""

    __tablename__ = "snapshot"

    id: Mapped[int] = mapped_column(primary_key=True)
    match_round_id: Mapped[int] = mapped_column(ForeignKey("match_round.id"), unique=True)
    canonical_json: Mapped[str] = mapped_column(Text, comment="no personal data: references only")
    sha256: Mapped[str] = mapped_column(String(64))
    offer_ids: Mapped[dict[str, int]] = mapped_column(
        JSON, comment="name of an offer in the snapshot -> its row; no part of the hash"
    )
    taken_at: Mapped[datetime] = mapped_column(UTCDateTime, doc="instant of the freeze")

    match_round: Mapped[MatchRound] = relationship(back_populates="snapshot")


class RoundRun(Model):
    """One solve of a frozen round: numbered, never deleted, visible to every reviewer."""

    __tablename__ = "round_run"
    __table_args__ = (UniqueConstraint("match_round_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    match_round_id: Mapped[int] = mapped_column(ForeignKey("match_round.id"), index=True)
    number: Mapped[int] = mapped_column(comment="1, 2, ... within the round")
    status: Mapped[RunStatus] = mapped_column(
        enum_column(RunStatus), default=RunStatus.PENDING, doc="what the optimizer reported"
    )
    is_plain: Mapped[bool | None] = mapped_column(
        comment="asked without pins and forbids; empty: of before this was kept"
    )
    limit_seconds: Mapped[int] = mapped_column(comment="time limit of the solve, seconds")
    # Deferred: half a megabyte, or a whole one with the certificate; no page reads these.
    problem_json: Mapped[str] = mapped_column(
        Text, deferred=True, comment="canonical: snapshot, pins, forbids"
    )
    problem_sha256: Mapped[str] = mapped_column(String(64), doc="SHA-256 of the question")
    solution_json: Mapped[str | None] = mapped_column(
        Text, deferred=True, doc="the answer with its certificate, canonical JSON"
    )
    result_sha256: Mapped[str | None] = mapped_column(
        String(64), doc="SHA-256 of the answer without its certificate"
    )
    is_verified: Mapped[bool] = mapped_column(default=False, comment="passed the checker")
    findings: Mapped[list[str] | None] = mapped_column(JSON, comment="faults the checker named")
    verdict: Mapped[dict[str, Any] | None] = mapped_column(
        JSON, comment="what the checker found: how much is proved"
    )
    conflict: Mapped[list[int] | None] = mapped_column(
        JSON, comment="round_override.id of the pins that cannot hold together"
    )
    prices: Mapped[dict[str, Any] | None] = mapped_column(
        JSON, comment="what each pin and forbid costs, by round_override.id"
    )
    figures: Mapped[dict[str, Any] | None] = mapped_column(JSON, comment="aggregates for pages")
    shortages: Mapped[list[dict[str, Any]] | None] = mapped_column(
        JSON, deferred=True, comment="what more help would meet, counts only; empty: not counted"
    )
    timings: Mapped[dict[str, Any] | None] = mapped_column(JSON, comment="seconds by stage")
    started_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime, doc="instant of the end")
    accepted_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime,
        comment="when the person who started it accepted what is not proved",
    )

    match_round: Mapped[MatchRound] = relationship(
        back_populates="runs", foreign_keys=[match_round_id]
    )


class RoundOverride(Model):
    """A pin or forbid that a person set, with the reason; it is in force until it is lifted."""

    __tablename__ = "round_override"

    id: Mapped[int] = mapped_column(primary_key=True)
    match_round_id: Mapped[int] = mapped_column(ForeignKey("match_round.id"), index=True)
    kind: Mapped[OverrideKind] = mapped_column(enum_column(OverrideKind))
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"))
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offer.id"))
    volunteer_id: Mapped[int | None] = mapped_column(ForeignKey("volunteer.id"))
    reason: Mapped[str] = mapped_column(
        String(LONGEST_REASON), doc="why, in the words of the person who decided"
    )
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime, doc="instant of the decision")
    lifted_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant at which it was lifted; empty: in force"
    )
    round_price_id: Mapped[int | None] = mapped_column(
        ForeignKey("round_price.id"), comment="the price that was seen before it was kept"
    )

    need: Mapped[Need] = relationship()
    made_by: Mapped[User] = relationship()
