"""A resident's answers: one form for each question."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from matchmaker.forms.base import EditForm, IdempotentForm
from matchmaker.forms.choices import CheckboxesField, RadiosField, make_choices
from matchmaker.forms.fields import DayField, LongTextField
from matchmaker.forms.numbers import MoneyField, WholeNumberField
from matchmaker.forms.validators import MaxLength, OneOrMore, Required
from matchmaker.kinds import QuantityLimits, find_quantity_limits, is_money
from matchmaker.models import Need, ServiceCategory, Window
from matchmaker.models.limits import LONGEST_DESCRIPTION
from matchmaker.needs.repeat_field import RepeatsField
from matchmaker.needs.resident_service import Question
from matchmaker.words.labels import get_label, get_name

ANY_TIME = "any"


class CategoryForm(EditForm):
    """The category of a need, among those under one heading."""

    category_id = RadiosField(_l("Kind of help"), [Required(_l("Choose one."))], coerce=int)

    def fill_choices(self, categories: list[ServiceCategory]) -> "CategoryForm":
        """Set the categories to choose from."""
        self.category_id.choices = make_choices((row.id, get_name(row)) for row in categories)
        return self


class UnitsForm(EditForm):
    """A whole number of units."""

    answer = WholeNumberField(_l("Quantity"), [Required(_l("Enter a number."))], minimum=1)


class MoneyForm(EditForm):
    """An amount typed in yuan and stored in fen."""

    answer = MoneyField(_l("Sum of money"), [Required(_l("Enter an amount in yuan."))])


class WindowsForm(EditForm):
    """Times that suit. "Any time" is an explicit choice, so an empty answer is an error."""

    answer = CheckboxesField(
        _l("Times that suit"),
        [OneOrMore(_l("Tick the times that suit, or tick “Any time”."))],
        choices=make_choices(
            [(ANY_TIME, _l("Any time")), *((window, get_label(window)) for window in Window)]
        ),
    )

    def read_windows(self) -> list[Window]:
        """The ticked windows; none means any time."""
        chosen = self.answer.data or []
        return [] if ANY_TIME in chosen else [Window(value) for value in chosen]


class DescriptionForm(EditForm):
    """The need in the resident's own words."""

    answer = LongTextField(
        _l("Your words"),
        [
            Required(_l("Write one sentence. A few words are enough.")),
            MaxLength(LONGEST_DESCRIPTION),
        ],
    )


class RepeatsForm(EditForm):
    """Whether the help is needed once or every month; reached from the page of the check."""

    answer = RepeatsField(_l("How often do you need it?"))


class LastDayForm(EditForm):
    """The last day on which the help is of use; reached from the page of the check."""

    answer = DayField(_l("Last day on which it is of use"))


class SendForm(IdempotentForm):
    """The consent with which a need is sent."""

    has_consent = BooleanField(
        _l("I agree to this."),
        [Required(_l("Tick the box if you agree. Without it we cannot help."))],
    )


AnswerForm = UnitsForm | MoneyForm | WindowsForm | DescriptionForm


def make_answer_form(question: Question, need: Need) -> AnswerForm:
    """The form of one question, with the earlier answer as initial value."""
    if question is Question.WINDOWS:
        return WindowsForm(data={"answer": _get_windows(need)})
    if question is Question.DESCRIPTION:
        return DescriptionForm(data={"answer": need.description})
    return _make_quantity_form(need)


def _make_quantity_form(need: Need) -> UnitsForm | MoneyForm:
    limits = find_quantity_limits(need.category) or QuantityLimits(1, 1)
    answered: dict[str, Any] = {"answer": need.quantity}
    if need.quantity < limits.least:  # a fresh draft's one unit is not a chosen amount
        answered = {}
    form = MoneyForm(data=answered) if is_money(need.category.unit) else UnitsForm(data=answered)
    form.answer.minimum = limits.least
    form.answer.maximum = limits.most
    return form


def _get_windows(need: Need) -> list[str]:
    """The boxes to tick: the need's windows, or "any time" if it has none and a description.

    The description is asked after the windows, so the question of windows was answered then.
    """
    if need.windows:
        return list(need.windows)
    return [ANY_TIME] if need.description else []
