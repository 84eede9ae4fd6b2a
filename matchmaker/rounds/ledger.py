"""The memory of fairness: what earlier months asked, received and gave."""

from datetime import date
from typing import Any

from sqlalchemy import delete, func, select

from matchmaker.base.clock import add_months
from matchmaker.base.extensions import db
from matchmaker.models import FairnessLedger, LedgerScope, MatchRound

MONTHS_REMEMBERED = 6


def describe_history(subdistrict_id: int, month: date) -> list[dict[str, Any]]:
    """For each committee, what it could have had and got in the six months before ``month``."""
    statement = (
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
        {"committee": reference, "possible": int(possible), "received": int(received)}
        for reference, possible, received in db.session.execute(statement)
    ]
    return sorted(rows, key=lambda row: row["committee"])


def write_ledger(match_round: MatchRound, figures: dict[str, Any]) -> None:
    """One line per household, committee and organisation of a published month."""
    lines = [
        (LedgerScope.HOUSEHOLD, figures["by_household"]),
        (LedgerScope.COMMITTEE, figures["by_committee"]),
        (LedgerScope.ORGANISATION, figures["by_organisation"]),
    ]
    for scope, counts in lines:
        for reference, count in counts.items():
            db.session.add(_make_line(match_round, scope, reference, count))
    db.session.flush()


def erase_ledger(match_round: MatchRound) -> None:
    """Forget a withdrawn month: its next publication writes the lines anew."""
    db.session.execute(
        delete(FairnessLedger)
        .where(FairnessLedger.subdistrict_id == match_round.subdistrict_id)
        .where(FairnessLedger.month == match_round.month)
    )


def _make_line(
    match_round: MatchRound, scope: LedgerScope, reference: str, count: dict[str, int]
) -> FairnessLedger:
    return FairnessLedger(
        subdistrict_id=match_round.subdistrict_id,
        month=match_round.month,
        scope=scope,
        reference=reference,
        asked=count.get("asked", 0),
        possible=count.get("possible", 0),
        received=count.get("met", 0),
        given=count.get("used", 0),
    )
