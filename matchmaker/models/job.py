"""Solves to be done: the row is authoritative, the queue only carries its id."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.columns import UTCDateTime, enum_column
from matchmaker.models.match_round import RoundRun


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(Model):
    """One solve to be done. A worker holds it by a lease; if that expires, it is queued again."""

    __tablename__ = "job"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_run_id: Mapped[int] = mapped_column(ForeignKey("round_run.id"), unique=True)
    state: Mapped[JobState] = mapped_column(
        enum_column(JobState), default=JobState.QUEUED, index=True
    )
    tries: Mapped[int] = mapped_column(default=0, comment="times a worker took it")
    lease_token: Mapped[str | None] = mapped_column(String(32), comment="names the holder")
    lease_until: Mapped[datetime | None] = mapped_column(
        UTCDateTime, index=True, comment="the holder's, or the queue's; then it is queued again"
    )
    stage: Mapped[str | None] = mapped_column(String(60), comment="code of the present stage")
    stages_done: Mapped[int] = mapped_column(default=0, doc="stages of the policy that are decided")
    stages_total: Mapped[int] = mapped_column(default=0, doc="stages of the policy in all")
    error: Mapped[str | None] = mapped_column(String(200), comment="code, never a person's data")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant of the end, for any reason"
    )

    run: Mapped[RoundRun] = relationship()
