"""The day and hour of a visit, proposed from its slot so that a yes agrees to an exact time.

All persons who visit for one need or pairing in one slot come together: their promises share a day.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from matchmaker.base.clock import get_instant, get_local_date
from matchmaker.base.extensions import db
from matchmaker.models import Need, Pairing, Promise, PromiseState, RoundRun, Session
from matchmaker.promises.states import OPEN_STATES
from matchmaker.slots import YearCalendar, list_slot_dates

NOON = 12 * 60
SHOWN_FOR = timedelta(days=30)  # after the last day of help, or its report
_MORNING, _AFTERNOON = 9 * 60, 14 * 60
_AWAITING = (PromiseState.AWAITING_GIVER, PromiseState.AWAITING_RECIPIENT)

Dates = Mapping[str, Sequence[date]]


@dataclass(frozen=True, slots=True)
class Taken:
    """When residents are visited already, and how many persons each giver sends at that time.

    residents   (id of the resident, day, whether it begins before noon) of each visit
    givers      (id of the organisation, day, the same) -> number of persons

    A visit at half past nine takes the morning, as one at nine does.
    """

    residents: set[tuple[int, date, bool]]
    givers: Counter[tuple[int, date, bool]]

    def add(self, rows: Sequence[Promise]) -> None:
        """Count the visit of these promises; a visit without a day or hour is not counted."""
        first = rows[0]
        if first.day is not None and first.minute is not None:
            is_morning = first.minute < NOON
            self.residents.add((first.asked.resident_id, first.day, is_morning))
            for row in rows:
                self.givers[row.organisation_id, first.day, is_morning] += 1


def find_given_from(row: Promise) -> date | None:
    """The first day of the promise's session, visit or stay; None while none is fixed."""
    return row.session.first_day if row.session else row.day or row.first_day


def find_given_until(row: Promise) -> date | None:
    """The last day on which a promise is given or, if it is money, paid; None if none is fixed."""
    return row.session.last_day if row.session else row.day or row.last_day


def is_shown(row: Promise, now: datetime) -> bool:
    """Whether the giver may see the recipient of a promise.

    The promise is confirmed, its last day is not past by more than ``SHOWN_FOR``, and the office
    still has contact with the resident.
    """
    last = find_given_until(row)
    is_past = last is not None and last + SHOWN_FOR < get_local_date(now)
    has_ended = row.asked.resident.contact_ended_on is not None
    return row.state is PromiseState.CONFIRMED and not is_past and not has_ended


def is_given_before(today: date) -> ColumnElement[bool]:
    """The condition for promises whose last day is over; see ``find_given_until``."""
    sessions = select(Session.id).where(Session.last_day < today)
    return or_(Promise.day < today, Promise.last_day < today, Promise.session_id.in_(sessions))


def lacks_day(today: date) -> ColumnElement[bool]:
    """The condition for visits that await an answer and whose day is past or not set."""
    is_past = or_(Promise.day.is_(None), Promise.day < today)
    return and_(Promise.slot.is_not(None), Promise.state.in_(_AWAITING), is_past)


def propose_days(run: RoundRun, calendars: tuple[YearCalendar, ...], now: datetime) -> int:
    """Set a day for each visit of a run that awaits an answer and has none ahead; return how many.

    The day is one of the visit's slot. A day on which the resident has no other visit in that half
    of the day comes first, then a day after the deadline of the answers, then one on which the
    givers make fewest visits, then the earliest. If all days ahead lie before that deadline, the
    last is set. The caller holds the database lock of the round.
    """
    late = _list_visits(run, _may_lack_day(run, get_local_date(now)))
    waiting = [rows for rows in late if _lacks_day(rows, get_local_date(now))]
    if not waiting:
        return 0
    dates = list_slot_dates(run.match_round.month, calendars)
    taken, count = Taken(set(), Counter()), 0
    for rows in _list_visits(run, _is_near(run, waiting)):
        taken.add(rows)
    for rows in waiting:
        day = _choose_day(rows, dates, taken, now)
        if day is None:
            continue
        for row in rows:
            row.day, row.minute = day, get_usual_start(row.slot or "")
        taken.add(rows)
        count += 1
    db.session.flush()
    return count


