"""Who may see which rows: one table of model by role, used by every feature.

A row outside a person's scope does not exist for them: services answer 404. Every model has an
entry for every role, so a new role has to be entered here before it can see anything.
"""

from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true

from matchmaker.base.errors import NotFoundError
from matchmaker.base.extensions import Model, db
from matchmaker.models import (
    Actor,
    CalendarFeed,
    Committee,
    DeliveryPhoto,
    FollowUp,
    FollowUpAbout,
    HolidayNotice,
    Household,
    MatchRound,
    MonthPack,
    Need,
    NeedState,
    Notice,
    Offer,
    OfferState,
    Organisation,
    Pairing,
    Person,
    Place,
    Promise,
    Resident,
    Role,
    Session,
    SignedLink,
    Thanks,
    User,
    Volunteer,
    VolunteerAbsence,
)
from matchmaker.states import lock_rows

M = TypeVar("M", bound=Model)
Condition = Callable[[User], ColumnElement[bool]]


def nothing(_actor: User) -> ColumnElement[bool]:
    """A condition that no row meets."""
    return false()


def everything(_actor: User) -> ColumnElement[bool]:
    """A condition that every row meets."""
    return true()


# Conditions on places and organisations.


def _committees_of(actor: User) -> Select[int]:
    return select(Committee.id).where(Committee.subdistrict_id == actor.subdistrict_id)


def _households_in(committees: ColumnElement[bool]) -> Select[int]:
    return select(Household.id).where(committees)


