"""Forms about needs that fit on one page: to enter, change, decide, correct, return and merge."""

import re
from collections.abc import Iterable
from typing import Any, Self

from flask_babel import lazy_gettext as _l
from wtforms.widgets import HiddenInput

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
from matchmaker.kinds import asks_windows, find_quantity_limits
from matchmaker.models import ConsentChannel, Need, ServiceCategory, Window
from matchmaker.models.limits import LONGEST_DESCRIPTION, LONGEST_REASON, TIERS
from matchmaker.needs.corrections import Terms
from matchmaker.needs.desk_service import Answers
from matchmaker.needs.repeat_field import RepeatsField, write_month
from matchmaker.needs.words import TIER_WORDS
from matchmaker.words.labels import get_label, get_name

MOST_AT_ONCE = 25  # needs verified together: one page of the queue
_LIKE_A_CHOICE = re.compile(r"([0-9]{1,9}):([0-9]{1,9})", re.ASCII)
AT_THE_DESK = tuple(channel for channel in ConsentChannel if channel is not ConsentChannel.ONLINE)


class RequestForm(EditForm, IdempotentForm):
    """All questions of a need on one page. The quantity is in the unit of the chosen category."""

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

    repeats_until = RepeatsField(_l("How often"))
    useful_until = DayField(_l("Last day on which it is of use"))

    def validate_quantity(self, field: QuantityField) -> None:
        """Refuse what is not a quantity in the unit of the chosen category."""
        unit = self.units.get(self.category_id.data)
        if unit is not None:
            field.check_unit(unit)

    def fill_choices(self, categories: Iterable[ServiceCategory]) -> Self:
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
        """The answers of a stored need as initial values of the form."""
        return {
            "category_id": str(need.category_id),
            "quantity": (need.quantity, need.category.unit),
            "windows": list(need.windows),
            "description": need.description,
            "repeats_until": write_month(need.repeats_until),
            "useful_until": need.useful_until,
        }

    def read_answers(self) -> Answers:
        """The answers of a valid form; the quantity in the category's unit, fen for money."""
        return Answers(
            category_id=int(self.category_id.data),
            quantity=self.quantity.read_units(self.units[self.category_id.data]),
            windows=tuple(Window(value) for value in self.windows.data or ()),
            description=self.description.data,
            repeats_until=self.repeats_until.month,
            useful_until=self.useful_until.data,
        )


class ChangeForm(RequestForm):
    """A resident's changes to a need that is sent and not verified yet."""

    description = LongTextField(
        _l("Your words"),
        [
            Required(_l("Write one sentence. A few words are enough.")),
            MaxLength(LONGEST_DESCRIPTION),
        ],
    )


class DeskForm(RequestForm):
    """The questions of a need, and by which channel the resident consented."""

    channel = RadiosField(
        _l("How the resident agreed"),
        [Required(_l("Say how the resident agreed. Without consent nothing may be entered."))],
        choices=make_choices((channel, get_label(channel)) for channel in AT_THE_DESK),
    )


class UrgencyForm(IdempotentForm):
    """The urgency of a need, and the day by which an answer is promised."""

    tier = RadiosField(
        _l("How urgent"),
        [Required(_l("Choose how urgent it is."))],
        choices=make_choices((tier, TIER_WORDS[tier]) for tier in TIERS),
    )
    reply_promised_on = DayField(_l("Answer promised by"), [Required(_l("Enter a day."))])


class DecisionForm(UrgencyForm):
    """The verification of one need, with the version of the need that the verifier read."""

    version = WholeNumberField(validators=[Required()], widget=HiddenInput())


class VerifyManyForm(UrgencyForm):
    """The same verification of several needs; each value is ``id:version`` of a need as shown."""

    chosen = CheckboxesField(
        _l("Needs"), [OneOrMore(_l("Tick at least one need."))], validate_choice=False
    )

    def read_versions(self) -> dict[int, int]:
        """The shown versions of the chosen needs, keyed by id; ``MOST_AT_ONCE`` at most.

        Malformed choices are ignored.
        """
        found = (_LIKE_A_CHOICE.fullmatch(text) for text in self.chosen.data or ())
        pairs = [(int(pair[1]), int(pair[2])) for pair in found if pair]
        return dict(pairs[:MOST_AT_ONCE])


class CorrectionForm(EditForm, UrgencyForm):
    """What the office corrects of a verified need, and why."""

    quantity = QuantityField(_l("How much"), [Required(_l("Enter a number."))])
    windows = CheckboxesField(
        _l("Times that suit"),
        choices=make_choices((window, get_label(window)) for window in Window),
    )
    useful_until = DayField(_l("Last day on which it is of use"))
    reason = LongTextField(
        _l("Why is it corrected?"),
        [Required(_l("Write one sentence. The resident reads it.")), MaxLength(LONGEST_REASON)],
    )

    need: Need

    @classmethod
    def of(cls, need: Need) -> "CorrectionForm":
        """The form with the stored values, without questions that the need's category lacks."""
        form = cls(
            data={
                "tier": str(need.tier),
                "reply_promised_on": need.reply_promised_on,
                "quantity": (need.quantity, need.category.unit),
                "windows": list(need.windows),
                "useful_until": need.useful_until,
            }
        )
        form.need = need
        if find_quantity_limits(need.category) is None:
            del form.quantity
        if not asks_windows(need.category):
            del form.windows
        if form.seen.raw_data is None:
            form.look_again()  # at the questions that remain
        return form

    def validate_quantity(self, field: QuantityField) -> None:
        """Refuse what is not a quantity in the unit of the need's category."""
        field.check_unit(self.need.category.unit)

    def read_terms(self) -> Terms:
        """The typed terms; what the category does not ask keeps the need's present value."""
        units = self.quantity.read_units(self.need.category.unit) if self.quantity else None
        chosen = (self.windows.data or ()) if self.windows else self.need.windows
        return Terms(
            tier=int(self.tier.data),
            quantity=self.need.quantity if units is None else units,
            windows=tuple(Window(value) for value in chosen),
            reply_promised_on=self.reply_promised_on.value,
            useful_until=self.useful_until.data,
        )


class ReturnNeedForm(IdempotentForm):
    """The reason for returning a need to the resident."""

    reason = LongTextField(
        _l("What should be changed?"),
        [Required(_l("Write what should be changed.")), MaxLength(LONGEST_REASON)],
    )


class MergeForm(IdempotentForm):
    """The id of the duplicate to close in favour of another need."""

    duplicate_id = WholeNumberField(validators=[Required()], minimum=1)
