"""Name what is gone with an ended promise, and list the needs that lost one.

A search for replacements takes what is gone as a fact; the next month takes the needs that lost.
``states.py`` has the steps that end a promise; ``Promise.has_ended`` says that its place is free.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum, auto
from typing import Any

from sqlalchemy import Select, select

from matchmaker.base.extensions import db
from matchmaker.models import (
    DeclineReason,
    FailReason,
    MatchRound,
    Promise,
    PromiseState,
    RevokeReason,
)
from matchmaker.promises.present import RECEIVER_GONE
from matchmaker.promises.states import FALLEN_STATES, NOT_NEEDED
from matchmaker.promises.sums import count_kept


class Fall(StrEnum):
    """What is gone with a promise that ended without help.

    UNITS    its units and its time, for everybody
    PERSON   the visitor, for the whole month
    COUPLE   this giver for this recipient
    GIVER    the whole giver, for this recipient
    WISH     the wish: the recipient no longer waits in this month
    NOTHING  nothing: it ended with another promise, or can be given on another day
    """

    UNITS = auto()
    PERSON = auto()
    COUPLE = auto()
    GIVER = auto()
    WISH = auto()
    NOTHING = auto()


_R = DeclineReason
_DECLINED: Mapping[DeclineReason, Fall] = {
    _R.NO_CAPACITY: Fall.UNITS,
    _R.PERSON_ILL: Fall.PERSON,
    _R.UNSUITABLE: Fall.COUPLE,
    _R.UNSAFE: Fall.GIVER,
    _R.OTHER_GIVER: Fall.GIVER,
    _R.AWAY: Fall.WISH,
    **dict.fromkeys(NOT_NEEDED, Fall.WISH),
}
_FAILED: Mapping[FailReason, Fall] = {
    FailReason.GIVER_ABSENT: Fall.UNITS,
    FailReason.WRONG_THING: Fall.UNITS,
    FailReason.UNSAFE: Fall.GIVER,
    FailReason.RECIPIENT_ABSENT: Fall.NOTHING,
    FailReason.WEATHER: Fall.NOTHING,
}
_NOT_AHEAD = {_R.OTHER_GIVER, FailReason.RECIPIENT_ABSENT}
_REVOKED: Mapping[RevokeReason, Fall] = {
    RevokeReason.REST_TOO_LITTLE: Fall.NOTHING,
    **dict.fromkeys(RECEIVER_GONE, Fall.WISH),
}


def name_fall(row: Promise) -> Fall:
    """Return what is gone with ``row``, a promise that ended without help.

    A revoked promise without a reason takes the couple. Any other promise without one takes its
    units, for example one that the recipient agreed to and that the close of the month ended
    without a report.
    """
    if row.state is PromiseState.REVOKED:
        reason = row.revoked_reason
        return Fall.COUPLE if reason is None else _REVOKED.get(reason, Fall.COUPLE)
    if row.state is PromiseState.FAILED and row.fail_reason is not None:
        return _FAILED[row.fail_reason]
    if row.was_not_reached:
        return Fall.WISH
    return Fall.UNITS if row.decline_reason is None else _DECLINED[row.decline_reason]


def is_without_fault(row: Promise) -> bool:
    """Whether an ended promise ended through no wish, refusal or absence of its recipient.

    The recipient then counts as passed over, also if it was the weather.
    """
    is_own = bool(_NOT_AHEAD & {row.decline_reason, row.fail_reason})
    return name_fall(row) is not Fall.WISH and not is_own


def list_lost(needs: Select[Any]) -> set[int]:
    """Return the ids of the selected needs that got less than their last promises said.

    ``needs``: the query for the ids of needs. A need is left out if one of its last promises ended
    through a wish, refusal or absence of the recipient. The last promises of a need are those of
    the last published month that has any for it.
    """
    query = (
        select(Promise, MatchRound.month)
        .join(MatchRound, MatchRound.published_run_id == Promise.round_run_id)
        .where(Promise.need_id.in_(needs))
        .order_by(MatchRound.month, Promise.id)
    )
    last: dict[int | None, tuple[date, list[Promise]]] = {}
    for row, month in db.session.execute(query):
        known = last.get(row.need_id)
        if known is None or known[0] != month:
            last[row.need_id] = known = (month, [])
        known[1].append(row)
    lost = {need_id for need_id, (_month, rows) in last.items() if _is_lost(rows)}
    return {need_id for need_id in lost if need_id is not None}


def _is_lost(rows: Iterable[Promise]) -> bool:
    ends: defaultdict[bool, list[Promise]] = defaultdict(list)
    for row in rows:
        if row.state in FALLEN_STATES:
            ends[is_without_fault(row)].append(row)
        elif count_kept(row) < row.units:
            ends[True].append(row)
    return bool(ends[True]) and not ends[False]
