"""Read the promises of a published month for an organisation or a volunteer.

Lines have references and blocks, no names of residents. Only ``get_line`` reads the surname and
title of the recipient, from the recipient's yes until some weeks after the help.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, String, case, cast, func, select

from matchmaker.base.clock import get_local_date
from matchmaker.base.extensions import db
from matchmaker.models import (
    WEEKS,
    Actor,
    Committee,
    Household,
    MatchRound,
    Need,
    Organisation,
    Pairing,
    Promise,
    PromiseSide,
    PromiseState,
    Resident,
    ServiceCategory,
    Session,
    Volunteer,
    Window,
)
from matchmaker.promises.days import SHOWN_FOR, is_shown
from matchmaker.promises.facts import list_promises
from matchmaker.promises.present import is_live
from matchmaker.promises.states import DONE_STATES, FALLEN_STATES
from matchmaker.scopes import is_in_scope
from matchmaker.slots import make_slot

# Filters of the list.

DELIVERIES = 0  # the "week" of promises without a slot


@dataclass(frozen=True, slots=True)
class GivenFilters:
    """Filters of a month's promises; a field that is None or empty does not filter.

    ``week`` is 1 to 4, or ``DELIVERIES``; ``category`` and ``committee`` are codes.
    """

    week: int | None = None
    category: str = ""
    committee: str = ""
    volunteer_id: int | None = None
    state: PromiseState | None = None

    def __post_init__(self) -> None:
        if self.week is not None and self.week not in (DELIVERIES, *WEEKS):
            raise ValueError(f"a month has no week {self.week}")


_COLUMNS: tuple[Any, ...] = (
    Promise,
    ServiceCategory,
    Committee,
    Household.block,
    Need.reference,
    Pairing.reference,
    Volunteer.name,
    Resident.person_id,
    Volunteer.person_id,
)
_SAME = (
    *("id", "slot", "days", "day", "minute", "new_by", "first_day", "last_day"),
    *("units", "state", "answer_by"),
)
_SLOTS = [make_slot(week, window) for week in WEEKS for window in Window]


@dataclass(frozen=True, slots=True)
class Line:
    """One promise as it is listed.

    slot        slot of a visit; None: any time
    days        the days on which it may take place (ISO); None: any day of its slot
    day         the day set for a visit; None: none is set
    minute      when the visit begins, in minutes after midnight
    new_by      the side that asks for another day; None: nobody asks
    units       in the category's unit, fen for funds
    answer_by   last day for the giver's answer; None: nobody is asked
    persons     ids of the recipient and, for a visit, of the visitor
    resident    surname and title of the recipient; None on lists, and while it may not be shown
    """

    id: int
    slot: str | None
    days: list[str] | None
    day: date | None
    minute: int | None
    new_by: PromiseSide | None
    session: Session | None
    first_day: date | None
    last_day: date | None
    reference: str
    category: ServiceCategory
    committee: Committee
    block: str
    volunteer: str | None
    units: int
    state: PromiseState
    answer_by: date | None
    is_pairing: bool
    persons: tuple[int, ...]
    resident: str | None = None


def list_published_months(actor: Actor) -> list[date]:
    """The published months of the actor's street office, latest first."""
    query = (
        select(MatchRound.month)
        .where(
            MatchRound.subdistrict_id.in_(_select_offices(actor)),
            MatchRound.published_run_id.is_not(None),
        )
        .order_by(MatchRound.month.desc())
    )
    return list(db.session.scalars(query))


def find_policy(actor: Actor, month: date) -> str | None:
    """The policy of the month in the actor's street office; None without a round."""
    query = select(MatchRound.policy).where(
        MatchRound.subdistrict_id.in_(_select_offices(actor)), MatchRound.month == month
    )
    return db.session.scalar(query)


def select_lines(actor: Actor, month: date, filters: GivenFilters) -> Select[Any]:
    """The query for promises of ``month`` in the actor's scope, in order of time.

    A coordinator gets the organisation's promises, a volunteer their own visits. ``read_lines``
    reads the rows.
    """
    query: Select[Any] = _join_all(actor, month)
    if filters.week == DELIVERIES:
        query = query.where(Promise.slot.is_(None))
    elif filters.week is not None:
        query = query.where(Promise.slot.startswith(f"W{filters.week}-"))
    if filters.category:
        query = query.where(ServiceCategory.code == filters.category)
    if filters.committee:
        query = query.where(Committee.code == filters.committee)
    if filters.volunteer_id is not None:
        query = query.where(Promise.volunteer_id == filters.volunteer_id)
    if filters.state is not None:
        query = query.where(Promise.state == filters.state)
    return query.order_by(
        Promise.day.is_(None),
        Promise.day,
        Promise.minute,
        Promise.session_id,
        Promise.number,
        Promise.first_day,
        Promise.last_day,
        case({slot: index for index, slot in enumerate(_SLOTS)}, value=Promise.slot, else_=99),
        cast(Promise.days, String),
        Volunteer.sort_key.is_(None),
        Volunteer.sort_key,
        ServiceCategory.position,
        Promise.id,
    )


