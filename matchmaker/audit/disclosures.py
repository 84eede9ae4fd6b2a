"""Record the lists of people that users take or read: which list, for what, and who is in it.

A file or a print needs a purpose. Pages are recorded too: a user may read of ``UNASKED`` people of
one list a day before the site asks for the purpose. What is taken or read with a purpose has a
daily cap. The members of a list are stored for ``MEMBERS_KEPT_FOR``. Functions flush; the caller
commits before anything is shown.
"""

from collections.abc import Collection
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import delete, exists, func, insert, or_, select, union
from sqlalchemy.orm import Session, joinedload

from matchmaker.audit.service import record_event
from matchmaker.base.clock import SHANGHAI, get_local_date
from matchmaker.base.errors import NotFoundError, ThrottledError
from matchmaker.base.extensions import db
from matchmaker.models import (
    Disclosure,
    ListDisclosure,
    ListedPerson,
    ListKind,
    ListPurpose,
    ListWay,
    Resident,
    Role,
    User,
    Volunteer,
)

UNASKED = 100  # people of one list, read on pages on one day in Shanghai
# Most people in the lists that one person takes or reads with a purpose on one day.
PERSONS_PER_DAY = {
    Role.RESIDENT: 100,
    Role.VOLUNTEER: 500,
    Role.COORDINATOR: 3_000,
    Role.COMMITTEE_WORKER: 6_000,
    Role.SOCIAL_WORKER: 40_000,
    Role.ADMINISTRATOR: 40_000,
    Role.AUDITOR: 40_000,
}
MEMBERS_KEPT_FOR = timedelta(days=3 * 365)  # the law wants records of handling for three years
LATEST = 50  # rows on the page of who saw one's own data


def take_list(
    *,
    actor: User,
    kind: ListKind,
    way: ListWay,
    purpose: ListPurpose,
    filters: dict[str, Any],
    persons: Collection[int],
    now: datetime,
) -> ListDisclosure:
    """Record a file or a print with its purpose, before it is handed out.

    ``persons``: ids of the persons in it. Deletes old records (``forget_old_members``). Raises
    ``ThrottledError`` beyond the cap of the day.
    """
    _lock(db.session(), actor)
    _check_cap(db.session(), actor, len(persons), now)
    forget_old_members(now)
    row = ListDisclosure(
        at=now,
        user_id=actor.id,
        kind=kind,
        way=way,
        purpose=purpose,
        filters=filters,
        persons=len(persons),
    )
    db.session.add(row)
    _add_persons(db.session(), row, persons)
    _record(actor, "list.take", row, now)
    return row


def find_unseen(actor: User, kind: ListKind, persons: Collection[int], now: datetime) -> set[int]:
    """Those of ``persons`` (ids) that pages of this list have not shown the actor today."""
    seen = select(ListedPerson.person_id).join(
        ListDisclosure, ListDisclosure.id == ListedPerson.list_disclosure_id
    )
    query = seen.where(*_is_todays_walk(actor, kind, now), ListedPerson.person_id.in_(persons))
    return set(persons) - set(db.session.scalars(query))


def note_page(
    session: Session, *, actor: User, kind: ListKind, persons: Collection[int], now: datetime
) -> bool:
    """Record that a page shows ``persons`` to the actor; False if a purpose must be asked first.

    If it returns False, the persons are not recorded. Raises ``ThrottledError`` if a purpose is
    known and the cap of the day is reached.
    """
    _lock(session, actor)
    row, unseen = _find_or_begin_walk(session, actor, kind, now), set(persons)
    if row.id is not None:
        unseen -= _list_known(session, row, persons)
    if row.purpose is None and row.persons + len(unseen) > UNASKED:
        return False
    if row.purpose is not None:
        _check_cap(session, actor, len(unseen), now)
    row.persons += len(unseen)
    _add_persons(session, row, unseen)
    return True


def say_purpose(*, actor: User, kind: ListKind, purpose: ListPurpose, now: datetime) -> None:
    """Store the purpose for which the actor reads a list today.

    Raises ``NotFoundError`` if the actor has opened no page of the list today, and
    ``ThrottledError`` if the people read of so far exceed the cap of the day.
    """
    _lock(db.session(), actor)
    row = _find_walk(db.session(), actor, kind, now)
    if row is None:
        raise NotFoundError("list.not_read")
    if row.purpose is None:
        _check_cap(db.session(), actor, row.persons, now)
    row.purpose = purpose
    db.session.flush()
    _record(actor, "list.read_on", row, now)


def forget_old_members(now: datetime) -> None:
    """Delete the members of lists older than ``MEMBERS_KEPT_FOR``, and all records of pages that
    were read without a purpose before today.

    Lists with a purpose stay, with their number of people.
    """
    old = select(ListDisclosure.id).where(ListDisclosure.at <= now - MEMBERS_KEPT_FOR)
    db.session.execute(delete(ListedPerson).where(ListedPerson.list_disclosure_id.in_(old)))
    short = select(ListDisclosure.id).where(
        ListDisclosure.at < _get_day_start(now), ListDisclosure.purpose.is_(None)
    )
    _forget(db.session(), list(db.session.scalars(short)))


