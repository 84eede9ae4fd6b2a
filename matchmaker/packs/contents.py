"""What a pack reads of its months, the same rows and figures that pages show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from matchmaker.base.extensions import db
from matchmaker.models import (
    Committee,
    MatchRound,
    MonthPack,
    Need,
    NeedOutcome,
    PackPart,
    Pairing,
    Promise,
    Resident,
    RoundRun,
    ServiceCategory,
)
from matchmaker.promises.board import (
    BoardRow,
    Funnel,
    Grouping,
    count_funnel,
    count_where,
    list_board,
)
from matchmaker.promises.memory import Group, Span, select_rows
from matchmaker.rounds.pages.lines import LineFilters, RunLine, read_lines, select_lines
from matchmaker.rounds.solve.figures import Figures, get_figures

NAMED_PARTS = frozenset({PackPart.WORKBOOK, PackPart.SHEETS})  # they have references of people


@dataclass(frozen=True, slots=True)
class PackMonth:
    """A published month: its round and run, the run's figures, and its promises today."""

    match_round: MatchRound
    run: RoundRun
    figures: Figures
    funnel: Funnel
    today: date

    @property
    def month(self) -> date:
        return self.match_round.month

    def list_board(self, by: Grouping) -> list[BoardRow]:
        """The funnels of the groups, in order of the group's code."""
        return sorted(list_board(self.run, by, self.today), key=lambda row: row.group.code)

    def read_lines(self) -> list[RunLine]:
        """The needs of the run, in order of reference."""
        return read_lines(self.run, list(db.session.scalars(select_lines(self.run, LineFilters()))))

    def read_promises(self, step: str = "promised") -> Sequence[Promise]:
        """The promises of the run that reached ``step`` of the funnel, in order of id."""
        span = Span(self.match_round.subdistrict_id, self.month, self.month)
        query = select_rows(span, Group.ORGANISATION, None, step, self.today)
        return db.session.scalars(query.options(joinedload(Promise.session))).all()


def read_month(match_round: MatchRound, today: date) -> PackMonth:
    """Read a month with a publication in force."""
    run = match_round.published_run
    assert run is not None  # noqa: S101 (packs are of published months)
    return PackMonth(match_round, run, get_figures(run), count_funnel(run, today), today)


@dataclass(frozen=True, slots=True)
class CrossCount:
    """The needs of one kind in one committee: how many were asked for, and how many are met."""

    committee: Committee
    category: ServiceCategory
    asked: int
    met: int


def list_cells(run: RoundRun) -> list[CrossCount]:
    """The needs of a run by committee and kind of help, in order of code and of position."""
    query: Any = select(Committee, ServiceCategory, func.count(), _count_met())
    query = (
        query.select_from(NeedOutcome)
        .join(NeedOutcome.need)
        .join(Need.committee)
        .join(Need.category)
        .where(NeedOutcome.round_run_id == run.id)
        .group_by(Committee, ServiceCategory)
        .order_by(Committee.code, ServiceCategory.position, ServiceCategory.code)
    )
    return [CrossCount(*row) for row in db.session.execute(query)]


def _count_met() -> ColumnElement[int]:
    return count_where(NeedOutcome.is_met.is_(True))


def list_persons(pack: MonthPack) -> set[int]:
    """The ids of the residents whose needs and visits a pack names by reference."""
    if NAMED_PARTS.isdisjoint(PackPart(part) for part in pack.parts):
        return set()
    needs = (
        select(Resident.person_id)
        .join(Need, Need.resident_id == Resident.id)
        .join(NeedOutcome, NeedOutcome.need_id == Need.id)
        .where(NeedOutcome.round_run_id.in_(pack.run_ids))
    )
    visits = (
        select(Resident.person_id)
        .join(Pairing, Pairing.resident_id == Resident.id)
        .join(Promise, Promise.pairing_id == Pairing.id)
        .where(Promise.round_run_id.in_(pack.run_ids))
    )
    return {*db.session.scalars(needs), *db.session.scalars(visits)}