def list_waiting(
    actor: Actor, month: date, filters: GivenFilters, now: datetime
) -> dict[int, date | None]:
    """The last day for the answer of each promise that can still be answered, keyed by its id."""
    waiting = select_lines(actor, month, filters).where(
        Promise.state == PromiseState.AWAITING_GIVER
    )
    rows: Any = db.session.execute(waiting.with_only_columns(Promise.id, Promise.answer_by))
    days: dict[int, date | None] = dict(list(rows))
    today = get_local_date(now)
    held = list_promises(Promise.id.in_(days)) if days else []
    return {row.id: days[row.id] for row in held if is_live(row, today)}


def read_lines(rows: list[Any]) -> list[Line]:
    """Make lines of the rows of ``select_lines``, in their order."""
    ids = {row[0].session_id for row in rows} - {None}
    query = select(Session).where(Session.id.in_(ids))
    sessions = {row.id: row for row in db.session.scalars(query)} if ids else {}
    return [_read_line(sessions.get(row[0].session_id), *row) for row in rows]


def list_lines(actor: Actor, month: date, filters: GivenFilters) -> list[Line]:
    """The promises that pass the filters and did not end without help, in order of time."""
    query = select_lines(actor, month, filters).where(Promise.state.not_in(FALLEN_STATES))
    return read_lines(list(db.session.execute(query)))


def get_line(actor: Actor, promise: Promise, now: datetime) -> Line:
    """The line of one promise of a published month in the actor's scope.

    It has the name of the recipient if that may be shown now.
    """
    query = _join_all(actor, promise.run.match_round.month).where(Promise.id == promise.id)
    line = _read_line(promise.session, *db.session.execute(query).one())
    return replace(line, resident=_find_name(promise, now))


def _find_name(promise: Promise, now: datetime) -> str | None:
    """The surname and title of the recipient, from the yes until a while after the help.

    None at any other time.
    """
    is_recent = promise.reported_at is not None and now < promise.reported_at + SHOWN_FOR
    is_named = is_shown(promise, now) or (promise.state in DONE_STATES and is_recent)
    name: str = promise.asked.resident.display_name
    return name if is_named else None


def list_choices(
    actor: Actor, month: date
) -> tuple[list[ServiceCategory], list[Committee], list[Volunteer]]:
    """The categories, committees and volunteers that occur among the month's promises."""
    base = _join_all(actor, month)
    categories = _list_distinct(base, ServiceCategory, ServiceCategory.position)
    committees = _list_distinct(base, Committee, Committee.code)
    volunteers = _list_distinct(base, Volunteer, Volunteer.sort_key)
    return categories, committees, volunteers


def _read_line(
    session: Session | None,
    promise: Promise,
    category: ServiceCategory,
    committee: Committee,
    block: str,
    need: str | None,
    pairing: str | None,
    volunteer: str | None,
    *persons: int | None,
) -> Line:
    same = {name: getattr(promise, name) for name in _SAME}
    return Line(
        **same,
        session=session,
        reference=need or pairing or "",
        category=category,
        committee=committee,
        block=block,
        volunteer=volunteer,
        is_pairing=need is None,
        persons=tuple(person for person in persons if person is not None),
    )


def _list_distinct(query: Select[Any], model: Any, order: Any) -> list[Any]:
    ids = query.with_only_columns(model.id).where(model.id.is_not(None))
    return list(db.session.scalars(select(model).where(model.id.in_(ids)).order_by(order)))


def _join_all(actor: Actor, month: date) -> Any:
    return (
        select(*_COLUMNS)
        .select_from(Promise)
        .join(MatchRound, MatchRound.published_run_id == Promise.round_run_id)
        .outerjoin(Promise.need)
        .outerjoin(Promise.pairing)
        .outerjoin(Volunteer, Volunteer.id == Promise.volunteer_id)
        .join(Resident, Resident.id == func.coalesce(Need.resident_id, Pairing.resident_id))
        .join(Household, Household.id == Resident.household_id)
        .join(Committee, Committee.id == func.coalesce(Need.committee_id, Household.committee_id))
        .join(
            ServiceCategory,
            ServiceCategory.id == func.coalesce(Need.category_id, Pairing.category_id),
        )
        .where(
            MatchRound.month == month,
            MatchRound.subdistrict_id.in_(_select_offices(actor)),
            is_in_scope(Promise, actor),
        )
    )


def _select_offices(actor: Actor) -> Select[int]:
    """The query for the id of the street office of the actor's organisation."""
    query = select(Organisation.subdistrict_id)
    if actor.volunteer_id is None:
        return query.where(Organisation.id == actor.organisation_id)
    of_volunteer = select(Volunteer.organisation_id).where(Volunteer.id == actor.volunteer_id)
    return query.where(Organisation.id.in_(of_volunteer))
