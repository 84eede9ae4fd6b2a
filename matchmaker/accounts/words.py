"""Sentences about accounts: the password rule, grounds, scopes."""

from flask_babel import gettext as _

from matchmaker.accounts.passwords import SHORTEST
from matchmaker.models import Role, User
from matchmaker.words.labels import get_name


def describe_password_rule(shortest: int) -> str:
    """The rule for a new password of at least ``shortest`` characters, as a sentence."""
    return _(
        "At least %(limit)s characters. A sentence that only you would think of is easy to keep.",
        limit=shortest,
    )


def describe_new_password_rule() -> str:
    """The password rule on the page to join, which does not say for which role a code is."""
    return _(
        "At least %(limit)s characters, and at least %(longer)s for everybody but residents."
        " A sentence that only you would think of is easy to keep.",
        limit=SHORTEST[Role.RESIDENT],
        longer=max(SHORTEST.values()),
    )


def describe_ground(ground: str) -> str:
    """Why somebody was shown contact data, as a sentence; an unknown ``ground`` is unchanged."""
    sentences = {
        "self": _("You looked at it yourself"),
        "own_committee": _("Works for your neighbourhood committee"),
        "own_subdistrict": _("Works for your street office"),
        "agreed_visit": _("Comes to you, and you agreed to the visit"),
        "call_list": _("Rings you for your neighbourhood committee, from a printed list"),
        "visit_list": _("Comes to you, and printed the list of agreed visits"),
    }
    return sentences.get(ground, ground)


def describe_fields(names: list[str]) -> str:
    """The contact fields that were shown, in words and separated by commas."""
    words = {
        "full_name": _("full name"),
        "display_name": _("surname"),
        "phone": _("phone number"),
        "address": _("address"),
        "block": _("estate"),
    }
    return _(", ").join(words.get(name, name) for name in names)


def name_scope(user: User) -> str:
    """The scope of an account in words; a resident is named by reference only."""
    if user.resident:
        return user.resident.reference
    place = user.organisation or user.committee or user.subdistrict
    if place:
        return get_name(place)
    return _("One volunteer") if user.volunteer_id else _("Whole site")