def list_looks(actor: User) -> list[Disclosure]:
    """The latest times that the contact data of the actor, a resident, was shown; latest first.

    At most ``LATEST``; empty for an actor who is not a resident.
    """
    query = (
        select(Disclosure)
        .where(Disclosure.resident_id == actor.resident_id)
        .options(joinedload(Disclosure.user))
        .order_by(Disclosure.at.desc(), Disclosure.id.desc())
        .limit(LATEST)
    )
    return list(db.session.scalars(query))


def list_lists(actor: User) -> list[ListDisclosure]:
    """The latest lists with the actor that others took or read with a purpose; latest first.

    At most ``LATEST``. They are lists with the owner of the account, or with the resident or
    volunteer that the account is for.
    """
    own = union(
        select(Resident.person_id).where(Resident.id == actor.resident_id),
        select(Volunteer.person_id).where(Volunteer.id == actor.volunteer_id),
    )
    persons = {actor.person_id, *db.session.scalars(own)}
    is_in_list = exists().where(
        ListedPerson.list_disclosure_id == ListDisclosure.id,
        ListedPerson.person_id.in_(persons),
    )
    query = (
        select(ListDisclosure)
        .where(is_in_list, ListDisclosure.purpose.is_not(None), ListDisclosure.user_id != actor.id)
        .options(joinedload(ListDisclosure.user))
        .order_by(ListDisclosure.at.desc(), ListDisclosure.id.desc())
        .limit(LATEST)
    )
    return list(db.session.scalars(query))


def _find_or_begin_walk(
    session: Session, actor: User, kind: ListKind, now: datetime
) -> ListDisclosure:
    """Find or begin the record of the pages of a list that the actor reads today.

    Deletes the actor's records of earlier days without a purpose: they were of few people.
    """
    day_start = _get_day_start(now)
    query = select(ListDisclosure).where(
        ListDisclosure.user_id == actor.id,
        ListDisclosure.way == ListWay.PAGES,
        or_(ListDisclosure.at >= day_start, ListDisclosure.purpose.is_(None)),
    )
    rows = session.scalars(query.execution_options(populate_existing=True)).all()
    _forget(session, [row.id for row in rows if row.at < day_start])
    found = next((row for row in rows if row.at >= day_start and row.kind is kind), None)
    if found is not None:
        return found
    row = ListDisclosure(
        at=now, user_id=actor.id, kind=kind, way=ListWay.PAGES, filters={}, persons=0
    )
    session.add(row)
    return row


def _forget(session: Session, ids: list[int]) -> None:
    if ids:
        session.execute(delete(ListedPerson).where(ListedPerson.list_disclosure_id.in_(ids)))
        session.execute(delete(ListDisclosure).where(ListDisclosure.id.in_(ids)))


def _list_known(session: Session, row: ListDisclosure, persons: Collection[int]) -> set[int]:
    query = select(ListedPerson.person_id).where(
        ListedPerson.list_disclosure_id == row.id, ListedPerson.person_id.in_(persons)
    )
    return set(session.scalars(query))


def _find_walk(
    session: Session, actor: User, kind: ListKind, now: datetime
) -> ListDisclosure | None:
    query = select(ListDisclosure).where(*_is_todays_walk(actor, kind, now))
    return session.scalar(query.execution_options(populate_existing=True))


def _is_todays_walk(actor: User, kind: ListKind, now: datetime) -> tuple[Any, ...]:
    return (
        ListDisclosure.user_id == actor.id,
        ListDisclosure.kind == kind,
        ListDisclosure.way == ListWay.PAGES,
        ListDisclosure.at >= _get_day_start(now),
    )


def _add_persons(session: Session, row: ListDisclosure, persons: Collection[int]) -> None:
    session.flush()
    if persons:
        rows = [{"list_disclosure_id": row.id, "person_id": key} for key in sorted(persons)]
        session.execute(insert(ListedPerson), rows)


def _record(actor: User, action: str, row: ListDisclosure, now: datetime) -> None:
    """Record an event with the names of the filters, not their values: a status is private."""
    details = {
        "list": row.kind.value,
        "way": row.way.value,
        "purpose": row.purpose.value if row.purpose else None,
        "persons": row.persons,
        "filters": sorted(row.filters),
    }
    record_event(actor=actor, action=action, subject=row, now=now, details=details)


def _lock(session: Session, actor: User) -> None:
    """Lock the actor's account, so that lists taken at the same time are counted in turn."""
    session.scalar(select(User.id).where(User.id == actor.id).with_for_update())


def _check_cap(session: Session, actor: User, more: int, now: datetime) -> None:
    taken = select(func.coalesce(func.sum(ListDisclosure.persons), 0)).where(
        ListDisclosure.user_id == actor.id,
        ListDisclosure.purpose.is_not(None),
        ListDisclosure.at >= _get_day_start(now),
    )
    if (session.scalar(taken) or 0) + more > PERSONS_PER_DAY[actor.role]:
        end = _get_day_start(now) + timedelta(days=1)
        raise ThrottledError(int((end - now).total_seconds()))


def _get_day_start(now: datetime) -> datetime:
    return datetime.combine(get_local_date(now), time(), SHANGHAI)
