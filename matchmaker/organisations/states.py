"""The states of an organisation: which step leads from where to where, and no other."""

from enum import StrEnum

from matchmaker.base.errors import ConflictError
from matchmaker.models import Organisation, OrganisationState


class OrganisationStep(StrEnum):
    """What can be done with an organisation; the value is the audit action's second half."""

    APPROVE = "approve"
    RETURN = "return"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"


_S = OrganisationState

TRANSITIONS: dict[OrganisationStep, dict[OrganisationState, OrganisationState]] = {
    OrganisationStep.APPROVE: {_S.APPLIED: _S.APPROVED, _S.RETURNED: _S.APPROVED},
    OrganisationStep.RETURN: {_S.APPLIED: _S.RETURNED},
    OrganisationStep.SUSPEND: {_S.APPROVED: _S.SUSPENDED},
    OrganisationStep.REINSTATE: {_S.SUSPENDED: _S.APPROVED},
}


def can_take(organisation: Organisation, step: OrganisationStep) -> bool:
    return organisation.state in TRANSITIONS[step]


def take_step(organisation: Organisation, step: OrganisationStep) -> None:
    """Move along ``step``. Raises ``ConflictError`` where the step does not exist."""
    if not can_take(organisation, step):
        raise ConflictError("organisation_state", state=organisation.state.value, step=step.value)
    organisation.state = TRANSITIONS[step][organisation.state]
