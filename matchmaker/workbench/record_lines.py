"""The lines of what people ask, prove and offer: to be checked, answered or looked at again."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import or_, select

from matchmaker.accounts.invitations import list_unconfirmed
from matchmaker.base.clock import get_local_date, get_month
from matchmaker.base.extensions import db
from matchmaker.models import (
    Committee,
    FollowUp,
    FollowUpAbout,
    Household,
    Invitation,
    Need,
    NeedState,
    Offer,
    OfferState,
    Organisation,
    OrganisationState,
    Pairing,
    RecipientStatus,
    Referral,
    Resident,
    Thanks,
    User,
    Volunteer,
    VolunteerQualification,
    VolunteerState,
)
from matchmaker.needs.follow_ups import DAYS_TO_ANSWER
from matchmaker.needs.queries import NeedFilters, Repeats, narrow_needs
from matchmaker.needs.repeating import DAYS_TO_CONFIRM
from matchmaker.notices.paper import select_waiting
from matchmaker.rounds.memory.missed import count_missed, find_last_round
from matchmaker.scopes import is_in_scope
from matchmaker.workbench.line import Reader, WorkKind, WorkLine, get_days_ago

_DAYS_BEFORE_PROOFS_END = 30
_DAYS_BEFORE_REPEATS_END = 7
_DAYS_BEFORE_CODES_END = 1
_DAYS_FOR_OTHER_OFFICES = 14


def _select_needs(actor: User, filters: NeedFilters) -> Any:
    """Select needs as their list does, joined with the committee in which they were raised."""
    return narrow_needs(actor, filters).join(Committee, Committee.id == Need.committee_id)


def _select_own_needs(actor: User, state: NeedState) -> Any:
    return _select_needs(actor, NeedFilters(state=state)).where(Need.entered_by_id == actor.id)


def _select_drafts(reader: Reader) -> Any:
    """Select the drafts that the reader began, without those that have no description yet."""
    return _select_own_needs(reader.actor, NeedState.DRAFT).where(Need.description != "")


def _select_referrals(reader: Reader) -> Any:
    """Select the referrals that nobody has written the end of."""
    return (
        select(Referral)
        .join(Need, Need.id == Referral.need_id)
        .join(Committee, Committee.id == Need.committee_id)
        .where(is_in_scope(Need, reader.actor), Need.state == NeedState.REFERRED)
        .where(Referral.ended_at.is_(None))
    )


def _select_statuses(reader: Reader) -> Any:
    """Select recorded statuses that are not over and that nobody verified."""
    last = RecipientStatus.valid_until
    return (
        select(RecipientStatus)
        .join(Resident, Resident.id == RecipientStatus.resident_id)
        .join(Household, Household.id == Resident.household_id)
        .join(Committee, Committee.id == Household.committee_id)
        .where(is_in_scope(Resident, reader.actor), RecipientStatus.verified_at.is_(None))
        .where(or_(last.is_(None), last >= reader.today))
    )


def _select_news(reader: Reader) -> Any:
    """Select residents without an account who wait to hear something."""
    waiting = select_waiting(reader.actor).with_only_columns(Resident.id)
    return (
        select(Resident)
        .join(Household, Household.id == Resident.household_id)
        .join(Committee, Committee.id == Household.committee_id)
        .where(Resident.id.in_(waiting))
    )


def _select_follow_ups(actor: User) -> Any:
    return select(FollowUp).where(is_in_scope(FollowUp, actor), FollowUp.answered_at.is_(None))


def _select_missed(reader: Reader) -> Any:
    """Select the pairings with missed visits in the last published month."""
    office = _find_office(reader.actor)
    last = find_last_round(office) if office is not None else None
    missed = count_missed(last)
    return (
        select(Pairing)
        .join(Resident, Resident.id == Pairing.resident_id)
        .join(Household, Household.id == Resident.household_id)
        .join(Committee, Committee.id == Household.committee_id)
        .where(Pairing.reference.in_(missed.keys()), is_in_scope(Resident, reader.actor))
    )


def _find_office(actor: User) -> int | None:
    if actor.committee_id is None:
        return actor.subdistrict_id
    query = select(Committee.subdistrict_id).where(Committee.id == actor.committee_id)
    return db.session.scalar(query)


def _select_offers(actor: User, state: OfferState) -> Any:
    return select(Offer).where(is_in_scope(Offer, actor), Offer.state == state)


def _select_organisations(reader: Reader) -> Any:
    is_asked = Organisation.state == OrganisationState.APPLIED
    return select(Organisation).where(is_in_scope(Organisation, reader.actor), is_asked)


def _select_proofs(reader: Reader) -> Any:
    """Select volunteers with a proof that is over or ends within 30 days."""
    soon = reader.today + timedelta(days=_DAYS_BEFORE_PROOFS_END)
    return select(Volunteer).where(
        is_in_scope(Volunteer, reader.actor),
        Volunteer.state == VolunteerState.ACTIVE,
        _has_proof_before(soon),
    )


def _has_proof_before(day: date) -> Any:
    ends = VolunteerQualification.expires_on < day
    return (
        select(VolunteerQualification.id)
        .where(VolunteerQualification.volunteer_id == Volunteer.id, ends)
        .exists()
    )


def _select_invitations(reader: Reader) -> Any:
    ids = [row.id for row in list_unconfirmed(reader.actor, reader.now)]
    return select(Invitation).where(Invitation.id.in_(ids))


def _get_sent_day(row: Need) -> date | None:
    return get_local_date(row.submitted_at) if row.submitted_at else None


def _get_last_day(row: Volunteer) -> date | None:
    days = (proof.expires_on for proof in row.qualifications if proof.expires_on)
    return min(days, default=None)


NEEDS = WorkLine(
    kind=WorkKind.NEEDS,
    select=lambda reader: _select_needs(reader.actor, NeedFilters(state=NeedState.SUBMITTED)),
    order=(Need.submitted_at, Need.id),
    is_late=lambda now: Need.submitted_at < get_days_ago(now, DAYS_TO_ANSWER),
    is_new=lambda since: Need.submitted_at >= since,
    get_day=_get_sent_day,
)
REFERRALS = WorkLine(
    kind=WorkKind.REFERRALS,
    select=_select_referrals,
    order=(Referral.referred_on, Referral.id),
    is_late=lambda now: (
        Referral.referred_on < get_local_date(now) - timedelta(days=_DAYS_FOR_OTHER_OFFICES)
    ),
    is_new=lambda since: Referral.referred_on >= get_local_date(since),
    get_day=lambda row: row.referred_on,
)
NEEDS_RETURNED = WorkLine(
    kind=WorkKind.NEEDS_RETURNED,
    select=lambda reader: _select_own_needs(reader.actor, NeedState.RETURNED),
    order=(Need.submitted_at, Need.id),
    get_day=_get_sent_day,
)
DRAFTS = WorkLine(
    kind=WorkKind.DRAFTS,
    select=_select_drafts,
    order=(Need.created_at.desc(), Need.id.desc()),
    get_day=lambda row: get_local_date(row.created_at),
)
REVIEWS = WorkLine(
    kind=WorkKind.REVIEWS,
    select=lambda reader: _select_needs(
        reader.actor, NeedFilters(repeats=Repeats.TO_CONFIRM, month=get_month(reader.now))
    ),
    order=(Need.review_asked_on, Need.id),
    is_late=lambda now: (
        Need.review_asked_on
        <= get_local_date(now) - timedelta(days=DAYS_TO_CONFIRM - _DAYS_BEFORE_REPEATS_END)
    ),
    is_new=lambda since: Need.review_asked_on >= get_local_date(since),
    get_day=lambda row: row.review_asked_on + timedelta(days=DAYS_TO_CONFIRM),
)
STATUSES = WorkLine(kind=WorkKind.STATUSES, select=_select_statuses, order=(RecipientStatus.id,))
NEWS = WorkLine(kind=WorkKind.NEWS, select=_select_news, order=(Resident.sort_key, Resident.id))
MISSED = WorkLine(kind=WorkKind.MISSED, select=_select_missed, order=(Pairing.reference,))
COMPLAINTS = WorkLine(
    kind=WorkKind.COMPLAINTS,
    select=lambda reader: _select_follow_ups(reader.actor).where(
        FollowUp.about == FollowUpAbout.HELP
    ),
    order=(FollowUp.due_on, FollowUp.id),
    is_late=lambda now: FollowUp.due_on < get_local_date(now),
    is_new=lambda since: FollowUp.asked_at >= since,
    get_day=lambda row: row.due_on,
)
QUESTIONS = WorkLine(
    kind=WorkKind.QUESTIONS,
    select=lambda reader: _select_follow_ups(reader.actor).where(
        FollowUp.about != FollowUpAbout.HELP
    ),
    order=(FollowUp.due_on, FollowUp.id),
    is_late=lambda now: FollowUp.due_on < get_local_date(now),
    is_new=lambda since: FollowUp.asked_at >= since,
    get_day=lambda row: row.due_on,
)
THANKS = WorkLine(
    kind=WorkKind.THANKS,
    select=lambda reader: select(Thanks).where(
        is_in_scope(Thanks, reader.actor),
        Thanks.decided_at.is_(None),
        Thanks.withdrawn_at.is_(None),
    ),
    order=(Thanks.asked_at, Thanks.id),
    is_late=lambda now: Thanks.asked_at < get_days_ago(now, DAYS_TO_ANSWER),
    is_new=lambda since: Thanks.asked_at >= since,
    get_day=lambda row: get_local_date(row.asked_at),
)
OFFERS = WorkLine(
    kind=WorkKind.OFFERS,
    select=lambda reader: _select_offers(reader.actor, OfferState.SUBMITTED),
    order=(Offer.created_at, Offer.id),
    is_late=lambda now: Offer.created_at < get_days_ago(now, DAYS_TO_ANSWER),
    is_new=lambda since: Offer.created_at >= since,
    get_day=lambda row: get_local_date(row.created_at),
)
OFFERS_RETURNED = WorkLine(
    kind=WorkKind.OFFERS_RETURNED,
    select=lambda reader: _select_offers(reader.actor, OfferState.RETURNED),
    order=(Offer.created_at, Offer.id),
    get_day=lambda row: get_local_date(row.created_at),
)
ORGANISATIONS = WorkLine(
    kind=WorkKind.ORGANISATIONS, select=_select_organisations, order=(Organisation.id,)
)
PROOFS = WorkLine(
    kind=WorkKind.PROOFS,
    select=_select_proofs,
    order=(Volunteer.sort_key, Volunteer.id),
    is_late=lambda now: _has_proof_before(get_local_date(now)),
    get_day=_get_last_day,
)
INVITATIONS = WorkLine(
    kind=WorkKind.INVITATIONS,
    select=_select_invitations,
    order=(Invitation.expires_at, Invitation.id),
    is_late=lambda now: Invitation.expires_at < now + timedelta(days=_DAYS_BEFORE_CODES_END),
    is_new=lambda since: Invitation.created_at >= since,
    get_day=lambda row: get_local_date(row.expires_at),
)
