"""Correct a verified need, or undo its verification, until a list with it is locked.

A correction needs a reason and is stored with the values before and after it. If the need is or
becomes one of danger, the person who recorded it may not correct it. Flushes; the view commits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from matchmaker.audit.service import record_event
from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.kinds import asks_windows
from matchmaker.models import Committee, MatchRound, Need, NeedCorrection, NeedState, User, Window
from matchmaker.models.limits import LONGEST_REASON, TIERS
from matchmaker.needs.posting import check_quantity, sort_windows
from matchmaker.needs.queue_service import (
    DANGER,
    check_reply_day,
    check_tier,
    has_recorded,
    may_verify,
)
from matchmaker.needs.states import NEED_STATES, flush_need, get_need
from matchmaker.needs.useful import check_change
from matchmaker.notices.service import notify_asker
from matchmaker.scopes import is_in_scope, lock_in_scope
from matchmaker.states import lock_rows

CORRECTABLE = NeedState.OPEN  # verified and not in a locked list


@dataclass(frozen=True, slots=True)
class Terms:
    """What can be corrected of a verified need.

    tier                urgency; 1 is the most urgent
    quantity            in the category's unit, fen for money
    windows             empty: any time; ignored if the category does not ask for them
    reply_promised_on   the day by which an answer is promised
    useful_until        last day on which the help is of use; None: it stays of use
    """

    tier: int
    quantity: int
    windows: tuple[Window, ...]
    reply_promised_on: date
    useful_until: date | None = None


def correct_need(
    *, actor: User, need_id: int, terms: Terms, reason: str, now: datetime
) -> NeedCorrection:
    """Correct a verified need and store what it was before; who may verify it may correct it.

    A changed urgency counts as set by the actor and can no longer be undone. Raises
    ``NotFoundError`` unless the actor may verify the need, ``ConflictError`` unless it waits for
    the next lock, ``InvalidError`` naming the field, also if nothing changes.
    """
    need = lock_in_scope(Need, need_id, actor, "need.unknown")
    _check_correctable(need, actor)
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise InvalidError("need.reason_length", "reason", most=LONGEST_REASON)
    changes = _find_changes(need, terms, now)
    if DANGER in (need.tier, terms.tier) and has_recorded(need, actor):
        raise InvalidError("need.second_person_corrects", "tier")
    row = NeedCorrection(
        need_id=need.id,
        corrected_by_id=actor.id,
        corrected_at=now,
        reason=reason,
        before={name: _encode(getattr(need, name)) for name in changes},
        after={name: _encode(value) for name, value in changes.items()},
    )
    for name, value in changes.items():
        setattr(need, name, value)
    if "tier" in changes:  # so that nobody undoes alone what two persons decided
        need.verified_by_id, need.verified_at = actor.id, None
    db.session.add(row)
    flush_need()
    details = {"fields": sorted(changes)} | ({"tier": need.tier} if "tier" in changes else {})
    record_event(actor=actor, action="need.correct", subject=need, now=now, details=details)
    notify_asker(need, actor, "need.amended", now)
    return row


def get_correctable(need_id: int, actor: User) -> Need:
    """The need if it can be corrected and the actor may verify it.

    Raises ``NotFoundError`` or ``ConflictError`` as ``correct_need`` does.
    """
    need = get_need(need_id, actor)
    _check_correctable(need, actor)
    return need


def list_corrections(need: Need) -> Sequence[NeedCorrection]:
    """The corrections of the need, oldest first, with who made them."""
    query = select(NeedCorrection).where(NeedCorrection.need_id == need.id)
    with_actor = query.options(joinedload(NeedCorrection.corrected_by))
    return db.session.scalars(with_actor.order_by(NeedCorrection.id)).all()


def may_correct(need: Need, actor: User) -> bool:
    """Whether the actor may correct the need now: not a need of danger that they recorded."""
    is_theirs = need.state is CORRECTABLE and may_verify(need, actor)
    return is_theirs and not (need.tier == DANGER and has_recorded(need, actor))


def _check_correctable(need: Need, actor: User) -> None:
    if not may_verify(need, actor):
        raise NotFoundError("need.unknown")
    if need.state is not CORRECTABLE:
        raise ConflictError("need.not_correctable", state=need.state.value)


def _find_changes(need: Need, terms: Terms, now: datetime) -> dict[str, Any]:
    """The new values keyed by column, of those that change.

    Raises ``InvalidError`` for an invalid value, and if nothing changes.
    """
    is_timed = asks_windows(need.category)
    wanted = {
        "tier": terms.tier,
        "quantity": terms.quantity,
        "windows": sort_windows(terms.windows) if is_timed else need.windows,
        "reply_promised_on": terms.reply_promised_on,
        "useful_until": terms.useful_until,
    }
    check_tier(terms.tier)
    check_quantity(need.category, terms.quantity)
    changes = {name: value for name, value in wanted.items() if getattr(need, name) != value}
    if "reply_promised_on" in changes:
        check_reply_day(terms.reply_promised_on, now)
    check_change(need, terms.useful_until, now)
    if not changes:
        raise InvalidError("need.nothing_corrected", "reason")
    return changes


def _encode(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


# Undo. The needs that one person verified at one instant, alone or together, are one step.


@dataclass(frozen=True, slots=True)
class Step:
    """Needs that the actor verified in one step and that still wait for the next lock."""

    need_id: int  # the least id among them; it identifies the step
    verified_at: datetime
    count: int


MOST_STEPS = 3  # that are shown


def list_steps(actor: User) -> list[Step]:
    """The latest ``MOST_STEPS`` steps that the actor can undo, newest first."""
    query = (
        select(func.min(Need.id), Need.verified_at, func.count())
        .where(is_in_scope(Need, actor), *_can_be_undone(actor))
        .group_by(Need.verified_at)
        .order_by(Need.verified_at.desc())
        .limit(MOST_STEPS)
    )
    found = db.session.execute(query)
    return [Step(need_id, at, count) for need_id, at, count in found if at is not None]


def may_undo(need: Need, actor: User) -> bool:
    """Whether the actor verified the open need and its street office locked no list since."""
    if need.verified_by_id != actor.id or need.state is not CORRECTABLE:
        return False
    query = select(Need.id).where(Need.id == need.id, *_can_be_undone(actor))
    return db.session.scalar(query) is not None


def undo_verification(*, actor: User, need_id: int, is_whole_step: bool, now: datetime) -> int:
    """Let a need that the actor verified wait for its verification again; return how many needs.

    Its urgency is again the lowest. ``is_whole_step`` includes all needs of the same step that
    still wait for the next lock of a list. Raises ``ConflictError`` if no need can be undone: a
    list was locked since, or the actor did not verify the need.
    """
    need = lock_in_scope(Need, need_id, actor, "need.unknown")
    is_same = Need.verified_at == need.verified_at if is_whole_step else Need.id == need.id
    query = (
        select(Need)
        .where(is_in_scope(Need, actor), is_same, *_can_be_undone(actor))
        .order_by(Need.id)
    )
    found = lock_rows(query)
    if not found:
        raise ConflictError("need.not_undoable")
    for row in found:
        NEED_STATES.take(row, NeedState.SUBMITTED)
        row.tier, row.reply_promised_on = TIERS[-1], None
        row.verified_by_id = row.verified_at = None
    flush_need()
    for row in found:
        record_event(actor=actor, action="need.undo_verify", subject=row, now=now)
        notify_asker(row, actor, "need.unverified", now)
    return len(found)


def _can_be_undone(actor: User) -> tuple[ColumnElement[bool], ...]:
    """The conditions for open needs that the actor verified and no list was locked since.

    Only lists of the need's street office count.
    """
    locked = (
        select(MatchRound.id)
        .join(Committee, Committee.subdistrict_id == MatchRound.subdistrict_id)
        .where(Committee.id == Need.committee_id, MatchRound.frozen_at >= Need.verified_at)
    )
    return (
        Need.state == CORRECTABLE,
        Need.verified_by_id == actor.id,
        Need.verified_at.is_not(None),
        ~locked.exists(),
    )
