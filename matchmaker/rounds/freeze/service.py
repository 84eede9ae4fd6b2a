"""Open a round, and lock its list (freeze it)."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from matchmaker.audit.service import record_event
from matchmaker.base.clock import add_months, get_local_date, get_month
from matchmaker.base.errors import ConflictError, InvalidError
from matchmaker.base.extensions import db
from matchmaker.calendar.service import load_calendars
from matchmaker.models import MatchRound, Need, RoundState, ServiceCategory, StoredSnapshot, User
from matchmaker.needs.repeating import return_needs
from matchmaker.needs.states import enter_round
from matchmaker.offers.states import follow_calendar
from matchmaker.rounds import matching
from matchmaker.rounds.freeze.asked import freeze_due_visits, freeze_needs, select_open_needs
from matchmaker.rounds.freeze.draws import Announcement, add_draw, check_announcement
from matchmaker.rounds.freeze.given import freeze_offers, freeze_volunteers
from matchmaker.rounds.memory.carrying import carry_earlier
from matchmaker.rounds.memory.ledger import count_pledges, freeze_history, freeze_loads
from matchmaker.rounds.memory.missed import count_missed, find_last_round
from matchmaker.rounds.queries import find_round, get_subdistrict_id
from matchmaker.rounds.question.lots import make_key
from matchmaker.rounds.question.problem import name_contest_stages
from matchmaker.rounds.question.snapshot import FORMAT, FrozenCategory, Snapshot
from matchmaker.rounds.states import ROUND_STATES
from matchmaker.slots import list_days, list_slot_dates

MONTHS_AHEAD = 2  # nothing is known yet of what people need later


def list_open_months(now: datetime) -> tuple[date, date]:
    """Return the first and the last month that can be opened: the present one and two later."""
    present = get_month(now)
    return present, add_months(present, MONTHS_AHEAD)


def open_round(*, month: date, actor: User, now: datetime, policy: str = "") -> MatchRound:
    """Open the month's round; enter its repeated needs, and open or end offers by their days.

    ``policy`` is the name and version of its stages; empty: the policy that the product uses by
    default. Raises ``ConflictError`` when the month already has a round, ``InvalidError`` when it
    is over or too far ahead.
    """
    first, last = list_open_months(now)
    if not first <= month <= last:
        raise InvalidError(
            "round.month_out_of_reach", "month", first=f"{first:%Y-%m}", last=f"{last:%Y-%m}"
        )
    if find_round(month, actor) is not None:
        raise ConflictError("round.exists")
    match_round = MatchRound(
        subdistrict_id=get_subdistrict_id(actor),
        month=month,
        policy=policy or matching.DEFAULT_POLICY,
        opened_by_id=actor.id,
        opened_at=now,
    )
    try:
        with db.session.begin_nested():
            db.session.add(match_round)
    except IntegrityError as error:  # somebody else opened it at the same time
        raise ConflictError("round.exists") from error
    follow_calendar(now=now)  # so that readiness counts the offers open today
    return_needs(match_round, now)
    details = {"month": f"{month:%Y-%m}", "policy": match_round.policy}
    record_event(actor=actor, action="round.open", subject=match_round, now=now, details=details)
    return match_round


def freeze_round(
    match_round: MatchRound,
    *,
    draw: Announcement,
    actor: User,
    now: datetime,
    is_demo: bool = False,
) -> StoredSnapshot:
    """Lock the list: store the month as it is now, with its hash; its needs enter the round.

    The public draw that makes the seed is announced in the same step and takes place later, so that
    nobody can know the seed while the list can be changed. Before the list is taken, the missing
    parts of earlier months are carried over. Raises ``ConflictError`` when the round is not a
    draft, no need is open or no day of the month remains, ``InvalidError`` for an announcement that
    does not have the form of its source.
    """
    ROUND_STATES.check(match_round.state, RoundState.FROZEN)
    return_needs(match_round, now)
    ROUND_STATES.take(match_round, RoundState.FROZEN)
    if not list_days(match_round.month, after=get_local_date(now)):
        raise ConflictError("round.month_over")
    check_announcement(draw, match_round.month, now, is_demo=is_demo)
    carry_earlier(match_round, actor, now)
    _lock_open_needs(match_round, get_local_date(now))
    follow_calendar(now=now)
    snapshot, offer_ids = take_snapshot(match_round, get_local_date(now))
    if not snapshot.needs:
        raise ConflictError("round.nothing_to_decide")
    stored = _store(match_round, snapshot, offer_ids, now)
    match_round.frozen_by_id, match_round.frozen_at = actor.id, now
    add_draw(match_round, draw, None, actor, now)
    enter_round([row.reference for row in snapshot.needs])
    db.session.flush()
    details = {"snapshot_sha256": stored.sha256, **draw.to_details()}
    record_event(actor=actor, action="round.freeze", subject=match_round, now=now, details=details)
    return stored


def _store(
    match_round: MatchRound, snapshot: Snapshot, offer_ids: dict[str, int], now: datetime
) -> StoredSnapshot:
    stored = StoredSnapshot(
        match_round=match_round,
        canonical_json=snapshot.to_text(),
        sha256=snapshot.sha256,
        offer_ids=offer_ids,
        taken_at=now,
    )
    db.session.add(stored)
    return stored


def take_snapshot(match_round: MatchRound, today: date) -> tuple[Snapshot, dict[str, int]]:
    """Return the month after ``today`` as its rows are now, and the row id of each offer by name.

    Everything is ordered by reference or code, so equal months have equal bytes, whatever the ids
    and the order of the rows.
    """
    month, subdistrict_id = match_round.month, match_round.subdistrict_id
    slot_dates = list_slot_dates(month, load_calendars(subdistrict_id), after=today)
    offers, offer_ids = freeze_offers(subdistrict_id, month, after=today)
    categories = _freeze_categories()
    remembers_contests = bool(name_contest_stages(match_round.policy))
    pledged = count_pledges(offers, categories) if remembers_contests else {}
    snapshot = Snapshot(
        format=FORMAT,
        subdistrict=match_round.subdistrict.code,
        month=f"{month:%Y-%m}",
        policy=match_round.policy,
        slots=tuple(slot_dates),
        categories=categories,
        needs=freeze_needs(subdistrict_id, month, after=today),
        due_visits=freeze_due_visits(
            subdistrict_id, month, today, count_missed(find_last_round(subdistrict_id, month))
        ),
        offers=offers,
        volunteers=freeze_volunteers(subdistrict_id, month, after=today),
        overrides=(),  # none can be made before the freeze
        history=freeze_history(subdistrict_id, month, contested=remembers_contests),
        loads=freeze_loads(subdistrict_id, month, pledged.keys()),
        slot_days={slot: tuple(day.day for day in days) for slot, days in slot_dates.items()},
        key=make_key(match_round.subdistrict.naming_key, month),
    )
    return snapshot, offer_ids


def _lock_open_needs(match_round: MatchRound, today: date) -> None:
    """Lock the open needs before the first write, so that a withdrawal at the same time waits."""
    query = select_open_needs(match_round.subdistrict_id, match_round.month, today)
    query = query.with_only_columns(Need.id).order_by(Need.id)
    db.session.scalars(query.with_for_update(of=Need)).all()


def _freeze_categories() -> tuple[FrozenCategory, ...]:
    """The categories that needs and offers may refer to, in order of code."""
    query = select(ServiceCategory).where(ServiceCategory.parent_id.is_not(None))
    rows = [
        FrozenCategory(
            code=category.code,
            kind=category.kind,
            unit=category.unit,
            people=category.people_per_visit,
            qualification=category.qualification.value if category.qualification else None,
            points=category.points,
            least=category.least_quantity,
        )
        for category in db.session.scalars(query)
    ]
    return tuple(sorted(rows, key=lambda row: row.code))
