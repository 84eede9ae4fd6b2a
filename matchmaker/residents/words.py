"""The sentences for what residents' pages refuse, and for consents by their purpose."""

from flask_babel import gettext as _

from matchmaker.base.errors import DomainError


def describe_refusal(error: DomainError) -> str:
    """What was wrong with a value and how to put it right."""
    sentences = {
        "committee_unknown": _("Choose from the list."),
        "household_unknown": _("This committee has no household with that reference."),
        "block_missing": _("Enter the estate or lane, or the reference of a known household."),
        "status_already_over": _("The last day must not be before today."),
    }
    return sentences.get(error.code, _("This value cannot be taken."))


def describe_conflict(error: DomainError) -> str:
    """Why the step was not possible and what to do now."""
    sentences = {
        "status_already_verified": _("This status is verified already."),
        "status_over": _("This status no longer counts. Record it anew."),
    }
    return sentences.get(error.code, _("This step is not possible now."))


def describe_purpose(purpose: str) -> str:
    """What a consent allows."""
    sentences = {
        "keep_contact": _("Keeping name, phone and address"),
        "post_need": _("Posting a need on the person's behalf"),
    }
    return sentences.get(purpose, purpose)
