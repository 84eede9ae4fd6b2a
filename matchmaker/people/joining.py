"""Decide which volunteers are one human being: an equal phone proposes it, a person decides it.

Two volunteers with one phone are a proposal. The volunteer or the office says that they are one
person, or that two people share the phone; volunteers are joined only by that decision. Volunteers
of one person count as one in every later round. Functions flush; the view commits.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import aliased, joinedload

from matchmaker.audit.service import record_event
from matchmaker.base.errors import ConflictError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import (
    ListedPerson,
    Organisation,
    PeopleApart,
    Person,
    Resident,
    User,
    Volunteer,
    VolunteerState,
)
from matchmaker.notices.service import notify_volunteer
from matchmaker.promises.breaking import find_fallen, find_visits
from matchmaker.scopes import is_in_scope

WITH_PERSON: tuple[type[Volunteer] | type[Resident] | type[User], ...] = (
    Volunteer,
    Resident,
    User,
)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two volunteers with one phone: ``first`` has the lower id."""

    first: Volunteer
    second: Volunteer


def list_proposals(actor: User) -> list[Pair]:
    """The pairs of volunteers of one street office with one phone that nobody has decided on yet.

    An office sees all of its pairs, a volunteer only those that the volunteer's own person is part
    of. Volunteers who have left are not proposed.
    """
    first, second = aliased(Volunteer), aliased(Volunteer)
    here, there = aliased(Organisation), aliased(Organisation)
    known = select(Person.id).where(is_in_scope(Person, actor))
    apart = exists().where(
        or_(
            *(
                and_(
                    PeopleApart.first_id == one.person_id, PeopleApart.second_id == other.person_id
                )
                for one, other in ((first, second), (second, first))
            )
        )
    )
    query = (
        select(first, second)
        .join(second, and_(first.phone_index == second.phone_index, first.id < second.id))
        .join(here, here.id == first.organisation_id)
        .join(there, there.id == second.organisation_id)
        .where(here.subdistrict_id == there.subdistrict_id, first.person_id != second.person_id)
        .where(first.state != VolunteerState.LEFT, second.state != VolunteerState.LEFT)
        .where(or_(first.person_id.in_(known), second.person_id.in_(known)), ~apart)
        .options(joinedload(first.organisation), joinedload(second.organisation))
        .order_by(first.id, second.id)
    )
    return [Pair(*row) for row in db.session.execute(query)]


def list_joined(actor: User) -> list[list[Volunteer]]:
    """The volunteers of each person in the actor's scope with several, in order of person id."""
    known = select(Person.id).where(is_in_scope(Person, actor))
    several = (
        select(Volunteer.person_id)
        .where(Volunteer.person_id.in_(known))
        .group_by(Volunteer.person_id)
        .having(func.count(Volunteer.id) > 1)
    )
    query = (
        select(Volunteer)
        .where(Volunteer.person_id.in_(several))
        .options(joinedload(Volunteer.organisation))
        .order_by(Volunteer.person_id, Volunteer.id)
    )
    groups: dict[int, list[Volunteer]] = defaultdict(list)
    for row in db.session.scalars(query):
        groups[row.person_id].append(row)
    return list(groups.values())


def join_volunteers(*, actor: User, first_id: int, second_id: int, now: datetime) -> Person:
    """Make two volunteers with one phone one person, and return that person.

    Notifies the volunteers, and the office of promised visits that one person cannot make. Raises
    ``NotFoundError`` unless the pair is proposed to the actor.
    """
    pair = _find_proposal(actor, first_id, second_id)
    promised = find_visits([pair.first.person_id, pair.second.person_id], now)
    kept = join_persons(pair.first.person_id, pair.second.person_id)
    broken = find_fallen(promised, now)
    broken.inform_office(None, now)  # the page does not name them before
    details = {"volunteers": [first_id, second_id], **broken.to_details()}
    record_event(actor=actor, action="person.join", subject=kept, now=now, details=details)
    for volunteer in (pair.first, pair.second):
        notify_volunteer(volunteer, actor, "person.join", now)
    return kept


def keep_apart(*, actor: User, first_id: int, second_id: int, now: datetime) -> None:
    """Record that two volunteers with one phone are two people; they are not proposed again.

    Raises ``NotFoundError`` unless the pair is proposed to the actor.
    """
    pair = _find_proposal(actor, first_id, second_id)
    row = _add_apart(pair.first.person_id, pair.second.person_id, actor, now)
    details = {"volunteers": [first_id, second_id]}
    record_event(actor=actor, action="person.keep_apart", subject=row, now=now, details=details)


