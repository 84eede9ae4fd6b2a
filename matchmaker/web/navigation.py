"""The menu of the header: the pages that the visitor's role may open."""

from dataclasses import dataclass

from flask import Flask, request, url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_login import current_user

from matchmaker.web.permissions import Permission, has_permission, may_open


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """One link of the header."""

    label: str
    url: str
    is_current: bool


# For those who ring recipients, the label of the page on which recipients answer themselves.
_RINGING = (_l("People to ring"), "assignments.questions")
_FIRST = "pages.home"  # a visitor has the name of the site instead
# (label, endpoint); who sees an item follows from the permission its view declares.
_ITEMS = (
    (_l("Workbench"), _FIRST),
    (_l("My needs"), "needs.mine"),
    (_l("Does it suit?"), "assignments.questions"),
    (_l("My visits"), "assignments.visits"),
    (_l("Open needs"), "needs.browse"),
    (_l("Our offers"), "offers.index"),
    (_l("Our volunteers"), "volunteers.index"),
    (_l("What we promised"), "assignments.given"),
    (_l("Places"), "places.index"),
    (_l("Needs"), "needs.index"),
    (_l("Residents"), "residents.index"),
    (_l("Organisations"), "organisations.index"),
    (_l("Offers to check"), "offers.review"),
    (_l("One person or two"), "people.index"),
    (_l("Questions to answer"), "needs.list_follow_ups"),
    (_l("Thanks to pass on"), "assignments.list_thanks"),
    (_l("Thanks from people who got help"), "assignments.received_thanks"),
    (_l("Rounds"), "rounds.index"),
    (_l("Who can sign in"), "accounts.members"),
    (_l("Accounts"), "accounts.index"),
    (_l("Invitations to confirm"), "accounts.unconfirmed"),
    (_l("Audit"), "audit.index"),
    (_l("Results"), "results.index"),
    (_l("How we decide"), "criteria.show_today"),
)


def register(app: Flask) -> None:
    """Make the variable ``navigation``, the menu, available in every template."""
    app.context_processor(lambda: {"navigation": list_items()})


def list_items() -> list[NavigationItem]:
    """Return the items whose view the current visitor may open, in the order of the table."""
    return [
        NavigationItem(_name(label, endpoint), url_for(endpoint), request.endpoint == endpoint)
        for label, endpoint in _ITEMS
        if may_open(endpoint) and (endpoint != _FIRST or current_user.is_authenticated)
    ]


def _name(label: LazyString, endpoint: str) -> str:
    own, page = _RINGING
    is_ringing = endpoint == page and has_permission(current_user.role, Permission.HELP_RING)
    return str(own if is_ringing else label)
