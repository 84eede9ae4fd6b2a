"""Let the missing part of a need wait on, if a month promised help and did not give all of it.

The need then asks for what is missing, and its wait goes on as if nothing had come. This is done at
the close of the month, or at the lock of a later month if that is earlier, so that no list is
missed. A part smaller than the least that helps is not carried: the need ends as it is. A visit by
fewer people than it takes did not help, so the whole visit waits. Flushes; the caller commits.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from matchmaker.audit.service import record_event
from matchmaker.base.extensions import db
from matchmaker.kinds import get_rules
from matchmaker.models import MatchRound, Need, NeedState, Promise, RoundRun, RoundState, User
from matchmaker.needs.states import carry_over
from matchmaker.notices.service import notify_resident
from matchmaker.promises.states import DONE_STATES
from matchmaker.promises.sums import HelpSum, add_up
from matchmaker.rounds.queries import read_snapshot
from matchmaker.states import lock_row, lock_rows


@dataclass(frozen=True, slots=True)
class Carried:
    """A need that got only a part of what was promised.

    promised   units promised
    given      units that count as given
    missing    units that the need now asks for
    """

    need: Need
    promised: int
    given: int
    missing: int


def list_missing(run: RoundRun, *, is_locked: bool = False) -> list[Carried]:
    """The needs that got a part of what a run promised, and to which nothing more can come.

    They are in order of reference. ``is_locked``: takes the database locks of the needs' rows until
    the transaction ends.
    """
    found = (_weigh(need, add_up(rows)) for need, rows in _group_by_need(run, is_locked))
    return [row for row in found if row is not None]


def carry_missing(run: RoundRun, actor: User, now: datetime) -> list[Carried]:
    """Let the missing parts of a run's needs wait on, notify the residents, and return these needs.

    The caller holds the database lock of the round.
    """
    waited = {row.reference: row.waiting for row in read_snapshot(run.match_round).needs}
    carried = list_missing(run, is_locked=True)
    for row in carried:
        need = row.need
        carry_over(need, missing=row.missing, given=row.given, waited=waited[need.reference])
    db.session.flush()
    for row in carried:
        details = {"given": row.given, "missing": row.missing, "promised": row.promised}
        record_event(
            actor=actor,
            action="need.carry",
            subject=row.need,
            now=now,
            on_behalf_of=row.need.resident,
            details=details,
        )
        notify_resident(row.need.resident, actor, "need.carried", row.need, now)
    return carried


def carry_earlier(match_round: MatchRound, actor: User, now: datetime) -> list[Carried]:
    """Give needs that got a part of their help in an earlier month back to the queue; return them.

    Each is returned with the units that are missing. The earlier months are those of the same
    street office in the state executing, in order of month; their rounds are locked in the
    database. Called before the list of ``match_round`` is locked.
    """
    query = (
        select(MatchRound)
        .where(MatchRound.subdistrict_id == match_round.subdistrict_id)
        .where(MatchRound.month < match_round.month, MatchRound.state == RoundState.EXECUTING)
        .order_by(MatchRound.month)
    )
    carried = []
    for earlier in db.session.scalars(query):
        lock_row(earlier)
        if earlier.published_run is not None:
            carried += carry_missing(earlier.published_run, actor, now)
    return carried


def _group_by_need(run: RoundRun, is_locked: bool) -> list[tuple[Need, Sequence[Promise]]]:
    """The promises of each need that is served in part, in order of the need's reference.

    Needs to which a later month gave something are left out: that month carries them.
    """
    query = (
        select(Promise)
        .join(Need, Need.id == Promise.need_id)
        .where(Promise.round_run_id == run.id, Need.state == NeedState.PARTLY_SERVED)
        .where(Need.id.not_in(_select_given_later(run)))
        .options(joinedload(Promise.need).joinedload(Need.category), joinedload(Promise.assignment))
        .order_by(Need.reference, Promise.id)
    )
    found = lock_rows(query, of=Need) if is_locked else db.session.scalars(query)
    rows: defaultdict[Need, list[Promise]] = defaultdict(list)
    for row in found:
        if row.need is not None:
            rows[row.need].append(row)
    return list(rows.items())


def _select_given_later(run: RoundRun) -> Select[int | None]:
    return (
        select(Promise.need_id)
        .join(MatchRound, MatchRound.published_run_id == Promise.round_run_id)
        .where(
            MatchRound.subdistrict_id == run.match_round.subdistrict_id,
            MatchRound.month > run.match_round.month,
            Promise.need_id.is_not(None),
            Promise.state.in_(DONE_STATES),
        )
    )


def _weigh(need: Need, help_sum: HelpSum) -> Carried | None:
    """What is carried over of a need; None if nothing is."""
    if help_sum.is_open or not help_sum.missing:
        return None
    if get_rules(need.category.kind).has_volunteers:
        return Carried(need, need.quantity, given=0, missing=need.quantity)
    if help_sum.missing < (need.category.least_quantity or 1):
        return None
    return Carried(need, help_sum.promised, help_sum.given, help_sum.missing)
