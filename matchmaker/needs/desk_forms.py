"""Forms of the office: a need for a resident, a decision, a merge."""

import re
from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l

from matchmaker.forms.base import EditForm, IdempotentForm
from matchmaker.forms.choices import (
    CheckboxesField,
    DropdownField,
    RadiosField,
    SelectChoice,
    make_choices,
)
from matchmaker.forms.fields import DayField, LongTextField
from matchmaker.forms.numbers import QuantityField, WholeNumberField
from matchmaker.forms.validators import MaxLength, OneOrMore, Required
from matchmaker.models import ConsentChannel, Need, ServiceCategory, Window
from matchmaker.models.limits import LONGEST_DESCRIPTION, LONGEST_REASON, TIERS
from matchmaker.needs.words import TIER_WORDS
from matchmaker.words.labels import get_label, get_name

MOST_AT_ONCE = 25  # needs verified together: one page of the queue
_LIKE_AN_ID = re.compile(r"[0-9]{1,9}", re.ASCII)
AT_THE_DESK = tuple(channel for channel in ConsentChannel if channel is not ConsentChannel.ONLINE)


class DeskForm(EditForm, IdempotentForm):
    """All questions of a need on one page. How much is in the unit of the chosen kind of help."""

    category_id = DropdownField(_l("Kind of help"), [Required(_l("Choose one."))])
    quantity = QuantityField(_l("How much"))
    windows = CheckboxesField(
        _l("Times that suit"),
        choices=make_choices((window, get_label(window)) for window in Window),
    )
    description = LongTextField(
        _l("In the resident's own words"),
        [Required(_l("Write one sentence.")), MaxLength(LONGEST_DESCRIPTION)],
    )
    channel = RadiosField(
        _l("How the resident agreed"),
        [Required(_l("Say how the resident agreed. Without consent nothing may be entered."))],
        choices=make_choices((channel, get_label(channel)) for channel in AT_THE_DESK),
    )

    def validate_quantity(self, field: QuantityField) -> None:
        """Refuse what is no quantity of the chosen kind of help."""
        unit = self.units.get(self.category_id.data)
        if unit is not None:
            field.check_unit(unit)

    def fill_choices(self, categories: Iterable[ServiceCategory]) -> "DeskForm":
        """Set the categories to choose from, grouped by heading."""
        categories = list(categories)
        self.units = {str(row.id): row.unit for row in categories}
        self.category_id.choices = [
            SelectChoice("", _l("Choose")),
            *(
                SelectChoice(str(row.id), get_name(row), optgroup=get_name(row.parent))
                for row in categories
                if row.parent is not None
            ),
        ]
        return self

    @staticmethod
    def get_typed_values(need: Need) -> dict[str, Any]:
        """A returned need as initial values of the form that corrects it."""
        return {
            "category_id": str(need.category_id),
            "quantity": (need.quantity, need.category.unit),
            "windows": list(need.windows),
            "description": need.description,
        }

    def read_quantity(self, category: ServiceCategory) -> int | None:
        """The quantity in units of the category, fen for money; None if nothing was typed."""
        return self.quantity.read_units(category.unit)

    def read_windows(self) -> list[Window]:
        """The ticked windows; none means any time."""
        return [Window(value) for value in self.windows.data or ()]


class DecisionForm(IdempotentForm):
    """Urgency and promised day of a need that is verified."""

    tier = RadiosField(
        _l("How urgent"),
        [Required(_l("Choose how urgent it is."))],
        choices=make_choices((tier, TIER_WORDS[tier]) for tier in TIERS),
    )
    reply_promised_on = DayField(_l("Answer promised by"), [Required(_l("Enter a day."))])


class VerifyManyForm(DecisionForm):
    """The same decision for several needs."""

    chosen = CheckboxesField(
        _l("Needs"), [OneOrMore(_l("Tick at least one need."))], validate_choice=False
    )

    def read_ids(self) -> list[int]:
        """The chosen row ids, at most one page of them; malformed values are ignored."""
        texts = [text for text in self.chosen.data or () if _LIKE_AN_ID.fullmatch(text)]
        return [int(text) for text in texts][:MOST_AT_ONCE]


class ReturnNeedForm(IdempotentForm):
    """The reason for which a need is returned."""

    reason = LongTextField(
        _l("What should be changed?"),
        [Required(_l("Write what should be changed.")), MaxLength(LONGEST_REASON)],
    )


class MergeForm(IdempotentForm):
    """The duplicate to close in favour of a need."""

    duplicate_id = WholeNumberField(validators=[Required()], minimum=1)
