"""Who lost what was promised without a fault of theirs: first among equals until help comes."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Select, select

from matchmaker.base.extensions import db
from matchmaker.models import MatchRound, Promise
from matchmaker.promises.falls import is_without_fault
from matchmaker.promises.states import FALLEN_STATES
from matchmaker.promises.sums import count_kept


def list_lost(needs: Select[Any]) -> set[int]:
    """The ids of those of ``needs`` (their ids) whose last promises the givers' side did not keep
    in whole, while the recipient refused nothing and could be reached."""
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
