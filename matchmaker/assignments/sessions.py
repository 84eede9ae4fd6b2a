"""Add, change and remove the sessions of an offer for a coordinator. Flushes; the view commits.

Promises without a session get the next numbers of a new one; recipients are notified of a change.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from matchmaker.audit.service import record_event
from matchmaker.base.clock import add_months, get_local_date
from matchmaker.base.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.kinds import Timing, get_rules, get_timing
from matchmaker.models import HandingOver, Offer, Place, Promise, RoundRun, Session, User
from matchmaker.offers.terms import list_places
from matchmaker.promises.agreed import notify_of_needs
from matchmaker.promises.seats import find_run, notify_recipients, seat_waiting
from matchmaker.scopes import get_in_scope, lock_in_scope
from matchmaker.states import lock_row

LARGEST_SESSION = 2_000  # numbers
MINUTES_OF_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class SessionTerms:
    """A session as typed; hours in minutes after midnight; ``most`` numbers, None: no limit."""

    place_id: int | None
    first_day: date
    last_day: date
    starts_minute: int
    ends_minute: int
    most: int | None = None


def get_offer_of_month(actor: User, offer_id: int, month: date) -> tuple[Offer, RoundRun]:
    """The offer, in the actor's scope, and the published run of the month.

    Raises ``NotFoundError`` if either is missing.
    """
    offer = get_in_scope(Offer, offer_id, actor, "offer.unknown")
    run = find_run(offer.organisation.subdistrict_id, month)
    if run is None:
        raise NotFoundError("assignment.nothing_published")
    return offer, run


def get_session(actor: User, session_id: int) -> Session:
    """The session, in the actor's scope. Raises ``NotFoundError``."""
    return get_in_scope(Session, session_id, actor, "day.unknown")


def lock_session(actor: User, session_id: int) -> Session:
    """The session, read again and locked after its month. Raises ``NotFoundError``."""
    session = get_session(actor, session_id)
    _offer, run = get_offer_of_month(actor, session.offer_id, get_month_of(session))
    lock_row(run.match_round)
    return lock_in_scope(Session, session_id, actor, "day.unknown")


def add_session(
    *, actor: User, offer_id: int, month: date, terms: SessionTerms, now: datetime
) -> int:
    """Add a session and give out its numbers; return how many promises got a number.

    Raises ``InvalidError`` naming a field, ``ConflictError`` for an offer not given in sessions,
    ``NotFoundError`` as ``get_offer_of_month``.
    """
    offer, run = get_offer_of_month(actor, offer_id, month)
    lock_row(run.match_round)
    if get_timing(offer.category) is not Timing.SESSION:
        raise ConflictError("day.no_session")
    _check(offer, month, terms, now)
    session = Session(offer_id=offer.id)
    _write(session, terms)
    db.session.add(session)
    db.session.flush()
    seated = seat_waiting(run, now)
    details = {"first_day": session.first_day.isoformat(), "promises": len(seated)}
    record_event(actor=actor, action="session.add", subject=session, now=now, details=details)
    _notify_seated(run, seated, actor, now)
    return len(seated)


def edit_session(*, actor: User, session_id: int, terms: SessionTerms, now: datetime) -> None:
    """Change a session that is still to come, and give out numbers that it has now.

    Recipients with a number are notified of another day, hour or place. Raises ``InvalidError``
    naming a field, ``ConflictError`` from the session's last day on, ``NotFoundError``.
    """
    session, run = _lock(actor, session_id, now)
    _check(session.offer, run.match_round.month, terms, now, kept=session.place)
    highest = db.session.scalar(
        select(func.max(Promise.number)).where(Promise.session_id == session.id)
    )
    if terms.most is not None and terms.most < (highest or 0):
        raise InvalidError("day.numbers_given", "most", least=highest)
    before = _get_when_and_where(session)
    _write(session, terms)
    db.session.flush()
    details = {"first_day": session.first_day.isoformat()}
    record_event(actor=actor, action="session.edit", subject=session, now=now, details=details)
    if _get_when_and_where(session) != before:
        notify_recipients(list_holders(session), "help.day_moved", actor, now)
    _notify_seated(run, seat_waiting(run, now), actor, now)


