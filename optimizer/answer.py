"""What one run of an engine gave, whatever the engine."""

from dataclasses import dataclass

from optimizer.matrix import Vector
from optimizer.solution import SolutionStatus


@dataclass(frozen=True, slots=True)
class Answer:
    """One solver run, maximised. ``point``: values of the columns; None when there is none.

    PROVEN: optimal (of the LP, or within less than one of the bound); FEASIBLE: a point only.
    bound            what the multipliers prove by weak duality, or branch and bound by search
    is_proved        of an infeasible LP: a ray of multipliers proves it
    duals, reduced   of a proven LP: multipliers of the rows, and weights less what they explain
    """

    status: SolutionStatus
    value: float = 0.0
    bound: float = 0.0
    point: Vector | None = None
    duals: Vector | None = None
    reduced: Vector | None = None
    is_proved: bool = False
