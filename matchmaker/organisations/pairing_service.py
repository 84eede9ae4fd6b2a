"""Enter, change and end long-term pairings, for the street office. Flushes; the view commits.

A change holds from the first day of a month whose list is not locked: visits are counted by month.
The old pairing ends the day before and a new one continues it, so that both stay on record.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from matchmaker.audit.service import record_event
from matchmaker.base.clock import add_months, get_local_date, get_month
from matchmaker.base.errors import ConflictError, InvalidError
from matchmaker.base.extensions import db
from matchmaker.models import (
    MatchRound,
    Pairing,
    PairingEnd,
    User,
)
from matchmaker.notices.service import notify_givers, notify_resident, notify_visitor
from matchmaker.organisations.pairing_terms import (
    MOST_MONTHS,
    Care,
    PairingTerms,
    add_pairing,
    check_care,
    check_category,
    check_days,
    check_last_day,
    check_single,
    find_giver,
    find_resident,
    get_care,
    write_care,
)
from matchmaker.promises.breaking import find_breaks_of_pairing
from matchmaker.scopes import get_in_scope, lock_in_scope


def get_pairing(pairing_id: int, actor: User, *, is_locked: bool = False) -> Pairing:
    """The pairing, locked if ``is_locked``. Raises ``NotFoundError`` outside the actor's scope."""
    if is_locked:
        return lock_in_scope(Pairing, pairing_id, actor, "pairing.unknown")
    return get_in_scope(Pairing, pairing_id, actor, "pairing.unknown")


def find_next(pairing: Pairing) -> Pairing | None:
    """The pairing that continues this one after a change; None if there is none."""
    return db.session.scalar(select(Pairing).where(Pairing.continues_id == pairing.id))


# Enter.


def begin_pairing(*, actor: User, terms: PairingTerms, now: datetime) -> Pairing:
    """Enter a pairing; the next list that is locked reads it.

    Raises ``InvalidError`` naming the field, also if the two are paired in the category already.
    """
    giver = find_giver(terms.organisation_id, actor)
    resident = find_resident(terms.resident, actor)
    check_category(terms.category_id)
    check_days(terms, now)
    check_care(terms.care, terms.first_day, now)
    check_single(terms, resident)
    pairing = Pairing(
        organisation_id=giver.id,
        resident_id=resident.id,
        category_id=terms.category_id,
        programme=terms.programme,
        starts_on=terms.first_day,
        ended_on=terms.last_day,
    )
    write_care(pairing, terms.care)
    add_pairing(pairing)
    record_event(
        actor=actor, action="pairing.begin", subject=pairing, now=now, on_behalf_of=resident
    )
    notify_resident(resident, actor, "pairing.arranged", pairing, now)
    notify_givers(pairing, actor, "pairing.begun", now)
    return pairing


# Change.


def get_running(pairing_id: int, actor: User, now: datetime, *, is_locked: bool = False) -> Pairing:
    """The pairing that can be changed or ended, locked if ``is_locked``.

    Raises ``ConflictError`` if its last day is past, or another pairing continues it.
    """
    pairing = get_pairing(pairing_id, actor, is_locked=is_locked)
    is_over = pairing.ended_on is not None and pairing.ended_on < get_local_date(now)
    if is_over or find_next(pairing) is not None:
        raise ConflictError("pairing.over")
    return pairing


def list_months(pairing: Pairing, now: datetime) -> Sequence[date]:
    """The months from which the pairing can be changed, as first days, earliest first.

    They begin after its first day and not after its last, and no list is locked for them or later.
    """
    locked = db.session.scalar(
        select(func.max(MatchRound.month)).where(
            MatchRound.subdistrict_id == pairing.organisation.subdistrict_id,
            MatchRound.frozen_at.is_not(None),
        )
    )
    first = get_month(now)
    if locked is not None:
        first = max(first, add_months(locked, 1))
    months = (add_months(first, number) for number in range(MOST_MONTHS))
    last = pairing.ended_on or date.max
    return [month for month in months if pairing.starts_on < month <= last]


def change_pairing(
    *, actor: User, pairing_id: int, care: Care, month: date | None, now: datetime
) -> Pairing:
    """Change a pairing from a month on: return the new pairing that continues it.

    If only the day of the review is another, that is changed at once, and ``month`` is ignored.
    Raises ``ConflictError`` as ``get_running`` does, ``InvalidError`` naming the field, also if
    nothing changes.
    """
    pairing = get_running(pairing_id, actor, now, is_locked=True)
    before = get_care(pairing)
    if care == before:
        raise InvalidError("pairing.nothing_changed", "review_on")
    if care.review_on != before.review_on:
        check_care(care, pairing.starts_on, now)
    if (care.volunteer, care.frequency, care.tier) == (
        before.volunteer,
        before.frequency,
        before.tier,
    ):
        pairing.review_on = care.review_on
        db.session.flush()
        record_event(actor=actor, action="pairing.review", subject=pairing, now=now)
        return pairing
    if month is None or month not in list_months(pairing, now):
        raise InvalidError("pairing.month", "month")
    return _continue(pairing, care, month, actor, now)


def _continue(pairing: Pairing, care: Care, month: date, actor: User, now: datetime) -> Pairing:
    later = Pairing(
        organisation_id=pairing.organisation_id,
        resident_id=pairing.resident_id,
        category_id=pairing.category_id,
        programme=pairing.programme,
        starts_on=month,
        ended_on=pairing.ended_on,
        end_reason=pairing.end_reason,
        continues_id=pairing.id,
    )
    write_care(later, care)
    pairing.ended_on, pairing.end_reason = month - timedelta(days=1), PairingEnd.CHANGED
    add_pairing(later)
    details = {"month": f"{month:%Y-%m}", "other_id": pairing.id}
    record_event(
        actor=actor,
        action="pairing.change",
        subject=later,
        now=now,
        on_behalf_of=pairing.resident,
        details=details,
    )
    notify_resident(pairing.resident, actor, "pairing.rearranged", later, now)
    notify_givers(later, actor, "pairing.changed", now)
    if pairing.volunteer is not None and pairing.volunteer_id != later.volunteer_id:
        notify_visitor(pairing.volunteer, actor, "pairing.stopped", pairing, now)
    return later


# End.


def end_pairing(
    *,
    actor: User,
    pairing_id: int,
    last_day: date,
    reason: PairingEnd,
    known_breaks: int,
    now: datetime,
) -> Pairing:
    """Set the last day of a pairing, and why it ends; colleagues hear of promises that break.

    The last day may be today or later; before the first day, it does not begin at all. Raises
    ``ConflictError`` as ``get_running`` does, and if more than ``known_breaks`` promises of
    published months break; ``InvalidError`` naming the field.
    """
    pairing = get_running(pairing_id, actor, now, is_locked=True)
    check_last_day(last_day, get_local_date(now))
    breaks = find_breaks_of_pairing(pairing, last_day, now)
    breaks.require_known(known_breaks)
    pairing.ended_on, pairing.end_reason = last_day, reason
    db.session.flush()
    breaks.inform_office(actor, now)
    record_event(
        actor=actor,
        action="pairing.end",
        subject=pairing,
        now=now,
        on_behalf_of=pairing.resident,
        details={"reason": reason.value, "last_day": last_day.isoformat(), **breaks.to_details()},
    )
    notify_resident(pairing.resident, actor, "pairing.over", pairing, now)
    notify_givers(pairing, actor, "pairing.stopped", now)
    return pairing
