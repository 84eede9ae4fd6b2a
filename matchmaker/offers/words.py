"""The sentences about offers: what was done, and amounts as people say them."""

from typing import Any

from flask_babel import gettext as _

from matchmaker.models import OfferKind
from matchmaker.offers.states import OfferStep
from matchmaker.words.quantities import format_quantity


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
