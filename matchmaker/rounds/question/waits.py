"""The waits of a question: in months, or in half months if somebody lost a promise."""

import re

from matchmaker.rounds.question.snapshot import Snapshot
from optimizer.policy import get_policy

_WAITING = re.compile(r"\bwaiting=(\d+)")


def counts_half_months(snapshot: Snapshot) -> bool:
    """Whether the question counts waits in half months, so that a lost promise can add one half.

    A need that lost a promise then comes before all others of equal urgency and wait, and after all
    that waited longer (FORMULATION.md, W6). Policies that do not draw put no such need ahead.
    """
    return get_policy(snapshot.policy).is_drawn and snapshot.has_lost


def read_key(key: str, snapshot: Snapshot) -> str:
    """Return the class of a result with its wait in months again.

    If half months are counted, ``waiting=6`` stays three months (``waiting=3``). ``waiting=7``
    becomes ``lost=3``: more than three months, or three and a lost promise.
    """
    if not counts_half_months(snapshot):
        return key
    return _WAITING.sub(_read_wait, key)


def _read_wait(found: re.Match[str]) -> str:
    months, has_lost = divmod(int(found[1]), 2)
    return f"lost={months}" if has_lost else f"waiting={months}"
