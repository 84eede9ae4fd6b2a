"""Record what the recipient answers to agreed help: yes, or no and why, or is not reached.

The resident answers on the site, or the committee writes the answer down on the phone. One answer
is for all help for a need, or for one visit of a pairing. Flushes; the caller commits.
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import joinedload

from matchmaker.assignments.answering import list_keepable, lock_promises, select_promises
from matchmaker.assignments.open_help import Helps, OpenHelp
from matchmaker.audit.service import record_event
from matchmaker.base.clock import get_instant, get_local_date, get_month
from matchmaker.base.errors import ConflictError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import (
    AuditEvent,
    DeclineReason,
    MatchRound,
    Need,
    NeedState,
    Offer,
    Pairing,
    Promise,
    PromiseState,
    Resident,
    RoundRun,
    Session,
    User,
)
from matchmaker.needs.states import NEED_STATES
from matchmaker.notices.service import (
    make_void,
    notify_coordinators,
    notify_resident,
    notify_social_workers,
    notify_visitor,
)
from matchmaker.promises.agreed import has_not_ended, is_agreed
from matchmaker.promises.days import find_given_until
from matchmaker.promises.present import list_broken_among
from matchmaker.promises.seats import lacks_session
from matchmaker.promises.states import (
    DEADLINES,
    DONE_STATES,
    NOT_NEEDED,
    PROMISE_STATES,
    RECIPIENT_REASONS,
    PromiseStep,
)
from matchmaker.promises.together import is_beside
from matchmaker.rounds.publish.revoking import free_places

_NOES = {PromiseStep.REFUSE: "promise.refuse", PromiseStep.CALL_OFF: "promise.call_off"}
# States in which the giver may still answer or change the answer.
_UNDECIDED = frozenset({PromiseState.AWAITING_GIVER, PromiseState.DECLINED})

# What a page shows of a help.
_SHOWN = (
    joinedload(Promise.need).joinedload(Need.category),
    joinedload(Promise.need).joinedload(Need.resident),
    joinedload(Promise.pairing).joinedload(Pairing.category),
    joinedload(Promise.pairing).joinedload(Pairing.resident),
    joinedload(Promise.organisation),
    joinedload(Promise.offer).joinedload(Offer.place),
    joinedload(Promise.session).joinedload(Session.place),
)


def list_helps(actor: User, now: datetime, *, is_brief: bool = False) -> Helps:
    """All help that has not ended for recipients in the actor's scope, pairings first.

    Unanswered help of earlier months, and help for residents without contact, is not listed.
    ``is_brief``: only the promises and sessions are loaded, not what a page shows of them.
    """
    chosen = _select_open(actor, now).where(_has_contact())
    chosen = chosen.options(joinedload(Promise.session)) if is_brief else chosen.options(*_SHOWN)
    groups: dict[object, list[Promise]] = {}
    for row in db.session.scalars(chosen):
        groups.setdefault(row.help_key, []).append(row)
    helps = [OpenHelp(tuple(rows)) for rows in groups.values()]
    helps.sort(key=lambda found: found.first.pairing_id is None)
    return Helps(tuple(helps), now)


def _has_contact() -> ColumnElement[bool]:
    """The condition for promises to residents whose contact with the office has not ended."""
    is_kept = Resident.contact_ended_on.is_(None)
    return or_(
        Promise.need.has(Need.resident.has(is_kept)),
        Promise.pairing.has(Pairing.resident.has(is_kept)),
    )


def get_question(actor: User, promise_id: int, now: datetime) -> OpenHelp:
    """The help of a promise, if its recipient is asked whether it suits; else ``NotFoundError``."""
    found = get_help(actor, promise_id, now)
    if not found.is_asked:
        raise NotFoundError("promise.unknown")
    return found


def get_help(actor: User, promise_id: int, now: datetime) -> OpenHelp:
    """The help that a promise is a part of.

    Raises ``NotFoundError`` outside the actor's scope, and while a giver may still answer.
    """
    row = db.session.scalar(_select_open(actor, now).where(Promise.id == promise_id))
    if row is None:
        raise NotFoundError("promise.unknown")
    beside = select_promises(actor).where(is_beside(row.run, [row.id]))
    rows = [other for other in db.session.scalars(beside) if other.help_key == row.help_key]
    rows = [other for other in rows if not other.has_ended]
    if any(other.state in _UNDECIDED for other in rows):
        raise NotFoundError("promise.unknown")
    return OpenHelp(tuple(rows))


def agree(*, actor: User, promise_id: int, now: datetime, seen: str | None = None) -> None:
    """Say that the help suits.

    Raises ``ConflictError`` if it cannot be kept, the day of a visit is over or not set, a session
    is not fixed, or the help is not what was read (``seen``: see ``OpenHelp``), and as ``_lock``.
    """
    run, rows = _lock(actor, promise_id, now)
    if seen is not None and OpenHelp(tuple(rows)).seen != seen:
        raise ConflictError("promise.changed_meanwhile")
    _require_keepable(run, rows, now)
    if any(lacks_session(row) for row in rows):
        raise ConflictError("promise.no_day")
    if any(row.slot is not None and not _is_ahead(row, now) for row in rows):
        raise ConflictError("promise.day_over")
    confirm(rows, actor, now)


def _require_keepable(run: RoundRun, rows: Sequence[Promise], now: datetime) -> None:
    """Raise ``ConflictError`` unless all promises can be kept, a visit on the day set for it."""
    if len(list_keepable(run, rows, PromiseStep.AGREE, now)) == len(rows):
        return
    broken = {found.promise.id for found in list_broken_among(run, [row.id for row in rows], now)}
    is_movable = all(row.slot and row.id not in broken and _is_ahead(row, now) for row in rows)
    if is_movable:
        raise ConflictError("promise.not_on_its_day")
    raise ConflictError("promise.cannot_be_kept")


def _is_ahead(row: Promise, now: datetime) -> bool:
    return row.day is not None and get_instant(row.day, row.minute or 0) > now


def confirm(rows: Sequence[Promise], actor: User, now: datetime) -> None:
    """Mark locked promises that can be kept as agreed by the recipient, and notify both sides.

    All get the same code of four digits, by which the recipient shows that help came.
    """
    if not rows:
        return
    set_code(rows)
    for row in rows:
        PROMISE_STATES.take(row, PromiseStep.AGREE)
        row.agreed_at, row.reminded_at = now, None
        record_for(row, "promise.agree", actor, now)
    db.session.flush()
    _forget_question(rows, now)
    for row in rows:
        notify_coordinators(row.organisation_id, actor, "promise.agreed", row, now)
        if row.volunteer is not None:
            notify_visitor(row.volunteer, actor, "visit.confirmed", row, now)
    notify_resident(rows[0].asked.resident, actor, "help.confirmed", rows[0], now)


def set_code(rows: Sequence[Promise]) -> None:
    """Give all promises of one help the same code of four digits, drawn unless one has a code.

    The code counts from the recipient's yes until the report.
    """
    codes = [row.code for row in rows if row.code is not None]
    code = codes[0] if codes else f"{secrets.randbelow(10_000):04d}"
    for row in rows:
        row.code = code


def refuse(*, actor: User, promise_id: int, reason: DeclineReason, now: datetime) -> None:
    """Say no to help and free its places.

    A need that is no longer needed is closed; the wait of a need that was refused twice in a row
    begins again. Raises ``NotFoundError`` for a reason that is not a recipient's, and as ``_lock``.
    """
    _require_recipients(reason)
    run, rows = _lock(actor, promise_id, now)
    _say_no(run, rows, PromiseStep.REFUSE, reason, actor, now)


def call_off(*, actor: User, promise_id: int, reason: DeclineReason, now: datetime) -> None:
    """Say no, after the yes, to all of the help that is still to come; else as ``refuse``.

    Raises ``ConflictError`` if none of it is still to come.
    """
    _require_recipients(reason)
    found = get_help(actor, promise_id, now)
    ids = [row.id for row in found.promises if can_call_off(row, now)]
    for run, rows in lock_promises(actor, ids):
        if rows and all(can_call_off(row, now) for row in rows):
            _say_no(run, rows, PromiseStep.CALL_OFF, reason, actor, now)
            return
    raise ConflictError("promise.not_to_come")


def can_call_off(row: Promise, now: datetime) -> bool:
    """Whether the recipient agreed and the promise is still to come."""
    if row.state is not PromiseState.CONFIRMED:
        return False
    last = find_given_until(row)
    if row.slot is not None:
        return _is_ahead(row, now)
    return last is None or last >= get_local_date(now)


def _require_recipients(reason: DeclineReason) -> None:
    if reason not in RECIPIENT_REASONS:
        raise NotFoundError("promise.unknown")


def _say_no(
    run: RoundRun,
    rows: Sequence[Promise],
    step: PromiseStep,
    reason: DeclineReason,
    actor: User,
    now: datetime,
) -> None:
    for row in rows:
        PROMISE_STATES.take(row, step)
        row.decline_reason = reason
        row.new_day = row.new_minute = row.new_by = None
        record_for(row, _NOES[step], actor, now, reason=reason.value)
    _free(run, rows, actor, now)
    need = rows[0].need
    if need is not None and reason in NOT_NEEDED and need.state is NeedState.OPEN:
        NEED_STATES.take(need, NeedState.CLOSED)
    elif need is not None and need.state is NeedState.OPEN and _has_refused_before(need, rows):
        need.waiting_rounds = 0  # twice in a row: its wait begins again
    db.session.flush()


def _has_refused_before(need: Need, rows: Sequence[Promise]) -> bool:
    """Whether the last promise for the need before ``rows`` was refused by the recipient too."""
    query = (
        select(Promise.decline_reason)
        .where(Promise.need_id == need.id, Promise.id < min(row.id for row in rows))
        .where(Promise.state != PromiseState.REVOKED)
        .order_by(Promise.id.desc())
    )
    return db.session.scalar(query.limit(1)) in RECIPIENT_REASONS


def note_not_reached(*, actor: User, promise_id: int, now: datetime) -> bool:
    """Record that the recipient was not reached; the last try frees the places and returns True.

    Raises ``ConflictError`` if there was a try on the same day, and as ``_lock``.
    """
    run, rows = _lock(actor, promise_id, now)
    if list_tried_today(rows, now):
        raise ConflictError("promise.tried_today")
    most = DEADLINES[run.match_round.policy].tries
    tries = rows[0].tries + 1
    for row in rows:
        row.tries = tries
        if tries >= most:
            PROMISE_STATES.take(row, PromiseStep.LOSE)
        record_for(row, "promise.not_reached", actor, now, number=tries)
    if tries < most:
        db.session.flush()
        return False
    _free(run, rows, actor, now)
    return True


def list_tried_today(rows: Iterable[Promise], now: datetime) -> set[int]:
    """The ids of the promises for which a try failed today."""
    begins_at = get_instant(get_local_date(now), 0)
    query = select(AuditEvent.subject_id).where(
        AuditEvent.subject_type == Promise.__tablename__,
        AuditEvent.subject_id.in_([row.id for row in rows if row.tries]),
        AuditEvent.action == "promise.not_reached",
        AuditEvent.at >= begins_at,
    )
    return set(db.session.scalars(query))


def _free(run: RoundRun, rows: Sequence[Promise], actor: User, now: datetime) -> None:
    db.session.flush()
    _forget_question(rows, now)
    free_places(run, rows, now, written_by=actor)
    match_round = run.match_round
    notify_social_workers(match_round.subdistrict_id, actor, "round.places_free", match_round, now)


def _forget_question(rows: Sequence[Promise], now: datetime) -> None:
    """Void the notices that an answer is awaited."""
    needs = {row.need_id for row in rows if row.need_id is not None}
    make_void(["need.agreed"], Need.__tablename__, needs, now)
    make_void(["visit.agreed"], Promise.__tablename__, {row.id for row in rows}, now)


def record_for(row: Promise, action: str, actor: User, now: datetime, **details: str | int) -> None:
    """Record a step of a promise, on behalf of its resident unless the actor is that resident."""
    resident = row.asked.resident
    record_event(
        actor=actor,
        action=action,
        subject=row,
        now=now,
        on_behalf_of=None if actor.resident_id == resident.id else resident,
        details=dict(details),
    )


def _lock(actor: User, promise_id: int, now: datetime) -> tuple[RoundRun, list[Promise]]:
    """Lock the promises of help that its recipient is asked about. Raises ``NotFoundError`` if
    nobody is asked, ``ConflictError`` if the help changed meanwhile."""
    ids = [row.id for row in get_question(actor, promise_id, now).promises]
    for run, rows in lock_promises(actor, ids):
        if len(rows) == len(ids) and is_agreed(rows):
            return run, rows
    raise ConflictError("promise.answered_meanwhile")


def _select_open(actor: User, now: datetime) -> Select[Promise]:
    """Promises that have not ended: all of this month and later, agreed ones of any month."""
    was_agreed_to = Promise.state.in_({PromiseState.CONFIRMED, *DONE_STATES})
    is_in_time = MatchRound.month >= get_month(now)
    return select_promises(actor).where(has_not_ended(), is_in_time | was_agreed_to)
