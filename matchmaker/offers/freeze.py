"""Whether a month is already frozen: its snapshot is a copy that later changes do not reach."""

from datetime import date, datetime

from sqlalchemy import func, select

from matchmaker.clock import get_month
from matchmaker.extensions import db
from matchmaker.models import MatchRound, RoundState

_CHANGEABLE = (RoundState.DRAFT, RoundState.CLOSED)


def find_frozen_month(subdistrict_id: int, now: datetime) -> date | None:
    """The latest month, this one or later, whose round took its copy; None when none has."""
    return db.session.scalar(
        select(func.max(MatchRound.month)).where(
            MatchRound.subdistrict_id == subdistrict_id,
            MatchRound.month >= get_month(now),
            MatchRound.state.not_in(_CHANGEABLE),
        )
    )
