"""Rows brought to each state that can be reached, by the product's own services.

The factories write rows in the states that a new row has, or that one approval leaves
(``factories.STARTS``); every other state is reached from there, by the people whose step it is.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select

from matchmaker import models as m
from matchmaker.assignments import agreeing, answering, delivering
from matchmaker.base.clock import get_instant, get_local_date
from matchmaker.base.extensions import db
from matchmaker.needs import desk_service, queue_service, referrals, useful
from matchmaker.needs.referrals import ReferralTerms
from matchmaker.offers import approval_service
from matchmaker.offers import service as offer_service
from matchmaker.offers.states import follow_calendar
from matchmaker.organisations import service as organisation_service
from matchmaker.rounds.freeze import service as freeze_service
from matchmaker.volunteers import service as volunteer_service
from matchmaker.volunteers.states import VolunteerStep
from tests.draws import make_draw
from tests.factories import NOW, STARTS, Factory, opened_at
from tests.run_factories import publish_month

REASON = "请写明几个人"
# States in which needs stay, in an order in which all can be reached: a freeze takes every open
# need of its street office. A need that was verified is open in the same transaction.
NEEDS_STAY_IN = (
    m.NeedState.SERVED,
    m.NeedState.PARTLY_SERVED,
    m.NeedState.MATCHED,
    m.NeedState.IN_ROUND,
    m.NeedState.CLOSED,
    m.NeedState.WITHDRAWN,
    m.NeedState.EXPIRED,
    m.NeedState.REFERRED,
    m.NeedState.RETURNED,
    m.NeedState.SUBMITTED,
    m.NeedState.OPEN,
    m.NeedState.DRAFT,
)


def get_start(state: Any) -> Any:
    """The state in which the factory writes a row that is to reach ``state``."""
    return state if state in STARTS[type(state)] else PATHS[type(state), state][0]


def list_reachable(enum: type[StrEnum]) -> list[StrEnum]:
    """The states in which rows stay, of an enum whose rows the factories write."""
    return [state for state in enum if state in STARTS[enum] or (enum, state) in PATHS]


def reach(make: Factory, row: Any, state: Any, **values: Any) -> Any:
    """``row``, brought from its start to ``state``; ``values`` for the step, such as ``reason``."""
    if state not in STARTS[type(state)]:
        with make.context():
            step = PATHS[type(state), state][1]
            step(make, db.session.get_one(type(row), row.id), **values)
            db.session.commit()
    row = make.get(type(row), row.id)
    assert row.state is state, f"{row.state}, not {state}"
    return row


def _return_need(make: Factory, need: m.Need, reason: str = REASON) -> None:
    actor = _get_committee_worker(make, need)
    queue_service.return_need(actor=actor, need_id=need.id, reason=reason, now=NOW)


def _withdraw_need(make: Factory, need: m.Need) -> None:
    desk_service.withdraw_need(actor=_get_committee_worker(make, need), need_id=need.id, now=NOW)


def _join_need(make: Factory, need: m.Need) -> None:
    """Closed in favour of another of the same resident, which waits to be checked."""
    keys: dict[str, Any] = {
        "entered_by": make.get(m.User, need.entered_by_id),
        "committee_id": need.committee_id,
    }
    kept = make.need(need.resident, need.category, state=m.NeedState.SUBMITTED, **keys)
    actor = _get_committee_worker(make, need)
    values: dict[str, Any] = {"kept_id": kept.id, "duplicate_id": need.id, "now": NOW}
    queue_service.merge_duplicate(actor=actor, **values)


def _expire_need(_make: Factory, need: m.Need) -> None:
    """The calendar moves on to the day after the need's last."""
    need.useful_until = get_local_date(NOW) - timedelta(days=1)
    useful.expire_needs(NOW)


def _refer_need(make: Factory, need: m.Need) -> None:
    terms = ReferralTerms("市民热线", "12345", "要别的单位帮忙", get_local_date(NOW))
    keys: dict[str, Any] = {"need_id": need.id, "version": need.version, "now": NOW}
    referrals.refer_need(actor=_get_committee_worker(make, need), terms=terms, **keys)


def _freeze_need(make: Factory, need: m.Need) -> None:
    subdistrict_id = need.committee.subdistrict_id
    actor = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=subdistrict_id)
    month = _find_free_month(subdistrict_id)
    now = opened_at(month)
    match_round = freeze_service.open_round(month=month, actor=actor, now=now)
    freeze_service.freeze_round(match_round, draw=make_draw(now), actor=actor, now=now)


