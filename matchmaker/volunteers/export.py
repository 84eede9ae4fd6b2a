"""The list of volunteers as rows of a file."""

from collections.abc import Iterable

from flask_babel import gettext as _

from matchmaker.exports import Row
from matchmaker.formatting import format_day
from matchmaker.labels import get_label, get_name
from matchmaker.models import ServiceCategory, Volunteer
from matchmaker.offers.wording import join_words, name_windows


def get_headers() -> list[str]:
    return [
        _("Number"),
        _("Name"),
        _("State"),
        _("Most visits a month"),
        _("Can do"),
        _("Free"),
        _("Neighbourhood committees served"),
        _("Qualifications"),
    ]


def make_rows(volunteers: Iterable[Volunteer], categories: dict[str, ServiceCategory]) -> list[Row]:
    return [_make_row(volunteer, categories) for volunteer in volunteers]


def name_qualifications(volunteer: Volunteer) -> str:
    """Each with its last day, where it has one."""
    return join_words(
        _("%(qualification)s until %(day)s", qualification=word, day=format_day(row.expires_on))
        if row.expires_on
        else word
        for row in volunteer.qualifications
        for word in (get_label(row.qualification),)
    )


def _make_row(volunteer: Volunteer, categories: dict[str, ServiceCategory]) -> Row:
    return [
        volunteer.reference,
        volunteer.name,
        str(get_label(volunteer.state)),
        volunteer.visits_per_month,
        name_skills(volunteer, categories),
        name_windows(volunteer.windows),
        " ".join(volunteer.committees),
        name_qualifications(volunteer),
    ]


def name_skills(volunteer: Volunteer, categories: dict[str, ServiceCategory]) -> str:
    """What the volunteer can do; a code no longer in the catalogue is left out."""
    return join_words(
        get_name(categories[code]) for code in volunteer.categories if code in categories
    )
