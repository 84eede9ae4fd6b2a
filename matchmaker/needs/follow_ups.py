"""After a decision: add times to a need, and ask questions to which the office owes an answer.

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
    """Add times of the week to an open need; times that it has already change nothing.

    Raises ``ConflictError`` unless the need is open and asks for certain times.
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

    Returns the new question, or the same question if it was asked before and is not answered yet.
    Raises ``ConflictError`` if no published month decided the need, ``InvalidError`` for words that
    are too long.
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
    """Ask the office to look at help that was given.

    Returns the new question, or the question about the promise that is not answered yet.
    """
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
    """Make the actor the owner of a question. Raises ``ConflictError`` if it is answered."""
    row = _get_open(follow_up_id, actor)
    row.owner_id = actor.id
    db.session.flush()
    record_event(actor=actor, action="follow_up.take", subject=row, now=now)
    return row


def answer(*, actor: User, follow_up_id: int, sentence: str, now: datetime) -> FollowUp:
    """Answer a question with one sentence, and notify the resident and the person who asked.

    Raises ``ConflictError`` if it is answered already, ``InvalidError`` for an empty sentence or
    one that is too long.
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
    """Notify the resident, if in contact, and the person who asked for them, if not the actor."""
    recipients = [Recipient(row.asked_by_id)] if _is_asked_for(row) else []
    if row.asked.resident.contact_ended_on is None:
        recipients.append(Recipient(resident_id=row.asked.resident_id))
    if row.asked_by_id == actor.id:
        recipients = [one for one in recipients if one.user_id is None]
    notify(recipients, "follow_up.answered", row, now)


def _is_asked_for(row: FollowUp) -> bool:
    """Whether somebody other than the resident asked the question."""
    return row.asked_by.resident_id != row.asked.resident_id


def list_of_need(need: Need) -> list[FollowUp]:
    """All questions about the need, latest first."""
    query = select(FollowUp).where(FollowUp.need_id == need.id)
    return list(db.session.scalars(query.order_by(FollowUp.asked_at.desc(), FollowUp.id.desc())))


def select_owed(actor: User, *, is_answered: bool) -> Select[FollowUp]:
    """The query for the unanswered questions in the actor's scope, earliest day first.

    With ``is_answered``, for the answered ones, latest answer first. Unanswered questions of
    residents without contact are left out: no answer is owed to them.
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
    """Whether the question is unanswered and was due before ``today``."""
    return row.answered_at is None and row.due_on < today


def get_follow_up(follow_up_id: int, actor: User) -> FollowUp:
    """Read the question and lock its row until the transaction ends.

    Raises ``NotFoundError`` outside the actor's scope.
    """
    return lock_in_scope(FollowUp, follow_up_id, actor, "question.unknown")


def _get_open(follow_up_id: int, actor: User) -> FollowUp:
    row = get_follow_up(follow_up_id, actor)
    if row.answered_at is not None:
        raise ConflictError("question.answered")
    return row
