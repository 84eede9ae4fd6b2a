"""Forms for a place and for the phones of an office."""

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from matchmaker.forms.base import EditForm, IdempotentForm
from matchmaker.forms.fields import NameField, PhoneField, TextField
from matchmaker.forms.validators import MaxLength, Required
from matchmaker.models import Committee, Place, Subdistrict
from matchmaker.models.limits import (
    LONGEST_OPENING_HOURS,
    LONGEST_PLACE_ADDRESS,
    LONGEST_PLACE_NAME,
)
from matchmaker.places.service import PlaceTerms
from matchmaker.words.labels import get_name
from matchmaker.words.places import MICRODEGREES, format_point

LONGEST_POINT = 40  # characters
_POINT = re.compile(r"(-?[0-9]{1,3}\.[0-9]{1,9})\s*[,;、\s]\s*(-?[0-9]{1,3}\.[0-9]{1,9})", re.ASCII)


class PlaceForm(EditForm, IdempotentForm):
    """A place; its map point is typed as two decimal numbers, as maps show it."""

    name_zh = NameField(
        _l("Name in Chinese"),
        [Required(_l("Enter the name of the place.")), MaxLength(LONGEST_PLACE_NAME)],
    )
    name_en = TextField(_l("Name in English"), [MaxLength(LONGEST_PLACE_NAME)])
    address = TextField(
        _l("Address"), [Required(_l("Enter the address.")), MaxLength(LONGEST_PLACE_ADDRESS)]
    )
    point = TextField(_l("Map point"), [MaxLength(LONGEST_POINT)])
    hours_zh = TextField(_l("Opening hours in Chinese"), [MaxLength(LONGEST_OPENING_HOURS)])
    hours_en = TextField(_l("Opening hours in English"), [MaxLength(LONGEST_OPENING_HOURS)])
    is_step_free = BooleanField(_l("A wheelchair gets in without a step"))
    has_lift = BooleanField(_l("There is a lift"))

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Refuse a text that is not a map point."""
        is_valid = bool(super().validate(*args, **kwargs))
        if self.point.data and read_point(self.point.data) is None:
            self.add_error("point", _("Enter two numbers, for example 31.19012, 121.43652."))
            is_valid = False
        return is_valid

    def read_terms(self) -> PlaceTerms:
        """The place as typed."""
        return PlaceTerms(
            name_zh=self.name_zh.data,
            name_en=self.name_en.data,
            address=self.address.data,
            hours_zh=self.hours_zh.data,
            hours_en=self.hours_en.data,
            is_step_free=bool(self.is_step_free.data),
            has_lift=bool(self.has_lift.data),
            point=read_point(self.point.data),
        )


def make_place_form(place: Place | None) -> PlaceForm:
    """Make the form, empty or with the data of ``place``."""
    if place is None:
        return PlaceForm()
    names = ("name_zh", "name_en", "address", "hours_zh", "hours_en", "is_step_free", "has_lift")
    values = {name: getattr(place, name) for name in names}
    return PlaceForm(data={**values, "point": format_point(place)})


def read_point(text: str) -> tuple[int, int] | None:
    """Millionths of a degree north and east; None unless the text is two decimal numbers."""
    found = _POINT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return None
    north, east = (round(Decimal(part) * MICRODEGREES) for part in found.groups())
    return north, east


class PhonesForm(EditForm, IdempotentForm):
    """The phone of an office, and of each committee as ``committee_<id>``."""

    office = PhoneField(_l("Street office"))

    def list_committees(self) -> list[Any]:
        """The fields of the committees."""
        return [field for field in self if field.name.startswith("committee_")]

    def read_phones(self) -> dict[int, str | None]:
        """The phone of each committee, keyed by the committee's id; None: no phone is entered."""
        return {
            int(field.name.removeprefix("committee_")): field.data
            for field in self.list_committees()
        }


def make_phones_form(office: Subdistrict, committees: Sequence[Committee]) -> PhonesForm:
    """Make the form with the phones stored so far."""
    fields = {f"committee_{row.id}": PhoneField(get_name(row)) for row in committees}
    values = {f"committee_{row.id}": row.phone for row in committees}
    form_class = type("PhonesOfOffice", (PhonesForm,), fields)
    form: PhonesForm = form_class(data={"office": office.phone, **values})
    return form
