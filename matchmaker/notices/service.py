"""Write, void and read notices. Flushes; the caller commits with the change that they report.

A notice belongs to an account, or to a resident with or without an account: a resident with one
reads it on the site, any other hears it from a list or letter. Of the notices that give the state
of a thing, the latest is valid and the earlier ones are void. All functions ``notify_…`` leave out
the actor of the step. Any number of rows is written, or made void, in one statement.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, or_, select, update

from matchmaker.base.extensions import db
from matchmaker.models import (
    Need,
    Notice,
    Pairing,
    Resident,
    Role,
    User,
    Volunteer,
)
from matchmaker.scopes import is_in_scope

NEED_ANSWERS = ("need.matched", "need.not_matched")
# Each line gives the states of one thing; a new notice of a line makes the earlier ones void.
_CONDITIONS: tuple[frozenset[str], ...] = (
    frozenset(
        {
            *(f"need.{step}" for step in ("entered", "corrected", "verified", "returned")),
            "need.unverified",
            *(f"need.{step}" for step in ("merged", "withdrawn", "answer_withdrawn")),
            *("need.promise_revoked", "need.refused", "need.not_reached", *NEED_ANSWERS),
            *("need.carried", "need.repeated", "need.expired"),
            *("need.came_back", "need.helped_elsewhere"),
        }
    ),
    frozenset({"need.repeat_confirmed", "need.repeat_ended"}),
    frozenset({"follow_up.asked", "follow_up.answered"}),
    frozenset({"offer.approved", "offer.returned", "offer.expired", "offer.used_up"}),
    frozenset(f"organisation.{step}" for step in ("approve", "return", "suspend", "reinstate")),
    frozenset(f"status.{step}" for step in ("record", "verify", "end")),
    frozenset(f"volunteer.{step}" for step in ("pause", "resume", "leave", "rejoin")),
    frozenset({"round.published", "round.nothing_asked", "round.withdrawn"}),
    frozenset({"visits.out", "visits.none", "visits.withdrawn"}),
    frozenset({"month.out", "month.withdrawn"}),
    frozenset({"pairing.arranged", "pairing.rearranged", "pairing.over", "pairing.goes_on"}),
    frozenset({"pairing.begun", "pairing.changed", "pairing.stopped", "pairing.kept"}),
    frozenset({"pairing.out", "pairing.none", "pairing.withdrawn"}),
    frozenset({"help.day_fixed", "help.day_moved"}),
    frozenset({"round.promises_broken"}),
    frozenset({"round.places_free"}),
    frozenset({"run.published", "run.withdrawn"}),
    frozenset({"resident.stop_contact", "resident.resume_contact"}),
)
# Kinds that add to the answer of a need, and become void with it.
_BESIDE_NEED = frozenset({"need.agreed", "need.part_revoked"})


def _map_earlier() -> Mapping[str, frozenset[str]]:
    earlier = {kind: line for line in _CONDITIONS for kind in line}
    return earlier | {kind: earlier[kind] | _BESIDE_NEED for kind in _CONDITIONS[0]}


_EARLIER = _map_earlier()


@dataclass(frozen=True, slots=True)
class Recipient:
    """An account or a resident: exactly one of the two ids is given."""

    user_id: int | None = None
    resident_id: int | None = None


# Write notices and make them void.


@dataclass(frozen=True, slots=True)
class Message:
    """One notice to be written: its recipient, its kind, and the id of the row it is about."""

    recipient: Recipient
    kind: str
    subject_id: int


def write_messages(messages: Sequence[Message], table: str, now: datetime) -> None:
    """Write notices about rows of one table in one statement."""
    if messages:
        rows = [
            {
                "user_id": row.recipient.user_id,
                "resident_id": row.recipient.resident_id,
                "kind": row.kind,
                "subject_type": table,
                "subject_id": row.subject_id,
                "created_at": now,
            }
            for row in messages
        ]
        db.session.execute(insert(Notice), rows)


def make_void(
    kinds: Collection[str],
    table: str,
    subject_ids: Collection[int] | Select[int],
    now: datetime,
    *,
    users: Select[int] | None = None,
) -> None:
    """Mark the notices of these kinds about these rows as no longer valid.

    ``users``: only notices to these accounts; None: to anybody.
    """
    statement = update(Notice).where(
        Notice.kind.in_(kinds),
        Notice.subject_type == table,
        Notice.subject_id.in_(subject_ids),
        Notice.void_at.is_(None),
    )
    if users is not None:
        statement = statement.where(Notice.user_id.in_(users))
    db.session.execute(statement.values(void_at=now))


def make_all_void(table: str, subject_ids: Select[int], now: datetime) -> None:
    """Mark every notice about these rows as no longer valid."""
    statement = update(Notice).where(
        Notice.subject_type == table,
        Notice.subject_id.in_(subject_ids),
        Notice.void_at.is_(None),
    )
    db.session.execute(statement.values(void_at=now))


def make_earlier_void(
    kind: str, table: str, subject_ids: Collection[int] | Select[int], now: datetime
) -> None:
    """Make void the notices about these rows that one of ``kind`` replaces.

    ``kind`` must be one that replaces others.
    """
    make_void(_EARLIER[kind], table, subject_ids, now)


def end_notices_of(resident: Resident, now: datetime) -> None:
    """Make the unread notices of a resident void, as the contact has ended."""
    statement = update(Notice).where(
        Notice.resident_id == resident.id, Notice.void_at.is_(None), Notice.read_at.is_(None)
    )
    db.session.execute(statement.values(void_at=now))


def notify(recipients: Iterable[Recipient], kind: str, subject: Any, now: datetime) -> None:
    """Write a notice about a flushed row for each recipient.

    The earlier notices about the row that ``kind`` replaces become void, also without recipients.
    """
    table, subject_id = subject.__tablename__, subject.id
    if kind in _EARLIER:
        make_earlier_void(kind, table, [subject_id], now)
    write_messages([Message(row, kind, subject_id) for row in recipients], table, now)


# Notify the people that a thing concerns.


def notify_resident(
    resident: Resident, actor: User | None, kind: str, subject: Any, now: datetime
) -> None:
    """Notify a resident with contact of what somebody else did with something of theirs."""
    is_own = actor is not None and actor.resident_id == resident.id
    is_heard = not is_own and resident.contact_ended_on is None
    notify([Recipient(resident_id=resident.id)] if is_heard else [], kind, subject, now)


def notify_asker(need: Need, actor: User, kind: str, now: datetime) -> None:
    """Notify the resident of a need of what somebody else did with it."""
    notify_resident(need.resident, actor, kind, need, now)


def notify_coordinators(
    organisation_id: int,
    actor: User | None,
    kind: str,
    subject: Any,
    now: datetime,
) -> None:
    """Notify the coordinators of an organisation, but for the actor, of a thing of theirs."""
    query = select_active(Role.COORDINATOR).where(User.organisation_id == organisation_id)
    notify_accounts(query, actor, kind, subject, now)


def notify_volunteer(volunteer: Volunteer, actor: User, kind: str, now: datetime) -> None:
    """Notify a volunteer with an account of what somebody else changed in their entry."""
    notify_visitor(volunteer, actor, kind, volunteer, now)


def notify_visitor(
    volunteer: Volunteer, actor: User | None, kind: str, subject: Any, now: datetime
) -> None:
    """Notify a volunteer with an account, unless it is the actor, of what became of ``subject``."""
    query = select_active(Role.VOLUNTEER).where(User.volunteer_id == volunteer.id)
    notify_accounts(query, actor, kind, subject, now)


def notify_givers(pairing: Pairing, actor: User, kind: str, now: datetime) -> None:
    """Notify the coordinators and the volunteer of a pairing, but for the actor."""
    is_coordinator = (User.role == Role.COORDINATOR) & (
        User.organisation_id == pairing.organisation_id
    )
    is_volunteer = (User.role == Role.VOLUNTEER) & (User.volunteer_id == pairing.volunteer_id)
    query = select(User.id).where(or_(is_coordinator, is_volunteer), User.disabled_at.is_(None))
    notify_accounts(query, actor, kind, pairing, now)


def notify_counter(resident: Resident, actor: User, kind: str, now: datetime) -> None:
    """Notify the workers of a resident's committee, but for the actor."""
    committee_id = resident.household.committee_id
    query = select_active(Role.COMMITTEE_WORKER).where(User.committee_id == committee_id)
    notify_accounts(query, actor, kind, resident, now)


