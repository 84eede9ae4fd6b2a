"""(S1, S3 to S5, S7 to S12, S14) The proof of sums, and of draws, which consist of sums."""

import hashlib
import hmac
from collections import deque
from collections.abc import Iterable, Iterator

from ..month.month import Month
from ..month.read import RefutedError
from .events import next_event
from .proof import PREPARING, Event, Gap, Proof, Weights, check_apart


def prove_sum(proof: Proof, weights: Weights, value: int, events: list[Event]) -> None:
    """Raise ``RefutedError`` unless the events prove the sum, whole or as shares that add up to it.

    Multipliers or a tree bound each share; a bound above its value leaves a gap. No row may tie
    shares together: otherwise a share kept at its greatest could cost another more than it gains.
    """
    total, left, shares, before = 0, dict(weights), [], len(proof.gaps)
    for event in _without_cuts(proof, events):
        _, part, scale, flat, *own = event
        columns = own[0] if own else list(left)
        shares.append({j: left.pop(j) for j in columns})
        proof.keep_sum(shares[-1], part, scale, flat, ("sum", ""))
        total += part
    if left or total != value:
        raise RefutedError("sum_of_parts", value=value, parts=total, left=len(left))
    if len(shares) > 1:
        check_apart(proof, shares)
    if gaps := proof.gaps[before:]:
        bound = value + sum(int(gap.bound - gap.value) for gap in gaps)
        proof.gaps[before:] = [Gap("sum", "", value, bound)]


def prove_tickets(proof: Proof, month: Month, events: list[Event]) -> None:
    """Raise ``RefutedError`` unless the events decide every need by ticket, met if it can be."""
    order = _order_tickets(proof, month)
    place = {column: k for k, column in enumerate(order)}
    for event in _without_cuts(proof, events):
        _prove_block(proof, order, place, event)
    _require_decided(proof, order)
    proof.gaps = proof.gaps[:1]


def prove_blocks(proof: Proof, order: list[int], waiting: deque[Event]) -> None:
    """Raise ``RefutedError`` unless the next events decide the columns in turn, 1 if possible."""
    place = {column: k for k, column in enumerate(order)}
    while not all(map(proof.is_decided, order)):
        _prove_block(proof, order, place, next_event(proof, waiting, "sum"))


def _prove_block(proof: Proof, order: list[int], place: dict[int, int], event: Event) -> None:
    """Decide the columns of a block.

    If that rests on a search, the gap states that only the columns before the block are settled.
    """
    _, value, scale, flat, block = event
    _check_order(proof, [place[column] for column in block], order)
    weights = {j: 1 << k for k, j in enumerate(reversed(block))}
    gaps = len(proof.gaps)
    proof.keep_sum(weights, value, scale, flat, ("tickets", ""))
    for _ in proof.gaps[gaps:]:
        proof.gaps[gaps:] = [Gap("tickets", "", place[block[0]], len(order))]
    for j, weight in weights.items():
        proof.decide(j, int(bool(value & weight)))


def _require_decided(proof: Proof, order: list[int]) -> None:
    undecided = sum(not proof.is_decided(column) for column in order)
    if undecided:
        raise RefutedError("tickets_undecided", tickets=undecided)


def _without_cuts(proof: Proof, events: Iterable[Event]) -> Iterator[Event]:
    """Yield the events ``sum`` in turn and take the cuts and trees before each.

    Raises ``RefutedError`` for any other event.
    """
    for event in events:
        if event[0] in PREPARING:
            proof.prepare(event)
        elif event[0] == "sum":
            yield event
        else:
            raise RefutedError("event_missing", wanted="sum")


def _order_tickets(proof: Proof, month: Month) -> list[int]:
    """Return the ``met`` columns of the needs, lowest ticket first."""
    met = proof.program.met
    if month.labels is not None:  # labels begin with the tickets
        return [met[need] for need in sorted(met)]
    key = month.problem["seed"].encode("ascii")
    tickets = {need: hmac.new(key, need.encode(), hashlib.sha256).hexdigest() for need in met}
    return [met[need] for need in sorted(met, key=lambda need: (tickets[need], need))]


def _check_order(proof: Proof, places: list[int], order: list[int]) -> None:
    """Require that a block is in the order of tickets, and every ticket before it is decided."""
    before = {order[k] for k in range(places[-1])} - {order[k] for k in places}
    if places != sorted(set(places)) or not all(map(proof.is_decided, before)):
        raise RefutedError("ticket_order", ticket=places[-1])
