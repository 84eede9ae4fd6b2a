"""The last day on which help is of use: name it, let needs expire after it, ask again.

Flushes; the caller commits, except for ``do_expire``.
"""

from datetime import date, datetime

from sqlalchemy import select

from matchmaker.audit.service import record_event
from matchmaker.base.clock import add_months, get_local_date, get_month
from matchmaker.base.database import writing
from matchmaker.base.errors import ConflictError, InvalidError
from matchmaker.base.extensions import db
from matchmaker.models import Need, NeedState, Promise, User
from matchmaker.needs.posting import add_need, make_need, record_step
from matchmaker.needs.states import NEED_STATES, flush_need, get_need
from matchmaker.notices.service import notify_resident
from matchmaker.promises.states import OPEN_STATES
from matchmaker.residents.consents import end_consent
from matchmaker.states import lock_rows

MOST_USEFUL_MONTHS = 12  # after the present month, to the first day of the latest one
EXPIRABLE = NEED_STATES.list_starts(NeedState.EXPIRED)


def set_last_day(need: Need, day: date | None, now: datetime, field: str = "useful_until") -> None:
    """Set the last day on which the help is of use; None: it stays of use.

    Raises as ``check_change`` does.
    """
    check_change(need, day, now, field)
    need.useful_until = day


def check_change(need: Need, day: date | None, now: datetime, field: str = "useful_until") -> None:
    """Raise ``InvalidError`` naming ``field`` unless the need may have this last day.

    A day that ``check_last_day`` refuses may stay. A need that comes back every month has none.
    """
    if day is not None and need.repeats_until is not None:
        raise InvalidError("need.repeats_with_day", field)
    if day != need.useful_until:
        check_last_day(day, now, field)


def check_last_day(day: date | None, now: datetime, field: str = "useful_until") -> None:
    """Raise ``InvalidError`` naming ``field`` for a day before today or too far ahead."""
    first, last = get_local_date(now), add_months(get_month(now), MOST_USEFUL_MONTHS)
    if day is not None and not first <= day <= last:
        raise InvalidError("need.useful_day", field, first=first, last=last)


# What a timer does.


def do_expire(now: datetime) -> int:
    """Let needs expire and commit; return how many.

    It may run again at any time: what is done is not done twice.
    """
    try:
        with writing():
            count = expire_needs(now)
            db.session.commit()
    except Exception:
        db.session.rollback()
        raise
    return count


def expire_needs(now: datetime) -> int:
    """Expire the needs whose last day is past; return how many.

    A need in a locked list, or with an open promise, stays as it is: it expires if nothing comes
    of the list or promise. The consent to the need ends with it.
    """
    promised = select(Promise.id).where(Promise.need_id == Need.id, Promise.state.in_(OPEN_STATES))
    query = (
        select(Need)
        .where(Need.state.in_(EXPIRABLE), Need.useful_until < get_local_date(now))
        .where(~promised.exists())
        .order_by(Need.id)
    )
    rows = lock_rows(query)
    for need in rows:
        NEED_STATES.take(need, NeedState.EXPIRED)
        end_consent(need.consent, now)
        flush_need()
        record_event(
            actor=None, action="need.expire", subject=need, now=now, on_behalf_of=need.resident
        )
        notify_resident(need.resident, None, "need.expired", need, now)
    return len(rows)


# What people do.


def get_expired(need_id: int, actor: User) -> Need:
    """The expired need. Raises ``NotFoundError`` outside the scope, ``ConflictError`` in others."""
    need = get_need(need_id, actor)
    if need.state is not NeedState.EXPIRED:
        raise ConflictError("need.not_expired", state=need.state.value)
    return need


def ask_once_more(*, actor: User, need_id: int, now: datetime) -> Need:
    """Store a draft that asks for the same as an expired need, without a last day.

    Raises ``ConflictError`` unless the need expired, and if contact with the resident was stopped.
    """
    need = get_expired(need_id, actor)
    draft = make_need(need.resident, need.category, actor, now)
    draft.description, draft.quantity = need.description, need.quantity
    draft.windows = list(need.windows)
    add_need(draft, now)
    record_step(draft, actor, now, "need.draft", {"other_id": need.id})
    return draft
