"""What earlier months asked, received and gave, so that later rounds can be fair."""

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from matchmaker.base.extensions import Model
from matchmaker.models.columns import enum_column


class LedgerScope(StrEnum):
    HOUSEHOLD = "household"
    COMMITTEE = "committee"
    ORGANISATION = "organisation"
    NEED = "need"
    VOLUNTEER = "volunteer"


class FairnessLedger(Model):
    """One line for a month and a household, committee, organisation and measure, need or volunteer.

    Needs and volunteers have lines once the month is closed. Older lines of organisations hold one
    sum over all measures, and older lines no contested needs.
    """

    __tablename__ = "fairness_ledger"
    __table_args__ = (UniqueConstraint("subdistrict_id", "month", "scope", "reference", "measure"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subdistrict_id: Mapped[int] = mapped_column(ForeignKey("subdistrict.id"), index=True)
    month: Mapped[date] = mapped_column(index=True, comment="first day of the month")
    scope: Mapped[LedgerScope] = mapped_column(
        enum_column(LedgerScope),
        doc="what the reference names: a household, committee, organisation, need or volunteer",
    )
    reference: Mapped[str] = mapped_column(String(40), comment="code or reference in the scope")
    measure: Mapped[str] = mapped_column(
        String(40),
        default="",
        comment="what is counted: visits, or the code of a category; empty: needs",
    )
    asked: Mapped[int] = mapped_column(
        default=0, comment="needs in the round; of a need: units asked"
    )
    possible: Mapped[int] = mapped_column(default=0, comment="needs it could have had met alone")
    received: Mapped[int] = mapped_column(default=0, comment="needs met")
    contested_open: Mapped[int] = mapped_column(
        default=0, comment="most needs that it could have had met of those that were contested"
    )
    contested_met: Mapped[int] = mapped_column(default=0, comment="contested needs met")
    pledged: Mapped[int] = mapped_column(
        default=0, comment="units offered by an organisation; promised to a need, by a volunteer"
    )
    given: Mapped[int] = mapped_column(
        default=0, comment="units given by an organisation or volunteer, or to a need"
    )