def notify_social_workers(
    subdistrict_id: int, actor: User | None, kind: str, subject: Any, now: datetime
) -> None:
    """Notify the social workers of an office, but for the actor."""
    query = select_active(Role.SOCIAL_WORKER).where(User.subdistrict_id == subdistrict_id)
    notify_accounts(query, actor, kind, subject, now)


def notify_user(
    user_id: int | None, actor: User | None, kind: str, subject: Any, now: datetime
) -> None:
    """Notify one account, unless it is None or the actor's."""
    is_heard = user_id is not None and (actor is None or actor.id != user_id)
    notify([Recipient(user_id)] if is_heard else [], kind, subject, now)


def notify_accounts(
    query: Select[int], actor: User | None, kind: str, subject: Any, now: datetime
) -> None:
    """Notify the accounts whose ids the query finds, but for the actor's."""
    found = [row for row in db.session.scalars(query) if actor is None or row != actor.id]
    notify([Recipient(user_id) for user_id in found], kind, subject, now)


def select_active(role: Role) -> Select[int]:
    """The query for the ids of the enabled accounts of a role."""
    return select(User.id).where(User.role == role, User.disabled_at.is_(None)).order_by(User.id)


# Read notices.


def is_new() -> ColumnElement[bool]:
    """The condition for notices that are valid and that nobody has read."""
    return Notice.read_at.is_(None) & Notice.void_at.is_(None)


def list_notices(actor: User, *, most: int, since: datetime | None = None) -> list[Notice]:
    """The actor's latest ``most`` notices, latest first.

    ``since``: only valid notices, of this instant and later or not read; None: void ones too.
    """
    query = select(Notice).where(is_in_scope(Notice, actor))
    if since is not None:
        query = query.where(Notice.void_at.is_(None), or_(Notice.created_at >= since, is_new()))
    return list(db.session.scalars(query.order_by(Notice.id.desc()).limit(most)))


def count_new(actor: User) -> int:
    """How many of the actor's notices are valid and not read."""
    query = select(func.count(Notice.id)).where(is_in_scope(Notice, actor), is_new())
    return db.session.scalar(query) or 0


def mark_read(*, actor: User, first_id: int, last_id: int, now: datetime) -> None:
    """Mark the actor's notices with ids from ``first_id`` to ``last_id`` as read."""
    statement = update(Notice).where(
        is_in_scope(Notice, actor), Notice.id.between(first_id, last_id), Notice.read_at.is_(None)
    )
    db.session.execute(statement.values(read_at=now))
