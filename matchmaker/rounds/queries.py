"""Find rounds, runs and the frozen month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from matchmaker.base.errors import ConflictError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import (
    MatchRound,
    OverrideKind,
    Role,
    RoundOverride,
    RoundRun,
    StoredSnapshot,
    Subdistrict,
    User,
)
from matchmaker.rounds.question.snapshot import Snapshot, read_text


def get_snapshot(match_round: MatchRound) -> StoredSnapshot:
    """Return the stored row of the frozen month. Raises ``ConflictError`` before the freeze."""
    if match_round.snapshot is None:
        raise ConflictError("round.not_frozen")
    return match_round.snapshot


def read_snapshot(match_round: MatchRound) -> Snapshot:
    """Return the frozen month, read from its row. Raises ``ConflictError`` before the freeze."""
    return read_text(get_snapshot(match_round).canonical_json)


def get_round(month: date, actor: User) -> MatchRound:
    """Return the round of ``month`` in the actor's subdistrict.

    Raises ``NotFoundError`` if there is none.
    """
    match_round = find_round(month, actor)
    if match_round is None:
        raise NotFoundError("round.unknown")
    return match_round


def find_round(month: date, actor: User) -> MatchRound | None:
    """The round of ``month`` in the actor's subdistrict; None if there is none."""
    query = (
        select(MatchRound)
        .where(MatchRound.subdistrict_id == get_subdistrict_id(actor))
        .where(MatchRound.month == month)
        .options(
            joinedload(MatchRound.subdistrict),
            joinedload(MatchRound.draws),
            # Most pages name the locked list and do not read its megabytes.
            joinedload(MatchRound.snapshot).defer(StoredSnapshot.canonical_json),
        )
    )
    return db.session.scalars(query).unique().one_or_none()


def list_rounds(actor: User) -> Sequence[MatchRound]:
    """The subdistrict's rounds, latest month first."""
    return db.session.scalars(
        select(MatchRound)
        .where(MatchRound.subdistrict_id == get_subdistrict_id(actor))
        .order_by(MatchRound.month.desc())
    ).all()


def list_published_rounds() -> Sequence[MatchRound]:
    """The rounds of all street offices with a publication in force, latest month first.

    Anyone may see them.
    """
    return db.session.scalars(
        select(MatchRound)
        .where(MatchRound.published_run_id.is_not(None))
        .order_by(MatchRound.month.desc(), MatchRound.subdistrict_id)
    ).all()


def list_undecided_rounds() -> Sequence[MatchRound]:
    """The locked rounds of all street offices without a publication in force, latest first."""
    return db.session.scalars(
        select(MatchRound)
        .where(MatchRound.frozen_at.is_not(None), MatchRound.published_run_id.is_(None))
        .order_by(MatchRound.month.desc(), MatchRound.subdistrict_id)
    ).all()


def list_public_rounds(month: date) -> Sequence[MatchRound]:
    """The locked rounds of ``month``, published or not: one per street office, in order of code."""
    return db.session.scalars(
        select(MatchRound)
        .join(MatchRound.subdistrict)
        .where(MatchRound.month == month, MatchRound.frozen_at.is_not(None))
        .options(contains_eager(MatchRound.subdistrict))
        .order_by(Subdistrict.code)
    ).all()


@dataclass(frozen=True, slots=True)
class Interventions:
    """How often people stepped into a round; anyone may read these numbers.

    runs          runs of the round
    pins          pins in force and pins that were lifted
    forbids       forbids in force and forbids that were lifted
    lifted        pins and forbids that were lifted
    withdrawals   publications that were withdrawn
    """

    runs: int
    pins: int
    forbids: int
    lifted: int
    withdrawals: int


def count_interventions(match_round: MatchRound) -> Interventions:
    """Count the runs, pins, forbids and withdrawals of a round."""
    query = select(RoundOverride).where(RoundOverride.match_round_id == match_round.id)
    overrides = db.session.scalars(query).all()
    is_published = match_round.published_run_id is not None
    return Interventions(
        runs=len(match_round.runs),
        pins=sum(row.kind is OverrideKind.PIN for row in overrides),
        forbids=sum(row.kind is OverrideKind.FORBID for row in overrides),
        lifted=sum(row.lifted_at is not None for row in overrides),
        withdrawals=match_round.publication - is_published,
    )


def get_run(match_round: MatchRound, number: int) -> RoundRun:
    """Return run ``number`` of the round. Raises ``NotFoundError`` if there is none."""
    run: RoundRun | None = db.session.scalar(
        select(RoundRun)
        .where(RoundRun.match_round_id == match_round.id)
        .where(RoundRun.number == number)
    )
    if run is None:
        raise NotFoundError("run.unknown")
    return run


def get_subdistrict_id(actor: User) -> int:
    """Return the id of the actor's street office; for an auditor without one, the lowest id.

    Raises ``NotFoundError`` for anybody else without one, and if there is no office at all.
    """
    if actor.subdistrict_id is not None:
        return actor.subdistrict_id
    first = db.session.scalar(select(Subdistrict.id).order_by(Subdistrict.id).limit(1))
    if actor.role is not Role.AUDITOR or first is None:
        raise NotFoundError("subdistrict.unknown")
    return first
