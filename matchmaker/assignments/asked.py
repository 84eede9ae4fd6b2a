"""List what a month asks of the actor and what the actor answered, signed in or by a link."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_
from sqlalchemy.orm import joinedload

from matchmaker.assignments.answering import (
    find_regret_end,
    is_declined_by_giver,
    is_undoable,
)
from matchmaker.assignments.queries import GivenFilters, Line, read_lines, select_lines
from matchmaker.base.clock import get_local_date
from matchmaker.base.extensions import db
from matchmaker.models import Actor, DeclineReason, Promise, PromiseState, load_run
from matchmaker.promises.breaking import count_falling
from matchmaker.promises.facts import list_promises
from matchmaker.promises.present import is_live
from matchmaker.promises.states import GIVER_REASONS

_AWAITED = PromiseState.AWAITING_GIVER


@dataclass(frozen=True, slots=True)
class AskedLine:
    """A promise with what the actor can do about it now.

    line            the promise as it is listed
    reason          why it was declined
    can_answer      whether the actor can answer it
    can_take_back   whether the actor can undo the answer
    asks_why        whether the giver declined it and has not said why
    free_at         the instant from which a refusal or report of failure cannot be undone; None:
                    there is nothing that can be undone now
    falling         how many other promises end too if the actor says no
    """

    line: Line
    reason: DeclineReason | None
    can_answer: bool
    can_take_back: bool
    asks_why: bool
    free_at: datetime | None = None
    falling: int = 0

    @property
    def reasons(self) -> list[DeclineReason]:
        """The reasons that a giver may choose from."""
        return [reason for reason in DeclineReason if reason in GIVER_REASONS]


def list_asked(actor: Actor, month: date, now: datetime) -> list[AskedLine]:
    """The promises of a month that await the actor or were answered, in order of time."""
    was_asked = or_(Promise.state == _AWAITED, Promise.answered_at.is_not(None))
    query = select_lines(actor, month, GivenFilters()).where(was_asked)
    loaded = query.options(joinedload(Promise.need), load_run())
    rows = list(db.session.execute(loaded))
    promises: list[Promise] = [row[0] for row in rows]
    live = _list_live([row.id for row in promises], now)
    falling = count_falling([row for row in promises if row.state is _AWAITED])
    lines = zip(promises, read_lines(rows), strict=True)
    return [_make_line(row, line, row.id in live, falling, now) for row, line in lines]


def _make_line(
    row: Promise, line: Line, has_day: bool, falling: Mapping[int, int], now: datetime
) -> AskedLine:
    can_undo = is_undoable(row, now)
    return AskedLine(
        line=line,
        reason=row.decline_reason,
        can_answer=row.state is _AWAITED and has_day,
        can_take_back=can_undo and (row.state is PromiseState.DECLINED or has_day),
        asks_why=is_declined_by_giver(row) and row.decline_reason is None,
        free_at=find_regret_end(row) if can_undo else None,
        falling=falling.get(row.id, 0),
    )


def _list_live(ids: Collection[int], now: datetime) -> set[int]:
    today = get_local_date(now)
    return {row.id for row in list_promises(Promise.id.in_(ids)) if is_live(row, today)}
