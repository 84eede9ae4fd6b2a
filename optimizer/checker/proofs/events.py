"""The events of one result, taken one by one; cuts before an event are kept as rows.

A tree before an event helps to prove it.
"""

from collections import deque

from ..month.read import RefutedError
from .proof import PREPARING, Event, Proof


def next_event(proof: Proof, waiting: deque[Event], *kinds: str) -> Event:
    """Take and return the next event, after keeping the cuts and trees before it.

    Raises ``RefutedError`` unless it is of one of these kinds.
    """
    take_cuts(proof, waiting)
    if not waiting or waiting[0][0] not in kinds:
        raise RefutedError("event_missing", wanted=" or ".join(kinds))
    return waiting.popleft()


def check_end(proof: Proof, waiting: deque[Event]) -> None:
    """Raise ``RefutedError`` if events other than cuts and trees remain."""
    take_cuts(proof, waiting)
    if waiting:
        raise RefutedError("event_left", event=waiting[0][0])


def take_cuts(proof: Proof, waiting: deque[Event]) -> None:
    """Take the cuts and trees that come next; of several trees the last one is held."""
    while waiting and waiting[0][0] in PREPARING:
        proof.prepare(waiting.popleft())
