"""The list of organisations as rows of a file."""

from collections.abc import Iterable
from datetime import date

from flask_babel import gettext as _

from matchmaker.exports import Row
from matchmaker.labels import get_label
from matchmaker.models import Organisation
from matchmaker.organisations.lists import is_over


def get_headers() -> list[str]:
    return [
        _("Code"),
        _("Name in Chinese"),
        _("Name in English"),
        _("Kind"),
        _("State"),
        _("Agreements in force"),
        _("Agreed until"),
    ]


def make_rows(organisations: Iterable[Organisation], today: date) -> list[Row]:
    return [_make_row(organisation, today) for organisation in organisations]


def _make_row(organisation: Organisation, today: date) -> Row:
    standing = [row for row in organisation.agreements if not is_over(row, today)]
    return [
        organisation.code,
        organisation.name_zh,
        organisation.name_en,
        str(get_label(organisation.kind)),
        str(get_label(organisation.state)),
        len(standing),
        max((row.ends_on for row in standing), default=None),
    ]
