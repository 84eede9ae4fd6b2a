"""The steps of a promise: where each may start and where it leads. And its deadlines.

proposed -> awaiting giver, when its run is published; back, when the publication is withdrawn
awaiting giver -> awaiting recipient, when the giver says yes; declined; expired without an answer
awaiting recipient -> confirmed, when the recipient says yes; declined; expired if not reached
confirmed -> declined, when the recipient calls it off
confirmed -> delivered, failed; back, when the report is corrected; delivered -> fed back
awaiting recipient, declined -> awaiting giver, when the giver takes the answer back in time
any of these but an ended one -> expired, when its month is closed
any of these but an ended one -> revoked, when it cannot be kept
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
    TAKE_BACK = auto()  # the giver's answer
    AGREE = auto()  # the recipient
    REFUSE = auto()
    CALL_OFF = auto()  # the recipient, after the yes
    LOSE = auto()  # nobody is reached
    DELIVER = auto()
    FAIL = auto()
    CORRECT = auto()  # the report
    FEED_BACK = auto()
    EXPIRE = auto()
    CLOSE = auto()  # its month
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
    """How long the sides of a promise have.

    answer_days    working days after the publication until the giver has answered
    remind_days    working days before that day on which the giver is reminded
    regret         in which a giver can take a refusal back; then the place is free
    tries          calls without an answer after which a recipient counts as not reached
    """

    answer_days: int
    remind_days: int
    regret: timedelta
    tries: int


_USUAL = Deadlines(answer_days=3, remind_days=1, regret=timedelta(minutes=10), tries=3)
DEADLINES: Mapping[str, Deadlines] = {"community/1": _USUAL, "community/2": _USUAL}
