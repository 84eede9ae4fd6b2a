"""Report what took place of agreed help: given in whole or in part, with a proof; or not, and why.

Each report is about one promise: of two visitors, each reports. A report of failure can be
corrected for a while; then the place is free (``due.py``). Flushes; the caller commits.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import joinedload

from matchmaker.assignments.agreeing import get_help, record_for
from matchmaker.assignments.answering import lock_promise, lock_promises, select_promises
from matchmaker.assignments.photos import encode_anew, forget_photo, keep_photo
from matchmaker.assignments.thanks import allow, check_words
from matchmaker.base.clock import get_local_date
from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import (
    DeliveryProof,
    Face,
    FailReason,
    Need,
    Pairing,
    Promise,
    PromiseState,
    Role,
    RoundState,
    User,
    load_run,
)
from matchmaker.models.limits import LONGEST_REASON
from matchmaker.needs.follow_ups import complain
from matchmaker.notices.service import (
    make_void,
    notify_coordinators,
    notify_resident,
    notify_visitor,
)
from matchmaker.offers.stock import follow_stock
from matchmaker.promises.days import find_given_from
from matchmaker.promises.states import PROMISE_STATES, PromiseStep
from matchmaker.promises.together import is_beside
from matchmaker.rounds.publish.settling import SETTLED, settle_need

PROOFS: Mapping[Role, Sequence[DeliveryProof]] = {
    Role.VOLUNTEER: (DeliveryProof.CODE, DeliveryProof.PHOTO),
    Role.COORDINATOR: (DeliveryProof.SIGNATURE, DeliveryProof.CODE, DeliveryProof.PHOTO),
    Role.COMMITTEE_WORKER: (DeliveryProof.CALL, DeliveryProof.PHOTO),
}
CODE_TRIES = 5
_REPORTED = ("promise.delivered", "help.delivered", "visit.delivered")


def find_own_part(actor: User, promise_id: int) -> Promise:
    """The actor's promise of the help that the promise with this id is a part of.

    All who come for one help scan the same code: each finds the own promise, an agreed one first.
    Raises ``NotFoundError`` if the actor has no part in the help.
    """
    scanned = db.session.get(Promise, promise_id, options=[load_run()])
    if scanned is None:
        raise NotFoundError("promise.unknown")
    beside = (
        select_promises(actor)
        .where(is_beside(scanned.run, [scanned.id]))
        .options(
            joinedload(Promise.need).options(joinedload(Need.category), joinedload(Need.resident)),
            joinedload(Promise.pairing).options(
                joinedload(Pairing.category), joinedload(Pairing.resident)
            ),
        )
    )
    own = [row for row in db.session.scalars(beside) if row.help_key == scanned.help_key]
    if not own:
        raise NotFoundError("promise.unknown")
    agreed = [row for row in own if row.state is PromiseState.CONFIRMED] or own
    return min(agreed, key=lambda row: (row.id != promise_id, row.id))


def can_report(row: Promise, now: datetime) -> bool:
    """Whether the promise can be reported on: it is confirmed, and its first day is not ahead."""
    day = find_given_from(row)
    is_due = day is None or day <= get_local_date(now)
    return row.state is PromiseState.CONFIRMED and is_due


def can_correct(row: Promise) -> bool:
    """Whether a report can be corrected.

    The recipient has not said how help was, the place is not free, the month is not closed, and the
    need neither waits again nor is closed.
    """
    is_open = row.run.match_round.state is RoundState.EXECUTING
    is_settled = row.need is None or row.need.state in SETTLED
    can_correct_it = PROMISE_STATES.can(row.state, PromiseStep.CORRECT)
    return is_open and is_settled and row.freed_at is None and can_correct_it


def list_proofs(row: Promise, role: Role) -> list[DeliveryProof]:
    """The proofs that a role may use; the recipient's code only while it counts."""
    may_use_code = can_use_code(row)
    return [proof for proof in PROOFS[role] if may_use_code or proof is not DeliveryProof.CODE]


def can_use_code(row: Promise) -> bool:
    """Whether the promise has a code and fewer than ``CODE_TRIES`` wrong ones were entered."""
    return row.code is not None and row.code_tries < CODE_TRIES


def check_code(*, actor: User, promise_id: int, typed: str, now: datetime) -> bool:
    """Whether ``typed`` is the recipient's code and codes still count for the promise.

    Stores that a wrong code was tried, so the caller commits in any case.
    """
    row = lock_promise(actor, promise_id)
    if not can_report(row, now) or not can_use_code(row):
        return False
    is_right = secrets.compare_digest(typed.encode(), (row.code or "").encode())
    if not is_right:
        row.code_tries += 1
        record_for(row, "promise.wrong_code", actor, now, number=row.code_tries)
        db.session.flush()
    return is_right


