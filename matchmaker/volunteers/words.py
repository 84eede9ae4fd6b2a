"""The sentences for what the services of the volunteers do and refuse."""

from flask_babel import gettext as _

from matchmaker.base.errors import DomainError
from matchmaker.volunteers.states import VolunteerStep


def describe_refusal(error: DomainError) -> str:
    """What was wrong with a value and how to put it right."""
    sentences = {
        "name": _("Enter the volunteer's name in at most 80 characters."),
        "visits": _("Enter how many visits a month, from 1 to 24."),
        "categories": _("Choose what the volunteer can do from the list."),
        "windows": _("Choose times from the list."),
        "committees": _("Choose neighbourhood committees of your street office."),
    }
    return sentences.get(error.code, _("This value cannot be taken."))


def describe_conflict(error: DomainError) -> str:
    """Why the step was not possible and what to do now."""
    if error.code == "volunteer_state":
        return _("Something changed for this volunteer and the step no longer fits.")
    if error.code == "no_organisation":
        return _("Your account belongs to no organisation. Ask the administrator.")
    return _("This step is not possible now.")


def describe_step(step: VolunteerStep) -> str:
    """What was done, for the remark on the next page."""
    sentences = {
        VolunteerStep.PAUSE: _("Paused. Coming rounds leave this volunteer out until resumed."),
        VolunteerStep.RESUME: _("Resumed. Coming rounds count on this volunteer again."),
        VolunteerStep.LEAVE: _("Marked as having left. What was promised stays promised."),
        VolunteerStep.REJOIN: _("Welcome back. Check times and visits a month."),
    }
    return sentences[step]
