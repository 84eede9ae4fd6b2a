"""(S1, S3 to S5, S7 to S9) The proof of sums, and of the lottery, which consists of sums."""

import hashlib
import hmac
from collections.abc import Iterable, Iterator

from ..month.month import Month
from ..month.read import RefutedError
from .proof import Event, Gap, Proof, Weights, check_apart


def prove_sum(proof: Proof, weights: Weights, value: int, events: list[Event]) -> None:
    """Raise ``RefutedError`` unless the events prove the sum, whole or as shares that add up to it.

    Multipliers bound each share. No row may tie shares together: a share that is kept at its
    greatest could otherwise cost another one more than it gains.
    """
    total, left, shares = 0, dict(weights), []
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
    if proof.gaps:
        bound = value + sum(int(gap.bound - gap.value) for gap in proof.gaps)
        proof.gaps = [Gap("sum", "", value, bound)]


def prove_tickets(proof: Proof, month: Month, events: list[Event]) -> None:
    """Raise ``RefutedError`` unless each ticket is met whenever the tickets before it allow it."""
    order = _order_tickets(proof, month)
    place = {column: k for k, column in enumerate(order)}
    for _, value, scale, flat, block in _without_cuts(proof, events):
        _check_order(proof, [place[column] for column in block], order)
        weights = {j: 1 << k for k, j in enumerate(reversed(block))}
        proof.keep_sum(weights, value, scale, flat, ("tickets", str(place[block[0]])))
        for j, weight in weights.items():
            proof.decide(j, int(bool(value & weight)))
    _require_decided(proof, order)
    proof.gaps = [Gap("tickets", "", int(gap.group), len(order)) for gap in proof.gaps[:1]]


def _require_decided(proof: Proof, order: list[int]) -> None:
    undecided = sum(not proof.is_decided(column) for column in order)
    if undecided:
        raise RefutedError("tickets_undecided", tickets=undecided)


def _without_cuts(proof: Proof, events: Iterable[Event]) -> Iterator[Event]:
    """Yield the sums in turn and add the cuts between them to the rows."""
    for event in events:
        if event[0] == "cut":
            proof.add_cut(event)
        elif event[0] == "sum":
            yield event
        else:
            raise RefutedError("event_missing", wanted="sum")


def _order_tickets(proof: Proof, month: Month) -> list[int]:
    """Return the columns of the needs, lowest ticket first."""
    key, met = month.problem["seed"].encode("ascii"), proof.program.met
    tickets = {need: hmac.new(key, need.encode(), hashlib.sha256).hexdigest() for need in met}
    return [met[need] for need in sorted(met, key=lambda need: (tickets[need], need))]


def _check_order(proof: Proof, places: list[int], order: list[int]) -> None:
    """Require that a block is in the order of tickets, with every ticket before it decided."""
    before = {order[k] for k in range(places[-1])} - {order[k] for k in places}
    if places != sorted(set(places)) or not all(map(proof.is_decided, before)):
        raise RefutedError("ticket_order", ticket=places[-1])
