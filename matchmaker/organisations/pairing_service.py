"""Enter, change and end long-term pairings, for the street office. Flushes; the view commits.

A change holds from the first day of a month whose list is not locked: visits are counted by month.
The old pairing ends the day before and a new one continues it, so that both stay on record.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from matchmaker.audit.service import record_event
from matchmaker.base.clock import add_months, get_local_date, get_month
from matchmaker.base.errors import InvalidError
from matchmaker.base.extensions import db
from matchmaker.models import (
    MatchRound,
    Pairing,
    PairingEnd,
    User,
)
from matchmaker.notices.service import (
    make_earlier_void,
    notify_coordinators,
    notify_givers,
    notify_resident,
    notify_visitor,
)
from matchmaker.organisations.pairing_chain import (
    End,
    begins,
    find_breaks,
    get_running,
    hold,
    list_chain,
    plan_ends,
)
from matchmaker.organisations.pairing_terms import (
    MOST_PAIRING_MONTHS,
    Care,
    PairingTerms,
    add_pairing,
    check_care,
    check_category,
    check_days,
    check_last_day,
    check_longer,
    check_single,
    find_giver,
    find_resident,
    get_care,
    write_care,
)

_ON_END = ("pairing.over", "pairing.stopped")
_ON_GOING_ON = ("pairing.goes_on", "pairing.kept")


# Enter.


def begin_pairing(*, actor: User, terms: PairingTerms, now: datetime) -> Pairing:
    """Enter a pairing; the next list that is locked reads it.

    Raises ``InvalidError`` naming the field, also if the two are paired in the category already.
    """
    resident = find_resident(terms.resident, actor)
    giver = find_giver(terms.organisation_id, actor)
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
    months = (add_months(first, number) for number in range(MOST_PAIRING_MONTHS))
    last = pairing.ended_on or date.max
    return [month for month in months if pairing.starts_on < month <= last]


def change_pairing(
    *, actor: User, pairing_id: int, care: Care, month: date | None, now: datetime
) -> Pairing:
    """Change a pairing from a month on: return the new pairing that continues it.

    If another change is planned already, the new pairing holds until then and that one continues.
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
        record_event(
            actor=actor,
            action="pairing.review",
            subject=pairing,
            now=now,
            on_behalf_of=pairing.resident,
        )
        return pairing
    _lock_lists(pairing, now)
    if month is None or month not in list_months(pairing, now):
        raise InvalidError("pairing.month", "month")
    return _continue(pairing, care, month, actor, now)


def _lock_lists(pairing: Pairing, now: datetime) -> None:
    """Lock the rounds of the present month and later: no list is locked while this goes on."""
    office_id = pairing.organisation.subdistrict_id
    query = select(MatchRound).where(
        MatchRound.subdistrict_id == office_id, MatchRound.month >= get_month(now)
    )
    hold(query.order_by(MatchRound.id))


def _continue(pairing: Pairing, care: Care, month: date, actor: User, now: datetime) -> Pairing:
    later = Pairing(
        organisation_id=pairing.organisation_id,
        resident_id=pairing.resident_id,
        category_id=pairing.category_id,
        programme=pairing.programme,
        starts_on=month,
        ended_on=pairing.ended_on,
        end_reason=pairing.end_reason,
    )
    write_care(later, care)
    pairing.ended_on, pairing.end_reason = month - timedelta(days=1), PairingEnd.CHANGED
    _put_between(later, pairing)
    details = {"month": f"{month:%Y-%m}", "other_id": pairing.id}
    record_event(
        actor=actor,
        action="pairing.change",
        subject=later,
        now=now,
        on_behalf_of=pairing.resident,
        details=details,
    )
    _notify_of_change(pairing, later, actor, now)
    return later


