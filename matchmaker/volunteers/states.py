"""The states of a volunteer: which step leads from where to where, and no other."""

from enum import StrEnum

from matchmaker.base.errors import ConflictError
from matchmaker.models import Volunteer, VolunteerState


class VolunteerStep(StrEnum):
    """What can be done with a volunteer; the value is the second half of the audit action."""

    EDIT = "edit"
    PAUSE = "pause"
    RESUME = "resume"
    LEAVE = "leave"
    REJOIN = "rejoin"


_S = VolunteerState

TRANSITIONS: dict[VolunteerStep, dict[VolunteerState, VolunteerState]] = {
    VolunteerStep.EDIT: {_S.ACTIVE: _S.ACTIVE, _S.PAUSED: _S.PAUSED},
    VolunteerStep.PAUSE: {_S.ACTIVE: _S.PAUSED},
    VolunteerStep.RESUME: {_S.PAUSED: _S.ACTIVE},
    VolunteerStep.LEAVE: {_S.ACTIVE: _S.LEFT, _S.PAUSED: _S.LEFT},
    VolunteerStep.REJOIN: {_S.LEFT: _S.ACTIVE},
}


def can_take(volunteer: Volunteer, step: VolunteerStep) -> bool:
    return volunteer.state in TRANSITIONS[step]


def check_step(volunteer: Volunteer, step: VolunteerStep) -> None:
    """Raises ``ConflictError`` where ``step`` does not lead on from the volunteer's state."""
    if not can_take(volunteer, step):
        raise ConflictError("volunteer_state", state=volunteer.state.value, step=step.value)


def take_step(volunteer: Volunteer, step: VolunteerStep) -> None:
    """Move along ``step``. Raises ``ConflictError`` where the step does not exist."""
    check_step(volunteer, step)
    volunteer.state = TRANSITIONS[step][volunteer.state]
