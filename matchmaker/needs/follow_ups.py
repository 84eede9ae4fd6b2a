"""What may follow a decision: more times for a need, and questions that the office owes an answer.

Flushes; the view commits.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import joinedload

from matchmaker.audit.service import record_event
from matchmaker.base.clock import get_local_date
from matchmaker.base.errors import ConflictError, InvalidError
from matchmaker.base.extensions import db
from matchmaker.models import (
    FollowUp,
    FollowUpAbout,
    Need,
    NeedState,
    Pairing,
    Promise,
    Resident,
    StatusKind,
    User,
    Window,
)
from matchmaker.models.limits import LONGEST_REASON
from matchmaker.needs.history import list_results
from matchmaker.needs.posting import record_step, sort_windows
from matchmaker.needs.states import flush_need
from matchmaker.notices.service import Recipient, notify, notify_asker, notify_resident
from matchmaker.scopes import is_in_scope, lock_in_scope

DAYS_TO_ANSWER = 7


def add_times(*, actor: User, need_id: int, windows: Collection[Window], now: datetime) -> Need:
    """Let a need that waits take place at more times; it loses none that it had.

    Raises ``ConflictError`` unless it is open and asks for certain times. A second time changes
    nothing.
    """
    need = lock_in_scope(Need, need_id, actor, "need.unknown")
    more = {window.value for window in windows} - set(need.windows)
    if need.state is not NeedState.OPEN or not need.windows:
        raise ConflictError("need.times_fixed", state=need.state.value)
    if not more:
        return need
    need.windows = sort_windows([Window(value) for value in {*need.windows, *more}])
    flush_need()
    record_step(need, actor, now, "need.add_times", {"windows": sorted(more)})
    notify_asker(need, actor, "need.times_added", now)
    return need


def ask_again(
    *,
    actor: User,
    need_id: int,
    about: FollowUpAbout,
    status: StatusKind | None,
    words: str,
    now: datetime,
) -> FollowUp:
    """Ask the office to look at a decided need again, or about a paper or place that would help.

    Raises ``ConflictError`` when no month has decided the need. What is asked already and not
    answered yet is asked once.
    """
    need = lock_in_scope(Need, need_id, actor, "need.unknown")
    if len(words) > LONGEST_REASON:
        raise InvalidError("question.words_length", "words", most=LONGEST_REASON)
    if not list_results(need):
        raise ConflictError("question.not_decided")
    kind = status.value if status and about is FollowUpAbout.PAPER else None
    for asked in list_of_need(need):
        if asked.answered_at is None and (asked.about, asked.status) == (about, kind):
            return asked
    row = FollowUp(about=about, status=kind, words=words, need_id=need.id)
    return _owe(row, need.resident, actor, now)


def complain(*, actor: User, promise: Promise, words: str, now: datetime) -> FollowUp:
    """Ask the office to look at help that was given; what is asked and not answered, once."""
    query = select(FollowUp).where(
        FollowUp.promise_id == promise.id, FollowUp.answered_at.is_(None)
    )
    if (asked := db.session.scalar(query.limit(1))) is not None:
        found: FollowUp = asked
        return found
    about = FollowUpAbout.HELP
    row = FollowUp(about=about, words=words, need_id=promise.need_id, promise_id=promise.id)
    return _owe(row, promise.asked.resident, actor, now)


def _owe(row: FollowUp, resident: Resident, actor: User, now: datetime) -> FollowUp:
    """Store a question of a resident, with the day by which the office owes its answer."""
    row.subdistrict_id = resident.household.committee.subdistrict_id
    row.asked_by_id, row.asked_at = actor.id, now
    row.due_on = get_local_date(now) + timedelta(days=DAYS_TO_ANSWER)
    db.session.add(row)
    db.session.flush()
    record_event(
        actor=actor,
        action="follow_up.ask",
        subject=row,
        now=now,
        on_behalf_of=None if actor.resident_id == resident.id else resident,
        details={"about": row.about.value, "need_id": row.need_id},
    )
    notify_resident(resident, actor, "follow_up.asked", row, now)
    return row


def take(*, actor: User, follow_up_id: int, now: datetime) -> FollowUp:
    """Become the owner of an open question. Raises ``ConflictError`` when it is answered."""
    row = _get_open(follow_up_id, actor)
    row.owner_id = actor.id
    db.session.flush()
    record_event(actor=actor, action="follow_up.take", subject=row, now=now)
    return row


def answer(*, actor: User, follow_up_id: int, sentence: str, now: datetime) -> FollowUp:
    """Answer a question with one sentence; the resident and who asked get a notice.

    Raises ``ConflictError`` when it is answered already, ``InvalidError`` for an empty sentence.
    """
    row = _get_open(follow_up_id, actor)
    if not 1 <= len(sentence) <= LONGEST_REASON:
        raise InvalidError("question.answer_length", "answer", most=LONGEST_REASON)
    row.answer, row.answered_by_id, row.answered_at = sentence, actor.id, now
    db.session.flush()
    record_event(actor=actor, action="follow_up.answer", subject=row, now=now)
    _notify_asker(row, actor, now)
    return row


def _notify_asker(row: FollowUp, actor: User, now: datetime) -> None:
    """Tell the resident, and who asked for them, in one message each."""
    recipients = [Recipient(row.asked_by_id)] if _is_asked_for(row) else []
    if row.asked.resident.contact_ended_on is None:
        recipients.append(Recipient(resident_id=row.asked.resident_id))
    if row.asked_by_id == actor.id:
        recipients = [one for one in recipients if one.user_id is None]
    notify(recipients, "follow_up.answered", row, now)


def _is_asked_for(row: FollowUp) -> bool:
    """Whether somebody else asked for the resident."""
    return row.asked_by.resident_id != row.asked.resident_id


def list_of_need(need: Need) -> list[FollowUp]:
    """All questions about a need, latest first."""
    query = select(FollowUp).where(FollowUp.need_id == need.id)
    return list(db.session.scalars(query.order_by(FollowUp.asked_at.desc(), FollowUp.id.desc())))


def select_owed(actor: User, *, is_answered: bool) -> Select[FollowUp]:
    """The questions in the actor's scope: what is owed by the earliest day first, or answered.

    Nothing is owed while there is no contact with the resident.
    """
    is_done = FollowUp.answered_at.is_not(None)
    is_in_contact = Resident.contact_ended_on.is_(None)
    of_pairing = Promise.pairing.has(Pairing.resident.has(is_in_contact))
    has_contact = or_(
        FollowUp.need.has(Need.resident.has(is_in_contact)),
        and_(FollowUp.need_id.is_(None), FollowUp.promise.has(of_pairing)),
    )
    order = FollowUp.answered_at.desc() if is_answered else FollowUp.due_on
    return (
        select(FollowUp)
        .where(is_in_scope(FollowUp, actor), is_done if is_answered else ~is_done & has_contact)
        .options(
            joinedload(FollowUp.need).joinedload(Need.category),
            joinedload(FollowUp.need).joinedload(Need.committee),
            joinedload(FollowUp.need).joinedload(Need.resident).joinedload(Resident.household),
            joinedload(FollowUp.promise).joinedload(Promise.pairing).joinedload(Pairing.category),
            joinedload(FollowUp.owner),
        )
        .order_by(order, FollowUp.id)
    )


def is_late(row: FollowUp, today: date) -> bool:
    """Whether an answer is owed since before today."""
    return row.answered_at is None and row.due_on < today


def get_follow_up(follow_up_id: int, actor: User) -> FollowUp:
    """The question, if it is in the actor's scope. Raises ``NotFoundError``."""
    return lock_in_scope(FollowUp, follow_up_id, actor, "question.unknown")


def _get_open(follow_up_id: int, actor: User) -> FollowUp:
    row = get_follow_up(follow_up_id, actor)
    if row.answered_at is not None:
        raise ConflictError("question.answered")
    return row
