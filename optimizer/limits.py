"""How long a solve, its check and its explanations may take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one solve and of what follows it, wall clock in seconds.

    seconds          of the whole solve, all stages together; it ends with what it has
    explain_seconds  to seek deciding stages: later ones are left out, nothing is said wrongly.
                     None: no explanations are wanted

    A process of its own (process/guard.py) is taken for hung and ended when it outlives them:

    grace_seconds    beyond the seconds of the solve, for start and paperwork; beyond those of the
                     explanations, for all but the search
    check_seconds    of the independent check
    """

    seconds: float = 600.0
    grace_seconds: float = 60.0
    check_seconds: float = 120.0
    explain_seconds: float | None = 20.0


DEFAULT_LIMITS = Limits()
