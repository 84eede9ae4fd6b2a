"""Notices to residents and coordinators, written in the transaction of the publication."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from matchmaker.base.extensions import db
from matchmaker.models import (
    Assignment,
    MatchRound,
    Need,
    NeedOutcome,
    Notice,
    Resident,
    Role,
    RoundRun,
    User,
)


def notify_residents(outcomes: Iterable[NeedOutcome], now: datetime) -> None:
    """Say whether something was found: one notice for each need and account of its resident."""
    kinds = {row.need: "need.matched" if row.is_met else "need.not_matched" for row in outcomes}
    _notify_of_needs(kinds, now)


def take_answers_back(needs: Iterable[Need], now: datetime) -> None:
    """Tell the residents of ``needs`` that the answer they had does not hold any more."""
    _notify_of_needs(dict.fromkeys(needs, "need.answer_withdrawn"), now)


def _notify_of_needs(kinds: Mapping[Need, str], now: datetime) -> None:
    accounts: dict[int | None, list[int]] = {}
    query = (
        select(User.id, User.resident_id)
        .join(Resident, Resident.id == User.resident_id)
        .where(User.role == Role.RESIDENT, User.disabled_at.is_(None))
        .where(Resident.contact_ended_on.is_(None))
    )
    for user_id, resident_id in db.session.execute(query):
        accounts.setdefault(resident_id, []).append(user_id)
    for need, kind in kinds.items():
        for user_id in accounts.get(need.resident_id, ()):
            db.session.add(_make_notice(user_id, kind, Need.__tablename__, need.id, now))


def notify_coordinators(
    run: RoundRun, assignments: Iterable[Assignment], kind: str, now: datetime
) -> None:
    """Notify, by ``kind``, the coordinators of every organisation that the run gives a task."""
    organisations = {row.organisation_id for row in assignments}
    query = select(User.id, User.organisation_id).where(
        User.role == Role.COORDINATOR, User.disabled_at.is_(None)
    )
    for user_id, organisation_id in db.session.execute(query):
        if organisation_id in organisations:
            table = MatchRound.__tablename__
            db.session.add(_make_notice(user_id, kind, table, run.match_round_id, now))


def notify_of_revoked(run: RoundRun, revoked: Sequence[Assignment], now: datetime) -> None:
    """Tell both sides once: who asked, the organisation's coordinators and who would have come."""
    _notify_of_needs(
        {row.need: "need.promise_revoked" for row in revoked if row.need is not None}, now
    )
    notify_coordinators(run, revoked, "round.promise_revoked", now)
    volunteers = {row.volunteer_id for row in revoked if row.volunteer_id is not None}
    query = select(User.id).where(User.volunteer_id.in_(volunteers), User.disabled_at.is_(None))
    for user_id in db.session.scalars(query):
        table = MatchRound.__tablename__
        db.session.add(_make_notice(user_id, "visit.revoked", table, run.match_round_id, now))


def _make_notice(user_id: int, kind: str, table: str, subject_id: int, now: datetime) -> Notice:
    return Notice(
        user_id=user_id, kind=kind, subject_type=table, subject_id=subject_id, created_at=now
    )