def _match_need(make: Factory, need: m.Need) -> None:
    subdistrict = db.session.get_one(m.Subdistrict, need.committee.subdistrict_id)
    giver = make.organisation(subdistrict)
    make.offer(giver, need.category)
    make.volunteer(giver, categories=[need.category.code], windows=[w.value for w in m.Window])
    publish_month(make, subdistrict.id, _find_free_month(subdistrict.id))


def _serve_need(make: Factory, need: m.Need) -> None:
    _report(make, need, gives_all=True)


def _serve_in_part(make: Factory, need: m.Need) -> None:
    """Two were to come and one did; of what nobody brings, less than promised was given."""
    need.category.people_per_visit = 2 if need.category.kind is m.OfferKind.PEOPLE else 1
    need.quantity = max(need.quantity, 2) if need.category.kind is not m.OfferKind.PEOPLE else 1
    db.session.commit()
    _report(make, need, gives_all=False)


def _report(
    make: Factory, need: m.Need, *, gives_all: bool, giver: m.Organisation | None = None
) -> None:
    """Help for the need was found, agreed on both sides, and given on its day.

    ``giver``: who has an offer for it already; None: another organisation.
    """
    subdistrict = db.session.get_one(m.Subdistrict, need.committee.subdistrict_id)
    if giver is None:
        giver = make.organisation(subdistrict)
        make.offer(giver, need.category, capacity_per_month=9)
    for _ in range(need.category.people_per_visit):
        make.volunteer(giver, categories=[need.category.code], windows=[w.value for w in m.Window])
    publish_month(make, subdistrict.id, _find_free_month(subdistrict.id))
    query = select(m.Promise).where(m.Promise.need_id == need.id).order_by(m.Promise.id)
    rows = list(db.session.scalars(query))
    published_at = rows[0].run.match_round.published_at or NOW
    for row in rows:
        answering.accept(actor=_get_giver(make, row), promise_ids=[row.id], now=published_at)
    worker = _get_committee_worker(make, need)
    agreeing.agree(actor=worker, promise_id=rows[0].id, now=published_at)
    for number, row in enumerate(rows):
        keys: dict[str, Any] = {"actor": _get_giver(make, row), "promise_id": row.id}
        keys["now"] = get_instant(row.day, 12 * 60) if row.day else published_at
        if number and not gives_all:
            delivering.fail(reason=m.FailReason.GIVER_ABSENT, **keys)
        else:
            units = row.units if gives_all else max(row.units - 1, 1)
            proof = m.DeliveryProof.SIGNATURE
            delivering.deliver(units=units, proof=proof, code="", **keys)


def _get_giver(make: Factory, row: m.Promise) -> m.User:
    return make.user(m.Role.COORDINATOR, organisation_id=row.organisation_id)


def _find_free_month(subdistrict_id: int) -> date:
    last = select(func.max(m.MatchRound.month)).where(m.MatchRound.subdistrict_id == subdistrict_id)
    found = db.session.scalar(last)
    return date(2026, 7, 1) if found is None else (found + timedelta(days=31)).replace(day=1)


def _get_committee_worker(make: Factory, need: m.Need) -> m.User:
    return make.user(m.Role.COMMITTEE_WORKER, committee_id=need.committee_id)


def _move_offer(service: Callable[..., Any]) -> Callable[..., None]:
    def move(make: Factory, offer: m.Offer, **values: Any) -> None:
        actor = make.user(m.Role.COORDINATOR, organisation_id=offer.organisation_id)
        service(actor=actor, now=NOW, offer_id=offer.id, version=offer.version, **values)

    return move


def _return_offer(make: Factory, offer: m.Offer, reason: str = REASON) -> None:
    keys: dict[str, Any] = {"offer_id": offer.id, "version": offer.version}
    actor = _get_social_worker(make, offer.organisation)
    approval_service.return_offer(actor=actor, now=NOW, reason=reason, **keys)


def _approve_offer(make: Factory, offer: m.Offer) -> None:
    """Approved before its first day: on that day the calendar opens it."""
    keys: dict[str, Any] = {"offer_id": offer.id, "version": offer.version}
    actor = _get_social_worker(make, offer.organisation)
    day_before = datetime.combine(offer.valid_from - timedelta(days=1), time(4), UTC)
    approval_service.approve_offer(actor=actor, now=day_before, **keys)


