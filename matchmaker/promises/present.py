"""Compare the promises of a run with the present: which can no longer be kept, and why.

A promise can be kept if everything it rests on lasts until one of its remaining days: the need or
pairing, the offer, its organisation, the volunteer with the proof that the category asks for, and
the status that the offer asks for. If its days are past, only the receiving side counts, and if its
month is over nothing does: the help may have been given. Before the first publication it cannot
have been given, so a promise without a remaining day cannot be kept.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from sqlalchemy import ColumnElement, and_, null, or_, true

from matchmaker.base.clock import add_months, get_local_date
from matchmaker.models import (
    WEEKS,
    Offer,
    OfferState,
    OrganisationState,
    Promise,
    RevokeReason,
    RoundRun,
    Volunteer,
    VolunteerState,
)
from matchmaker.promises.facts import (
    Facts,
    HeldPromise,
    list_promises,
    read_facts,
)
from matchmaker.promises.lasting import keep_days, list_validities
from matchmaker.promises.states import FALLEN_STATES, OPEN_STATES
from matchmaker.promises.together import list_together
from matchmaker.slots import get_slot_week, get_window, list_slot_dates, list_slots_of_weeks

PROMISE_REVOKED = "promise_revoked"  # the ground of a need whose help was found and revoked
# Reasons for which the publication itself revokes a promise: nobody waits for it any more.
RECEIVER_GONE = frozenset(
    {RevokeReason.NEED_WITHDRAWN, RevokeReason.PAIRING_ENDED, RevokeReason.CONTACT_ENDED}
)

_DAYS_PER_WEEK, _LAST_WEEK = 7, 4
_OFFER_STATES: Mapping[OfferState, RevokeReason] = {
    OfferState.WITHDRAWN: RevokeReason.OFFER_WITHDRAWN,
    OfferState.PAUSED: RevokeReason.OFFER_PAUSED,
    OfferState.EXPIRED: RevokeReason.OFFER_OVER,
    OfferState.DRAFT: RevokeReason.OFFER_UNAPPROVED,
    OfferState.SUBMITTED: RevokeReason.OFFER_UNAPPROVED,
    OfferState.RETURNED: RevokeReason.OFFER_UNAPPROVED,
}
_VOLUNTEER_STATES: Mapping[VolunteerState, RevokeReason] = {
    VolunteerState.LEFT: RevokeReason.VOLUNTEER_LEFT,
    VolunteerState.PAUSED: RevokeReason.VOLUNTEER_PAUSED,
}


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that cannot be kept at present, and the first reason found."""

    promise: HeldPromise
    reason: RevokeReason


def list_broken(run: RoundRun, now: datetime, on_their_day: Collection[int] = ()) -> list[Broken]:
    """The promises of a run that cannot be kept any more, with the reasons, in order of id.

    ``on_their_day``: ids of promises of visits that must be possible on the day that they have.
    """
    return _list_broken_where(Promise.round_run_id == run.id, now, on_their_day)


def list_broken_among(
    run: RoundRun, ids: Collection[int], now: datetime, on_their_day: Collection[int] = ()
) -> list[Broken]:
    """As ``list_broken``, but only for the promises ``ids`` of the run.

    It reads these and those that ``list_together`` adds, not the whole run.
    """
    if not ids:
        return []
    together = Promise.id.in_(list_together(run, ids))
    found = _list_broken_where(together, now, on_their_day)
    return [row for row in found if row.promise.id in ids]


def _list_broken_where(
    condition: ColumnElement[bool], now: datetime, on_their_day: Collection[int]
) -> list[Broken]:
    rows = list_promises(condition)
    rows = [row.on_its_day() if row.id in on_their_day else row for row in rows]
    return hold(rows, read_facts(condition), get_local_date(now))


def hold(promises: Sequence[HeldPromise], facts: Facts, today: date) -> list[Broken]:
    """The promises that cannot be kept with these facts, in the order given.

    The monthly limits of offers and volunteers are compared with the units of ``promises`` only.
    """
    reasons: dict[int, RevokeReason] = {}
    for row in promises:
        reason = _find_obstacle(row, facts, today)
        if reason is not None:
            reasons[row.id] = reason
    rest = [row for row in promises if row.state not in FALLEN_STATES and row.id not in reasons]
    reasons |= dict(_find_apart(rest, facts, today))
    rest = [row for row in rest if row.id not in reasons]
    reasons |= dict(_find_surplus(rest, facts, today))
    return [Broken(row, reasons[row.id]) for row in promises if row.id in reasons]


