"""The lines behind single steps of a replay."""

import io

import pytest

from optimizer.checker.program.columns import Columns, Program
from optimizer.checker.program.network import Classes
from optimizer.vipr.lines import ProofLine, negate
from optimizer.vipr.scribe import Scribe
from optimizer.vipr.writer import Sheet, Writer
from tests.optimizer.vipr.reader import check


def block(value: int) -> Scribe:
    """Three tickets in one block whose digits are those of a value, the last ticket first."""
    point = [value >> k & 1 for k in range(3)]
    program = Program(Columns(Classes.__new__(Classes)), low=[0] * 3, high=[1] * 3)
    weights = {0: 1, 1: 2, 2: 4}
    program.add(weights, None, value)
    scribe = Scribe(program, point)
    scribe.start(0, is_joined=False)
    scribe.keep_sum(weights, value, 1, [0, 1], ("tickets", ""))
    for column, digit in enumerate(point):
        scribe.decide(column, digit)
    return scribe


@pytest.mark.parametrize("value", range(8))
def test_the_digits_of_a_block_follow_in_any_order(value):
    scribe = block(value)
    for column, digit in enumerate(scribe.point):
        line: ProofLine = negate(scribe.lower[column]) if digit else scribe.upper[column]
        sheet = Sheet(1, {}, line.weights, -digit, line, [scribe.point])
        file = io.StringIO()
        Writer(scribe.book).write(file, sheet)
        assert check(file.getvalue().splitlines()).range == (-digit, -digit)
