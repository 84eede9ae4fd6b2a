"""Pins and forbids of single needs, each with a reason; they take effect from the next run.

A pin or forbid names only what the freeze took: a need, and an offer or a volunteer. The page
offers those of the need's category.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from matchmaker.audit.service import record_event
from matchmaker.base.errors import ConflictError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import (
    MatchRound,
    Need,
    Offer,
    OverrideKind,
    RoundOverride,
    RoundRun,
    RoundState,
    User,
    Volunteer,
)
from matchmaker.notices.service import make_void
from matchmaker.rounds.queries import get_snapshot, read_snapshot
from matchmaker.rounds.question.snapshot import FrozenOverride, Snapshot
from matchmaker.states import lock_row

_OPEN_TO_OVERRIDES = frozenset(
    {RoundState.FROZEN, RoundState.DRAWN, RoundState.REVIEW, RoundState.NO_SOLUTION}
)


@dataclass(frozen=True, slots=True)
class Candidates:
    """The givers that a pin or forbid may name, with their organisations."""

    offers: tuple[Offer, ...]
    volunteers: tuple[Volunteer, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decides about one need: a pin, a forbid, or a swap of givers.

    A swap is a pin with ``instead_offer_id`` or ``instead_volunteer_id``: the giver who is
    forbidden for the need.

    has_no_interest   the person declared that the resident is nobody near them
    """

    kind: OverrideKind
    need: Need
    reason: str
    offer_id: int | None = None
    volunteer_id: int | None = None
    instead_offer_id: int | None = None
    instead_volunteer_id: int | None = None
    has_no_interest: bool = False

    @property
    def is_swap(self) -> bool:
        return self.instead_offer_id is not None or self.instead_volunteer_id is not None

    @property
    def action(self) -> str:
        """The name of the audit event of a decision that comes into force."""
        return "round.swap" if self.is_swap else f"round.{self.kind.value}"

    def make_rows(self, match_round_id: int) -> list[RoundOverride]:
        """The pin or forbid, or both rows of a swap; in no session and without a maker."""
        own = [(self.kind, self.offer_id, self.volunteer_id)]
        if self.is_swap:
            other = OverrideKind.FORBID, self.instead_offer_id, self.instead_volunteer_id
            own.append(other)
        return [
            RoundOverride(
                match_round_id=match_round_id,
                kind=kind,
                need_id=self.need.id,
                need=self.need,
                offer_id=offer_id,
                volunteer_id=volunteer_id,
                reason=self.reason,
            )
            for kind, offer_id, volunteer_id in own
        ]


def get_frozen_need(match_round: MatchRound, reference: str) -> Need:
    """Return a need of the frozen month. Raises ``NotFoundError`` for any other reference."""
    known = {row.reference for row in read_snapshot(match_round).needs}
    need = db.session.scalar(select(Need).where(Need.reference == reference))
    if need is None or reference not in known:
        raise NotFoundError("need.unknown")
    return need


def list_candidates(match_round: MatchRound, need: Need) -> Candidates:
    """The frozen offers and volunteers of the need's category.

    Offers are in order of id, volunteers in order of name.
    """
    offer_ids = get_snapshot(match_round).offer_ids
    offers = db.session.scalars(
        select(Offer)
        .where(Offer.id.in_(list(offer_ids.values())), Offer.category_id == need.category_id)
        .options(joinedload(Offer.organisation))
        .order_by(Offer.id)
    )
    able = [
        row.reference
        for row in read_snapshot(match_round).volunteers
        if need.category.code in row.categories
    ]
    volunteers = db.session.scalars(
        select(Volunteer)
        .where(Volunteer.reference.in_(able))
        .options(joinedload(Volunteer.organisation))
        .order_by(Volunteer.sort_key, Volunteer.id)
    )
    return Candidates(tuple(offers), tuple(volunteers))


def add_override(
    match_round: MatchRound,
    decision: Decision,
    *,
    actor: User,
    now: datetime,
    price_id: int | None = None,
    seen: Mapping[str, int | str | None] | None = None,
) -> list[RoundOverride]:
    """Pin, forbid or swap from the next run on; return the new rows.

    ``price_id``, ``seen``: the price that the actor saw before, and what it says. Raises
    ``ConflictError`` while a run is solved, before the lock, after the publication, and for an
    override that is in force already; ``NotFoundError`` for what is not in the frozen month.
    """
    lock_row(match_round)
    rows = require_addable(match_round, decision)
    for row in rows:
        row.made_by_id, row.made_at = actor.id, now
        row.round_price_id = price_id
    db.session.add_all(rows)
    db.session.flush()
    forget_waiting(match_round.id, now)
    details = {**(seen or {}), **({"no_interest": True} if decision.has_no_interest else {})}
    if decision.is_swap:
        details["other_id"] = rows[1].id  # the forbid of the swap
    record_event(actor=actor, action=decision.action, subject=rows[0], now=now, details=details)
    return rows


