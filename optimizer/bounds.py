"""Weak duality: what any row multipliers prove about a sum, whoever found them.

For rows L <= A x <= U, columns l <= x <= u and any y,

    c x = y (A x) + (c - y A) x <= sum_i max(y_i L_i, y_i U_i) + sum_j max(r_j l_j, r_j u_j)

with r = c - y A. A multiplier that would meet an infinite side is taken as 0, which is allowed: an
engine's tolerances can only make the bound weaker, never wrong.
"""

import numpy as np

from optimizer.matrix import Matrix, Vector, Weights

NIL = 1e-7  # what sums of doubles may be off by


def bound_by_duals(matrix: Matrix, weights: Weights, duals: Vector) -> tuple[float, Vector]:
    """The bound on the greatest sum, and the reduced weights r that prove it."""
    is_endless = ((duals > 0) & np.isinf(matrix.row_high)) | (
        (duals < 0) & np.isinf(matrix.row_low)
    )
    y = np.where(is_endless, 0.0, duals)
    of_row, columns, entries = matrix.entries()
    reduced = -np.bincount(columns, entries * y[of_row], len(matrix.low)).astype(np.float64)
    for j, weight in weights.items():
        reduced[j] += weight
    sides = np.where(y > 0, matrix.row_high, np.where(y < 0, matrix.row_low, 0.0))
    ends = np.where(reduced > 0, matrix.high, matrix.low)
    return float(y @ sides + reduced @ ends), reduced


def is_impossible_by(matrix: Matrix, ray: Vector) -> bool:
    """True when the ray, in either direction, proves that no point satisfies all rows: bound < 0.

    Source: Farkas' lemma, the bound above with c = 0.
    """
    largest = float(np.max(np.abs(ray), initial=0.0))
    if not largest:
        return False
    return any(bound_by_duals(matrix, {}, sign * ray / largest)[0] < -NIL for sign in (1, -1))