def _put_between(later: Pairing, pairing: Pairing) -> None:
    """Store a pairing that continues another; the one that did so until now continues it."""
    planned = db.session.scalar(select(Pairing).where(Pairing.continues_id == pairing.id))
    if planned is not None:
        planned.continues_id = None
        db.session.flush()
    later.continues_id = pairing.id
    add_pairing(later)
    if planned is not None:
        planned.continues_id = later.id
        db.session.flush()


def _notify_of_change(before: Pairing, later: Pairing, actor: User, now: datetime) -> None:
    """Notify the resident and the givers; a visitor who is new or leaves hears just that."""
    notify_resident(later.resident, actor, "pairing.rearranged", later, now)
    if before.volunteer_id == later.volunteer_id:
        notify_givers(later, actor, "pairing.changed", now)
        return
    notify_coordinators(later.organisation_id, actor, "pairing.changed", later, now)
    if before.volunteer is not None:
        notify_visitor(before.volunteer, actor, "pairing.stopped", before, now)
    if later.volunteer is not None:
        notify_visitor(later.volunteer, actor, "pairing.begun", later, now)


# End.


def end_pairing(
    *, actor: User, pairing_id: int, end: End, known_breaks: int, now: datetime
) -> Pairing:
    """Set or take away the last day of a pairing and of its chain; return the one that ends then.

    The last day may be today or later. A change that was to begin after it does not take place, and
    comes back if the last day is moved on. Colleagues hear of promises that break. Raises
    ``ConflictError`` as ``get_running`` does, and if more than ``known_breaks`` promises of
    published months break; ``InvalidError`` naming the field.
    """
    pairing, today = get_running(pairing_id, actor, now, is_locked=True), get_local_date(now)
    chain = list_chain(pairing)
    if end.last_day is not None:
        check_last_day(end.last_day, today)
    check_longer(chain, end.last_day)
    breaks = find_breaks(pairing, end.last_day, now)
    breaks.require_known(known_breaks)
    changed = _write_ends(chain, end, today)
    if not changed:
        raise InvalidError("pairing.nothing_changed", "last_day")
    last = next((row for row in reversed(changed) if begins(row)), pairing)
    breaks.inform_office(actor, now)
    details = {} if end.last_day is None else {"last_day": end.last_day.isoformat()}
    record_event(
        actor=actor,
        action="pairing.go_on" if end.last_day is None else "pairing.end",
        subject=last,
        now=now,
        on_behalf_of=pairing.resident,
        details={**_name_reason(end), **details, **breaks.to_details()},
    )
    _notify_of_end(last, changed, actor, now)
    return last


def _name_reason(end: End) -> dict[str, str]:
    return {} if end.reason is None else {"reason": end.reason.value}


def _write_ends(chain: Sequence[Pairing], end: End, today: date) -> list[Pairing]:
    """Write how each pairing of the chain ends; return those that end otherwise than before."""
    ends = plan_ends(chain, end, today)
    changed = []
    for row in chain:
        planned = ends.get(row.id)
        if planned is not None and planned != End(row.ended_on, row.end_reason):
            row.ended_on, row.end_reason = planned.last_day, planned.reason
            changed.append(row)
    db.session.flush()
    return changed


def _notify_of_end(last: Pairing, changed: Sequence[Pairing], actor: User, now: datetime) -> None:
    """Notify the resident and the givers once, and each other visitor; what was said is void."""
    goes_on = last.ended_on is None
    of_resident, of_givers = _ON_GOING_ON if goes_on else _ON_END
    others = [row for row in changed if row.id != last.id]
    empty = [row.id for row in others if not begins(row)]
    make_earlier_void(of_resident, Pairing.__tablename__, empty, now)
    make_earlier_void(of_givers, Pairing.__tablename__, empty, now)
    notify_resident(last.resident, actor, of_resident, last, now)
    notify_givers(last, actor, of_givers, now)
    visitors = {row.volunteer: row for row in others}
    for volunteer, row in visitors.items():
        if volunteer is not None and volunteer.id != last.volunteer_id:
            notify_visitor(volunteer, actor, of_givers, row, now)
