"""Reviewer assignment from a long list of bids: one row for each giver and receiver with a bid.

A bid is a number or a word; the user says what a word is worth and which words forbid a pair. The
columns are found by their headings, or else are giver, receiver and bid in this order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product
from typing import NamedTuple

from optimizer.codec import LARGEST
from optimizer.instances.headings import find_number
from optimizer.instances.reasons import Words
from optimizer.instances.scores import Preferences, refuse_many
from optimizer.instances.tables import Row, Table

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "giver": ("giver", "bidder", "reviewer", "user", "person", "审稿人", "评审"),
    "receiver": ("receiver", "submission", "paper", "item", "article", "论文", "稿件"),
    "bid": ("bid", "bids", "score", "preference", "rating", "value", "意向", "分数"),
}


class Bid(NamedTuple):
    """One row of the user's list of bids.

    giver      the giver who bids, such as a reviewer
    receiver   what the bid is for, such as a paper
    score      what the bid is worth; None: the giver must not be assigned to the receiver
    row        the row of the table, for messages
    """

    giver: str
    receiver: str
    score: Decimal | None
    row: Row


@dataclass(frozen=True, slots=True)
class BidTerms:
    """What the user says of a list of bids.

    worth      score of each word
    conflicts  words and numbers that forbid a pair
    unlisted   score of a pair that is not in the list; None: such a pair is forbidden
    header     whether the first row is a heading; None: find out
    """

    worth: Mapping[str, Decimal] = field(default_factory=dict)
    conflicts: frozenset[str] = frozenset()
    unlisted: Decimal | None = Decimal(0)
    header: bool | None = None


def read_bids(table: Table, terms: BidTerms) -> Preferences:
    """Return the preferences of a list of bids.

    Raises ``ProblemError`` whose path is the file, row and column of the broken cell.
    """
    order, heading = _find_columns(table, terms)
    rows = table.rows[1:] if heading else table.rows
    bids = [_read_bid(table, row, order, terms) for row in rows]
    table.refuse_twice((f"{bid.giver} for {bid.receiver}", bid.row) for bid in bids)
    givers = tuple(dict.fromkeys(bid.giver for bid in bids))
    receivers = tuple(dict.fromkeys(bid.receiver for bid in bids))
    refuse_many(table, len(givers), len(receivers))
    scores = _gather_scores(bids, product(givers, receivers), terms.unlisted)
    named = sorted(_COLUMNS, key=lambda name: order[list(_COLUMNS).index(name)])
    lines = (
        f"{len(givers)} givers × {len(receivers)} receivers",
        f"{len(bids)} bids, of them {sum(bid.score is None for bid in bids)} conflicts",
        f"heading row: {'yes' if heading else 'no'}",
        f"columns: {', '.join(named)}",
        f"encoding {table.encoding}",
        f"separator {table.separator}",
    )
    words = Words({g: f"giver {g}" for g in givers}, {r: f"receiver {r}" for r in receivers})
    return Preferences(table.name, givers, receivers, scores, "; ".join(lines), words)


def _gather_scores(
    bids: Sequence[Bid], pairs: Iterable[tuple[str, str]], unlisted: Decimal | None
) -> dict[tuple[str, str], Decimal]:
    """Return the score of every allowed pair; a pair without a bid has the score ``unlisted``."""
    scores = {} if unlisted is None else dict.fromkeys(pairs, unlisted)
    for bid in bids:
        if bid.score is None:
            scores.pop((bid.giver, bid.receiver), None)
        else:
            scores[bid.giver, bid.receiver] = bid.score
    return scores


def _find_columns(table: Table, terms: BidTerms) -> tuple[tuple[int, int, int], bool]:
    """Return the columns of giver, receiver and bid, and whether the first row names them."""
    if not table.rows or (terms.header and len(table.rows) == 1):
        raise table.fault("holds no bids")
    first = table.rows[0]
    named = _match(first.cells)
    if terms.header is False:
        return (0, 1, 2), False
    if len(named) == len(_COLUMNS) and len(table.rows) > 1:
        return (named["giver"], named["receiver"], named["bid"]), True
    if terms.header:
        return (0, 1, 2), True
    if len(first.cells) > 2 and _is_bid(first.cells[2], terms):
        return (0, 1, 2), False
    shown = ", ".join(first.cells[:4])
    raise table.fault(f"row 1 ({shown}) can be a heading or a bid: say --header or --no-header")


def _match(cells: Sequence[str]) -> dict[str, int]:
    words = [cell.lower().replace("_", " ").removesuffix(" id").strip() for cell in cells]
    return {
        name: found[0]
        for name, known in _COLUMNS.items()
        if (found := [k for k, word in enumerate(words) if word in known])
    }


def _is_bid(cell: str, terms: BidTerms) -> bool:
    return cell in terms.worth or cell in terms.conflicts or find_number(cell) is not None


def _read_bid(table: Table, row: Row, order: Sequence[int], terms: BidTerms) -> Bid:
    for column in order:
        if column >= len(row.cells) or not row.cells[column]:
            raise table.fault("is empty", row, column)
    giver, receiver, cell = (row.cells[column] for column in order)
    if cell in terms.conflicts:
        return Bid(giver, receiver, None, row)
    score = terms.worth[cell] if cell in terms.worth else find_number(cell)
    if score is None:
        reason = f"{cell} has no worth: say --worth {cell}=NUMBER or --conflict {cell}"
        raise table.fault(reason, row, order[2])
    if not -LARGEST <= score <= LARGEST:
        raise table.fault(f"{cell} is beyond {LARGEST}", row, order[2])
    return Bid(giver, receiver, score, row)
