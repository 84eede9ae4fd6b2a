"""The sentences for what the services of the offers refuse."""

from typing import Any

from flask_babel import gettext as _

from matchmaker.base.errors import DomainError
from matchmaker.models import OfferKind
from matchmaker.offers.states import OfferStep
from matchmaker.words.quantities import format_quantity


def describe_refusal(error: DomainError) -> str:
    """What was wrong with a value and how to put it right."""
    sentences = {
        "title": _("Give the offer a name of at most 120 characters."),
        "capacity": _("Enter an amount above 0 that you can keep every month."),
        "validity": _("The last day must not be before the first day or before today."),
        "windows": _("Choose times from the list."),
        "statuses": _("Choose from the list."),
        "committees": _("Choose neighbourhood committees of your street office."),
        "reason": _("Write the reason in at most 300 characters."),
    }
    return sentences.get(error.code, _("This value cannot be taken."))


def describe_conflict(error: DomainError) -> str:
    """Why the step was not possible and what to do now."""
    sentences = {
        "offer_changed": _("Somebody changed this offer after you opened it. Look at it again."),
        "offer_state": _("The offer has moved on and this step no longer fits its state."),
        "organisation_not_approved": _(
            "The organisation is not approved at present. Offers can be handed in once it is."
        ),
        "offer_validity_over": _("The offer's last day is past. Set a later last day first."),
        "no_organisation": _("Your account belongs to no organisation. Ask the administrator."),
    }
    return sentences.get(error.code, _("This step is not possible now."))


def describe_step(step: OfferStep) -> str:
    """What was done, for the remark on the next page."""
    sentences = {
        OfferStep.SUBMIT: _("Handed in. A social worker will look at it."),
        OfferStep.PAUSE: _("Paused. Coming rounds leave this offer out until you resume it."),
        OfferStep.RESUME: _("Resumed. Coming rounds count on this offer again."),
        OfferStep.WITHDRAW: _("Withdrawn. What was already promised stays promised."),
    }
    return sentences[step]


def get_capacity_words(kind: OfferKind, unit: str) -> tuple[Any, Any]:
    """Label and hint of the monthly amount, as people say it for this kind and unit."""
    labels = {
        "visit": (
            _("Visits a month"),
            _("At most this many. Each volunteer's own limit counts as well."),
        ),
        "slot": (_("Slots a month"), _("How many people can be served in a month.")),
        "item": (_("Items a month"), _("How many pieces you can hand over in a month.")),
        "fen": (_("Money a month"), _("In yuan, at most this much in a month.")),
        "place": (_("Places a month"), _("How many people can have a place for the month.")),
        "night": (_("Nights a month"), _("Beds times nights in a month.")),
        "session": (_("Sessions a month"), _("How often the room can be used in a month.")),
    }
    words = labels.get(unit, (_("Units a month"), _("How much you can give in a month.")))
    return labels["fen"] if kind is OfferKind.FUNDS else words


def describe_capacity(capacity: int, unit: str) -> str:
    """``12 visits a month``."""
    return _("%(quantity)s a month", quantity=format_quantity(capacity, unit))
