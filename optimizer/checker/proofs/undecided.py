"""(S11, S13, S14) Which needs are undecided: some answers left meet them, and others do not.

Multipliers show what is never or always met. Two answers show of every other need that it is not:
one that meets it and one that does not. Both keep every result so far.
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
    """Return a witness's value of every column.

    Raises ``RefutedError`` unless it keeps every rule and everything that is kept so far.
    """
    return proof.place(place_answer(proof.program.columns, read_witness(month, witness)))


def prove_undecided(
    proof: Proof, month: Month, needs: Iterable[Row], waiting: deque[Event]
) -> list[Row]:
    """Return the undecided ones of these needs, in order, once the next events prove them."""
    take_cuts(proof, waiting)
    while waiting and waiting[0][0] in ("none", "all"):
        proof.settle(waiting.popleft())
        take_cuts(proof, waiting)
    proof.bar_needs(proof.kept)
    _, witnesses = next_event(proof, waiting, "decided")
    undecided = list_open(proof, needs)
    if len(witnesses) > 2 * len(undecided):  # so many can show nothing new
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
    """Return the needs that nothing so far proves to be always or never met."""
    met = proof.program.met
    return [n for n in needs if n["id"] in met and not proof.is_decided(met[n["id"]])]


def add_homes(proof: Proof, needs: Iterable[Row]) -> list[int]:
    """Return, for every recipient in order, the column that says whether one of its needs is met.

    A recipient with one of these needs is counted by its ``met``.
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
