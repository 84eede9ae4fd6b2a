"""Stop the contact with a resident: everything open ends in one step, whatever its state.

Needs are closed (drafts deleted), referrals ended, promises revoked, pairings ended, consents and
thanks withdrawn, invitations to an account lapse. From then on notices, questions to answer and
printed lists leave the resident out. What was before stays in the records.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from matchmaker.accounts.invitations import lapse_invitations_to
from matchmaker.audit.service import record_event
from matchmaker.base.clock import get_local_date
from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import db
from matchmaker.models import (
    Consent,
    ContactEnd,
    MatchRound,
    Need,
    NeedState,
    Pairing,
    PairingEnd,
    Promise,
    Resident,
    RevokeReason,
    RoundRun,
    Thanks,
    User,
)
from matchmaker.needs.referrals import end_unanswered
from matchmaker.needs.states import ENDED, NEED_STATES
from matchmaker.notices.service import (
    end_notices_of,
    make_all_void,
    notify_counter,
    notify_givers,
)
from matchmaker.promises.facts import HeldPromise, list_promises
from matchmaker.promises.present import is_open
from matchmaker.promises.states import OPEN_STATES
from matchmaker.residents.consents import restore_consent
from matchmaker.rounds.publish.revoking import revoke
from matchmaker.scopes import lock_in_scope
from matchmaker.states import lock_row, lock_rows


@dataclass(frozen=True, slots=True)
class OpenThings:
    """How many needs, promises and pairings end with the contact."""

    needs: int
    promises: int
    pairings: int


def count_open(resident: Resident, now: datetime) -> OpenThings:
    """Count what would end with the contact now; of promises, only those of published months."""
    promises = _list_promises(resident, now)
    published = set(db.session.scalars(select(MatchRound.published_run_id)))
    return OpenThings(
        needs=len(_list_needs(resident)),
        promises=sum(row.run_id in published for row in promises),
        pairings=len(_list_pairings(resident, now)),
    )


def stop_contact(*, actor: User, resident_id: int, reason: ContactEnd, now: datetime) -> OpenThings:
    """End everything open of a resident; return how much ended, with promises of any run.

    If the contact has ended already, nothing changes and all counts are 0. Raises
    ``NotFoundError`` outside the actor's scope.
    """
    resident = lock_in_scope(Resident, resident_id, actor, "resident.unknown")
    if resident.contact_ended_on is not None:
        return OpenThings(0, 0, 0)
    resident.contact_ended_on, resident.contact_end = get_local_date(now), reason
    db.session.flush()
    promises = _revoke(resident, actor, now)
    needs = _close_needs(resident, actor, now)
    pairings = _list_pairings(resident, now)
    for pairing in pairings:
        pairing.ended_on, pairing.end_reason = get_local_date(now), PairingEnd.CONTACT_ENDED
        notify_givers(pairing, actor, "pairing.ended", now)
    end_notices_of(resident, now)
    db.session.execute(
        update(Consent)
        .where(Consent.resident_id == resident.id)
        .where(Consent.withdrawn_at.is_(None), Consent.ended_at.is_(None))
        .values(withdrawn_at=now)
    )
    _withdraw_thanks(resident, now)
    lapse_invitations_to(resident, now)
    db.session.flush()
    ended = OpenThings(needs, promises, len(pairings))
    _record(actor, "resident.stop_contact", resident, now, reason, ended)
    notify_counter(resident, actor, "resident.stop_contact", now)
    return ended


def resume_contact(*, actor: User, resident_id: int, now: datetime) -> None:
    """Allow contact again after it was stopped by mistake.

    Only the consent to keep the contact comes back, as nothing may be stored without it. Raises
    ``NotFoundError`` outside the actor's scope, ``ConflictError`` if the contact was not stopped.
    """
    resident = lock_in_scope(Resident, resident_id, actor, "resident.unknown")
    if resident.contact_ended_on is None:
        raise ConflictError("resident.contact_not_ended")
    resident.contact_ended_on = resident.contact_end = None
    restore_consent(resident)
    db.session.flush()
    record_event(
        actor=actor,
        action="resident.resume_contact",
        subject=resident,
        now=now,
        on_behalf_of=resident,
    )
    notify_counter(resident, actor, "resident.resume_contact", now)


def _record(
    actor: User,
    action: str,
    resident: Resident,
    now: datetime,
    reason: ContactEnd,
    ended: OpenThings,
) -> None:
    counts = {name: getattr(ended, name) for name in ("needs", "promises", "pairings")}
    record_event(
        actor=actor,
        action=action,
        subject=resident,
        now=now,
        on_behalf_of=resident,
        details={"reason": reason.value, **counts},
    )


def _revoke(resident: Resident, actor: User, now: datetime) -> int:
    """Revoke the resident's open promises run by run, in order of run id; return how many.

    The round of each run is locked first.
    """
    of_runs: dict[int, list[int]] = {}
    for row in _list_promises(resident, now):
        of_runs.setdefault(row.run_id, []).append(row.id)
    count = 0
    for run_id in sorted(of_runs):
        run = db.session.get_one(RoundRun, run_id)
        lock_row(run.match_round)
        reasons = dict.fromkeys(of_runs[run_id], RevokeReason.CONTACT_ENDED)
        count += len(revoke(run, reasons, actor=actor, now=now))
    return count


def _list_promises(resident: Resident, now: datetime) -> list[HeldPromise]:
    """The resident's open promises, of any run, whose month is not over or never published."""
    needs = select(Need.id).where(Need.resident_id == resident.id)
    pairings = select(Pairing.id).where(Pairing.resident_id == resident.id)
    rows = list_promises(
        Promise.state.in_(OPEN_STATES),
        Promise.need_id.in_(needs) | Promise.pairing_id.in_(pairings),
    )
    return [row for row in rows if is_open(row, get_local_date(now))]


def _list_needs(resident: Resident) -> list[Need]:
    query = (
        select(Need)
        .where(Need.resident_id == resident.id, Need.state.not_in(ENDED))
        .order_by(Need.id)
    )
    return lock_rows(query)


def _close_needs(resident: Resident, actor: User, now: datetime) -> int:
    """Close the needs that were sent, delete drafts, and return how many needs there were.

    Nobody but its writer has read a draft.
    """
    needs = _list_needs(resident)
    sent = [need for need in needs if need.state is not NeedState.DRAFT]
    for need in needs:
        if need.state is NeedState.DRAFT:
            db.session.delete(need)
        else:
            NEED_STATES.take(need, NeedState.CLOSED)
    db.session.flush()
    end_unanswered(sent, actor, now)
    return len(needs)


def _withdraw_thanks(resident: Resident, now: datetime) -> None:
    """Withdraw what the resident said to those who helped, so that nobody of them reads it."""
    of_resident = Promise.need.has(Need.resident_id == resident.id) | Promise.pairing.has(
        Pairing.resident_id == resident.id
    )
    said: Any = select(Promise.thanks_id).where(of_resident, Promise.thanks_id.is_not(None))
    make_all_void(Thanks.__tablename__, said, now)
    db.session.execute(
        update(Thanks)
        .where(Thanks.id.in_(said), Thanks.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )


def _list_pairings(resident: Resident, now: datetime) -> list[Pairing]:
    today = get_local_date(now)
    query = select(Pairing).where(
        Pairing.resident_id == resident.id,
        Pairing.ended_on.is_(None) | (Pairing.ended_on > today),
    )
    return list(db.session.scalars(query.order_by(Pairing.id)))
