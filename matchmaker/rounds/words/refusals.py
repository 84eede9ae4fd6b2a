"""Why a run has no result, and a pack no file."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from matchmaker.rounds.solve import packs
from matchmaker.rounds.solve.runs import TOO_MANY_TRIES
from optimizer.report import Failure

_FAILURES = {
    Failure.BROKEN_PROBLEM: _l("The stored problem of this run cannot be read."),
    Failure.NOT_STARTED: _l("The machine had no room to start the solver."),
    Failure.OUT_OF_MEMORY: _l("The solve needed more memory than it may use and was stopped."),
    Failure.KILLED: _l("The solver was stopped from outside; the machine may lack memory."),
    Failure.HUNG: _l("The solver did not end in time and was stopped."),
    Failure.CRASHED: _l("The solver stopped unexpectedly."),
    Failure.GAVE_UP: _l("The solver gave up without an answer."),
    Failure.NONSENSE: _l("The solver’s answer was damaged and was set aside."),
    Failure.OTHER_PROBLEM: _l("The result belongs to another problem and was set aside."),
    Failure.NOT_VERIFIED: _l("The result did not pass the independent check and was set aside."),
    Failure.CANCELLED: _l("The last run was cancelled."),
    TOO_MANY_TRIES: _l("The worker stopped five times over this run."),
    packs.TOO_LARGE: _l("The pack became too large. Choose fewer months or fewer parts."),
    packs.OUTDATED: _l("A month was withdrawn while the pack waited. Ask for a new one."),
    packs.BROKEN: _l(
        "The pack could not be made. Ask for it once more; if it happens again, tell the "
        "administrator."
    ),
    packs.TOO_MANY_TRIES: _l("The worker stopped five times over this pack."),
}
_FORMER_FAILURES = {  # what earlier versions stored
    "no_answer": _l("The solver gave no answer."),
    "solver": _FAILURES[Failure.GAVE_UP],
    "solver_died": _FAILURES[Failure.CRASHED],
    "solver_hung": _FAILURES[Failure.HUNG],
}


def describe_failure(code: str | None) -> str:
    """Say why a run has no result, or a pack no file."""
    sentences: dict[str, Any] = {**_FAILURES, **_FORMER_FAILURES}
    return str(sentences.get(code or "") or _("The run has no result."))


_MORE_MEMORY = _l(
    "Close other programs on this machine or ask the administrator to give the solver more memory, "
    "then solve again."
)
_MORE_TIME = _l(
    "Solve again when the machine has less to do, or ask the administrator for a longer time limit."
)
_ADVICE = {
    Failure.OUT_OF_MEMORY: _MORE_MEMORY,
    Failure.KILLED: _MORE_MEMORY,
    Failure.NOT_STARTED: _MORE_MEMORY,
    Failure.HUNG: _MORE_TIME,
    Failure.GAVE_UP: _MORE_TIME,
    Failure.CANCELLED: _l("Solve again whenever you like."),
}


def advise(code: str | None) -> str:
    """Say what to do about a run without a result, for the person who started it."""
    advice: dict[Any, Any] = {**_ADVICE}
    return str(
        advice.get(code or "")
        or _(
            "Nothing is lost. Solve again once; if it happens again, give the administrator the "
            "month and the number of the run."
        )
    )