def _expire_offer(_make: Factory, offer: m.Offer) -> None:
    """The calendar moves on to the day after the offer's last, for every offer."""
    assert offer.valid_until is not None, "only an offer with a last day can expire"
    follow_calendar(now=datetime.combine(offer.valid_until + timedelta(days=1), time(4), UTC))


def _use_offer_up(make: Factory, offer: m.Offer) -> None:
    """All that the offer has is given to one home."""
    committee = make.committee(offer.organisation.subdistrict)
    worker = make.user(m.Role.COMMITTEE_WORKER, committee_id=committee.id)
    resident = make.resident(make.household(committee))
    need = make.need(resident, offer.category, worker, committee.id)
    offer.stock = 1
    db.session.commit()
    _report(make, need, gives_all=True, giver=offer.organisation)


def _return_organisation(make: Factory, row: m.Organisation, reason: str = REASON) -> None:
    values: dict[str, Any] = {
        "actor": _get_social_worker(make, row),
        "organisation_id": row.id,
        "now": NOW,
    }
    organisation_service.return_organisation(reason=reason, **values)


def _suspend_organisation(make: Factory, row: m.Organisation, reason: str = REASON) -> None:
    values: dict[str, Any] = {
        "actor": _get_social_worker(make, row),
        "organisation_id": row.id,
        "now": NOW,
    }
    organisation_service.suspend_organisation(reason=reason, **values)


def _get_social_worker(make: Factory, organisation: m.Organisation) -> m.User:
    return make.user(m.Role.SOCIAL_WORKER, subdistrict_id=organisation.subdistrict_id)


def _move_volunteer(step: VolunteerStep) -> Callable[..., None]:
    def move(make: Factory, row: m.Volunteer, **known: int) -> None:
        actor = make.user(m.Role.COORDINATOR, organisation_id=row.organisation_id)
        values: dict[str, Any] = {"volunteer_id": row.id, "step": step, **known}
        volunteer_service.move_volunteer(actor=actor, now=NOW, **values)

    return move


# Each state that is reached: where the row starts, and the step. Members of different enums compare
# equal when their values do: the class keeps them apart.
_PATHS: tuple[tuple[Any, Any, Callable[..., None]], ...] = (
    (m.NeedState.SUBMITTED, m.NeedState.RETURNED, _return_need),
    (m.NeedState.OPEN, m.NeedState.IN_ROUND, _freeze_need),
    (m.NeedState.OPEN, m.NeedState.MATCHED, _match_need),
    (m.NeedState.OPEN, m.NeedState.SERVED, _serve_need),
    (m.NeedState.OPEN, m.NeedState.PARTLY_SERVED, _serve_in_part),
    (m.NeedState.OPEN, m.NeedState.WITHDRAWN, _withdraw_need),
    (m.NeedState.OPEN, m.NeedState.CLOSED, _join_need),
    (m.NeedState.OPEN, m.NeedState.EXPIRED, _expire_need),
    (m.NeedState.OPEN, m.NeedState.REFERRED, _refer_need),
    (m.OfferState.SUBMITTED, m.OfferState.RETURNED, _return_offer),
    (m.OfferState.SUBMITTED, m.OfferState.APPROVED, _approve_offer),
    (m.OfferState.OPEN, m.OfferState.PAUSED, _move_offer(offer_service.pause_offer)),
    (m.OfferState.OPEN, m.OfferState.WITHDRAWN, _move_offer(offer_service.withdraw_offer)),
    (m.OfferState.OPEN, m.OfferState.EXPIRED, _expire_offer),
    (m.OfferState.OPEN, m.OfferState.USED_UP, _use_offer_up),
    (m.OrganisationState.APPLIED, m.OrganisationState.RETURNED, _return_organisation),
    (m.OrganisationState.APPROVED, m.OrganisationState.SUSPENDED, _suspend_organisation),
    (m.VolunteerState.ACTIVE, m.VolunteerState.PAUSED, _move_volunteer(VolunteerStep.PAUSE)),
    (m.VolunteerState.ACTIVE, m.VolunteerState.LEFT, _move_volunteer(VolunteerStep.LEAVE)),
)
PATHS = {(type(state), state): (start, step) for start, state, step in _PATHS}
