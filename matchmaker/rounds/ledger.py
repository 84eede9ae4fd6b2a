"""What earlier months asked, received and gave, which later rounds use to be fair."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, select

from matchmaker.base.clock import add_months
from matchmaker.base.extensions import db
from matchmaker.models import FairnessLedger, LedgerScope, MatchRound
from matchmaker.rounds.snapshot import CommitteeHistory

MONTHS_REMEMBERED = 6


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts of a group's needs. ``possible``: those that somebody could have met."""

    asked: int
    possible: int
    met: int


@dataclass(frozen=True, slots=True)
class GiverLoad:
    """Units that an organisation pledged for the month and that the run uses, money excluded."""

    pledged: int
    used: int


def freeze_history(subdistrict_id: int, month: date) -> tuple[CommitteeHistory, ...]:
    """For each committee, what was possible and met in the six months before ``month``."""
    query = (
        select(
            FairnessLedger.reference,
            func.sum(FairnessLedger.possible),
            func.sum(FairnessLedger.received),
        )
        .where(FairnessLedger.subdistrict_id == subdistrict_id)
        .where(FairnessLedger.scope == LedgerScope.COMMITTEE)
        .where(FairnessLedger.month >= add_months(month, -MONTHS_REMEMBERED))
        .where(FairnessLedger.month < month)
        .group_by(FairnessLedger.reference)
    )
    rows = [
        CommitteeHistory(reference, int(possible), int(received))
        for reference, possible, received in db.session.execute(query)
    ]
    return tuple(sorted(rows, key=lambda row: row.committee))


def write_ledger(
    match_round: MatchRound,
    *,
    households: Mapping[str, Coverage],
    committees: Mapping[str, Coverage],
    organisations: Mapping[str, GiverLoad],
) -> None:
    """One line per household, committee and organisation of a published month."""
    for scope, counts in ((LedgerScope.HOUSEHOLD, households), (LedgerScope.COMMITTEE, committees)):
        for reference, count in counts.items():
            line = _make_line(match_round, scope, reference)
            line.asked, line.possible, line.received = count.asked, count.possible, count.met
            db.session.add(line)
    for reference, load in organisations.items():
        line = _make_line(match_round, LedgerScope.ORGANISATION, reference)
        line.given = load.used
        db.session.add(line)
    db.session.flush()


def erase_ledger(match_round: MatchRound) -> None:
    """Delete a withdrawn month's lines; its next publication writes them again."""
    db.session.execute(
        delete(FairnessLedger)
        .where(FairnessLedger.subdistrict_id == match_round.subdistrict_id)
        .where(FairnessLedger.month == match_round.month)
    )


def _make_line(match_round: MatchRound, scope: LedgerScope, reference: str) -> FairnessLedger:
    return FairnessLedger(
        subdistrict_id=match_round.subdistrict_id,
        month=match_round.month,
        scope=scope,
        reference=reference,
    )
