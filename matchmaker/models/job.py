"""Long work to be done: the row is authoritative, the queue only carries its id."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.columns import UTCDateTime, enum_column
from matchmaker.models.match_round import RoundRun
from matchmaker.models.pack import MonthPack
from matchmaker.models.price import RoundPrice
from matchmaker.models.repair import RoundRepair


class JobKind(StrEnum):
    """What a job works on."""

    SOLVE = "solve"  # a run of a round
    REPAIR = "repair"  # free places of a published round
    PACK = "pack"  # the file of some published months
    PRICE = "price"  # what a pin, forbid or swap would change


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(Model):
    """One piece of work. A worker holds it by a lease; if the lease expires, it is queued again."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint(
            "CASE WHEN round_run_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN round_repair_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN month_pack_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN round_price_id IS NULL THEN 0 ELSE 1 END = 1",
            name="one_subject",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[JobKind] = mapped_column(
        enum_column(JobKind), default=JobKind.SOLVE, doc="what is worked on"
    )
    round_run_id: Mapped[int | None] = mapped_column(ForeignKey("round_run.id"), unique=True)
    round_repair_id: Mapped[int | None] = mapped_column(ForeignKey("round_repair.id"), unique=True)
    month_pack_id: Mapped[int | None] = mapped_column(ForeignKey("month_pack.id"), unique=True)
    round_price_id: Mapped[int | None] = mapped_column(ForeignKey("round_price.id"), unique=True)
    state: Mapped[JobState] = mapped_column(
        enum_column(JobState), default=JobState.QUEUED, index=True
    )
    tries: Mapped[int] = mapped_column(default=0, comment="times a worker took it")
    lease_token: Mapped[str | None] = mapped_column(String(32), comment="names the holder")
    lease_until: Mapped[datetime | None] = mapped_column(
        UTCDateTime, index=True, comment="the holder's, or the queue's; then it is queued again"
    )
    stage: Mapped[str | None] = mapped_column(String(60), comment="code of the present stage")
    stages_done: Mapped[int] = mapped_column(
        default=0, doc="stages of the policy that are decided, or parts of a pack that are made"
    )
    stages_total: Mapped[int] = mapped_column(default=0, doc="stages or parts in all")
    error: Mapped[str | None] = mapped_column(String(200), comment="code, never a person's data")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, doc="instant of the end, for any reason"
    )

    run: Mapped[RoundRun | None] = relationship()
    repair: Mapped[RoundRepair | None] = relationship()
    pack: Mapped[MonthPack | None] = relationship()
    price: Mapped[RoundPrice | None] = relationship()

    @property
    def subject(self) -> RoundRun | RoundRepair | MonthPack | RoundPrice:
        """The run, repair or price that the job solves, or the pack that it makes."""
        return self.run or self.repair or self.pack or self.price  # type: ignore[return-value]
