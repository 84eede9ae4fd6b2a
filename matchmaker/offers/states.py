"""The states of an offer: which step leads from where to where, and no other."""

from enum import StrEnum

from matchmaker.errors import ConflictError
from matchmaker.models import Offer, OfferState


class OfferStep(StrEnum):
    """What can be done with an offer; the value is the second half of the audit action."""

    EDIT = "edit"
    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"
    OPEN = "open"
    PAUSE = "pause"
    RESUME = "resume"
    USE_UP = "use_up"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"


_S = OfferState

# What was approved must be approved again once it says something else.
TRANSITIONS: dict[OfferStep, dict[OfferState, OfferState]] = {
    OfferStep.EDIT: {
        _S.DRAFT: _S.DRAFT,
        _S.RETURNED: _S.RETURNED,
        _S.SUBMITTED: _S.SUBMITTED,
        _S.APPROVED: _S.SUBMITTED,
        _S.OPEN: _S.SUBMITTED,
        _S.PAUSED: _S.SUBMITTED,
    },
    OfferStep.SUBMIT: {_S.DRAFT: _S.SUBMITTED, _S.RETURNED: _S.SUBMITTED},
    OfferStep.RETURN: {_S.SUBMITTED: _S.RETURNED},
    OfferStep.APPROVE: {_S.SUBMITTED: _S.APPROVED},
    OfferStep.OPEN: {_S.APPROVED: _S.OPEN},
    OfferStep.PAUSE: {_S.OPEN: _S.PAUSED},
    OfferStep.RESUME: {_S.PAUSED: _S.APPROVED},
    OfferStep.USE_UP: {_S.OPEN: _S.USED_UP},
    OfferStep.WITHDRAW: dict.fromkeys(
        (_S.DRAFT, _S.SUBMITTED, _S.RETURNED, _S.APPROVED, _S.OPEN, _S.PAUSED), _S.WITHDRAWN
    ),
    OfferStep.EXPIRE: dict.fromkeys(
        (_S.SUBMITTED, _S.APPROVED, _S.OPEN, _S.PAUSED, _S.USED_UP), _S.EXPIRED
    ),
}


def can_take(offer: Offer, step: OfferStep) -> bool:
    return offer.state in TRANSITIONS[step]


def check_step(offer: Offer, step: OfferStep) -> None:
    """Raises ``ConflictError`` where ``step`` does not lead on from the offer's state."""
    if not can_take(offer, step):
        raise ConflictError("offer_state", state=offer.state.value, step=step.value)


def take_step(offer: Offer, step: OfferStep) -> None:
    """Move ``offer`` along ``step``. Raises ``ConflictError`` where the step does not exist."""
    check_step(offer, step)
    offer.state = TRANSITIONS[step][offer.state]
