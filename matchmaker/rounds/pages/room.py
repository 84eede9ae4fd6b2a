"""The steps of a round, the progress of its current run, and what may be done with a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from flask import current_app

from matchmaker.audit.service import get_head_hash
from matchmaker.base.clock import add_months, get_local_date
from matchmaker.models import (
    Job,
    JobState,
    MatchRound,
    RevokeReason,
    RoundRun,
    RoundState,
    RunStatus,
    User,
)
from matchmaker.promises.present import RECEIVER_GONE, list_broken
from matchmaker.rounds.freeze.overrides import list_active_overrides
from matchmaker.rounds.freeze.service import list_open_months
from matchmaker.rounds.publish.hands import find_plain_run, list_hands
from matchmaker.rounds.publish.publication import is_comparison, list_present_runs
from matchmaker.rounds.publish.revoking import is_revocable
from matchmaker.rounds.solve.runs import get_job, is_usable
from matchmaker.rounds.solve.verdicts import count_unproved
from matchmaker.web.permissions import Permission, has_permission


class RoundStep(StrEnum):
    """The steps of a month, from the first to the last."""

    OPEN = "open"
    READINESS = "readiness"
    FREEZE = "freeze"
    DRAW = "draw"
    SOLVE = "solve"
    REVIEW = "review"
    PUBLISH = "publish"
    CARRY_OUT = "carry_out"
    CLOSE = "close"


class StepPlace(StrEnum):
    DONE = "done"
    NOW = "now"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class PathStep:
    """One step of the path, and whether it is done, the present one, or still to come."""

    step: RoundStep
    place: StepPlace


@dataclass(frozen=True, slots=True)
class RunProgress:
    """A run and its job; ``is_under_way`` while the run waits or is being solved."""

    run: RoundRun
    job: Job
    is_under_way: bool


_NEXT_STEP = {
    RoundState.DRAFT: RoundStep.READINESS,
    RoundState.FROZEN: RoundStep.DRAW,
    RoundState.DRAWN: RoundStep.SOLVE,
    RoundState.SOLVING: RoundStep.SOLVE,
    RoundState.NO_SOLUTION: RoundStep.SOLVE,
    RoundState.REVIEW: RoundStep.REVIEW,
    RoundState.PUBLISHED: RoundStep.CARRY_OUT,
    RoundState.EXECUTING: RoundStep.CARRY_OUT,
}


def find_free_month(rounds: Sequence[MatchRound], now: datetime) -> date | None:
    """The month to open: the first without a round of next month, the one after, and this one.

    None if all three have one.
    """
    present, last = list_open_months(now)
    taken = {row.month for row in rounds}
    free = (row for row in (add_months(present, 1), last, present) if row not in taken)
    return next(free, None)


def list_steps(match_round: MatchRound) -> list[PathStep]:
    """Every step of a month from the first, and its place; all are done in a closed month."""
    steps = list(RoundStep)
    now = _NEXT_STEP.get(match_round.state)
    position = len(steps) if now is None else steps.index(now)
    places = [StepPlace.DONE] * position + [StepPlace.NOW] + [StepPlace.LATER] * len(steps)
    return [PathStep(step, place) for step, place in zip(steps, places, strict=False)]


def list_side_by_side(runs: Sequence[RoundRun]) -> list[RoundRun]:
    """The two latest of ``runs``, latest first, that have a checked result; empty without two."""
    usable = [run for run in runs if is_usable(run)]
    return usable[:2] if len(usable) > 1 else []


def describe_progress(runs: Sequence[RoundRun]) -> RunProgress | None:
    """The progress of the first of ``runs``, latest first; None without runs."""
    if not runs:
        return None
    job = get_job(runs[0])
    is_under_way = runs[0].status is RunStatus.PENDING and job.state in (
        JobState.QUEUED,
        JobState.RUNNING,
    )
    return RunProgress(runs[0], job, is_under_way)


@dataclass(frozen=True, slots=True)
class RunSteps:
    """What the reader may do with a run under review, or why not; at most one field is True.

    waits_for_starter   the person who started the run has not accepted yet what is not proved
    needs_another       the reader started the run, so another person must publish it
    had_a_hand          the reader pinned or forbade, or verified what a pin changed
    needs_plain         pins are in force, and no run without them has a result to compare with
    is_outdated         pins or forbids changed after the run was started
    is_comparison       the run was made without the pins and forbids in force
    """

    can_accept: bool = False
    can_publish: bool = False
    waits_for_starter: bool = False
    needs_another: bool = False
    had_a_hand: bool = False
    needs_plain: bool = False
    is_outdated: bool = False
    is_comparison: bool = False


def count_broken(run: RoundRun | None, now: datetime) -> int:
    """Count the promises of a run that cannot be kept and that somebody has to look at.

    The run is under review or published. Before the publication, those that it revokes by itself do
    not count.
    """
    if run is None or not is_revocable(run):
        return 0
    reasons = find_broken(run, now).values()
    if run.match_round.published_run_id == run.id:
        return len(reasons)
    return sum(reason not in RECEIVER_GONE for reason in reasons)


def find_broken(run: RoundRun, now: datetime) -> Mapping[int, RevokeReason]:
    """Why promises of a run cannot be kept at present, keyed by id, as ``list_broken`` finds them.

    This process compares again only after the next audit event, or on another day.
    """
    known, state = _get_known(), (get_head_hash(), get_local_date(now))
    if run.id not in known or known[run.id][0] != state:
        reasons = {row.promise.id: row.reason for row in list_broken(run, now)}
        known[run.id] = state, MappingProxyType(reasons)
    return known[run.id][1]


def _get_known() -> dict[int, tuple[tuple[str, date], Mapping[int, RevokeReason]]]:
    """What this process found last for each run: at which audit event, on which day, and what.

    Each step that changes what a promise rests on leaves an event, so it holds until the next.
    """
    known: dict[int, tuple[tuple[str, date], Mapping[int, RevokeReason]]]
    known = current_app.extensions.setdefault("broken_promises", {})
    return known


def list_run_steps(run: RoundRun, user: User) -> RunSteps:
    """What ``user`` may do with a run: what no service refuses.

    Nothing may be done outside a review, or without a checked result.
    """
    if run.match_round.state is not RoundState.REVIEW or not is_usable(run):
        return RunSteps()
    overrides = list_active_overrides(run.match_round)
    if not list_present_runs([run]):
        compares = is_comparison(run, overrides)
        return RunSteps(is_comparison=compares, is_outdated=not compares)
    is_own = run.started_by_id == user.id
    if count_unproved(run) and run.accepted_at is None:
        may_run = has_permission(user.role, Permission.ROUND_RUN)
        return RunSteps(can_accept=is_own and may_run, waits_for_starter=not is_own)
    if overrides and find_plain_run(run.match_round) is None:
        return RunSteps(needs_plain=True)
    if user.id in list_hands(run):
        return RunSteps(needs_another=is_own, had_a_hand=not is_own)
    return RunSteps(can_publish=has_permission(user.role, Permission.ROUND_PUBLISH))
