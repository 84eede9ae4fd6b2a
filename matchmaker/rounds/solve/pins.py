"""Find the pins and forbids that a report names among the rows of the round.

Nobody makes or lifts one while a run is being solved.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from matchmaker.models import MatchRound, OverrideKind, RoundRun
from matchmaker.rounds.freeze.overrides import freeze_overrides, list_active_overrides
from matchmaker.rounds.queries import read_snapshot
from matchmaker.rounds.question.problem import RuleName, name_rule
from matchmaker.rounds.question.snapshot import Snapshot
from matchmaker.rounds.question.visitors import name_persons
from matchmaker.rounds.question.waits import read_key
from optimizer import codec
from optimizer.report import Conflict, PinPrice, StageChange
from optimizer.rows import Pin


def list_conflicting(match_round: MatchRound, conflict: Conflict) -> list[int]:
    """The ids of the pins that cannot hold together, ascending."""
    rows = _list_rows(match_round)
    return sorted(id_ for pin in conflict.pins for id_ in rows[OverrideKind.PIN, *_get_name(pin)])


def list_prices(match_round: MatchRound, prices: Sequence[PinPrice]) -> dict[int, PinPrice]:
    """Map the id of each priced pin and forbid to its price.

    Of the stages only the first that differs is in the price.
    """
    rows, snapshot = _list_rows(match_round), read_snapshot(match_round)
    kinds = {False: OverrideKind.PIN, True: OverrideKind.FORBID}
    return {
        id_: replace(price, stages=_list_first(price, snapshot))
        for price in prices
        for id_ in rows[kinds[price.is_forbid], *_get_name(price.pin)]
    }


def _list_first(price: PinPrice, snapshot: Snapshot) -> tuple[StageChange, ...]:
    first = price.first
    return () if first is None else (replace(first, key=read_key(first.key, snapshot)),)


def find_prices(run: RoundRun) -> dict[int, PinPrice]:
    """Map the ids of the pins and forbids that were in force in the run to their stored prices."""
    held = run.prices or {}
    return {int(id_): codec.from_json(PinPrice, price) for id_, price in held.items()}


def _get_name(pin: Pin) -> RuleName:
    return pin.need, pin.stock, pin.person


def _list_rows(match_round: MatchRound) -> dict[tuple[OverrideKind, *RuleName], list[int]]:
    """Map what a row says to the ids of the rows that say it.

    Two rows of a volunteer's entries say the same if the entries are one human being.
    """
    persons = name_persons(read_snapshot(match_round))
    found: dict[tuple[OverrideKind, *RuleName], list[int]] = defaultdict(list)
    rows = zip(list_active_overrides(match_round), freeze_overrides(match_round), strict=True)
    for row, frozen in rows:
        found[frozen.kind, *name_rule(frozen, persons)].append(row.id)
    return found
