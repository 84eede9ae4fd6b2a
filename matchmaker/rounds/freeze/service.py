"""The round from its opening to the freeze."""

import hashlib
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError

from matchmaker.audit.service import record_event
from matchmaker.base.errors import ConflictError, InvalidError
from matchmaker.base.extensions import db
from matchmaker.models import (
    MatchRound,
    Need,
    RoundState,
    Snapshot,
    User,
)
from matchmaker.needs.states import enter_round
from matchmaker.offers.states import follow_calendar
from matchmaker.rounds import matching
from matchmaker.rounds.freeze.asked import select_open_needs
from matchmaker.rounds.freeze.snapshot import compute_sha256, encode, take_snapshot
from matchmaker.rounds.queries import find_round, get_subdistrict_id
from matchmaker.rounds.states import move_round


def open_round(*, month: date, seed_rule: str, actor: User, now: datetime) -> MatchRound:
    """Open the month's round and announce how its lottery will be drawn.

    Raises ``ConflictError`` when the month has a round already.
    """
    if find_round(month, actor) is not None:
        raise ConflictError("round.exists", month=f"{month:%Y-%m}")
    match_round = MatchRound(
        subdistrict_id=get_subdistrict_id(actor),
        month=month,
        policy=matching.DEFAULT_POLICY,
        seed_rule=seed_rule,
        opened_by_id=actor.id,
        opened_at=now,
    )
    try:
        with db.session.begin_nested():
            db.session.add(match_round)
    except IntegrityError as error:  # somebody else opened it in this moment
        raise ConflictError("round.exists", month=f"{month:%Y-%m}") from error
    follow_calendar(now=now)  # readiness counts what is open today
    details = {"month": f"{month:%Y-%m}", "policy": match_round.policy, "seed_rule": seed_rule}
    record_event(actor=actor, action="round.open", subject=match_round, now=now, details=details)
    return match_round


def freeze_round(
    match_round: MatchRound, *, public_value: str, actor: User, now: datetime
) -> Snapshot:
    """Take the month as it stands: snapshot, hash and seed; its needs enter the round.

    Raises ``ConflictError`` when the round is not a draft or nothing is open, ``InvalidError``
    when the announced public value is missing.
    """
    move_round(match_round, RoundState.FROZEN)
    if not public_value.strip():
        raise InvalidError("round.public_value", field="public_value")
    _lock_open_needs(match_round.subdistrict_id)
    follow_calendar(now=now)
    content, offer_ids = take_snapshot(match_round)
    if not content["needs"]:
        raise ConflictError("round.nothing_to_decide")
    text = encode(content)
    snapshot = Snapshot(
        match_round=match_round,
        canonical_json=text,
        sha256=compute_sha256(text),
        offer_ids=offer_ids,
        taken_at=now,
    )
    db.session.add(snapshot)
    match_round.public_value = public_value.strip()
    match_round.seed = compute_seed(snapshot.sha256, match_round.public_value)
    match_round.frozen_by_id, match_round.frozen_at = actor.id, now
    enter_round([row["reference"] for row in content["needs"]])
    db.session.flush()
    details = {"snapshot_sha256": snapshot.sha256, "seed": match_round.seed}
    record_event(actor=actor, action="round.freeze", subject=match_round, now=now, details=details)
    return snapshot


def compute_seed(snapshot_sha256: str, public_value: str) -> str:
    """SHA-256 of the snapshot's hash, a colon and the announced public value; 64 hex digits."""
    return hashlib.sha256(f"{snapshot_sha256}:{public_value}".encode()).hexdigest()


def _lock_open_needs(subdistrict_id: int) -> None:
    """Before anything is written: whoever takes a need back meanwhile comes after the freeze."""
    statement = select_open_needs(subdistrict_id).with_only_columns(Need.id).order_by(Need.id)
    db.session.scalars(statement.with_for_update(of=Need)).all()
