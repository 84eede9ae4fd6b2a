"""Who had a hand in a run: nobody decides alone what they shaped.

A run is not published by a person who started it; who made one of its pins or forbids; who verified
or corrected a most urgent need on a line that they changed; or who verified a status of a resident
on such a line. A changed line is one that differs from the latest run of the round without pins and
forbids.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import db
from matchmaker.models import (
    Assignment,
    MatchRound,
    Need,
    NeedCorrection,
    NeedOutcome,
    Promise,
    RecipientStatus,
    Role,
    RoundOverride,
    RoundRun,
    User,
)
from matchmaker.models.limits import TIERS
from matchmaker.rounds.freeze.overrides import list_active_overrides
from matchmaker.rounds.publish.remembering import list_found_later, was_met
from matchmaker.rounds.solve.runs import is_usable, list_runs
from matchmaker.scopes import list_same_persons
from matchmaker.states import lock_row

DANGER = TIERS[0]  # the tier for which verifying is a hand in the run


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A need whose line the pins and forbids changed: its outcome without and with them."""

    without: NeedOutcome
    within: NeedOutcome

    @property
    def is_moved(self) -> bool:
        """Whether the need is met in both runs, by another giver or at another time."""
        return was_met(self.without) and was_met(self.within)


def find_plain_run(match_round: MatchRound) -> RoundRun | None:
    """Return the latest run of the round without pins and forbids that has a checked result.

    Returns None if there is none.
    """
    runs = list_runs(match_round)
    return next((run for run in runs if run.is_plain and is_usable(run)), None)


def list_changed_lines(plain: RoundRun, run: RoundRun) -> list[ChangedLine]:
    """The needs that ``run`` serves otherwise than ``plain``, in order of the need's id.

    Only what the runs themselves found is compared, not what was revoked or found since.
    """
    before, after = (_read_lines(of) for of in (plain, run))
    givers = [_read_givers(of) for of in (plain, run)]
    later = {of.id: list_found_later(of) for of in (plain, run)}

    def was_helped(row: NeedOutcome) -> bool:
        return was_met(row) and row.need_id not in later[row.round_run_id]

    return [
        ChangedLine(before[need_id], row)
        for need_id, row in after.items()
        if need_id in before
        and (
            was_helped(before[need_id]) is not was_helped(row)
            or givers[0].get(need_id) != givers[1].get(need_id)
        )
    ]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run beside the one without pins and forbids, and the lines that differ."""

    plain: RoundRun
    changed: list[ChangedLine]


def compare_with_plain(run: RoundRun) -> Comparison | None:
    """Return what the pins and forbids of a run changed.

    Returns None if the run is plain itself, or if the round has no plain run.
    """
    plain = None if run.is_plain else find_plain_run(run.match_round)
    return None if plain is None else Comparison(plain, list_changed_lines(plain, run))


def list_hands(run: RoundRun) -> set[int]:
    """The ids of all accounts of the persons who had a hand in the run and may not publish it."""
    overrides = list_active_overrides(run.match_round)
    plain = find_plain_run(run.match_round) if overrides else None
    changed = {row.need_id for row in overrides}
    if plain is not None:
        changed |= {line.within.need_id for line in list_changed_lines(plain, run)}
    hands = {run.started_by_id} | _list_makers(overrides) | list_verifiers(changed)
    return list_same_persons(hands)


def require_no_hand(run: RoundRun, actor: User) -> None:
    """Raise ``ConflictError`` if the publisher had a hand in the run, or if a plain run is missing.

    With pins or forbids in force the publisher is shown what they changed, so a run without them
    must have been solved.
    """
    if actor.id in list_same_persons([run.started_by_id]):
        raise ConflictError("round.second_person")
    overrides = list_active_overrides(run.match_round)
    if overrides and find_plain_run(run.match_round) is None:
        raise ConflictError("run.no_plain_run")
    if actor.id in list_hands(run):
        raise ConflictError("round.had_a_hand")


def list_publishers(match_round: MatchRound, hands: Collection[int]) -> Sequence[User]:
    """The enabled social workers of the office without the persons of ``hands``, by name."""
    persons = select(User.person_id).where(User.id.in_(hands))
    query = (
        select(User)
        .where(User.role == Role.SOCIAL_WORKER, User.disabled_at.is_(None))
        .where(User.subdistrict_id == match_round.subdistrict_id, User.person_id.not_in(persons))
        .order_by(User.name, User.id)
    )
    return db.session.scalars(query).all()


def foresee_hands(match_round: MatchRound, actor: User, need_ids: Iterable[int] = ()) -> set[int]:
    """The accounts with a hand in a run if ``actor`` now pinned these needs or started it."""
    is_draft = match_round.frozen_at is None  # nothing can be pinned before the lock
    overrides = [] if is_draft else list_active_overrides(match_round)
    needs = {row.need_id for row in overrides} | set(need_ids)
    return {actor.id} | _list_makers(overrides) | list_verifiers(needs)


def require_publisher_left(
    match_round: MatchRound, actor: User, need_ids: Iterable[int] = ()
) -> None:
    """Raise ``ConflictError`` if nobody of the office could publish after this step of ``actor``.

    Takes the database lock of the round's row until the transaction ends: of two steps at the same
    time the second one sees the first.
    """
    lock_row(match_round)
    if not list_publishers(match_round, foresee_hands(match_round, actor, need_ids)):
        raise ConflictError("round.nobody_left")


def _list_makers(overrides: Iterable[RoundOverride]) -> set[int]:
    return {row.made_by_id for row in overrides}


def list_verifiers(need_ids: Collection[int]) -> set[int]:
    """The accounts that verified or corrected the most urgent of these needs, or verified a status.

    The statuses are those of the residents of all these needs.
    """
    found: set[int] = set()
    for some in _split(sorted(need_ids)):
        urgent = select(Need.verified_by_id).where(Need.id.in_(some), Need.tier == DANGER)
        corrected = (
            select(NeedCorrection.corrected_by_id)
            .join(Need, Need.id == NeedCorrection.need_id)
            .where(Need.id.in_(some), Need.tier == DANGER)
        )
        residents = select(Need.resident_id).where(Need.id.in_(some))
        statuses = select(RecipientStatus.verified_by_id).where(
            RecipientStatus.resident_id.in_(residents)
        )
        every = db.session.scalars(urgent.union(corrected, statuses))
        found |= {user_id for user_id in every if user_id is not None}
    return found


def _split(ids: Sequence[int], most: int = 500) -> Iterator[Sequence[int]]:
    return (ids[start : start + most] for start in range(0, len(ids), most))


def _read_lines(run: RoundRun) -> dict[int, NeedOutcome]:
    query = select(NeedOutcome).where(NeedOutcome.round_run_id == run.id)
    return {row.need_id: row for row in db.session.scalars(query.order_by(NeedOutcome.need_id))}


def _read_givers(run: RoundRun) -> dict[int, set[tuple[object, ...]]]:
    """Who gives what and when, for each need that the run itself meets, keyed by the need's id."""
    a = Promise
    query = (
        select(a.need_id, a.offer_id, a.volunteer_id, a.slot, a.units)
        .outerjoin(a.assignment)
        .where(a.round_run_id == run.id, a.need_id.is_not(None))
        .where(Assignment.round_repair_id.is_(None))
    )
    found: dict[int, set[tuple[object, ...]]] = {}
    for need_id, *giver in db.session.execute(query):
        found.setdefault(need_id or 0, set()).add(tuple(giver))  # none is without a need
    return found
