"""The form of role and scope, with the places in the reader's language."""

from typing import Any

from flask_babel import gettext as _

from matchmaker.accounts.forms import RoleForm
from matchmaker.accounts.places import Places
from matchmaker.forms.choices import make_choices
from matchmaker.labels import get_name


def make_role_form(places: Places, **values: Any) -> RoleForm:
    """``values`` are what stands in the form before anything is typed."""
    form = RoleForm(**values)
    for field, rows in (
        (form.subdistrict_id, places.subdistricts),
        (form.committee_id, places.committees),
        (form.organisation_id, places.organisations),
    ):
        choices = [(row.id, f"{get_name(row)} ({row.code})") for row in rows]
        field.choices = make_choices([("", _("None")), *choices])
    return form
