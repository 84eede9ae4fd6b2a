"""(S13, S17) The proof of ranks: the sum of each rank's columns is the best, rank after rank."""

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from ..month.read import RefutedError
from .events import check_end, next_event
from .proof import Event, Proof

Ranks = deque[tuple[Fraction, list[int]]]
Rank = tuple[Fraction, int]  # of one unit, or of one step of units: rank and column


def prove_ranks(
    proof: Proof, ranked: Iterable[Rank], waiting: deque[Event], *, is_least: bool
) -> None:
    """Raise ``RefutedError`` unless the events prove the answer's sum of every rank.

    The sums are the greatest, from the lowest rank up; with ``is_least`` they are the least, from
    the highest rank down. A rank without an open column needs no event.
    """
    left = _order_ranks(ranked, is_least=is_least)
    while columns := _open_rank(proof, left):
        event = next_event(proof, waiting, "sum", "reach")
        if event[0] == "sum":
            _prove_sum(proof, columns, event, left.popleft()[0], is_least=is_least)
        else:
            _, ranks = event
            _reach(proof, left, ranks, is_least=is_least)
    check_end(proof, waiting)


def _prove_sum(
    proof: Proof, columns: list[int], event: Event, rank: Fraction, *, is_least: bool
) -> None:
    sign = -1 if is_least else 1
    _, value, scale, flat = event
    gaps = len(proof.gaps)
    proof.keep_sum(dict.fromkeys(columns, sign), value, scale, flat, ("rank", str(rank)))
    for gap in proof.gaps[gaps:]:
        proof.gaps[gaps:] = [replace(gap, value=sign * gap.value, bound=sign * gap.bound)]


def _order_ranks(ranked: Iterable[Rank], *, is_least: bool) -> Ranks:
    """Return every rank with its columns, in the order in which ranks are decided."""
    found: dict[Fraction, list[int]] = {}
    for rank, column in sorted(ranked, reverse=is_least):
        found.setdefault(rank, []).append(column)
    return deque(found.items())


def _open_rank(proof: Proof, left: Ranks) -> list[int]:
    """Drop the ranks that are decided; return the open columns of the next, or an empty list."""
    while left:
        columns = [column for column in left[0][1] if not proof.is_decided(column)]
        if columns:
            return columns
        left.popleft()
    return []


def _reach(proof: Proof, left: Ranks, ranks: int, *, is_least: bool) -> None:
    """Fix the open columns of the next ranks at their best ends.

    The caller's ``check_point`` refuses this unless the stated answer has them there. Raises
    ``RefutedError`` if ``ranks`` is below 1 or more than there are.
    """
    if ranks < 1:
        raise RefutedError("no_rank_reached", ranks=ranks)
    for _ in range(ranks):
        columns = _open_rank(proof, left)
        if not columns:
            raise RefutedError("no_rank_left", ranks=ranks)
        for column in columns:
            proof.decide(column, proof.low[column] if is_least else proof.high[column])
        left.popleft()
