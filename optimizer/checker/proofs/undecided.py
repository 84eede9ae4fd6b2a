"""(S11, S13, S14) Which needs are undecided: some possible answers meet them, others do not.

Multipliers show which needs are never or always met. For every other need one answer meets it and
another does not. Both keep every result so far.
"""

from collections import defaultdict, deque
from collections.abc import Iterable
from typing import Any

from ..month.month import Month
from ..month.read import RefutedError
from ..month.schema import Row
from ..program.point import place_answer
from ..rules.rules import check_rules
from .events import next_event, take_cuts
from .proof import Event, Proof

_LINE = ("need", "stock", "person", "slot", "units")
Witness = list[list[Any]]  # lines with the fields of ``_LINE``


def read_witness(month: Month, witness: Witness) -> list[Row]:
    """Return the assignments of a witness. Raises ``RefutedError`` if they break a rule."""
    lines = [month.label_line(line) for line in name_lines(witness)]
    check_rules(month, lines)
    return lines


def name_lines(witness: Witness) -> list[Row]:
    """Return the lines of a witness with the names of their fields."""
    return [dict(zip(_LINE, line, strict=True)) for line in witness]


def place_witness(proof: Proof, month: Month, witness: Witness) -> list[int]:
    """Return the value that a witness gives every column.

    Raises ``RefutedError`` unless it keeps every rule and everything that is kept so far.
    """
    return proof.place(place_answer(proof.program.columns, read_witness(month, witness)))


def prove_undecided(
    proof: Proof, month: Month, needs: Iterable[Row], waiting: deque[Event]
) -> list[Row]:
    """Return the undecided needs among these, in this order, once the next events prove them.

    Raises ``RefutedError`` if the events do not.
    """
    take_cuts(proof, waiting)
    while waiting and waiting[0][0] in ("none", "all"):
        proof.settle(waiting.popleft())
        take_cuts(proof, waiting)
    proof.bar_needs(proof.kept)
    _, witnesses = next_event(proof, waiting, "decided")
    undecided = list_open(proof, needs)
    if len(witnesses) > 2 * len(undecided):  # two for each need are enough
        raise RefutedError("too_many_witnesses", witnesses=len(witnesses), needs=len(undecided))
    shown: dict[str, set[int]] = {need["id"]: set() for need in undecided}
    for witness in witnesses:
        values = place_witness(proof, month, witness)
        for name, seen in shown.items():
            seen.add(values[proof.program.met[name]])
    for name, seen in shown.items():
        if len(seen) < 2:
            raise RefutedError("not_shown_undecided", need=name, witnesses=len(witnesses))
    return undecided


def list_open(proof: Proof, needs: Iterable[Row]) -> list[Row]:
    """Return the needs with a way that are not proved so far to be always or never met."""
    met = proof.program.met
    return [n for n in needs if n["id"] in met and not proof.is_decided(met[n["id"]])]


def add_homes(proof: Proof, needs: Iterable[Row]) -> list[int]:
    """Return a column for every recipient of these needs, sorted: 1 if a need of it is met.

    Adds a column and a row for a recipient with two of these needs or more; with one need the
    column is its ``met``.
    """
    asked: dict[str, list[int]] = defaultdict(list)
    for need in needs:
        asked[need["recipient"]].append(proof.program.met[need["id"]])
    homes = {
        recipient: of[0] if len(of) == 1 else _add_home(proof, tuple(of))
        for recipient, of in sorted(asked.items())
    }
    for recipient, of in sorted(asked.items()):
        if len(of) > 1:
            proof.add_row({**dict.fromkeys(of, 1), homes[recipient]: -1}, 0)
    return list(homes.values())


def _add_home(proof: Proof, met: tuple[int, ...]) -> int:
    return proof.add_column(1, lambda values: int(any(values[column] for column in met)))
