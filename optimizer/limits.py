"""Time limits of a solve, its check and its explanations."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Wall-clock limits of one solve and of the steps after it [s].

    seconds          for all stages together; soon after this limit the solve ends with its answer
    grace_seconds    added to ``seconds`` for starting and writing, and to ``explain_seconds`` and
                     ``price_seconds`` for finishing
    check_seconds    for the independent check
    explain_seconds  for the full explanations of unmet needs; None: they stay brief
    price_seconds    for the prices of all pins and forbids together; None: no price is worked out

    The supervisor (``process/guard.py``) ends the child process when the solve, the check, the
    explanations or the prices exceed their limit.
    """

    seconds: float = 600.0
    grace_seconds: float = 60.0
    check_seconds: float = 120.0
    explain_seconds: float | None = 20.0
    price_seconds: float | None = None


DEFAULT_LIMITS = Limits()
