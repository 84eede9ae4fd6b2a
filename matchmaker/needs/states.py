"""The states of a need: which may follow which, and the changes that a round makes.

draft -> submitted -> verified -> open -> in round -> matched
open -> submitted, if its verification is undone before the lock
submitted -> returned -> submitted
submitted, returned, open -> closed, if it is joined with another need
submitted, returned, open, in round -> withdrawn
in round -> open, if the month's round found nothing
matched -> served or partly served, once help was given; back, if the report is corrected
matched -> in round, if a publication is withdrawn; open, if its promise is revoked
partly served -> open, if what is missing is carried over
open -> closed, if the recipient says that the help is no longer needed
submitted, open -> referred, if it is handed to an office that does not take part here
referred -> open or submitted, if that office could not help; closed, if it helped; withdrawn
submitted, returned, open -> expired, once the last day on which the help is of use is past
any sent need that is not over -> closed, if the contact with the resident is stopped
"""

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.orm.exc import StaleDataError

from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import db
from matchmaker.models import Need, NeedState, User
from matchmaker.scopes import get_in_scope, lock_in_scope
from matchmaker.states import make_machine_by_target


def get_need(need_id: int, actor: User, *, is_locked: bool = False) -> Need:
    """The need with this id. Raises ``NotFoundError`` outside the actor's scope.

    With ``is_locked`` it is read again and locked until the transaction ends.
    """
    get = lock_in_scope if is_locked else get_in_scope
    return get(Need, need_id, actor, "need.unknown")


_S = NeedState

_FOLLOWING: dict[NeedState, frozenset[NeedState]] = {
    _S.DRAFT: frozenset({_S.SUBMITTED}),
    # CLOSED below is also for the needs of a resident, once the contact was stopped
    _S.SUBMITTED: frozenset(
        {_S.VERIFIED, _S.RETURNED, _S.REFERRED, _S.WITHDRAWN, _S.CLOSED, _S.EXPIRED}
    ),
    _S.RETURNED: frozenset({_S.SUBMITTED, _S.WITHDRAWN, _S.CLOSED, _S.EXPIRED}),
    _S.VERIFIED: frozenset({_S.OPEN}),
    _S.OPEN: frozenset(
        {_S.SUBMITTED, _S.IN_ROUND, _S.REFERRED, _S.WITHDRAWN, _S.CLOSED, _S.EXPIRED}
    ),
    _S.REFERRED: frozenset({_S.SUBMITTED, _S.OPEN, _S.WITHDRAWN, _S.CLOSED}),
    _S.IN_ROUND: frozenset({_S.MATCHED, _S.OPEN, _S.WITHDRAWN, _S.CLOSED}),
    _S.MATCHED: frozenset({_S.OPEN, _S.IN_ROUND, _S.SERVED, _S.PARTLY_SERVED, _S.CLOSED}),
    _S.SERVED: frozenset({_S.MATCHED, _S.PARTLY_SERVED, _S.CLOSED}),
    _S.PARTLY_SERVED: frozenset({_S.MATCHED, _S.SERVED, _S.OPEN, _S.CLOSED}),
    _S.CLOSED: frozenset(),
    _S.WITHDRAWN: frozenset(),
    _S.EXPIRED: frozenset(),
}
NEED_STATES = make_machine_by_target("need.state", _FOLLOWING)

EDITABLE = frozenset({_S.DRAFT, _S.RETURNED})
WITHDRAWABLE = NEED_STATES.list_starts(_S.WITHDRAWN)
MERGEABLE = frozenset({_S.SUBMITTED, _S.RETURNED, _S.OPEN})
ENDED = frozenset({_S.SERVED, _S.CLOSED, _S.WITHDRAWN, _S.EXPIRED})
_NEEDS_PER_UPDATE = 500  # so few parameters that every database accepts them in one statement


def check_editable(need: Need) -> None:
    """Raise ``ConflictError('need.not_editable')`` unless the need is a draft or returned."""
    if need.state not in EDITABLE:
        raise ConflictError("need.not_editable", state=need.state.value)


def flush_need() -> None:
    """Flush. Raises ``ConflictError`` if somebody else changed a flushed row meanwhile."""
    try:
        db.session.flush()
    except StaleDataError as error:
        raise ConflictError("need.changed_meanwhile") from error


def enter_round(references: Sequence[str]) -> None:
    """Move the open needs among ``references`` into the round, at the freeze.

    One statement for every 500 needs. Their ``version`` increases, so that saving an older edit is
    a conflict.
    """
    for start in range(0, len(references), _NEEDS_PER_UPDATE):
        db.session.execute(
            update(Need)
            .where(Need.reference.in_(references[start : start + _NEEDS_PER_UPDATE]))
            .where(Need.state == _S.OPEN)
            .values(state=_S.IN_ROUND, version=Need.version + 1)
        )


def move_to_round(need: Need) -> None:
    """Move a matched or open need into its round again, where another decision follows."""
    NEED_STATES.take(need, _S.IN_ROUND)


def mark_matched(need: Need) -> None:
    """Mark a need for which the published round found help as matched, and set its wait to zero."""
    NEED_STATES.take(need, _S.MATCHED)
    need.waiting_rounds = 0


def settle(need: Need, *, is_done: bool, is_whole: bool) -> None:
    """Set the state by the need's help: matched until ``is_done``, then served or partly served.

    It is served if ``is_whole``. A state that is right already is not changed.
    """
    if not is_done and need.state is not _S.MATCHED:
        NEED_STATES.take(need, _S.MATCHED)
    elif is_done and is_whole and need.state is not _S.SERVED:
        NEED_STATES.take(need, _S.SERVED)
    elif is_done and not is_whole and need.state is not _S.PARTLY_SERVED:
        NEED_STATES.take(need, _S.PARTLY_SERVED)


def start_again(need: Need) -> None:
    """Open a need whose home had its turn for another need of the category; its wait is zero."""
    NEED_STATES.take(need, _S.OPEN)
    need.waiting_rounds = 0


def return_to_open(need: Need, *, was_passed_over: bool) -> None:
    """Open the need for the next round.

    ``was_passed_over``: a published round found nothing for the need, which adds one round to its
    wait. A withdrawn round does not count.
    """
    NEED_STATES.take(need, _S.OPEN)
    if was_passed_over:
        need.waiting_rounds += 1


def carry_over(need: Need, *, missing: int, given: int, waited: int) -> None:
    """Open a partly served need for the missing part, as passed over once more.

    ``missing``, ``given``: units of the category; ``waited``: the months that the need had waited
    when its part was promised, to which one is added.
    """
    need.quantity, need.given_quantity = missing, need.given_quantity + given
    need.waiting_rounds = waited
    return_to_open(need, was_passed_over=True)


def is_untouched(need: Need) -> bool:
    """Whether the need is a draft with only its category: quantity 1, no windows or description."""
    is_empty = not need.description and not need.windows and need.quantity == 1
    return need.state is NeedState.DRAFT and is_empty