def deliver(
    *,
    actor: User,
    promise_id: int,
    units: int,
    proof: DeliveryProof,
    code: str,
    now: datetime,
    photo: bytes = b"",
) -> None:
    """Report that ``units`` were given, with a proof that the actor's role may use.

    ``photo``: the file as it was sent. Raises ``InvalidError`` for no units, more than promised, a
    wrong code, or a photo as ``encode_anew``, ``ConflictError`` if ``can_report`` is False,
    ``NotFoundError`` for a proof of another role.
    """
    row = _lock_to_report(actor, promise_id, now)
    if proof not in PROOFS[actor.role]:
        raise NotFoundError("promise.unknown")
    if not 1 <= units <= row.units:
        raise InvalidError("promise.units", field="units")
    if proof is DeliveryProof.CODE and not (can_use_code(row) and code == row.code):
        raise InvalidError("promise.wrong_code", field="code")
    if proof is DeliveryProof.PHOTO:
        keep_photo(row, encode_anew(photo), actor, now)
    PROMISE_STATES.take(row, PromiseStep.DELIVER)
    row.reported_at, row.delivered_units, row.proof = now, units, proof
    record_for(row, "promise.deliver", actor, now, proof=proof.value, units=units)
    _settle(row)
    follow_stock(row.offer_id, actor, now)
    notify_coordinators(row.organisation_id, actor, "promise.delivered", row, now)
    notify_resident(row.asked.resident, actor, "help.delivered", row, now)
    if row.volunteer is not None:
        notify_visitor(row.volunteer, actor, "visit.delivered", row, now)


def fail(*, actor: User, promise_id: int, reason: FailReason, now: datetime) -> None:
    """Report that agreed help did not take place. Raises ``ConflictError`` as ``deliver``."""
    row = _lock_to_report(actor, promise_id, now)
    PROMISE_STATES.take(row, PromiseStep.FAIL)
    row.reported_at, row.fail_reason = now, reason
    record_for(row, "promise.fail", actor, now, reason=reason.value)
    _settle(row)


def correct(*, actor: User, promise_id: int, now: datetime) -> None:
    """Undo a report, so that the promise can be reported on again.

    Raises ``ConflictError`` if ``can_correct`` is False.
    """
    row = lock_promise(actor, promise_id)
    if not can_correct(row):
        raise ConflictError("promise.report_holds")
    PROMISE_STATES.take(row, PromiseStep.CORRECT)
    row.reported_at = row.delivered_units = row.proof = row.fail_reason = None
    forget_photo(row)
    record_for(row, "promise.correct", actor, now)
    make_void(_REPORTED, Promise.__tablename__, [row.id], now)
    _settle(row)
    follow_stock(row.offer_id, actor, now)


def feed_back(
    *,
    actor: User,
    promise_id: int,
    face: Face,
    words: str,
    now: datetime,
    wants_call: bool = False,
    may_pass_on: bool = False,
) -> None:
    """Store how help was, for all its promises that were given and have no feedback yet.

    ``wants_call``: it is a complaint that the office owes an answer to. ``may_pass_on``: the office
    may pass ``words`` on to those who helped.

    Raises ``InvalidError`` if ``words`` are too long or cannot be passed on, ``ConflictError``
    without such a promise.
    """
    if len(words) > LONGEST_REASON:
        raise InvalidError("promise.words_length", field="words", most=LONGEST_REASON)
    if may_pass_on:
        check_words(words)
    rows = _lock_given(actor, promise_id, now)
    if may_pass_on:
        allow(rows, now)
    for row in rows:
        PROMISE_STATES.take(row, PromiseStep.FEED_BACK)
        row.face, row.words = face, words or None
        record_for(row, "promise.feed_back", actor, now, face=face.value, thanks=int(may_pass_on))
    db.session.flush()
    make_void(["help.delivered"], Promise.__tablename__, {row.id for row in rows}, now)
    for row in rows:
        notify_coordinators(row.organisation_id, actor, "promise.fed_back", row, now)
    if wants_call:
        complain(actor=actor, promise=rows[0], words=words, now=now)


def _lock_given(actor: User, promise_id: int, now: datetime) -> list[Promise]:
    """Lock the given promises of the help without feedback. Raises ``ConflictError`` if none."""
    given = PromiseState.DELIVERED
    found = get_help(actor, promise_id, now).promises
    for _run, rows in lock_promises(actor, [row.id for row in found if row.state is given]):
        if left := [row for row in rows if row.state is given]:
            return left
    raise ConflictError("promise.not_reportable")


def _settle(row: Promise) -> None:
    db.session.flush()
    if row.need is not None:
        settle_need(row.need, row.run)


def _lock_to_report(actor: User, promise_id: int, now: datetime) -> Promise:
    row = lock_promise(actor, promise_id)
    if not can_report(row, now):
        raise ConflictError("promise.not_reportable")
    return row