def separate_volunteer(*, actor: User, volunteer_id: int, now: datetime) -> Person:
    """Undo a join: give the volunteer, and the accounts made for it, a new person of their own.

    Raises ``NotFoundError`` if the volunteer is outside the actor's scope or not joined with
    another, ``ConflictError`` if it was separated meanwhile, or if one sign-in opens this
    volunteer's account and others.
    """
    groups = (group for group in list_joined(actor) for row in group if row.id == volunteer_id)
    group = next(groups, None)
    if group is None:
        raise NotFoundError("person.unknown")
    volunteer = next(row for row in group if row.id == volunteer_id)
    _lock(volunteer.person_id)
    db.session.refresh(volunteer)
    if _count_volunteers(volunteer.person_id) == 1:
        raise ConflictError("person.not_joined")
    if _is_beside_others(volunteer):
        raise ConflictError("person.one_sign_in")
    before, own = volunteer.person_id, Person()
    db.session.add(own)
    db.session.flush()
    volunteer.person_id = own.id
    db.session.execute(
        update(User).where(User.volunteer_id == volunteer.id).values(person_id=own.id)
    )
    _add_apart(before, own.id, actor, now)
    details = {"volunteers": [volunteer_id]}
    record_event(actor=actor, action="person.separate", subject=own, now=now, details=details)
    notify_volunteer(volunteer, actor, "person.separate", now)
    return own


def join_account(user_id: int, volunteer_id: int) -> None:
    """Make the account's owner and the volunteer one person, as the account is the volunteer's."""
    user, volunteer = (
        db.session.get_one(User, user_id),
        db.session.get_one(Volunteer, volunteer_id),
    )
    join_persons(user.person_id, volunteer.person_id)


def join_persons(one_id: int, other_id: int) -> Person:
    """Make two persons one: the rows of both get the one with the lower id, which is returned.

    Writes no audit event.
    """
    kept_id, gone_id = sorted((one_id, other_id))
    kept = db.session.get_one(Person, kept_id)
    if kept_id == gone_id:
        return kept
    _lock(kept_id, gone_id)
    for model in WITH_PERSON:
        rows = update(model).where(model.person_id == gone_id)
        db.session.execute(rows.values(person_id=kept_id))
    _move_apart(kept_id, gone_id)
    _move_listed(kept_id, gone_id)
    db.session.execute(delete(Person).where(Person.id == gone_id))
    db.session.flush()
    return kept


def _move_apart(kept_id: int, gone_id: int) -> None:
    """Replace the gone person by the kept one in decisions of two people, without duplicates."""
    is_named = or_(PeopleApart.first_id == gone_id, PeopleApart.second_id == gone_id)
    for row in db.session.scalars(select(PeopleApart).where(is_named)).all():
        other = row.second_id if row.first_id == gone_id else row.first_id
        pair = sorted((kept_id, other))
        found = select(PeopleApart.id).where(
            PeopleApart.first_id == pair[0], PeopleApart.second_id == pair[1]
        )
        if other == kept_id or db.session.scalar(found) is not None:
            db.session.delete(row)
        else:
            row.first_id, row.second_id = pair
        db.session.flush()


def _move_listed(kept_id: int, gone_id: int) -> None:
    """Replace the gone person by the kept one in the members of lists, without duplicates."""
    own = select(ListedPerson.list_disclosure_id).where(ListedPerson.person_id == kept_id)
    of_gone = ListedPerson.person_id == gone_id
    db.session.execute(
        delete(ListedPerson).where(of_gone, ListedPerson.list_disclosure_id.in_(own))
    )
    db.session.execute(update(ListedPerson).where(of_gone).values(person_id=kept_id))


def _add_apart(one_id: int, other_id: int, actor: User, now: datetime) -> PeopleApart:
    first, second = sorted((one_id, other_id))
    row = PeopleApart(first_id=first, second_id=second, decided_by_id=actor.id, decided_at=now)
    db.session.add(row)
    db.session.flush()
    return row


def _find_proposal(actor: User, first_id: int, second_id: int) -> Pair:
    """Lock the persons of a pair and return it; a second decision at the same time finds none.

    Raises ``NotFoundError`` unless the pair is proposed to the actor.
    """
    rows = select(Volunteer.person_id).where(Volunteer.id.in_((first_id, second_id)))
    _lock(*db.session.scalars(rows))
    for pair in list_proposals(actor):
        if (pair.first.id, pair.second.id) == (first_id, second_id):
            return pair
    raise NotFoundError("person.unknown")


def _lock(*person_ids: int) -> None:
    """Lock persons in the order of their ids until the transaction ends."""
    query = select(Person.id).where(Person.id.in_(person_ids)).order_by(Person.id)
    db.session.scalars(query.with_for_update()).all()


def _is_beside_others(volunteer: Volunteer) -> bool:
    other = aliased(User)
    is_opener = exists().where(other.opened_by_id == User.id)
    is_beside = or_(User.opened_by_id.is_not(None), is_opener)
    query = select(User.id).where(User.volunteer_id == volunteer.id, is_beside).limit(1)
    return db.session.scalar(query) is not None


def _count_volunteers(person_id: int) -> int:
    query = select(func.count(Volunteer.id)).where(Volunteer.person_id == person_id)
    return db.session.scalar(query) or 0
