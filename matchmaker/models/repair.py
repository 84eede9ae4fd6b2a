"""A search for others in place of ended promises, in a published month; a person accepts it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.columns import UTCDateTime, enum_column
from matchmaker.models.match_round import RoundRun, RunStatus
from matchmaker.models.user import User


class RoundRepair(Model):
    """One numbered search: its question, its answer, and who accepted it. Never changed afterwards.

    The question is the rest of the published run's question, with all that happened since as facts.
    """

    __tablename__ = "round_repair"
    __table_args__ = (UniqueConstraint("round_run_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_run_id: Mapped[int] = mapped_column(
        ForeignKey("round_run.id"), index=True, comment="the published run"
    )
    number: Mapped[int] = mapped_column(comment="1, 2, ... within the run")
    status: Mapped[RunStatus] = mapped_column(
        enum_column(RunStatus), default=RunStatus.PENDING, doc="what the optimizer reported"
    )
    limit_seconds: Mapped[int] = mapped_column(comment="time limit of the solve, seconds")
    facts_json: Mapped[str] = mapped_column(
        Text, deferred=True, comment="what is kept, fell and changed since, canonical JSON"
    )
    problem_json: Mapped[str] = mapped_column(
        Text, deferred=True, comment="canonical: what is free, who waits for it"
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
    proposal: Mapped[dict[str, Any] | None] = mapped_column(
        JSON, comment="new lines by need, and why nobody is found for others; references only"
    )
    timings: Mapped[dict[str, Any] | None] = mapped_column(JSON, comment="seconds by step")
    started_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime, doc="instant of the end")
    kept_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    kept_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant at which its lines became promises; empty: they did not"
    )

    run: Mapped[RoundRun] = relationship()
    started_by: Mapped[User] = relationship(foreign_keys=[started_by_id])
    kept_by: Mapped[User | None] = relationship(foreign_keys=[kept_by_id])