def require_addable(match_round: MatchRound, decision: Decision) -> list[RoundOverride]:
    """Return the rows of a decision that could come into force now; raise as ``add_override``."""
    require_open_to_overrides(match_round)
    rows = decision.make_rows(match_round.id)
    active = list_active_overrides(match_round)
    for row in rows:
        _require_in_snapshot(match_round, decision.need, row.offer_id, row.volunteer_id)
        if any(_is_same(other, row) for other in active):
            raise ConflictError("round.override_exists")
    return rows


def lift_override(match_round: MatchRound, override_id: int, *, actor: User, now: datetime) -> None:
    """Lift a pin or forbid from the next run on; its row stays.

    Raises ``NotFoundError`` for an id of another round, ``ConflictError`` if it is lifted already
    or overrides cannot be changed now.
    """
    lock_row(match_round)
    require_open_to_overrides(match_round)
    override = db.session.get(RoundOverride, override_id)
    if override is None or override.match_round_id != match_round.id:
        raise NotFoundError("override.unknown")
    if override.lifted_at is not None:
        raise ConflictError("round.override_lifted")
    override.lifted_at = now
    forget_waiting(match_round.id, now)
    record_event(actor=actor, action="round.lift-override", subject=override, now=now)


def forget_waiting(match_round_id: int, now: datetime) -> None:
    """Mark the notices void that say that a run of the round waits for its publication.

    Either another question is asked now, or the publication is out.
    """
    runs = select(RoundRun.id).where(RoundRun.match_round_id == match_round_id)
    make_void(["run.waits"], RoundRun.__tablename__, runs, now)


def list_overrides(match_round: MatchRound) -> Sequence[RoundOverride]:
    """The overrides of the round, lifted ones too, oldest first."""
    query = select(RoundOverride).where(RoundOverride.match_round_id == match_round.id)
    return db.session.scalars(query.order_by(RoundOverride.id)).all()


def list_active_overrides(match_round: MatchRound) -> list[RoundOverride]:
    """The overrides in force, oldest first."""
    return [row for row in list_overrides(match_round) if row.lifted_at is None]


def freeze_overrides(
    match_round: MatchRound, wished: Sequence[RoundOverride] = ()
) -> tuple[FrozenOverride, ...]:
    """The overrides in force, oldest first, under the names that the snapshot has.

    ``wished``: rows that are not in force, to come after them.
    """
    names = {row_id: name for name, row_id in get_snapshot(match_round).offer_ids.items()}
    rows = [*list_active_overrides(match_round), *wished]
    return tuple(_freeze(row, names) for row in rows)


def require_open_to_overrides(match_round: MatchRound) -> None:
    """Raise ``ConflictError`` unless pins and forbids can be changed now."""
    if match_round.state not in _OPEN_TO_OVERRIDES:
        raise ConflictError("round.not_open_to_overrides", state=match_round.state.value)


def _freeze(row: RoundOverride, names: dict[int, str]) -> FrozenOverride:
    volunteer = db.session.get_one(Volunteer, row.volunteer_id) if row.volunteer_id else None
    return FrozenOverride(
        kind=row.kind,
        need=row.need.reference,
        offer=names[row.offer_id] if row.offer_id else None,
        volunteer=volunteer.reference if volunteer else None,
        reason=row.reason,
    )


def _require_in_snapshot(
    match_round: MatchRound, need: Need, offer_id: int | None, volunteer_id: int | None
) -> None:
    """Raise ``NotFoundError`` for what is not in the snapshot, because a run reads nothing else."""
    snapshot, offer_ids = read_snapshot(match_round), get_snapshot(match_round).offer_ids
    if need.reference not in {row.reference for row in snapshot.needs}:
        raise NotFoundError("need.unknown")
    if offer_id is not None and offer_id not in offer_ids.values():
        raise NotFoundError("offer.unknown")
    if volunteer_id is not None:
        _require_volunteer(snapshot, volunteer_id)


def _require_volunteer(snapshot: Snapshot, volunteer_id: int) -> None:
    volunteer = db.session.get(Volunteer, volunteer_id)
    known = {row.reference for row in snapshot.volunteers}
    if volunteer is None or volunteer.reference not in known:
        raise NotFoundError("volunteer.unknown")


def _is_same(one: RoundOverride, other: RoundOverride) -> bool:
    return (one.kind, one.need_id, one.offer_id, one.volunteer_id) == (
        other.kind,
        other.need_id,
        other.offer_id,
        other.volunteer_id,
    )
