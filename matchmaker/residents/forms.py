"""Forms to find residents, register them and record their statuses."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import ValidationError

from matchmaker.forms.base import BaseForm, ButtonForm, FilterForm, IdempotentForm
from matchmaker.forms.choices import DropdownField, RadiosField, make_choices
from matchmaker.forms.fields import CountField, DayField, NameField, PhoneField, TextField
from matchmaker.forms.numbers import WholeNumberField
from matchmaker.forms.validators import MaxLength, Required
from matchmaker.models import ConsentChannel, StatusKind
from matchmaker.models.limits import (
    LONGEST_BLOCK,
    LONGEST_DISPLAY_NAME,
    LONGEST_EVIDENCE,
    LONGEST_FULL_NAME,
    LONGEST_HOME_ADDRESS,
    LONGEST_REFERENCE,
)
from matchmaker.words.labels import get_label
from matchmaker.words.names import LONGEST_SEARCH
from matchmaker.words.phone_numbers import normalise_phone

MOST_DIGITS = 6  # in a search for a reference or a name
_LONG_NUMBER = re.compile(r"(?:\d[\s-]?){7,}")
_COUNTER_CHANNELS = tuple(c for c in ConsentChannel if c is not ConsentChannel.ONLINE)
_STATUSES = [(kind.value, get_label(kind)) for kind in StatusKind]


class NoLongNumber:
    """Refuses seven or more digits in a row, such as a phone or document number."""

    def __call__(self, form: Any, field: Any) -> None:
        if field.data and _LONG_NUMBER.search(field.data):
            raise ValidationError(_("Leave out phone numbers and numbers of documents."))


class WholePhone:
    """Refuses a search with more than ``MOST_DIGITS`` digits unless it is exactly one phone number.

    A search for a phone number never becomes part of an address; any other search becomes part of
    one.
    """

    def __call__(self, form: Any, field: Any) -> None:
        if sum(map(str.isdigit, field.data or "")) <= MOST_DIGITS:
            return
        try:
            normalise_phone(field.data)
        except ValueError as error:
            words = _("Enter one whole phone number and nothing else, or its last four digits.")
            raise ValidationError(words) from error


class StatusStepForm(ButtonForm):
    """A step of a status, and the number of promises that it breaks, as the page showed it."""

    breaks = CountField()


class ResidentSearchForm(BaseForm):
    """The filters of the list of residents, posted: a phone in them never gets into an address."""

    search = TextField(
        _l("Name, reference, or last four digits of the phone"),
        [MaxLength(LONGEST_SEARCH), WholePhone()],
    )
    committee_id = DropdownField(_l("Committee"))
    status = DropdownField(
        _l("Recipient status"), choices=make_choices([("", _l("Every status")), *_STATUSES])
    )
    unverified = BooleanField(_l("With a status still to be verified"))

    def read_filters(self) -> dict[str, Any]:
        """The chosen filters as arguments of ``ResidentFilter``; an invalid one is ignored."""
        self.validate()
        names = [name for name in ("search", "committee_id", "status") if not self[name].errors]
        typed = {name: self[name].data for name in names}
        committee_id, status = typed.get("committee_id"), typed.get("status")
        return {
            "search": typed.get("search") or "",
            "committee_id": int(committee_id) if committee_id else None,
            "status": StatusKind(status) if status else None,
            "unverified": self.unverified.data,
        }

    def list_arguments(self) -> dict[str, Any]:
        """The typed and chosen values as arguments of the list's address."""
        typed = {name: self[name].data for name in ("search", "committee_id", "status")}
        chosen = {name: value for name, value in typed.items() if value}
        return {**chosen, "unverified": "y"} if self.unverified.data else chosen


class ResidentFilterForm(FilterForm, ResidentSearchForm):
    """The same filters, read from the list's address, which is never searched for a phone."""


class RegisterForm(IdempotentForm):
    """A new resident with contact, household and consent."""

    full_name = NameField(
        _l("Full name"), [Required(_l("Enter the name.")), MaxLength(LONGEST_FULL_NAME)]
    )
    display_name = NameField(
        _l("Surname with title"),
        [Required(_l("Enter surname and title.")), MaxLength(LONGEST_DISPLAY_NAME), NoLongNumber()],
    )
    phone = PhoneField(_l("Phone number"), [Required(_l("Enter a phone number."))])
    birth_year = WholeNumberField(_l("Year of birth"))
    committee_id = DropdownField(_l("Committee"), [Required(_l("Choose the committee."))])
    household_reference = TextField(
        _l("Household, if it is known already"), [MaxLength(LONGEST_REFERENCE)]
    )
    block = TextField(_l("Estate or lane"), [MaxLength(LONGEST_BLOCK), NoLongNumber()])
    address = TextField(
        _l("Address with door number"),
        [Required(_l("Enter the address.")), MaxLength(LONGEST_HOME_ADDRESS)],
    )
    consent_channel = RadiosField(
        _l("How did the person agree that their contact is kept?"),
        [Required(_l("Without agreement nobody is registered."))],
        choices=make_choices((channel, get_label(channel)) for channel in _COUNTER_CHANNELS),
    )
    is_known_duplicate = BooleanField(_l("This is another person"))


class ResidentMergeForm(IdempotentForm):
    """Names the other entry of a resident who is registered twice.

    ``is_same`` confirms that both entries are one person.
    """

    reference = TextField(
        _l("Reference of the other entry"),
        [Required(_l("Enter the reference.")), MaxLength(LONGEST_REFERENCE)],
    )
    is_same = BooleanField(_l("These two entries are one person"))


class StatusForm(IdempotentForm):
    """A recipient status with its evidence and last day."""

    kind = DropdownField(
        _l("Recipient status"),
        [Required(_l("Choose a status."))],
        choices=make_choices([("", _l("Choose")), *_STATUSES]),
    )
    evidence = TextField(
        _l("What was shown"),
        [Required(_l("Say what was shown.")), MaxLength(LONGEST_EVIDENCE), NoLongNumber()],
    )
    valid_until = DayField(_l("Last day it counts"))
