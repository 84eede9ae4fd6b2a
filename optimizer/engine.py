"""HiGHS as it is set up here: quiet, exact, on one thread, with the model handed over in arrays."""

import highspy
import numpy as np

from optimizer.matrix import Matrix

GAP = 0.99  # objectives are whole: a bound less than one away is the proof
WHOLE_KIND, FREE_KIND = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous


class _Quiet(highspy.Highs):
    """The engine without its callbacks, whose set-up writes a banner to standard output."""

    def __init__(self) -> None:
        super(highspy.Highs, self).__init__()


def new_solver() -> highspy.Highs:
    solver = _Quiet()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", 0)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", GAP)
    return solver


def as_arrays(matrix: Matrix) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    of_row, columns, weights = matrix.entries()
    lp.num_col_, lp.num_row_ = len(matrix.low), len(matrix.row_low)
    lp.col_cost_ = np.zeros(len(matrix.low))
    lp.col_lower_, lp.col_upper_ = matrix.low, matrix.high
    lp.row_lower_, lp.row_upper_ = matrix.row_low, matrix.row_high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.searchsorted(of_row, np.arange(len(matrix.row_low) + 1))
    lp.a_matrix_.index_, lp.a_matrix_.value_ = columns, weights
    lp.integrality_ = [WHOLE_KIND if is_whole else FREE_KIND for is_whole in matrix.is_whole]
    return lp
