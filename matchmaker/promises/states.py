"""The steps of a promise, the states that each step joins, and the deadlines of both sides.

proposed -> awaiting giver, when its run is published; back, when the publication is withdrawn
awaiting giver -> awaiting recipient, when the giver says yes; declined; expired without an answer
awaiting recipient -> confirmed, when the recipient says yes; declined; expired if not reached
confirmed -> declined, when the recipient calls it off
confirmed -> delivered, failed; back, when the report is corrected; delivered -> fed back
awaiting recipient, declined -> awaiting giver, when the giver undoes the answer in time
proposed, awaiting giver, awaiting recipient, confirmed -> expired, when the month is closed
proposed, awaiting giver, awaiting recipient, confirmed -> revoked, when it cannot be kept
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum, auto

from matchmaker.models import DeclineReason, PromiseState
from matchmaker.states import StateMachine


class PromiseStep(StrEnum):
    SEND = auto()
    HOLD_BACK = auto()
    ACCEPT = auto()
    DECLINE = auto()
    TAKE_BACK = auto()  # the giver undoes the answer
    AGREE = auto()  # the recipient says yes
    REFUSE = auto()
    CALL_OFF = auto()  # the recipient says no after the yes
    LOSE = auto()  # the recipient is not reached
    DELIVER = auto()
    FAIL = auto()
    CORRECT = auto()  # the report is undone
    FEED_BACK = auto()
    EXPIRE = auto()  # the giver has not answered in time
    CLOSE = auto()  # the month is closed
    REVOKE = auto()


_S = PromiseState

_R = DeclineReason
NOT_NEEDED = frozenset({_R.NO_LONGER_NEEDED, _R.OTHER_HELP})
RECIPIENT_REASONS = NOT_NEEDED | {_R.OTHER_GIVER, _R.AWAY}
GIVER_REASONS = frozenset(DeclineReason) - RECIPIENT_REASONS

# States in which somebody still counts on the promise.
OPEN_STATES = frozenset({_S.PROPOSED, _S.AWAITING_GIVER, _S.AWAITING_RECIPIENT, _S.CONFIRMED})
FALLEN_STATES = frozenset({_S.DECLINED, _S.EXPIRED, _S.REVOKED, _S.FAILED})
DONE_STATES = frozenset({_S.DELIVERED, _S.FED_BACK})

PROMISE_STATES = StateMachine[PromiseStep, PromiseState](
    "promise.state",
    {
        PromiseStep.SEND: {_S.PROPOSED: _S.AWAITING_GIVER},
        PromiseStep.HOLD_BACK: {_S.AWAITING_GIVER: _S.PROPOSED},
        PromiseStep.ACCEPT: {_S.AWAITING_GIVER: _S.AWAITING_RECIPIENT},
        PromiseStep.DECLINE: {_S.AWAITING_GIVER: _S.DECLINED},
        PromiseStep.TAKE_BACK: {
            _S.AWAITING_RECIPIENT: _S.AWAITING_GIVER,
            _S.DECLINED: _S.AWAITING_GIVER,
        },
        PromiseStep.AGREE: {_S.AWAITING_RECIPIENT: _S.CONFIRMED},
        PromiseStep.REFUSE: {_S.AWAITING_RECIPIENT: _S.DECLINED},
        PromiseStep.CALL_OFF: {_S.CONFIRMED: _S.DECLINED},
        PromiseStep.LOSE: {_S.AWAITING_RECIPIENT: _S.EXPIRED},
        PromiseStep.DELIVER: {_S.CONFIRMED: _S.DELIVERED},
        PromiseStep.FAIL: {_S.CONFIRMED: _S.FAILED},
        PromiseStep.CORRECT: {_S.DELIVERED: _S.CONFIRMED, _S.FAILED: _S.CONFIRMED},
        PromiseStep.FEED_BACK: {_S.DELIVERED: _S.FED_BACK},
        PromiseStep.CLOSE: dict.fromkeys(OPEN_STATES, _S.EXPIRED),
        PromiseStep.EXPIRE: {_S.AWAITING_GIVER: _S.EXPIRED},
        PromiseStep.REVOKE: dict.fromkeys(OPEN_STATES, _S.REVOKED),
    },
)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How much time the giver and the recipient of a promise have.

    answer_days    working days from the publication to the last day for the giver's answer
    remind_days    working days before that last day on which the giver is reminded
    regret         time in which a giver can undo a refusal; then the place is free
    tries          unanswered calls after which a recipient counts as not reached
    """

    answer_days: int
    remind_days: int
    regret: timedelta
    tries: int


_USUAL = Deadlines(answer_days=3, remind_days=1, regret=timedelta(minutes=10), tries=3)
DEADLINES: Mapping[str, Deadlines] = {"community/1": _USUAL, "community/2": _USUAL}
