"""What a run decided: its lines, and an outcome for each need. Lines stay as they were decided."""

from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from matchmaker.base.extensions import Model
from matchmaker.models.match_round import RoundRun
from matchmaker.models.need import Need
from matchmaker.models.offer import Offer
from matchmaker.models.organisation import Organisation
from matchmaker.models.pairing import Pairing
from matchmaker.models.repair import RoundRepair
from matchmaker.models.volunteer import Volunteer


class Assignment(Model):
    """A decided line: units of one offer for one need, or for one due visit of a pairing."""

    __tablename__ = "assignment"
    __table_args__ = (
        CheckConstraint("units >= 1", name="units"),
        CheckConstraint("(need_id IS NULL) <> (pairing_id IS NULL)", name="one_purpose"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_run_id: Mapped[int] = mapped_column(ForeignKey("round_run.id"), index=True)
    round_repair_id: Mapped[int | None] = mapped_column(
        ForeignKey("round_repair.id"), index=True, comment="that found it; empty: the run did"
    )
    need_id: Mapped[int | None] = mapped_column(ForeignKey("need.id"), index=True)
    pairing_id: Mapped[int | None] = mapped_column(ForeignKey("pairing.id"), index=True)
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offer.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    volunteer_id: Mapped[int | None] = mapped_column(ForeignKey("volunteer.id"))
    slot: Mapped[str | None] = mapped_column(String(20), comment="W1-WD-AM: week and window")
    days: Mapped[list[str] | None] = mapped_column(
        JSON(none_as_null=True),
        comment="days on which it may take place (ISO), in order; empty: any in its slot",
    )
    units: Mapped[int] = mapped_column(comment="units of the category, fen for funds")
    run: Mapped[RoundRun] = relationship()
    repair: Mapped[RoundRepair | None] = relationship()
    need: Mapped[Need | None] = relationship()
    pairing: Mapped[Pairing | None] = relationship()
    offer: Mapped[Offer | None] = relationship()
    organisation: Mapped[Organisation] = relationship()
    volunteer: Mapped[Volunteer | None] = relationship()


class NeedOutcome(Model):
    """What a run found for a need or, if nothing, on what ground: a code and its numbers."""

    __tablename__ = "need_outcome"
    __table_args__ = (UniqueConstraint("round_run_id", "need_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_run_id: Mapped[int] = mapped_column(ForeignKey("round_run.id"), index=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"), index=True)
    is_met: Mapped[bool] = mapped_column(doc="whether the run found something")
    received_units: Mapped[int] = mapped_column(default=0, comment="units of the category")
    ground: Mapped[str] = mapped_column(String(40), comment="code of the explanation")
    numbers: Mapped[dict[str, Any]] = mapped_column(JSON, comment="numbers of the explanation")

    run: Mapped[RoundRun] = relationship()
    need: Mapped[Need] = relationship()
