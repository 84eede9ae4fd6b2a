"""Thanks of a recipient to those who helped: allowed, read by the office, passed on or kept back.

Those who helped read the sentence only while it is passed on and its recipient still allows it,
for ``READ_FOR``. Flushes; the caller commits.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from matchmaker.assignments.phones_in_words import has_long_number
from matchmaker.audit.service import record_event
from matchmaker.base.errors import ConflictError, InvalidError
from matchmaker.base.extensions import db
from matchmaker.models import (
    Need,
    Pairing,
    Promise,
    Resident,
    Thanks,
    ThanksState,
    User,
    load_run,
)
from matchmaker.notices.service import make_void, notify_coordinators, notify_visitor
from matchmaker.promises.days import SHOWN_FOR
from matchmaker.scopes import get_in_scope, is_in_scope, lock_in_scope

READ_FOR = timedelta(days=365)  # after the office passed them on
_MAY_PASS_ON = frozenset({ThanksState.WAITING, ThanksState.KEPT_BACK})
_MAY_KEEP_BACK = frozenset({ThanksState.WAITING, ThanksState.PASSED_ON})
# What a page shows of thanks.
_SHOWN: Sequence[Any] = (
    selectinload(Thanks.promises).options(
        load_run(),
        joinedload(Promise.need).options(
            joinedload(Need.category), joinedload(Need.committee), joinedload(Need.resident)
        ),
        joinedload(Promise.pairing).options(
            joinedload(Pairing.category),
            joinedload(Pairing.resident).joinedload(Resident.household),
        ),
        joinedload(Promise.organisation),
        joinedload(Promise.volunteer),
    ),
)


def check_words(words: str) -> None:
    """Raise ``InvalidError`` unless the sentence can be passed on: it is written, and has no
    number long enough for a phone."""
    if not words:
        raise InvalidError("thanks.no_words", field="words")
    if has_long_number(words):
        raise InvalidError("thanks.number", field="words")


def allow(rows: Sequence[Promise], now: datetime) -> Thanks:
    """Store that the recipient of one help allows its sentence to be passed on."""
    resident = rows[0].asked.resident
    thanks = Thanks(subdistrict_id=resident.household.committee.subdistrict_id, asked_at=now)
    db.session.add(thanks)
    db.session.flush()
    for row in rows:
        row.thanks_id = thanks.id
    db.session.flush()
    return thanks


def pass_on(*, actor: User, thanks_id: int, seen: str | None, now: datetime) -> None:
    """Let those who helped read the thanks, also after they were kept back, and notify them.

    Raises ``NotFoundError`` outside the actor's scope, ``ConflictError`` if they are passed on or
    withdrawn, or if their state is not ``seen``, the one that the actor's page showed.
    """
    row = _lock_to_decide(actor, thanks_id, seen)
    if not can_pass_on(row):
        raise ConflictError("thanks.decided")
    row.is_passed_on, row.decided_by_id, row.decided_at = True, actor.id, now
    _record(row, "thanks.pass_on", actor, now)
    for organisation_id in dict.fromkeys(promise.organisation_id for promise in row.promises):
        notify_coordinators(organisation_id, actor, "thanks.passed_on", row, now)
    visitors = {one.volunteer_id: one.volunteer for one in row.promises if one.volunteer}
    for volunteer in visitors.values():
        notify_visitor(volunteer, actor, "thanks.passed_on", row, now)


def keep_back(*, actor: User, thanks_id: int, seen: str | None, now: datetime) -> None:
    """Keep the thanks at the office, also after they were passed on.

    Raises as ``pass_on`` does, ``ConflictError`` also if they are kept back already.
    """
    row = _lock_to_decide(actor, thanks_id, seen)
    if not can_keep_back(row):
        raise ConflictError("thanks.decided")
    row.is_passed_on, row.decided_by_id, row.decided_at = False, actor.id, now
    _record(row, "thanks.keep_back", actor, now)
    _make_unread(row, now)


def withdraw(*, actor: User, thanks_id: int, now: datetime) -> None:
    """Withdraw the recipient's agreement: nobody who helped reads the thanks from now on.

    Raises ``NotFoundError`` outside the actor's scope, ``ConflictError`` if it was withdrawn.
    """
    row = lock_in_scope(Thanks, thanks_id, actor, "thanks.unknown")
    if row.state is ThanksState.WITHDRAWN:
        raise ConflictError("thanks.withdrawn")
    row.withdrawn_at = now
    _record(row, "thanks.withdraw", actor, now)
    _make_unread(row, now)


def get_thanks(thanks_id: int, actor: User) -> Thanks:
    """The thanks with this id. Raises ``NotFoundError`` outside the actor's scope."""
    return get_in_scope(Thanks, thanks_id, actor, "thanks.unknown")


