"""The states of an organisation: where each step may start and where it leads."""

from enum import StrEnum

from matchmaker.models import OrganisationState
from matchmaker.states import StateMachine


class OrganisationStep(StrEnum):
    """Steps of an organisation; ``organisation.`` and the value name the audit event's action."""

    APPROVE = "approve"
    RETURN = "return"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"


_S = OrganisationState

_TABLE: dict[OrganisationStep, dict[OrganisationState, OrganisationState]] = {
    OrganisationStep.APPROVE: {_S.APPLIED: _S.APPROVED, _S.RETURNED: _S.APPROVED},
    OrganisationStep.RETURN: {_S.APPLIED: _S.RETURNED},
    OrganisationStep.SUSPEND: {_S.APPROVED: _S.SUSPENDED},
    OrganisationStep.REINSTATE: {_S.SUSPENDED: _S.APPROVED},
}
ORGANISATION_STATES = StateMachine("organisation.state", _TABLE)
