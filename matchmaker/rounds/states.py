"""The life of a round: which state may follow which."""

from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import db
from matchmaker.models import MatchRound, RoundState

TRANSITIONS: dict[RoundState, frozenset[RoundState]] = {
    RoundState.DRAFT: frozenset({RoundState.FROZEN}),
    RoundState.FROZEN: frozenset({RoundState.SOLVING}),
    # back to frozen: the run was cancelled or failed, and no other run can be reviewed
    RoundState.SOLVING: frozenset({RoundState.REVIEW, RoundState.NO_SOLUTION, RoundState.FROZEN}),
    RoundState.NO_SOLUTION: frozenset({RoundState.SOLVING}),
    RoundState.REVIEW: frozenset({RoundState.SOLVING, RoundState.PUBLISHED}),
    # back to review: the publication was withdrawn, the next one is a new version
    RoundState.PUBLISHED: frozenset({RoundState.EXECUTING, RoundState.REVIEW}),
    RoundState.EXECUTING: frozenset({RoundState.CLOSED, RoundState.REVIEW}),
    RoundState.CLOSED: frozenset(),
}


def move_round(match_round: MatchRound, state: RoundState) -> None:
    """Set the round's state. Raises ``ConflictError`` when it may not follow the present one.

    The row is locked first, so that of two people who press at once the second is refused.
    """
    lock_round(match_round)
    require_may_move(match_round, state)
    match_round.state = state


def lock_round(match_round: MatchRound) -> None:
    """Read the row anew and hold it until the transaction ends."""
    db.session.refresh(match_round, with_for_update={"of": MatchRound})


def require_may_move(match_round: MatchRound, state: RoundState) -> None:
    if state not in TRANSITIONS[match_round.state]:
        raise ConflictError("round.wrong_state", state=match_round.state.value, wanted=state.value)