def get_usual_start(slot: str) -> int:
    """The usual start of a visit in a slot, in minutes after midnight."""
    return _MORNING if slot.endswith("AM") else _AFTERNOON


def find_slot(day: date, minute: int, dates: Dates) -> str | None:
    """The slot of ``dates`` in which a visit at this day and minute begins; None without one."""
    half = "AM" if minute < NOON else "PM"
    return next((slot for slot, days in dates.items() if slot.endswith(half) and day in days), None)


def list_days_of(row: Promise, dates: Dates) -> Collection[date]:
    """The days on which a visit may take place: its own decided days, or else all of its slot."""
    if row.days:
        return [date.fromisoformat(day) for day in row.days]
    return dates.get(row.slot or "", ())


def _may_lack_day(run: RoundRun, today: date) -> ColumnElement[bool]:
    """The condition for promises of the needs and pairings of a run that have an open visit whose
    day is past or not set, and a visit that awaits an answer."""
    is_late = or_(Promise.day.is_(None), Promise.day < today)
    visits = select(Promise).where(Promise.round_run_id == run.id, Promise.slot.is_not(None))
    late = visits.where(Promise.state.in_(OPEN_STATES), is_late)
    awaiting = visits.where(Promise.state.in_(_AWAITING))
    return or_(
        *(
            and_(*(column.in_(found.with_only_columns(column)) for found in (late, awaiting)))
            for column in (Promise.need_id, Promise.pairing_id)
        )
    )


def _is_near(run: RoundRun, visits: Sequence[Sequence[Promise]]) -> ColumnElement[bool]:
    """The condition for promises for the residents of these visits, or for a need or pairing that
    a giver of these visits serves in the run."""
    givers = {row.organisation_id for rows in visits for row in rows}
    residents = {rows[0].asked.resident_id for rows in visits}
    given = select(Promise).where(
        Promise.round_run_id == run.id, Promise.organisation_id.in_(givers)
    )
    return or_(
        Promise.need_id.in_(given.with_only_columns(Promise.need_id)),
        Promise.need_id.in_(select(Need.id).where(Need.resident_id.in_(residents))),
        Promise.pairing_id.in_(given.with_only_columns(Promise.pairing_id)),
        Promise.pairing_id.in_(select(Pairing.id).where(Pairing.resident_id.in_(residents))),
    )


def _list_visits(run: RoundRun, condition: ColumnElement[bool]) -> list[list[Promise]]:
    """The open visits of a run that fulfil ``condition``, each as the list of its promises."""
    query = (
        select(Promise)
        .where(
            Promise.round_run_id == run.id,
            Promise.slot.is_not(None),
            Promise.state.in_(OPEN_STATES),
            condition,
        )
        .order_by(Promise.id)
        .options(joinedload(Promise.need), joinedload(Promise.pairing))
    )
    visits: dict[tuple[int | None, int | None, str | None], list[Promise]] = {}
    for row in db.session.scalars(query):
        visits.setdefault((row.need_id, row.pairing_id, row.slot), []).append(row)
    return list(visits.values())


def _lacks_day(rows: Sequence[Promise], today: date) -> bool:
    """Whether a promise of the visit awaits an answer and one of them, also one that joined late,
    has no day from today on."""
    is_open = any(row.state in _AWAITING for row in rows)
    return is_open and any(row.day is None or row.day < today for row in rows)


def _choose_day(rows: Sequence[Promise], dates: Dates, taken: Taken, now: datetime) -> date | None:
    first = rows[0]
    minute = get_usual_start(first.slot or "")
    common = set.intersection(*(set(list_days_of(row, dates)) for row in rows))
    answered = max((row.answer_by for row in rows if row.answer_by), default=get_local_date(now))

    def rank(day: date) -> tuple[bool, bool, int, date]:
        load = sum(taken.givers[row.organisation_id, day, minute < NOON] for row in rows)
        is_visited = (first.asked.resident_id, day, minute < NOON) in taken.residents
        return is_visited, day <= answered, load, day

    ahead = [day for day in common if get_instant(day, minute) > now]
    if ahead and max(ahead) <= answered:
        return max(ahead)
    return min(ahead, key=rank, default=None)
