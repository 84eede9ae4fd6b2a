"""A list of offers as rows of a file."""

from collections.abc import Iterable

from flask_babel import gettext as _

from matchmaker.exports import Row
from matchmaker.forms.numbers import format_yuan
from matchmaker.labels import get_label, get_name
from matchmaker.models import Offer, OfferKind
from matchmaker.offers.wording import name_statuses, name_windows
from matchmaker.units import get_unit_word


def get_headers() -> list[str]:
    return [
        _("Organisation"),
        _("Offer"),
        _("Category"),
        _("Kind"),
        _("Amount a month"),
        _("Unit"),
        _("When"),
        _("Neighbourhood committees served"),
        _("For whom"),
        _("First day"),
        _("Last day"),
        _("State"),
    ]


def make_rows(offers: Iterable[Offer]) -> list[Row]:
    return [_make_row(offer) for offer in offers]


def _make_row(offer: Offer) -> Row:
    capacity: int | str = offer.capacity_per_month
    if offer.category.kind is OfferKind.FUNDS:
        capacity = format_yuan(offer.capacity_per_month)
    return [
        get_name(offer.organisation),
        offer.title,
        get_name(offer.category),
        str(get_label(offer.category.kind)),
        capacity,
        get_unit_word(offer.category.unit),
        name_windows(offer.windows),
        " ".join(offer.committees),
        name_statuses(offer.statuses),
        offer.valid_from,
        offer.valid_until,
        str(get_label(offer.state)),
    ]
