"""A list of residents as rows of a file: never a phone, an address or a full name."""

from collections.abc import Iterable
from datetime import datetime

from flask_babel import gettext as _

from matchmaker.models import Resident
from matchmaker.residents.statuses import is_over
from matchmaker.web.downloads import Row
from matchmaker.words.labels import get_label, get_name


def get_headers() -> list[str]:
    return [
        _("Reference"),
        _("Name"),
        _("Household"),
        _("Committee"),
        _("Estate or lane"),
        _("Verified statuses"),
        _("Statuses to be verified"),
    ]


def make_rows(residents: Iterable[Resident], now: datetime) -> list[Row]:
    return [_make_row(resident, now) for resident in residents]


def _make_row(resident: Resident, now: datetime) -> Row:
    home = resident.household
    return [
        resident.reference,
        resident.display_name,
        home.reference,
        get_name(home.committee),
        home.block,
        _name_statuses(resident, now, is_verified=True),
        _name_statuses(resident, now, is_verified=False),
    ]


def _name_statuses(resident: Resident, now: datetime, *, is_verified: bool) -> str:
    rows = (row for row in resident.statuses if not is_over(row, now))
    return _(", ").join(
        str(get_label(row.kind)) for row in rows if (row.verified_at is not None) == is_verified
    )
