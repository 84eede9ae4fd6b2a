"""Why a run has no result."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

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


def describe_failure(code: str | None) -> str:
    """Why a run has no result."""
    return str(_FAILURES.get(code or "") or _("The run has no result."))
