"""The list of needs as a table for files; no contact, no words of the resident."""

from flask_babel import gettext as _

from matchmaker.clock import get_local_date
from matchmaker.exports import Row
from matchmaker.labels import get_label, get_name
from matchmaker.models import Need
from matchmaker.offers.wording import name_windows
from matchmaker.units import format_quantity


def get_headers() -> list[str]:
    return [
        _("Number"),
        _("Resident"),
        _("Neighbourhood committee"),
        _("Need or wish"),
        _("Kind of help"),
        _("How much"),
        _("At least"),
        _("When"),
        _("Urgency"),
        _("Months waited"),
        _("State"),
        _("Sent on"),
        _("Answer promised by"),
    ]


def make_row(need: Need) -> Row:
    """One need in the order of the headers; the resident by surname and title only."""
    unit = need.category.unit
    return (
        need.reference,
        need.resident.display_name,
        get_name(need.committee),
        str(get_label(need.form)),
        get_name(need.category),
        format_quantity(need.quantity, unit),
        format_quantity(need.least_quantity, unit),
        name_windows(need.windows) or _("Any time"),
        need.tier,
        need.waiting_rounds,
        str(get_label(need.state)),
        get_local_date(need.submitted_at) if need.submitted_at else None,
        need.reply_promised_on,
    )
