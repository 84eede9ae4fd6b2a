"""How long a solve may take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one solve.

    seconds        wall clock of the whole solve, all stages together; it ends with what it has
    grace_seconds  beyond them, for start and paperwork: then a solve in a process of its own is
                   taken for hung and ended without an answer (guard.py)
    """

    seconds: float = 600.0
    grace_seconds: float = 60.0


DEFAULT_LIMITS = Limits()
