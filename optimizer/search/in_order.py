"""Decide columns one after another: by ticket, or by the ranks of a ladder (S13, S17).

Every step of a ladder is a column. As many whole ranks as possible are taken (or spared) together,
which needs no proof; then the next rank is maximised. Reduced costs fix many columns there, so that
few ranks are solved one by one.
"""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from optimizer.search.lexicographic import LexicographicSearch
from optimizer.stages.steps import Rungs

BLOCK = 16  # columns drawn together; their weights, powers of two, add up to less than 2^16


def meet_in_order(search: LexicographicSearch, order: Sequence[int]) -> None:
    """Fix these columns so that their vector is lexicographically greatest.

    The columns are taken in blocks. Within a block the weights are powers of two, so the greatest
    sum is the lexicographic maximum, and its binary digits say which columns are 1.
    """
    while undrawn := [j for j in order if search.is_open(j)][:BLOCK]:
        weights = {j: 1 << (len(undrawn) - 1 - k) for k, j in enumerate(undrawn)}
        value = search.maximise(weights).value
        drawn = [(j, float(bool(value & weight))) for j, weight in weights.items()]
        search.keep_columns([(j, is_met, is_met) for j, is_met in drawn])


def climb(search: LexicographicSearch, rungs: Sequence[Rungs], sign: int) -> None:
    """Fix the best values of a ladder, rank after rank.

    ``sign`` 1: as many units as possible are taken, the lowest rank first; -1: as few as possible,
    the highest rank first.
    """
    steps = [[search.add_column(size, is_defined=True) for _, size in of.units] for of in rungs]
    for of, columns in zip(rungs, steps, strict=True):
        terms = dict.fromkeys(columns, 1) | {j: -weight for j, weight in of.weights.items()}
        row = search.add_row(terms)
        search.keep_rows([(row, 0)], 0)
    _extend_incumbent(search, rungs, steps)
    by_rank: dict[Fraction, list[int]] = defaultdict(list)
    for of, columns in zip(rungs, steps, strict=True):
        for (rank, _), column in zip(of.units, columns, strict=True):
            by_rank[rank].append(column)
    _take_in_order(search, [by_rank[rank] for rank in sorted(by_rank, reverse=sign < 0)], sign)


def _take_in_order(search: LexicographicSearch, ranks: list[list[int]], sign: int) -> None:
    while ranks := [rank for rank in ranks if any(map(search.is_open, rank))]:
        ranks = ranks[search.ranks.take(ranks, is_full=sign > 0) :]
        if ranks:
            search.maximise({j: sign for j in ranks[0] if search.is_open(j)})
            search.check_incumbent_when_due()
            ranks = ranks[1:]


def _extend_incumbent(
    search: LexicographicSearch, rungs: Sequence[Rungs], steps: Sequence[Sequence[int]]
) -> None:
    """Propose the incumbent with values for the new columns: each group takes its first units."""
    if search.point is None:
        return
    missing = len(search.matrix.low) - len(search.point)
    point = np.concatenate([search.point, np.zeros(missing)])
    for of, columns in zip(rungs, steps, strict=True):
        left = sum(weight * int(point[j]) for j, weight in of.weights.items())
        for (_, size), column in zip(of.units, columns, strict=True):
            point[column] = min(size, left)
            left -= min(size, left)
    search.propose(point)