def _residents_in(committees: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition for residents of these committees whose entry is not merged into another."""
    homes = Resident.household_id.in_(_households_in(committees))
    # Nearly no entry is merged: ``coalesce`` hides the column's index, so that the database finds
    # the rows by household.
    return and_(homes, func.coalesce(Resident.merged_into_id, 0) == 0)


def _organisations_in_office(actor: User) -> Select[int]:
    return select(Organisation.id).where(Organisation.subdistrict_id == actor.subdistrict_id)


def _volunteers_of(actor: User) -> Select[int]:
    return select(Volunteer.id).where(Volunteer.organisation_id == actor.organisation_id)


def _offers_of(actor: User) -> Select[int]:
    return select(Offer.id).where(Offer.organisation_id == actor.organisation_id)


def _offices_of_organisation(actor: User) -> Select[int]:
    return select(Organisation.subdistrict_id).where(Organisation.id == actor.organisation_id)


def _offices_of_volunteer(actor: User) -> Select[int]:
    """The street office of a volunteer's account: that of the volunteer's organisation."""
    return (
        select(Organisation.subdistrict_id)
        .join(Volunteer, Volunteer.organisation_id == Organisation.id)
        .where(Volunteer.id == actor.volunteer_id)
    )


def _persons_where(condition: ColumnElement[bool]) -> Select[int]:
    """The ids of the persons whose volunteer, or its organisation, meets the condition."""
    return select(Volunteer.person_id).join(Volunteer.organisation).where(condition)


def _is_written_by(actor: User) -> ColumnElement[bool]:
    """The condition for needs that are sent, and for drafts that the actor entered."""
    return or_(Need.state != NeedState.DRAFT, Need.entered_by_id == actor.id)


def _members_of_organisation(actor: User) -> ColumnElement[bool]:
    is_coordinator = and_(
        User.role == Role.COORDINATOR, User.organisation_id == actor.organisation_id
    )
    return or_(is_coordinator, User.volunteer_id.in_(_volunteers_of(actor)))


def _residents_with_account(actor: User) -> ColumnElement[bool]:
    homes = _households_in(Household.committee_id == actor.committee_id)
    residents = select(Resident.id).where(Resident.household_id.in_(homes))
    return and_(User.role == Role.RESIDENT, User.resident_id.in_(residents))


def _promised_to(residents: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition for promises to these residents: for their needs or their pairings."""
    found = select(Resident.id).where(residents)
    needs = select(Need.id).where(Need.resident_id.in_(found))
    pairings = select(Pairing.id).where(Pairing.resident_id.in_(found))
    return or_(Promise.need_id.in_(needs), Promise.pairing_id.in_(pairings))


def _thanks_for(helped: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition for thanks for promises that fulfil ``helped``."""
    found = select(Promise.thanks_id).where(helped, Promise.thanks_id.is_not(None))
    return Thanks.id.in_(found)


def _received_for(helped: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition for such thanks that the office passed on and nobody withdrew."""
    is_kept = and_(Thanks.is_passed_on.is_(True), Thanks.withdrawn_at.is_(None))
    return and_(is_kept, _thanks_for(helped))


def _is_uploaded_by(actor: User) -> ColumnElement[bool]:
    return DeliveryPhoto.uploaded_by_id == actor.id


def _is_followed_up_by(actor: User) -> ColumnElement[bool]:
    """The condition for photos of help about which the actor answers a complaint."""
    own = and_(FollowUp.owner_id == actor.id, FollowUp.about == FollowUpAbout.HELP)
    is_about = FollowUp.promise_id == DeliveryPhoto.promise_id
    return and_(
        DeliveryPhoto.subdistrict_id == actor.subdistrict_id,
        select(FollowUp.id).where(own, is_about).exists(),
    )


def _addressed_to(actor: User) -> ColumnElement[bool]:
    return Notice.user_id == actor.id


def _of_own_resident(actor: User) -> ColumnElement[bool]:
    """The condition for notices to the account or to its resident."""
    return or_(Notice.user_id == actor.id, Notice.resident_id == actor.resident_id)


def _feeds_of_own_account(actor: User) -> ColumnElement[bool]:
    return CalendarFeed.user_id == actor.id


def is_opened() -> ColumnElement[bool]:
    """The condition under which a link opens a promise, for a query that has both tables.

    The promise is of the link's organisation and of the run that is in force as the link's
    publication. A link for one volunteer opens only that volunteer's promises.
    """
    run = select(MatchRound.published_run_id).where(
        MatchRound.id == SignedLink.match_round_id, MatchRound.publication == SignedLink.publication
    )
    return and_(
        Promise.organisation_id == SignedLink.organisation_id,
        Promise.round_run_id == run.correlate(SignedLink).scalar_subquery(),
        or_(SignedLink.volunteer_id.is_(None), Promise.volunteer_id == SignedLink.volunteer_id),
    )


def _opened_by(link: SignedLink) -> ColumnElement[bool]:
    query = select(SignedLink.id).where(SignedLink.id == link.id, is_opened())
    return query.correlate(Promise).exists()


def _links_to_organisations(actor: User) -> ColumnElement[bool]:
    """The condition for links of the office's rounds to whole organisations.

    Links to one volunteer are left out: only the coordinator sees them.
    """
    rounds = select(MatchRound.id).where(MatchRound.subdistrict_id == actor.subdistrict_id)
    return and_(SignedLink.match_round_id.in_(rounds), SignedLink.volunteer_id.is_(None))


# A line for each model, a cell for each role. ``Committee`` has the committees whose open needs
# the user may browse, without names.
SCOPES: Mapping[type[Model], Mapping[Role, Condition]] = {
    Need: {
        Role.RESIDENT: lambda a: Need.resident_id == a.resident_id,
        Role.VOLUNTEER: nothing,
        Role.COORDINATOR: nothing,
        Role.COMMITTEE_WORKER: lambda a: and_(
            Need.committee_id == a.committee_id, _is_written_by(a)
        ),
        Role.SOCIAL_WORKER: lambda a: and_(
            Need.committee_id.in_(_committees_of(a)), _is_written_by(a)
        ),
        Role.ADMINISTRATOR: nothing,
        Role.AUDITOR: nothing,
    },
    Committee: {
        Role.RESIDENT: nothing,
        Role.VOLUNTEER: lambda a: Committee.subdistrict_id.in_(_offices_of_volunteer(a)),
        Role.COORDINATOR: lambda a: Committee.subdistrict_id.in_(_offices_of_organisation(a)),
        Role.COMMITTEE_WORKER: lambda a: Committee.id == a.committee_id,
        Role.SOCIAL_WORKER: lambda a: Committee.subdistrict_id == a.subdistrict_id,
        Role.ADMINISTRATOR: nothing,
        Role.AUDITOR: everything,
    },
    Resident: {
        Role.RESIDENT: lambda a: Resident.id == a.resident_id,
        Role.VOLUNTEER: nothing,
        Role.COORDINATOR: nothing,
        Role.COMMITTEE_WORKER: lambda a: _residents_in(Household.committee_id == a.committee_id),
        Role.SOCIAL_WORKER: lambda a: _residents_in(Household.committee_id.in_(_committees_of(a))),
        Role.ADMINISTRATOR: nothing,
        Role.AUDITOR: nothing,
    },
    Organisation: {
        Role.RESIDENT: nothing,
        Role.VOLUNTEER: nothing,
        Role.COORDINATOR: lambda a: Organisation.id == a.organisation_id,
        Role.COMMITTEE_WORKER: nothing,
        Role.SOCIAL_WORKER: lambda a: Organisation.subdistrict_id == a.subdistrict_id,
        Role.ADMINISTRATOR: nothing,
        Role.AUDITOR: nothing,
    },
    Offer: {
        Role.RESIDENT: nothing,
        Role.VOLUNTEER: nothing,
        Role.COORDINATOR: lambda a: Offer.organisation_id == a.organisation_id,
        Role.COMMITTEE_WORKER: nothing,
        Role.SOCIAL_WORKER: lambda a: and_(
            Offer.organisation_id.in_(_organisations_in_office(a)),
            Offer.state != OfferState.DRAFT,
        ),
        Role.ADMINISTRATOR: nothing,
        Role.AUDITOR: nothing,
    },
    Volunteer: {
        Role.RESIDENT: nothing,
        Role.VOLUNTEER: nothing,
        Role.COORDINATOR: lambda a: Volunteer.organisation_id == a.organisation_id,
        Role.COMMITTEE_WORKER: nothing,
        Role.SOCIAL_WORKER: nothing,  # lists them by organisation, and changes none
        Role.ADMINISTRATOR: nothing,
        Role.AUDITOR: nothing,
    },
    Pairing: {
        **dict.fromkeys(Role, nothing),
        Role.SOCIAL_WORKER: lambda a: Pairing.organisation_id.in_(_organisations_in_office(a)),
    },
    Place: {
        Role.RESIDENT: nothing,
        Role.VOLUNTEER: nothing,
        Role.COORDINATOR: lambda a: Place.organisation_id == a.organisation_id,
        Role.COMMITTEE_WORKER: nothing,
        Role.SOCIAL_WORKER: lambda a: Place.subdistrict_id == a.subdistrict_id,
        Role.ADMINISTRATOR: nothing,
        Role.AUDITOR: nothing,
    },
    Person: {
        Role.RESIDENT: nothing,
        Role.VOLUNTEER: lambda a: Person.id.in_(_persons_where(Volunteer.id == a.volunteer_id)),
        Role.COORDINATOR: nothing,
        Role.COMMITTEE_WORKER: nothing,
        Role.SOCIAL_WORKER: lambda a: Person.id.in_(
            _persons_where(Organisation.subdistrict_id == a.subdistrict_id)
        ),
        Role.ADMINISTRATOR: nothing,
        Role.AUDITOR: nothing,
    },
    FollowUp: {
        Role.RESIDENT: nothing,
        Role.VOLUNTEER: nothing,
        Role.COORDINATOR: nothing,
        Role.COMMITTEE_WORKER: nothing,
        Role.SOCIAL_WORKER: lambda a: FollowUp.subdistrict_id == a.subdistrict_id,
        Role.ADMINISTRATOR: nothing,
        Role.AUDITOR: nothing,
    },
    Thanks: {
        Role.RESIDENT: lambda a: _thanks_for(_promised_to(Resident.id == a.resident_id)),
        Role.VOLUNTEER: lambda a: _received_for(Promise.volunteer_id == a.volunteer_id),
        Role.COORDINATOR: lambda a: _received_for(Promise.organisation_id == a.organisation_id),
        Role.COMMITTEE_WORKER: lambda a: _thanks_for(
            _promised_to(_residents_in(Household.committee_id == a.committee_id))
        ),
        Role.SOCIAL_WORKER: lambda a: Thanks.subdistrict_id == a.subdistrict_id,
        Role.ADMINISTRATOR: nothing,
        Role.AUDITOR: nothing,
    },
    DeliveryPhoto: {
        **dict.fromkeys(Role, nothing),
        Role.VOLUNTEER: _is_uploaded_by,
        Role.COORDINATOR: _is_uploaded_by,
        Role.COMMITTEE_WORKER: _is_uploaded_by,
        Role.SOCIAL_WORKER: _is_followed_up_by,
    },
    VolunteerAbsence: {
        Role.RESIDENT: nothing,
        Role.VOLUNTEER: lambda a: VolunteerAbsence.volunteer_id == a.volunteer_id,
        Role.COORDINATOR: lambda a: VolunteerAbsence.volunteer_id.in_(_volunteers_of(a)),
        Role.COMMITTEE_WORKER: nothing,
        Role.SOCIAL_WORKER: nothing,
        Role.ADMINISTRATOR: nothing,
        Role.AUDITOR: nothing,
    },
    Session: {
        Role.RESIDENT: nothing,
        Role.VOLUNTEER: nothing,
        Role.COORDINATOR: lambda a: Session.offer_id.in_(_offers_of(a)),
        Role.COMMITTEE_WORKER: nothing,
        Role.SOCIAL_WORKER: nothing,
        Role.ADMINISTRATOR: nothing,
        Role.AUDITOR: nothing,
    },
    Promise: {
        Role.RESIDENT: lambda a: _promised_to(Resident.id == a.resident_id),
        Role.VOLUNTEER: lambda a: Promise.volunteer_id == a.volunteer_id,
        Role.COORDINATOR: lambda a: Promise.organisation_id == a.organisation_id,
        Role.COMMITTEE_WORKER: lambda a: _promised_to(
            _residents_in(Household.committee_id == a.committee_id)
        ),
        Role.SOCIAL_WORKER: nothing,
        Role.ADMINISTRATOR: nothing,
        Role.AUDITOR: nothing,
    },
    MonthPack: {
        **dict.fromkeys(Role, nothing),
        Role.SOCIAL_WORKER: lambda a: MonthPack.subdistrict_id == a.subdistrict_id,
    },
    CalendarFeed: {
        **dict.fromkeys(Role, nothing),
        Role.VOLUNTEER: _feeds_of_own_account,
        Role.COORDINATOR: _feeds_of_own_account,
    },
    SignedLink: {
        Role.RESIDENT: nothing,
        Role.VOLUNTEER: nothing,
        Role.COORDINATOR: lambda a: SignedLink.organisation_id == a.organisation_id,
        Role.COMMITTEE_WORKER: nothing,
        Role.SOCIAL_WORKER: _links_to_organisations,
        Role.ADMINISTRATOR: nothing,
        Role.AUDITOR: nothing,
    },
    HolidayNotice: {
        Role.RESIDENT: nothing,
        Role.VOLUNTEER: nothing,
        Role.COORDINATOR: nothing,
        Role.COMMITTEE_WORKER: nothing,
        Role.SOCIAL_WORKER: lambda a: HolidayNotice.subdistrict_id == a.subdistrict_id,
        Role.ADMINISTRATOR: nothing,
        Role.AUDITOR: nothing,
    },
    User: {
        Role.RESIDENT: nothing,
        Role.VOLUNTEER: nothing,
        Role.COORDINATOR: _members_of_organisation,
        Role.COMMITTEE_WORKER: _residents_with_account,
        Role.SOCIAL_WORKER: nothing,
        Role.ADMINISTRATOR: everything,
        Role.AUDITOR: nothing,
    },
    Notice: {
        Role.RESIDENT: _of_own_resident,
        Role.VOLUNTEER: _addressed_to,
        Role.COORDINATOR: _addressed_to,
        Role.COMMITTEE_WORKER: _addressed_to,
        Role.SOCIAL_WORKER: _addressed_to,
        Role.ADMINISTRATOR: _addressed_to,
        Role.AUDITOR: _addressed_to,
    },
}


# The conditions for rows that a link opens; it opens no rows of other models.
LINK_SCOPES: Mapping[type[Model], Callable[[SignedLink], ColumnElement[bool]]] = {
    Promise: _opened_by
}


def is_in_scope(model: type[Model], actor: Actor) -> ColumnElement[bool]:
    """The SQL condition for the rows of ``model`` that ``actor``, a user or a link, may see."""
    if isinstance(actor, SignedLink):
        return LINK_SCOPES[model](actor) if model in LINK_SCOPES else false()
    return SCOPES[model][actor.role](actor)


def get_in_scope(model: type[M], row_id: int | None, actor: User, code: str) -> M:
    """The row with this id. Raises ``NotFoundError(code)`` if the actor's scope has none."""
    return _require(db.session.scalar(_select_one(model, row_id, actor)), code)


def lock_in_scope(model: type[M], row_id: int | None, actor: User, code: str) -> M:
    """Read the row with this id again and lock it until the transaction ends.

    Raises ``NotFoundError(code)`` if the actor's scope has no such row.
    """
    found = lock_rows(_select_one(model, row_id, actor))
    return _require(found[0] if found else None, code)


def list_same_persons(user_ids: Collection[int]) -> set[int]:
    """The ids of these accounts and of every other account of the same persons."""
    persons = select(User.person_id).where(User.id.in_(user_ids))
    return set(user_ids) | set(
        db.session.scalars(select(User.id).where(User.person_id.in_(persons)))
    )


def _select_one(model: type[M], row_id: int | None, actor: User) -> Select[M]:
    key = model.__mapper__.primary_key[0]
    return select(model).where(key == row_id, is_in_scope(model, actor))


def _require(row: M | None, code: str) -> M:
    if row is None:
        raise NotFoundError(code)
    return row
