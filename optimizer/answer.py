"""What one run of an engine gave, whatever the engine."""

from dataclasses import dataclass

from optimizer.bounds import Bound
from optimizer.matrix import Vector
from optimizer.solution import SolutionStatus


@dataclass(frozen=True, slots=True)
class Answer:
    """One solver run, maximised. ``point``: values of the columns; None when there is none.

    PROVEN: optimal (of the LP, or within less than one of the bound); FEASIBLE: a point only.
    bound   what the multipliers prove by weak duality, or branch and bound by search
    proof   of a proven LP: its multipliers in whole numbers; of an infeasible LP: a ray that
            proves it, None where the engine alone says so
    duals   of a proven LP, as the engine gave them
    """

    status: SolutionStatus
    value: float = 0.0
    bound: float = 0.0
    point: Vector | None = None
    duals: Vector | None = None
    proof: Bound | None = None
