"""Pin and forbid by the service, in one line."""

from typing import Any

from matchmaker import models as m
from matchmaker.rounds.freeze import overrides
from matchmaker.rounds.freeze.overrides import Decision
from tests.factories import NOW


def add_override(
    match_round: m.MatchRound, *, actor: m.User, now: Any = NOW, **decided: Any
) -> m.RoundOverride:
    """The row of a pin or forbid, or the pin of a swap."""
    return overrides.add_override(match_round, Decision(**decided), actor=actor, now=now)[0]
