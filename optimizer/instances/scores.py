"""Reviewer assignment from a matrix of scores: receivers are columns, givers are rows.

Every receiver gets ``demand`` different givers, every giver serves between ``load_min`` and ``cap``
receivers, and a score equal to ``conflict`` forbids the pair. Scores are multiplied by a power of
ten to make them whole numbers; decimals beyond the sixth are rounded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import product

from optimizer.codec import LARGEST, ProblemError
from optimizer.instances.headings import ScoreTable, Shape, find_number, split_names
from optimizer.instances.reasons import Words
from optimizer.instances.tables import Row, Table
from optimizer.policy import GroupOutcome, Policy, Stage, StageKind
from optimizer.problem import Need, Pair, Pin, Problem, Stock

MOST_DECIMALS = 6
MOST_PAIRS = 2_000_000  # of giver and receiver in one instance
FORBIDDEN = "conflict"  # the word of --empty for forbidden pairs
_EACH = Stage("each", StageKind.LEXIMIN, outcome=GroupOutcome.SCORE)
_TOTAL = Stage("total", StageKind.MAX_SCORE)
SCORE_POLICIES = {
    "maxmin": Policy("scores-maxmin", 1, (replace(_EACH, worst_only=True), _TOTAL)),
    "leximin": Policy("scores-leximin", 1, (_EACH, _TOTAL)),
    "total": Policy("scores-total", 1, (_TOTAL,)),
}


@dataclass(frozen=True, slots=True)
class ScoreTerms:
    """What the user says of an assignment.

    demand          givers for each receiver
    cap             most receivers of each giver
    load_min        least receivers of each giver
    conflict        score that forbids a pair
    empty           what an empty cell means: a score, or ``FORBIDDEN``; None: it is an error
    """

    demand: int
    cap: int
    load_min: int = 0
    conflict: Decimal | None = None
    empty: Decimal | str | None = None


@dataclass(frozen=True, slots=True)
class Preferences:
    """The scores of a file, keyed by (giver, receiver); a forbidden pair has no score.

    name        the file
    givers      their names, in the order of the file
    receivers   their names, in the order of the file
    seen        one line for the user: what the reader found in the file
    words       the words for each stock or need of the problem and its place in the file, keyed by
                id
    """

    name: str
    givers: tuple[str, ...]
    receivers: tuple[str, ...]
    scores: Mapping[tuple[str, str], Decimal]
    seen: str
    words: Words


@dataclass(frozen=True, slots=True)
class Scores:
    """A problem and the preferences that it was made from.

    scale        points of the problem that make one point of the file
    is_rounded   whether decimals were rounded
    """

    problem: Problem
    scale: int
    is_rounded: bool
    preferences: Preferences


def read_scores(table: Table, terms: ScoreTerms, policy: str, shape: Shape | None = None) -> Scores:
    """Return the problem of a score matrix.

    Raises ``ProblemError`` whose path is the file, row and column of the broken cell.
    """
    return make_scores(read_matrix(split_names(table, shape or Shape()), terms), terms, policy)


def read_matrix(matrix: ScoreTable, terms: ScoreTerms) -> Preferences:
    """Return the preferences of a matrix. Raises ``ProblemError`` for an unreadable cell."""
    table, rows, width = matrix.table, matrix.rows, _measure(matrix)
    givers = matrix.names or tuple(f"giver-{k + 1:05d}" for k in range(len(rows)))
    receivers = matrix.columns or tuple(f"receiver-{k + 1:05d}" for k in range(width))
    refuse_many(table, len(givers), len(receivers))
    scores = {}
    for (giver, row), (k, receiver) in product(
        zip(givers, rows, strict=True), enumerate(receivers, start=matrix.shift)
    ):
        score = _read_cell(table, row, k, terms)
        if score is not None:
            scores[giver, receiver] = score
    lines = (
        f"{len(givers)} givers × {len(receivers)} receivers",
        f"heading row: {_describe(matrix.columns)}",
        f"id column: {_describe(matrix.names)}",
        f"{len(givers) * len(receivers) - len(scores)} conflicts",
        f"encoding {table.encoding}",
        f"separator {table.separator}",
    )
    words = _name_places(matrix, givers, receivers)
    return Preferences(table.name, givers, receivers, scores, "; ".join(lines), words)


def _measure(matrix: ScoreTable) -> int:
    """Return the number of scores in a row. Raises ``ProblemError`` for more than headings."""
    sizes = [len(row.cells) - matrix.shift for row in matrix.rows]
    width = max(*sizes, 1) if matrix.columns is None else len(matrix.columns)
    for row, size in zip(matrix.rows, sizes, strict=True):
        if size > width:
            raise matrix.table.fault(f"holds {size} scores below {width} headings", row)
    return width


def _name_places(matrix: ScoreTable, givers: Sequence[str], receivers: Sequence[str]) -> Words:
    rows = [f"row {row.number}" for row in matrix.rows]
    columns = [f"column {k + 1 + matrix.shift}" for k in range(len(receivers))]
    return Words(
        _place("giver", givers, rows, has_names=matrix.names is not None),
        _place("receiver", receivers, columns, has_names=matrix.columns is not None),
    )


def _place(
    kind: str, ids: Sequence[str], places: Sequence[str], *, has_names: bool
) -> dict[str, str]:
    """Return the words for each id: its place in the file, after its name if the file has names."""
    pairs = zip(ids, places, strict=True)
    return {id_: f"{kind} {id_} ({place})" if has_names else place for id_, place in pairs}


def _describe(names: Sequence[str] | None) -> str:
    return "no" if names is None else f"yes (ids {names[0]} …)"


def _read_cell(table: Table, row: Row, column: int, terms: ScoreTerms) -> Decimal | None:
    """Return the score of a cell; None forbids the pair. Raises ``ProblemError`` for other text."""
    cell = row.cells[column] if column < len(row.cells) else ""
    if not cell:
        if terms.empty is None:
            raise table.fault("is empty: say --empty NUMBER or --empty conflict", row, column)
        return None if isinstance(terms.empty, str) else terms.empty
    score = find_number(cell)
    if score is None:
        raise table.fault(f"{cell} is not a number", row, column)
    if not -LARGEST <= score <= LARGEST:
        raise table.fault(f"{cell} is beyond {LARGEST}", row, column)
    return None if score == terms.conflict else score


def refuse_many(table: Table, givers: int, receivers: int) -> None:
    """Raise ``ProblemError`` if there are more than ``MOST_PAIRS`` pairs."""
    if givers * receivers > MOST_PAIRS:
        pairs = f"{givers} givers and {receivers} receivers"
        raise table.fault(f"{pairs} make more than {MOST_PAIRS} pairs")


def make_scores(preferences: Preferences, terms: ScoreTerms, policy: str) -> Scores:
    """Return the problem of preferences.

    Raises ``ProblemError`` if ``load_min`` exceeds ``cap`` or the problem does not allow a number.
    """
    if terms.load_min > terms.cap:
        raise ProblemError("--load-min", "must not exceed --cap")
    decimals = max(map(_decimals, preferences.scores.values()), default=0)
    kept = min(decimals, MOST_DECIMALS)
    scale, name = 10**kept, preferences.name
    try:
        problem = Problem(
            name=name,
            seed="00",
            stocks=tuple(
                Stock(g, g, "place", terms.cap, least=terms.load_min) for g in preferences.givers
            ),
            needs=tuple(
                Need(r, r, "place", quantity=terms.demand, listed=True)
                for r in preferences.receivers
            ),
            pairs=tuple(
                Pair(receiver, giver, score=round(score * scale), most=1)
                for (giver, receiver), score in preferences.scores.items()
            ),
            pins=tuple(Pin(receiver) for receiver in preferences.receivers),
            policy=SCORE_POLICIES[policy],
        )
    except ProblemError as error:  # a bound of all scores together
        raise ProblemError(name, f"{error.path.rpartition('.')[2]} {error.reason}") from None
    return Scores(problem, scale, decimals > kept, preferences)


def _decimals(score: Decimal) -> int:
    exponent = score.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
