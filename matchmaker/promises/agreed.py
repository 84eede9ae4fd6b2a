"""Find the help that every giver agreed to, and notify its recipient once."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select

from matchmaker.base.extensions import db
from matchmaker.models import Need, Notice, Promise, PromiseState, Resident, RoundRun
from matchmaker.notices.service import Message, Recipient, notify_resident, write_messages
from matchmaker.promises.seats import lacks_session
from matchmaker.promises.states import FALLEN_STATES

_NEEDS = Need.__tablename__


def is_agreed(rows: Iterable[Promise]) -> bool:
    """Whether every giver of one help said yes and its recipient is to answer.

    ``rows``: all promises of the help. False once the recipient has answered, and while one side
    asks for another day. A refusal makes it False until its place is free: the refusal may be
    undone, or the rest of the help may end with it.
    """
    left = [row for row in rows if not row.has_ended]
    is_waiting = (
        row.state is PromiseState.AWAITING_RECIPIENT and row.new_by is None for row in left
    )
    return bool(left) and all(is_waiting)


def _is_asked(rows: Collection[Promise]) -> bool:
    """Whether the recipient is asked: every giver agreed, and no session is still to be fixed."""
    return is_agreed(rows) and not any(lacks_session(row) for row in rows)


def has_not_ended() -> ColumnElement[bool]:
    """The condition for promises that have not ended for good; see ``Promise.has_ended``."""
    return or_(Promise.state.not_in(FALLEN_STATES), may_be_undone())


def may_be_undone() -> ColumnElement[bool]:
    """The condition for promises that were refused or failed and whose place is not free yet."""
    was_ended = Promise.state.in_((PromiseState.DECLINED, PromiseState.FAILED))
    return and_(was_ended, Promise.freed_at.is_(None))


def notify_agreed(run: RoundRun, accepted: Collection[Promise], now: datetime) -> None:
    """Notify residents of help that givers agreed to.

    ``accepted``: promises that a giver has just said yes to. For a need there is one notice, when
    all its help is agreed; for a pairing there is one for each promise.
    """
    notify_of_needs(run, {row.need_id for row in accepted if row.need_id is not None}, now)
    for row in accepted:
        if row.pairing is not None:
            notify_resident(row.pairing.resident, None, "visit.agreed", row, now)


def notify_of_needs(run: RoundRun, need_ids: Collection[int], now: datetime) -> None:
    """Send one notice for each of these needs whose recipient is now asked for an answer.

    A need that has such a notice in force gets no other, nor does a resident without contact.
    """
    promises = select(Promise).where(
        Promise.round_run_id == run.id, Promise.need_id.in_(need_ids), has_not_ended()
    )
    helps: dict[int, list[Promise]] = defaultdict(list)
    for row in db.session.scalars(promises):
        helps[row.need_id or 0].append(row)
    heard = select(Notice.subject_id).where(
        Notice.kind == "need.agreed", Notice.subject_type == _NEEDS, Notice.void_at.is_(None)
    )
    query = (
        select(Need.id, Need.resident_id)
        .join(Resident, Resident.id == Need.resident_id)
        .where(Need.id.in_([key for key, rows in helps.items() if _is_asked(rows)]))
        .where(Need.id.not_in(heard), Resident.contact_ended_on.is_(None))
        .order_by(Need.id)
    )
    messages = [
        Message(Recipient(resident_id=resident_id), "need.agreed", need_id)
        for need_id, resident_id in db.session.execute(query)
    ]
    write_messages(messages, _NEEDS, now)
