"""Which state of a round may follow which, and the same for the job that solves a run."""

from matchmaker.models import JobState, RoundState
from matchmaker.states import make_machine_by_target

_ROUND_FOLLOWING: dict[RoundState, frozenset[RoundState]] = {
    RoundState.DRAFT: frozenset({RoundState.FROZEN}),
    RoundState.FROZEN: frozenset({RoundState.DRAWN}),
    RoundState.DRAWN: frozenset({RoundState.SOLVING}),
    # Back to drawn: the run was cancelled or failed, and no other run can be reviewed.
    RoundState.SOLVING: frozenset({RoundState.REVIEW, RoundState.NO_SOLUTION, RoundState.DRAWN}),
    RoundState.NO_SOLUTION: frozenset({RoundState.SOLVING}),
    RoundState.REVIEW: frozenset({RoundState.SOLVING, RoundState.PUBLISHED}),
    # Back to review: the publication was withdrawn, and the next one is a new version.
    # Executing: the first giver said yes.
    RoundState.PUBLISHED: frozenset({RoundState.REVIEW, RoundState.EXECUTING, RoundState.CLOSED}),
    RoundState.EXECUTING: frozenset({RoundState.CLOSED}),
    RoundState.CLOSED: frozenset(),
}
ROUND_STATES = make_machine_by_target("round.state", _ROUND_FOLLOWING, locks_rows=True)

_JOB_FOLLOWING: dict[JobState, frozenset[JobState]] = {
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.FAILED, JobState.CANCELLED}),
    # Back in the queue: the worker gave it back, or its lease expired.
    JobState.RUNNING: frozenset(
        {JobState.QUEUED, JobState.DONE, JobState.FAILED, JobState.CANCELLED}
    ),
    JobState.DONE: frozenset(),
    JobState.FAILED: frozenset(),
    JobState.CANCELLED: frozenset(),
}
JOB_STATES = make_machine_by_target("run.finished", _JOB_FOLLOWING)