def is_open(promise: HeldPromise, today: date) -> bool:
    """Whether the promise is in an open state, and its month is not over or never published."""
    is_in_time = add_months(promise.month, 1) > today or not promise.was_published
    return promise.state in OPEN_STATES and is_in_time


def is_live(promise: HeldPromise, today: date) -> bool:
    """Whether the promise is in an open state and one of its days is today or later."""
    return promise.state in OPEN_STATES and bool(_list_days(promise, today))


def may_have_passed(month: date, today: date) -> ColumnElement[bool]:
    """The condition for promises of a month that may have no day from today on.

    All that have none fulfil it, and some that have one: it looks at the week of the slot only.
    """
    if add_months(month, 1) <= today:
        return true()
    begun = [slot for slot in list_slots_of_weeks(WEEKS) if _list_span(month, slot)[0] < today]
    return or_(Promise.slot.in_(begun), and_(Promise.slot.is_(None), Promise.days.is_not(null())))


def find_last_day(promise: HeldPromise) -> date:
    """The last day on which the promise can be kept."""
    return max(_list_days(promise, promise.month))


def has_days_left(promise: HeldPromise, today: date) -> bool:
    """Whether one of the days of the promise lies after today."""
    return bool(_list_days(promise, today + timedelta(days=1)))


def _list_days(promise: HeldPromise, today: date) -> tuple[date, ...]:
    """The days on which the promise can be kept, from today on, in ascending order."""
    return _find_days(promise.month, promise.slot, tuple(promise.days or ()), today)


@lru_cache(maxsize=10_000)  # the promises of a month have few slots and few sets of days
def _find_days(
    month: date, slot: str | None, own: tuple[str, ...], today: date
) -> tuple[date, ...]:
    days: Iterable[date] = sorted(map(date.fromisoformat, own))
    if slot is not None and not days:
        days = list_slot_dates(month).get(slot, ())
    return tuple(day for day in days or _list_span(month, slot) if day >= today)


def _list_span(month: date, slot: str | None) -> list[date]:
    """Every day of the slot's week, or of the whole month without a slot."""
    length = (add_months(month, 1) - month).days
    first, last = 0, length
    if slot is not None:
        week = get_slot_week(slot)
        first = (week - 1) * _DAYS_PER_WEEK
        last = length if week == _LAST_WEEK else week * _DAYS_PER_WEEK
    return [month + timedelta(days=offset) for offset in range(first, last)]


def _find_obstacle(row: HeldPromise, facts: Facts, today: date) -> RevokeReason | None:
    if not is_open(row, today):
        return None
    if (reason := facts.get_asked(row).gone_because) is not None:
        return reason
    if not _list_days(row, today):
        return None if row.was_published else RevokeReason.DAYS_OVER
    return _find_fault_of_givers(row, facts) or _find_fault_of_days(row, facts, today)


def _find_fault_of_givers(row: HeldPromise, facts: Facts) -> RevokeReason | None:
    offer, person = facts.find_offer(row), facts.find_volunteer(row)
    if facts.organisations[row.organisation_id].state is not OrganisationState.APPROVED:
        return RevokeReason.ORGANISATION_SUSPENDED
    fault = _find_fault_of_offer(row, facts, offer) if offer else None
    if fault is None and person is not None:
        fault = _find_fault_of_volunteer(row, facts, person)
    return fault


def _find_fault_of_offer(row: HeldPromise, facts: Facts, offer: Offer) -> RevokeReason | None:
    fault = _OFFER_STATES.get(offer.state)
    if fault is not None and not (facts.trusts_edits and fault is RevokeReason.OFFER_UNAPPROVED):
        return fault
    is_in_reach = not offer.committees or facts.get_asked(row).committee in offer.committees
    is_in_time = row.slot is None or not offer.windows or get_window(row.slot) in offer.windows
    return None if is_in_reach and is_in_time else RevokeReason.OFFER_CHANGED


