"""Sums that are no stage of a policy, one after another on a chain of their own."""

from collections.abc import Sequence

from optimizer.chain import Chain, RetakeError, UnreachableError
from optimizer.matrix import Weights
from optimizer.points import EngineError


def maximise_in_turn(chain: Chain, sums: Sequence[Weights]) -> list[int]:
    """The greatest value of every whole-number sum, each kept while the next is sought.

    Raises ``NoPointError`` when no answer holds every rule, ``OutOfTimeError`` at the deadline.
    """
    while True:
        try:
            values = [_take(chain, weights) for weights in sums]
        except UnreachableError:
            if chain.confirm():
                raise EngineError("a sum has no bound where a whole point is known") from None
        except RetakeError:
            pass
        else:
            if chain.confirm():
                return values
        chain.rewind()


def _take(chain: Chain, weights: Weights) -> int:
    if not weights:
        return 0
    value = chain.maximise(weights).value
    chain.checkpoint()
    return value
