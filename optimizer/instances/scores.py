"""Read reviewer assignment from a matrix of scores: receivers are columns, givers are rows.

A CSV file of numbers, with or without a heading row and a heading column. Every receiver gets
``demand`` different givers, every giver serves between ``load_min`` and ``cap`` receivers, and a
score equal to ``conflict`` forbids the pair. Scores become whole numbers with up to six decimals.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from itertools import chain

from optimizer.codec import ProblemError
from optimizer.policy import GroupOutcome, Policy, Stage, StageKind
from optimizer.problem import Need, Pair, Pin, Problem, Stock

MOST_DECIMALS = 6
_EACH = Stage("each", StageKind.LEXIMIN, outcome=GroupOutcome.SCORE)
_TOTAL = Stage("total", StageKind.MAX_SCORE)
SCORE_POLICIES = {
    "maxmin": Policy("scores-maxmin", 1, (replace(_EACH, worst_only=True), _TOTAL)),
    "leximin": Policy("scores-leximin", 1, (_EACH, _TOTAL)),
    "total": Policy("scores-total", 1, (_TOTAL,)),
}


@dataclass(frozen=True, slots=True)
class ScoreTerms:
    """demand: givers per receiver; load_min, cap: receivers per giver; conflict: forbids a pair."""

    demand: int
    cap: int
    load_min: int = 0
    conflict: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Scores:
    """A problem and how many of its points make one point of the file."""

    problem: Problem
    scale: int
    is_rounded: bool


def read_scores(name: str, text: str, terms: ScoreTerms, policy: str) -> Scores:
    """Return the problem of a score matrix.

    Raises ``ProblemError`` whose path is the row and column of the broken cell.
    """
    table = _read_table(text)
    decimals = max(map(_decimals, chain.from_iterable(table)))
    kept = min(decimals, MOST_DECIMALS)
    scale = 10**kept
    givers = [f"giver-{k + 1:05d}" for k in range(len(table))]
    receivers = [f"receiver-{k + 1:05d}" for k in range(len(table[0]))]
    problem = Problem(
        name=name,
        seed="00",
        stocks=tuple(Stock(g, g, "place", terms.cap, least=terms.load_min) for g in givers),
        needs=tuple(Need(r, r, "place", quantity=terms.demand, listed=True) for r in receivers),
        pairs=tuple(
            Pair(receiver, giver, score=round(score * scale), most=1)
            for giver, row in zip(givers, table, strict=True)
            for receiver, score in zip(receivers, row, strict=True)
            if score != terms.conflict
        ),
        pins=tuple(Pin(receiver) for receiver in receivers),
        policy=SCORE_POLICIES[policy],
    )
    return Scores(problem, scale, decimals > kept)


def _decimals(score: Decimal) -> int:
    exponent = score.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _read_table(text: str) -> list[list[Decimal]]:
    """Return the scores without a first row or column of names."""
    rows = _read_cells(text)
    if rows and _are_names(rows[0]):
        rows = rows[1:]
    if rows and _are_names([row[0] for row in rows]):
        rows = [row[1:] for row in rows]
    if not rows or not rows[0]:
        raise ProblemError("$", "holds no scores")
    return [_read_row(k, row, len(rows[0])) for k, row in enumerate(rows)]


def _read_cells(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in row] for row in csv.reader(text.splitlines()) if row]


def _are_names(cells: Sequence[str]) -> bool:
    return all(_find_number(cell) is None for cell in cells)


def _read_row(k: int, row: list[str], width: int) -> list[Decimal]:
    if len(row) != width:
        raise ProblemError(f"$[{k}]", f"must hold {width} scores")
    found = []
    for j, cell in enumerate(row):
        score = _find_number(cell)
        if score is None:
            raise ProblemError(f"$[{k}][{j}]", f"{cell or 'nothing'} is not a number")
        found.append(score)
    return found


def _find_number(cell: str) -> Decimal | None:
    try:
        number = Decimal(cell)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