def _find_fault_of_volunteer(
    row: HeldPromise, facts: Facts, person: Volunteer
) -> RevokeReason | None:
    """Why the volunteer cannot keep it; None: one entry reaches the place, and one has the time."""
    if person.state in _VOLUNTEER_STATES:
        return _VOLUNTEER_STATES[person.state]
    asked, entries = facts.get_asked(row), facts.list_entries(person)
    is_in_reach = any(
        not entry.committees or asked.committee in entry.committees for entry in entries
    )
    is_in_time = row.slot is None or any(get_window(row.slot) in one.windows for one in entries)
    is_able = asked.category in person.categories
    return None if is_in_reach and is_in_time and is_able else RevokeReason.VOLUNTEER_CHANGED


def _find_fault_of_days(row: HeldPromise, facts: Facts, today: date) -> RevokeReason | None:
    """The reason that rules out the last remaining day; None if a day remains for everything."""
    days = _list_days(row, today)
    for reason, lasts in list_validities(row, facts):
        days = keep_days(days, lasts)
        if not days:
            return reason
    return None


def _find_apart(
    promises: Sequence[HeldPromise], facts: Facts, today: date
) -> Iterable[tuple[int, RevokeReason]]:
    """The promises that share no day with the earlier promises of the same visit: id and reason."""
    common: dict[tuple[object, ...], tuple[date, ...]] = {}
    for row in promises:
        if row.slot is None or not is_live(row, today):
            continue
        key = (*row.help_key, row.slot)
        days = common.setdefault(key, _list_days(row, today))
        for reason, lasts in list_validities(row, facts):
            days = keep_days(days, lasts)
            if not days:
                yield row.id, reason
                break
        else:
            common[key] = days


def _find_surplus(
    promises: Sequence[HeldPromise], facts: Facts, today: date
) -> Iterable[tuple[int, RevokeReason]]:
    """The promises above what an offer or a person now gives in the month or slot: id and reason.

    What is not live counts first. Then pairings, more urgent needs, earlier promises are kept.
    """
    given: Counter[tuple[int, str, int]] = Counter()
    for row in sorted(promises, key=lambda row: _rank(row, facts, today)):
        limits = list(_list_limits(row, facts))
        over = (why for key, most, why in limits if given[key] + row.units > most)
        reason = next(over, None) if is_live(row, today) else None
        if reason is not None:
            yield row.id, reason
        else:
            given.update({key: row.units for key, _most, _why in limits})


def _rank(row: HeldPromise, facts: Facts, today: date) -> tuple[bool, bool, int, int]:
    return (is_live(row, today), row.pairing_id is None, facts.get_asked(row).tier, row.id)


def _list_limits(
    row: HeldPromise, facts: Facts
) -> Iterable[tuple[tuple[int, str, int], int, RevokeReason]]:
    offer, person = facts.find_offer(row), facts.find_volunteer(row)
    if offer is not None:
        key = (row.run_id, "offer", offer.id)
        yield key, offer.capacity_per_month, RevokeReason.OFFER_LOWERED
    if person is not None:
        key = (row.run_id, "visits", person.person_id)
        most = min(entry.visits_per_month for entry in facts.list_entries(person))
        yield key, most, RevokeReason.VISITS_LOWERED
    if person is not None and row.slot is not None:
        yield (row.run_id, row.slot, person.person_id), 1, RevokeReason.VOLUNTEER_ELSEWHERE


def list_fallen_with(
    rows: Sequence[HeldPromise], revoked: Collection[int], facts: Facts
) -> list[HeldPromise]:
    """The open promises of ``rows`` whose help is too little without the ids ``revoked``."""
    beside = _list_beside(rows, revoked)
    kept: Counter[object] = Counter()
    for row in beside:
        kept[row.help_key] += row.units
    too_little = (row for row in beside if kept[row.help_key] < facts.get_asked(row).least)
    return [row for row in too_little if row.state in OPEN_STATES]


def _list_beside(rows: Sequence[HeldPromise], revoked: Collection[int]) -> list[HeldPromise]:
    """The promises still given for the same help as those with ids ``revoked``, without these."""
    touched = {row.help_key for row in rows if row.id in revoked}
    left = (row for row in rows if row.help_key in touched and row.id not in revoked)
    return [row for row in left if row.state not in FALLEN_STATES]
