"""Merge two entries of one resident: the rows that refer to either refer to the kept one then.

The other entry stays as a row that refers to the kept one, with its contact and the statuses that
did not move, so that every event about it can still be read; lists and searches leave it out.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import func, select, update

from matchmaker.audit.service import record_event
from matchmaker.base.errors import ConflictError, InvalidError
from matchmaker.base.extensions import db
from matchmaker.models import (
    Consent,
    Disclosure,
    Invitation,
    Need,
    Notice,
    Pairing,
    RecipientStatus,
    Resident,
    User,
)
from matchmaker.notices.service import notify_resident
from matchmaker.people.joining import join_persons
from matchmaker.residents.scope import select_residents
from matchmaker.residents.statuses import StatusState, get_state
from matchmaker.scopes import lock_in_scope

# The models whose rows move to the kept entry; statuses move one by one, at most one of each kind.
Follower: TypeAlias = (
    type[Need]
    | type[Notice]
    | type[Pairing]
    | type[Consent]
    | type[Disclosure]
    | type[User]
    | type[Invitation]
    | type[RecipientStatus]
)
FOLLOWING: tuple[Follower, ...] = (Need, Notice, Pairing, Consent, Disclosure, User, Invitation)
_WORTH = {StatusState.OVER: 0, StatusState.WAITING: 1, StatusState.VERIFIED: 2}


@dataclass(frozen=True, slots=True)
class Belongings:
    """How many rows refer to an entry, for the comparison before a merge."""

    needs: int
    pairings: int
    statuses: int
    accounts: int


def count_belongings(resident: Resident) -> Belongings:
    """How many needs, pairings, statuses and accounts refer to the entry."""
    models: tuple[Follower, ...] = (Need, Pairing, RecipientStatus, User)
    return Belongings(*(_count(model, resident) for model in models))


def find_other(actor: User, resident: Resident, reference: str) -> Resident:
    """The resident with ``reference`` in the actor's scope.

    Raises ``InvalidError`` if there is none or it is ``resident`` itself.
    """
    query = select_residents(actor).where(Resident.reference == reference.upper())
    found: Resident | None = db.session.scalar(query)
    if found is None:
        raise InvalidError("resident.reference_unknown", "reference")
    if found.id == resident.id:
        raise InvalidError("resident.same_entry", "reference")
    return found


def merge_residents(*, actor: User, kept_id: int, gone_id: int, now: datetime) -> Resident:
    """Move everything of entry ``gone_id`` to entry ``kept_id``, and make their persons one.

    Raises ``NotFoundError`` outside the actor's scope, and ``ConflictError`` if both have enabled
    accounts, since it is not known which should go, or if contact was stopped with only one of
    them: open help would be promised to nobody, or a death be forgotten.
    """
    rows = {key: _lock(key, actor) for key in sorted((kept_id, gone_id))}
    kept, gone = rows[kept_id], rows[gone_id]
    if _count_enabled(kept) and _count_enabled(gone):
        raise ConflictError("resident.two_accounts")
    if (kept.contact_ended_on is None) is not (gone.contact_ended_on is None):
        raise ConflictError("resident.contact_with_one")
    moved = {model.__tablename__: _move(model, gone, kept) for model in FOLLOWING}
    moved[RecipientStatus.__tablename__] = _move_statuses(gone, kept, now)
    kept.birth_year = kept.birth_year or gone.birth_year
    gone.merged_into_id = kept.id
    earlier = update(Resident).where(Resident.merged_into_id == gone.id)
    db.session.execute(earlier.values(merged_into_id=kept.id))
    db.session.flush()
    join_persons(kept.person_id, gone.person_id)
    record_event(
        actor=actor,
        action="resident.merge",
        subject=kept,
        now=now,
        on_behalf_of=kept,
        details={"gone": gone.id, "moved": moved},
    )
    notify_resident(kept, actor, "resident.merge", kept, now)
    return kept


def list_merged(resident: Resident) -> list[str]:
    """The references of the entries that were merged into the resident, in order of id."""
    query = select(Resident.reference).where(Resident.merged_into_id == resident.id)
    return list(db.session.scalars(query.order_by(Resident.id)))


def _lock(resident_id: int, actor: User) -> Resident:
    return lock_in_scope(Resident, resident_id, actor, "resident.unknown")


def _count(model: Follower, resident: Resident) -> int:
    query = select(func.count()).select_from(model)
    return db.session.scalar(query.where(model.resident_id == resident.id)) or 0


def _count_enabled(resident: Resident) -> int:
    enabled = (User.resident_id == resident.id, User.disabled_at.is_(None))
    return db.session.scalar(select(func.count()).select_from(User).where(*enabled)) or 0


def _move(model: Follower, gone: Resident, kept: Resident) -> int:
    count = _count(model, gone)
    rows = update(model).where(model.resident_id == gone.id)
    db.session.execute(rows.values(resident_id=kept.id))
    return count


def _move_statuses(gone: Resident, kept: Resident, now: datetime) -> int:
    """Move the statuses of kinds that ``kept`` lacks; copy those that count more than its own.

    Returns how many were moved or copied. The others stay with ``gone``.
    """
    own = {row.kind: row for row in kept.statuses}
    moved = 0
    for row in list(gone.statuses):
        present = own.get(row.kind)
        if present is None:
            row.resident_id = kept.id
        elif _WORTH[get_state(row, now)] > _WORTH[get_state(present, now)]:
            present.evidence, present.valid_until = row.evidence, row.valid_until
            present.verified_by_id, present.verified_at = row.verified_by_id, row.verified_at
        else:
            continue
        moved += 1
    db.session.flush()
    db.session.expire(kept, ["statuses"])
    db.session.expire(gone, ["statuses"])
    return moved
