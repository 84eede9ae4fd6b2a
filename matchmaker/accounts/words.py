"""The sentences for what accounts refuse, and for notices by their kind."""

from typing import Any

from flask_babel import gettext as _

from matchmaker.base.errors import DomainError
from matchmaker.models import Notice, Role


def describe_refusal(error: DomainError) -> str:
    """What was wrong with a value and how to put it right."""
    sentences = {
        "sign_in_failed": _("This phone number and password do not open an account."),
        "old_password_wrong": _("This is not the present password."),
        "password_unchanged": _("Choose a password other than the present one."),
        "password_monotonous": _("Use more different characters."),
        "password_is_phone": _("Do not use your phone number in the password."),
        "password_common": _("Too many people choose this password. Choose a rarer one."),
        "invitation_unusable": _(
            "This code is not valid, or was used, or is too old. Ask for another."
        ),
        "phone_taken": _("There is an account with this phone number already."),
        "scope_missing": _("Choose or enter who or what this role is for."),
        "role_not_yours_to_invite": _("You cannot invite this role."),
    }
    numbers: dict[str, Any] = error.numbers
    if error.code == "password_short":
        return _("Use at least %(limit)s characters.", limit=numbers["least"])
    if error.code == "password_long":
        return _("Use at most %(limit)s characters.", limit=numbers["most"])
    return sentences.get(error.code, _("This value cannot be taken."))


def describe_conflict(error: DomainError) -> str:
    """Why the step was not possible and what to do now."""
    sentences = {
        "own_account": _("This is your own account. Another administrator can change it."),
        "account_already_disabled": _("This account is disabled already."),
        "account_not_disabled": _("This account is not disabled."),
    }
    return sentences.get(error.code, _("This step is not possible now."))


def describe_password_rule(shortest: int) -> str:
    return _(
        "At least %(limit)s characters. A sentence that only you would think of is easy to keep.",
        limit=shortest,
    )


def describe_ground(ground: str) -> str:
    """Why somebody was shown contact data."""
    sentences = {
        "self": _("You looked at it yourself"),
        "own_committee": _("Works for your neighbourhood committee"),
        "own_subdistrict": _("Works for your street office"),
        "assignment": _("Comes to help you, after you were matched"),
    }
    return sentences.get(ground, ground)


def describe_fields(names: list[str]) -> str:
    """The contact fields that were shown."""
    words = {
        "full_name": _("full name"),
        "display_name": _("surname"),
        "phone": _("phone number"),
        "address": _("address"),
        "block": _("estate"),
    }
    return _(", ").join(words.get(name, name) for name in names)


def describe_notice(notice: Notice) -> str:
    """A notice in one sentence, by its kind."""
    sentences = {
        "need.matched": _("Help was found for your need."),
        "need.not_matched": _("No help was found for your need this month. See why."),
        "need.verified": _("Your need was checked. It takes part in the next round."),
        "need.returned": _("Your need came back with a question."),
        "round.published": _("The month's result is published: see what you promised."),
        "round.withdrawn": _("The month's result was withdrawn and will be published anew."),
        "offer.approved": _("Your offer was approved."),
        "offer.returned": _("Your offer came back with a question."),
    }
    return sentences.get(notice.kind, _("There is news."))


def describe_scope_field(role: Role) -> str:
    """What the account of a role is about."""
    words = {
        Role.RESIDENT: _("Resident"),
        Role.VOLUNTEER: _("Volunteer"),
        Role.COORDINATOR: _("Organisation"),
        Role.COMMITTEE_WORKER: _("Committee"),
        Role.SOCIAL_WORKER: _("Street office"),
    }
    return words.get(role, _("Whole site"))
