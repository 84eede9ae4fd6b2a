"""Time limits of a solve, its check and its explanations."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Wall-clock limits of one solve and of the steps after it [s].

    seconds          of the whole solve, all stages together; it then returns what it has
    explain_seconds  of the search for deciding stages; needs left over have no stage named.
                     None: no explanations

    The supervisor (process/guard.py) ends a child that exceeds these sums:

    grace_seconds    added to ``seconds`` for starting up and writing, and to ``explain_seconds``
                     for all but the search
    check_seconds    of the independent check
    """

    seconds: float = 600.0
    grace_seconds: float = 60.0
    check_seconds: float = 120.0
    explain_seconds: float | None = 20.0


DEFAULT_LIMITS = Limits()