def find_thanks(promise: Promise) -> Thanks | None:
    """The thanks for the help of a promise that the actor may see; None if there are none."""
    return db.session.get(Thanks, promise.thanks_id) if promise.thanks_id else None


def can_pass_on(row: Thanks) -> bool:
    """Whether the office may decide that those who helped read the thanks."""
    return row.state in _MAY_PASS_ON


def can_keep_back(row: Thanks) -> bool:
    """Whether the office may decide that the thanks are kept back."""
    return row.state in _MAY_KEEP_BACK


def select_to_read(actor: User, *, is_decided: bool) -> Select[Thanks]:
    """The query for the thanks of the office that nobody has decided on, earliest first.

    With ``is_decided``, for those decided on, latest first. Withdrawn ones are left out.
    """
    is_done = Thanks.decided_at.is_not(None)
    order = Thanks.decided_at.desc() if is_decided else Thanks.asked_at
    return (
        select(Thanks)
        .where(is_in_scope(Thanks, actor), Thanks.withdrawn_at.is_(None))
        .where(is_done if is_decided else ~is_done)
        .options(*_SHOWN)
        .order_by(order, Thanks.id)
    )


def select_received(actor: User, now: datetime) -> Select[Thanks]:
    """The query for the thanks that those who helped may read, latest first."""
    return (
        select(Thanks)
        .where(is_in_scope(Thanks, actor), Thanks.decided_at > now - READ_FOR)
        .options(*_SHOWN)
        .order_by(Thanks.decided_at.desc(), Thanks.id.desc())
    )


def select_said(actor: User) -> Select[Thanks]:
    """The query for the thanks that recipients in the actor's scope allowed, latest first."""
    return (
        select(Thanks)
        .where(is_in_scope(Thanks, actor), Thanks.withdrawn_at.is_(None))
        .options(*_SHOWN)
        .order_by(Thanks.id.desc())
    )


def find_signature(row: Thanks, now: datetime) -> str | None:
    """The recipient's surname and title, as long after the help as givers may read it; else None.

    No other name of the recipient is ever shown with thanks.
    """
    resident = row.first.asked.resident
    reported_at = row.first.reported_at
    is_recent = reported_at is not None and now < reported_at + SHOWN_FOR
    name: str = resident.display_name
    return name if is_recent and resident.contact_ended_on is None else None


def _lock_to_decide(actor: User, thanks_id: int, seen: str | None) -> Thanks:
    row = lock_in_scope(Thanks, thanks_id, actor, "thanks.unknown")
    if row.state.value != seen:
        raise ConflictError("thanks.decided")
    return row


def _make_unread(row: Thanks, now: datetime) -> None:
    db.session.flush()
    make_void(["thanks.passed_on"], Thanks.__tablename__, [row.id], now)


def _record(row: Thanks, action: str, actor: User, now: datetime) -> None:
    resident = row.first.asked.resident
    db.session.flush()
    record_event(
        actor=actor,
        action=action,
        subject=row,
        now=now,
        on_behalf_of=None if actor.resident_id == resident.id else resident,
        details={},
    )
