"""(C14) Turns: columns that count how many needs of one recipient, category and tier are met.

A set holds all these needs that have waited a number of months or longer. Its k-th column is 1 only
if k of them are met. A set of one need is counted by the need's ``met``.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from ..month.month import Month
from ..month.schema import Row

Pair = tuple[str, str]  # recipient and category


@dataclass(frozen=True, slots=True)
class Turns:
    """The columns of a set of needs (ids) that have waited ``waiting`` months or longer."""

    waiting: int
    needs: tuple[str, ...]
    columns: tuple[int, ...]


def pair_of(need: Row) -> Pair:
    """Return recipient and category of a need."""
    return need["recipient"], need["category"]


def number_turns(
    month: Month, met: dict[str, int], tiers: Iterable[int], add: Callable[[int], int]
) -> dict[tuple[int, Pair], list[Turns]]:
    """Add the columns of the turns and return them, keyed by tier and pair.

    The list of a pair has one ``Turns`` for each wait in months, longest wait first. ``met``: the
    column of every need with a way; ``add``: adds a column with this upper bound and returns its
    number.
    """
    found: dict[tuple[int, Pair], list[Turns]] = {}
    for tier in dict.fromkeys(tiers):
        asked: dict[Pair, list[Row]] = defaultdict(list)
        for need in month.list_asked(tier):
            if need["id"] in met:
                asked[pair_of(need)].append(need)
        for pair, needs in sorted(asked.items()):
            found[tier, pair] = [
                Turns(waiting, ids, _number(ids, met, add)) for waiting, ids in _grow(needs)
            ]
    return found


def _grow(needs: list[Row]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield every wait, longest first, and the ids of the needs that have waited it or longer."""
    ids: tuple[str, ...] = ()
    longest_first = sorted(needs, key=lambda need: -need["waiting"])
    for waiting, of_wait in groupby(longest_first, key=lambda need: need["waiting"]):
        ids += tuple(need["id"] for need in of_wait)
        yield waiting, ids


def _number(
    ids: tuple[str, ...], met: dict[str, int], add: Callable[[int], int]
) -> tuple[int, ...]:
    return tuple(add(1) for _ in ids) if len(ids) > 1 else (met[ids[0]],)


def find_turn(sets: list[Turns], waiting: int, turn: int) -> int | None:
    """Return the column of a turn of the needs that have waited ``waiting`` months or longer.

    None if there are fewer such needs than ``turn``.
    """
    reached = [of_wait for of_wait in sets if of_wait.waiting >= waiting]
    if not reached or len(reached[-1].columns) < turn:
        return None
    return reached[-1].columns[turn - 1]
