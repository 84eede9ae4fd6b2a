"""What a month asks of who acts and what they answered: one list, signed in or by a link."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_
from sqlalchemy.orm import joinedload

from matchmaker.assignments.answering import is_declined_by_giver, is_undoable
from matchmaker.assignments.queries import GivenFilters, Line, read_lines, select_lines
from matchmaker.base.clock import get_local_date
from matchmaker.base.extensions import db
from matchmaker.models import Actor, DeclineReason, Promise, PromiseState, RoundRun
from matchmaker.promises.facts import list_promises
from matchmaker.promises.present import is_live
from matchmaker.promises.states import GIVER_REASONS


@dataclass(frozen=True, slots=True)
class AskedLine:
    """A promise with what can be done about it now; ``reason``: why it was declined.

    ``asks_why``: the giver declined it and has not said why.
    """

    line: Line
    reason: DeclineReason | None
    can_answer: bool
    can_take_back: bool
    asks_why: bool

    @property
    def reasons(self) -> list[DeclineReason]:
        """What the giver may say."""
        return [reason for reason in DeclineReason if reason in GIVER_REASONS]


def list_asked(actor: Actor, month: date, now: datetime) -> list[AskedLine]:
    """The promises that wait for the actor or were answered, in order of time."""
    was_asked = or_(Promise.state == PromiseState.AWAITING_GIVER, Promise.answered_at.is_not(None))
    query = select_lines(actor, month, GivenFilters()).where(was_asked)
    loaded = query.options(
        joinedload(Promise.need), joinedload(Promise.run).joinedload(RoundRun.match_round)
    )
    rows = list(db.session.execute(loaded))
    promises: list[Promise] = [row[0] for row in rows]
    live = _list_live([row.id for row in promises], now)
    return [
        AskedLine(
            line=line,
            reason=row.decline_reason,
            can_answer=row.state is PromiseState.AWAITING_GIVER and row.id in live,
            can_take_back=is_undoable(row, now)
            and (row.state is PromiseState.DECLINED or row.id in live),
            asks_why=is_declined_by_giver(row) and row.decline_reason is None,
        )
        for row, line in zip(promises, read_lines(rows), strict=True)
    ]


def _list_live(ids: Collection[int], now: datetime) -> set[int]:
    today = get_local_date(now)
    return {row.id for row in list_promises(Promise.id.in_(ids)) if is_live(row, today)}
