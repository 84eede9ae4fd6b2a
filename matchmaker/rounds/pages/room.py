"""The steps of a round, and the progress of its current run."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from matchmaker.models import Job, JobState, MatchRound, RoundRun, RoundState, RunStatus
from matchmaker.rounds.solve.runs import get_job


class RoundStep(StrEnum):
    """The path of a month, in order."""

    OPEN = "open"
    READINESS = "readiness"
    FREEZE = "freeze"
    SOLVE = "solve"
    REVIEW = "review"
    PUBLISH = "publish"


class StepPlace(StrEnum):
    DONE = "done"
    NOW = "now"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class PathStep:
    """One step of the path, and whether it is done."""

    step: RoundStep
    place: StepPlace


@dataclass(frozen=True, slots=True)
class RunProgress:
    """The latest run and its job; ``is_under_way`` while it is waiting or being solved."""

    run: RoundRun
    job: Job
    is_under_way: bool


_NEXT_STEP = {
    RoundState.DRAFT: RoundStep.READINESS,
    RoundState.FROZEN: RoundStep.SOLVE,
    RoundState.SOLVING: RoundStep.SOLVE,
    RoundState.NO_SOLUTION: RoundStep.SOLVE,
    RoundState.REVIEW: RoundStep.REVIEW,
}


def list_steps(match_round: MatchRound) -> list[PathStep]:
    """Every step and whether it is done; all are once the month is published."""
    steps = list(RoundStep)
    now = _NEXT_STEP.get(match_round.state)
    position = len(steps) if now is None else steps.index(now)
    places = [StepPlace.DONE] * position + [StepPlace.NOW] + [StepPlace.LATER] * len(steps)
    return [PathStep(step, place) for step, place in zip(steps, places, strict=False)]


def describe_progress(runs: Sequence[RoundRun]) -> RunProgress | None:
    """The progress of the first of ``runs``, which is the latest; None without runs."""
    if not runs:
        return None
    job = get_job(runs[0])
    is_under_way = runs[0].status is RunStatus.PENDING and job.state in (
        JobState.QUEUED,
        JobState.RUNNING,
    )
    return RunProgress(runs[0], job, is_under_way)
