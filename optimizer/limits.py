"""How long a solve may take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one solve. ``seconds``: wall clock of the whole solve, all stages together."""

    seconds: float = 600.0
