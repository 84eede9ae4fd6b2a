"""Why a step of a round was refused, and what to do now."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from matchmaker.base.errors import DomainError
from matchmaker.models import RoundState

_CONFLICTS = {
    "round.exists": _l("This month has a round already."),
    "round.nothing_to_decide": _l("No need is open, so there is nothing to decide this month."),
    "round.not_frozen": _l("The round is not frozen yet."),
    "round.not_published": _l("Nothing is published for this month."),
    "round.override_exists": _l("The same pin or forbid is in force already."),
    "round.override_lifted": _l("This pin or forbid was lifted before."),
    "round.not_open_to_overrides": _l(
        "Pins and forbids can be laid after the freeze and before the publication, while "
        "nothing is being solved."
    ),
    "round.second_person": _l(
        "You started this run yourself. Somebody else of the office must publish it."
    ),
    "round.second_person_to_withdraw": _l(
        "You published this month yourself. Somebody else of the office must withdraw it."
    ),
    "round.delivery_begun": _l(
        "Something was delivered already, so the publication can no longer be withdrawn."
    ),
    "round.later_month_frozen": _l(
        "A later month was frozen since and builds on this one, so the publication can no longer "
        "be withdrawn."
    ),
    "run.not_verified": _l(
        "This run has no result that passed the independent check, so it cannot be published."
    ),
    "run.overrides_changed": _l(
        "Pins or forbids changed after this run. Solve again, then publish the new run."
    ),
    "run.finished": _l("This run is over; there is nothing to cancel."),
}
_WRONG_STATES = {
    RoundState.DRAFT: _l("The round is still being prepared. Freeze it first."),
    RoundState.FROZEN: _l("The round is frozen already. Solve it next."),
    RoundState.SOLVING: _l("A run is being solved. Wait for it or cancel it."),
    RoundState.NO_SOLUTION: _l("No answer exists with these pins. Lift one and solve again."),
    RoundState.REVIEW: _l("The round is under review."),
    RoundState.PUBLISHED: _l("The round is published. Withdraw the publication first."),
    RoundState.EXECUTING: _l("The round is under way."),
    RoundState.CLOSED: _l("The round is closed."),
}
_FAILURES = {
    "not_verified": _l("The result did not pass the independent check and was set aside."),
    "other_problem": _l("The result belongs to another problem and was set aside."),
    "out_of_memory": _l("The solve needed more memory than it may use and was stopped."),
    "solver": _l("The solver gave up without an answer."),
    "solver_died": _l("The solver stopped unexpectedly."),
    "solver_hung": _l("The solver did not end in time and was stopped."),
    "too_many_tries": _l("The worker stopped five times over this run."),
    "no_answer": _l("The solver gave no answer."),
}


def describe_conflict(error: DomainError) -> str:
    """A sentence for every ``ConflictError`` of the rounds."""
    state = error.numbers.get("state")
    if error.code == "round.wrong_state" and state is not None:
        return str(_WRONG_STATES[RoundState(str(state))])
    return str(_CONFLICTS.get(error.code) or _("This step is not possible now."))


def describe_failure(code: str | None) -> str:
    """Why a run has no result."""
    return str(_FAILURES.get(code or "") or _("The run has no result."))