def remove_session(*, actor: User, session_id: int, now: datetime) -> None:
    """Remove a session to come. Raises ``ConflictError`` if it is over or gave out a number."""
    session, _run = _lock(actor, session_id, now)
    if list_holders(session):
        raise ConflictError("day.has_numbers")
    details = {"first_day": session.first_day.isoformat()}
    record_event(actor=actor, action="session.remove", subject=session, now=now, details=details)
    db.session.delete(session)
    db.session.flush()


def list_holders(session: Session) -> list[Promise]:
    """The promises with a number in the session, in order of number."""
    query = select(Promise).where(Promise.session_id == session.id).order_by(Promise.number)
    return list(db.session.scalars(query))


def _notify_seated(run: RoundRun, rows: Collection[Promise], actor: User, now: datetime) -> None:
    """Notify recipients of promises that got a number, and ask those whose help is now agreed."""
    notify_of_needs(run, {row.need_id for row in rows if row.need_id is not None}, now)
    notify_recipients(rows, "help.day_fixed", actor, now)


def _lock(actor: User, session_id: int, now: datetime) -> tuple[Session, RoundRun]:
    """The session and its run, the round locked. Raises ``ConflictError`` from its last day on."""
    session = lock_session(actor, session_id)
    _offer, run = get_offer_of_month(actor, session.offer_id, get_month_of(session))
    if session.last_day <= get_local_date(now):
        raise ConflictError("day.over")
    return session, run


def get_month_of(session: Session) -> date:
    """The first day of the month in which a session begins."""
    return session.first_day.replace(day=1)


def _check(
    offer: Offer,
    month: date,
    terms: SessionTerms,
    now: datetime,
    kept: Place | None = None,
) -> None:
    check_days(offer, month, terms.first_day, terms.last_day)
    if terms.last_day <= get_local_date(now):
        raise InvalidError("day.past", "last_day")
    if terms.first_day != terms.last_day and not get_rules(offer.category.kind).is_handed_over:
        raise InvalidError("day.one_day", "last_day")
    if not 0 <= terms.starts_minute < terms.ends_minute <= MINUTES_OF_DAY:
        raise InvalidError("day.hours", "ends")
    if terms.most is not None and not 1 <= terms.most <= LARGEST_SESSION:
        raise InvalidError("day.most", "most", most=LARGEST_SESSION)
    is_brought = offer.handing_over is HandingOver.DOOR
    usable = {None, *(row.id for row in list_places(offer.organisation, kept))}
    if (terms.place_id is None) != is_brought or terms.place_id not in usable:
        raise InvalidError("day.place_unknown", "place_id")


def check_days(offer: Offer, month: date, first: date, last: date) -> None:
    """Raise ``InvalidError`` if ``last`` is before ``first`` or one of them is not allowed.

    Both must lie in the month and in the offer's validity.
    """
    if last < first:
        raise InvalidError("day.order", "last_day")
    if first < month:
        raise InvalidError("day.other_month", "first_day")
    if last >= add_months(month, 1):
        raise InvalidError("day.other_month", "last_day")
    if first < offer.valid_from:
        raise InvalidError("day.not_valid", "first_day")
    if offer.valid_until is not None and last > offer.valid_until:
        raise InvalidError("day.not_valid", "last_day")


def _write(session: Session, terms: SessionTerms) -> None:
    session.place_id = terms.place_id
    session.first_day, session.last_day = terms.first_day, terms.last_day
    session.starts_minute, session.ends_minute = terms.starts_minute, terms.ends_minute
    session.most = terms.most


def _get_when_and_where(session: Session) -> tuple[object, ...]:
    return (
        session.place_id,
        session.first_day,
        session.last_day,
        session.starts_minute,
        session.ends_minute,
    )
