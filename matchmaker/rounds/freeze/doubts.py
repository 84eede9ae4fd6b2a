"""Find pins and forbids that cannot hold, or that undo another, before the next solve.

They are compared with what is known without a solve: the other pins and forbids in force, what the
frozen givers have, and what the latest run found for the need.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from matchmaker.base.errors import InvalidError
from matchmaker.base.extensions import db
from matchmaker.models import (
    MatchRound,
    Need,
    NeedOutcome,
    OverrideKind,
    RoundOverride,
    RoundRun,
    Volunteer,
)
from matchmaker.rounds.freeze.overrides import list_active_overrides
from matchmaker.rounds.queries import get_snapshot, read_snapshot
from matchmaker.rounds.question.visitors import name_persons

_FIELD = "accepts_doubt"


@dataclass(frozen=True, slots=True)
class Wish:
    """A pin or forbid that somebody is about to set."""

    kind: OverrideKind
    need: Need
    offer_id: int | None = None
    volunteer_id: int | None = None


def require_no_doubt(match_round: MatchRound, wish: Wish) -> None:
    """Raise ``InvalidError`` for the first reason why the next run could not do what is wished.

    The reasons: a forbid would undo a pin in force; a pin is forbidden, had no offer in the latest
    run, or asks for visits or units that other pins take.
    """
    rows = list_active_overrides(match_round)
    rivals = _list_rivals(rows, wish)
    if wish.kind is OverrideKind.FORBID:
        if any(_covers(wish, row) for row in rivals):
            raise InvalidError("override.undoes_pin", _FIELD)
        return
    if any(_covers(row, wish) for row in rivals):
        raise InvalidError("override.forbidden", _FIELD)
    if _had_no_offer(match_round, wish.need):
        raise InvalidError("override.no_offer", _FIELD)
    _require_room(match_round, wish, [row for row in rows if row.kind is OverrideKind.PIN])


def _list_rivals(rows: Sequence[RoundOverride], wish: Wish) -> list[RoundOverride]:
    """The overrides in force of the same need and of the other kind."""
    return [row for row in rows if row.need_id == wish.need.id and row.kind is not wish.kind]


def _require_room(match_round: MatchRound, wish: Wish, pins: Sequence[RoundOverride]) -> None:
    _require_visits(match_round, wish, pins)
    _require_units(match_round, wish, pins)


def list_conflict(run: RoundRun) -> Sequence[RoundOverride]:
    """Of a run without an answer: the pins that cannot hold together, and their needs' forbids."""
    ids, rows = run.conflict or [], list_active_overrides(run.match_round)
    pins = [row for row in rows if row.id in ids]
    needs = {row.need_id for row in pins}
    return [
        *pins,
        *(row for row in rows if row.kind is OverrideKind.FORBID and row.need_id in needs),
    ]


def _covers(forbid: RoundOverride | Wish, pin: RoundOverride | Wish) -> bool:
    """Whether the forbid takes everything that the pin asks for."""
    return forbid.offer_id in (None, pin.offer_id) and forbid.volunteer_id in (
        None,
        pin.volunteer_id,
    )


def _had_no_offer(match_round: MatchRound, need: Need) -> bool:
    """Whether the latest run with an outcome for the need found no offer that could serve it."""
    query = (
        select(NeedOutcome.ground)
        .join(RoundRun, RoundRun.id == NeedOutcome.round_run_id)
        .where(RoundRun.match_round_id == match_round.id, NeedOutcome.need_id == need.id)
        .order_by(RoundRun.number.desc())
    )
    return db.session.scalar(query.limit(1)) == "no_eligible_offer"


def _require_visits(match_round: MatchRound, wish: Wish, pins: Sequence[RoundOverride]) -> None:
    """Raise ``InvalidError`` for a pin on a person whose visits other pins take already.

    Pins on any row of the person count.
    """
    if wish.volunteer_id is None:
        return
    snapshot = read_snapshot(match_round)
    names = name_persons(snapshot)
    rows: tuple[Wish | RoundOverride, ...] = (wish, *pins)
    persons = [_find_person(names, row.volunteer_id) for row in rows]
    if persons[0] is None:  # no volunteer of the question: refused when the pin is set
        return
    visits = [row.visits for row in snapshot.volunteers if names[row.reference] == persons[0]]
    taken = persons[1:].count(persons[0])
    if taken >= min(visits):
        raise InvalidError("override.visits_taken", _FIELD, count=taken)


def _find_person(names: Mapping[str, str], volunteer_id: int | None) -> str | None:
    """Return the name of the person in the question; None without a volunteer or for another's."""
    if volunteer_id is None:
        return None
    return names.get(db.session.get_one(Volunteer, volunteer_id).reference)


def _require_units(match_round: MatchRound, wish: Wish, pins: Sequence[RoundOverride]) -> None:
    """Raise ``InvalidError`` for a pin on an offer whose units other pins take already."""
    if wish.offer_id is None:
        return
    names = {row_id: name for name, row_id in get_snapshot(match_round).offer_ids.items()}
    units = {row.name: row.capacity for row in read_snapshot(match_round).offers}
    taken = sum(row.need.least_quantity for row in pins if row.offer_id == wish.offer_id)
    if taken + wish.need.least_quantity > units.get(names.get(wish.offer_id, ""), 0):
        raise InvalidError("override.units_taken", _FIELD)
