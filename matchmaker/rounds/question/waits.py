"""The waits of a question: in months, or in half months where somebody lost a promise."""

import re

from matchmaker.rounds.question.snapshot import Snapshot
from optimizer.policy import get_policy

_WAITING = re.compile(r"\bwaiting=(\d+)")


def counts_half_months(snapshot: Snapshot) -> bool:
    """Whether waits of the question are twice those of the month, so that there is room between.

    Who lost a promise then comes before all of equal urgency and wait, and after all who waited
    longer (FORMULATION.md, W6). Policies that stop counting at a longest wait put nobody ahead.
    """
    return get_policy(snapshot.policy).is_drawn and snapshot.has_lost


def read_key(key: str, snapshot: Snapshot) -> str:
    """The class of a result with its wait in months again: where half months are counted,
    ``waiting=6`` is three months, ``waiting=7`` (``lost=3``) more, or three and a lost promise.
    """
    if not counts_half_months(snapshot):
        return key
    return _WAITING.sub(_read_wait, key)


def _read_wait(found: re.Match[str]) -> str:
    months, has_lost = divmod(int(found[1]), 2)
    return f"lost={months}" if has_lost else f"waiting={months}"
