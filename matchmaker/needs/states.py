"""The life of a need: which state may follow which, and the steps a round makes.

draft -> submitted -> verified -> open -> in round -> matched -> served -> closed
submitted -> returned -> submitted
in round -> open, when the month's round found nothing
matched -> in round, when a publication was taken back for another review
"""

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.orm.exc import StaleDataError

from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import db
from matchmaker.models import Need, NeedState, User
from matchmaker.scopes import get_in_scope


def get_need(need_id: int, actor: User) -> Need:
    """The need, if the actor may see it with the person. Raises ``NotFoundError``."""
    return get_in_scope(Need, need_id, actor, "need")


S = NeedState

TRANSITIONS: dict[NeedState, frozenset[NeedState]] = {
    S.DRAFT: frozenset({S.SUBMITTED}),
    S.SUBMITTED: frozenset({S.VERIFIED, S.RETURNED, S.WITHDRAWN, S.EXPIRED, S.CLOSED}),
    S.RETURNED: frozenset({S.SUBMITTED, S.WITHDRAWN, S.EXPIRED, S.CLOSED}),
    S.VERIFIED: frozenset({S.OPEN}),
    S.OPEN: frozenset({S.IN_ROUND, S.REFERRED, S.WITHDRAWN, S.EXPIRED, S.CLOSED}),
    S.IN_ROUND: frozenset({S.MATCHED, S.OPEN, S.WITHDRAWN}),
    S.MATCHED: frozenset({S.SERVED, S.PARTLY_SERVED, S.OPEN, S.IN_ROUND}),
    S.PARTLY_SERVED: frozenset({S.SERVED, S.OPEN, S.CLOSED}),
    S.SERVED: frozenset({S.CLOSED}),
    S.REFERRED: frozenset({S.OPEN, S.CLOSED}),
    S.CLOSED: frozenset(),
    S.WITHDRAWN: frozenset(),
    S.EXPIRED: frozenset(),
}

EDITABLE = frozenset({S.DRAFT, S.RETURNED})
WITHDRAWABLE = frozenset(
    state for state, following in TRANSITIONS.items() if S.WITHDRAWN in following
)
MERGEABLE = frozenset({S.SUBMITTED, S.RETURNED, S.OPEN})
ENDED = frozenset({S.SERVED, S.CLOSED, S.WITHDRAWN, S.EXPIRED})
_NEEDS_PER_UPDATE = 500  # parameters that every database takes in one statement


def move(need: Need, target: NeedState) -> None:
    """Take one legal step. Raises ``ConflictError('need_state')`` for any other."""
    if target not in TRANSITIONS[need.state]:
        raise ConflictError("need_state", state=need.state.value, target=target.value)
    need.state = target


def check_editable(need: Need) -> None:
    """Raises ``ConflictError('need_not_editable')`` once the need was sent and not returned."""
    if need.state not in EDITABLE:
        raise ConflictError("need_not_editable", state=need.state.value)


def flush_need() -> None:
    """Flush; somebody else's change in between is a conflict, not a fault of the site."""
    try:
        db.session.flush()
    except StaleDataError as error:
        raise ConflictError("need_changed_meanwhile") from error


def enter_round(references: Sequence[str]) -> None:
    """The freeze takes the open needs among ``references`` into the round, all at once.

    One statement for each 500 needs; ``version`` rises, so that an edit under way is a conflict.
    """
    for start in range(0, len(references), _NEEDS_PER_UPDATE):
        db.session.execute(
            update(Need)
            .where(Need.reference.in_(references[start : start + _NEEDS_PER_UPDATE]))
            .where(Need.state == S.OPEN)
            .values(state=S.IN_ROUND, version=Need.version + 1)
        )


def move_to_round(need: Need) -> None:
    """A publication taken back returns one need to its round."""
    move(need, S.IN_ROUND)


def mark_matched(need: Need) -> None:
    """The published round found something: the wait begins anew."""
    move(need, S.MATCHED)
    need.waiting_rounds = 0


def return_to_open(need: Need, *, was_passed_over: bool) -> None:
    """The need stays open for the next round.

    ``was_passed_over`` is true when a published round found nothing for it, and counts as one
    round of waiting; a round that was called off counts for nothing.
    """
    move(need, S.OPEN)
    if was_passed_over:
        need.waiting_rounds += 1
