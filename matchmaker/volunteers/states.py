"""The states of a volunteer: where each step may start and where it leads."""

from enum import StrEnum

from matchmaker.models import VolunteerState
from matchmaker.states import StateMachine


class VolunteerStep(StrEnum):
    """Steps of a volunteer; ``volunteer.`` and the value name the audit event's action."""

    EDIT = "edit"
    PAUSE = "pause"
    RESUME = "resume"
    LEAVE = "leave"
    REJOIN = "rejoin"


_S = VolunteerState

_TABLE: dict[VolunteerStep, dict[VolunteerState, VolunteerState]] = {
    VolunteerStep.EDIT: {_S.ACTIVE: _S.ACTIVE, _S.PAUSED: _S.PAUSED},
    VolunteerStep.PAUSE: {_S.ACTIVE: _S.PAUSED},
    VolunteerStep.RESUME: {_S.PAUSED: _S.ACTIVE},
    VolunteerStep.LEAVE: {_S.ACTIVE: _S.LEFT, _S.PAUSED: _S.LEFT},
    VolunteerStep.REJOIN: {_S.LEFT: _S.ACTIVE},
}
VOLUNTEER_STATES = StateMachine("volunteer.state", _TABLE)
