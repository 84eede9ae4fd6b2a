"""The sentences for what the services of the organisations do and refuse."""

from flask_babel import gettext as _

from matchmaker.base.errors import DomainError
from matchmaker.organisations.states import OrganisationStep


def describe_refusal(error: DomainError) -> str:
    """What was wrong with a value and how to put it right."""
    sentences = {
        "name": _("Enter a name that is not longer than the field allows."),
        "name_taken": _("An organisation of this name is already here. Search the list for it."),
        "contact_name": _("Enter your name in at most 80 characters."),
        "reason": _("Write the reason in at most 300 characters."),
    }
    return sentences.get(error.code, _("This value cannot be taken."))


def describe_conflict(error: DomainError) -> str:
    """Why the step was not possible and what to do now."""
    if error.code == "organisation_state":
        return _("The organisation has moved on and this step no longer fits its state.")
    if error.code == "organisation_not_approved":
        return _("The organisation is not approved at present. Approve it before inviting.")
    return _("This step is not possible now.")


def describe_step(step: OrganisationStep) -> str:
    """What was done, for the remark on the next page."""
    sentences = {
        OrganisationStep.APPROVE: _("Approved. The organisation can hand in offers now."),
        OrganisationStep.RETURN: _("Returned with your reason."),
        OrganisationStep.SUSPEND: _("Suspended. Coming rounds leave this organisation out."),
        OrganisationStep.REINSTATE: _("Reinstated. Coming rounds count on it again."),
    }
    return sentences[step]
