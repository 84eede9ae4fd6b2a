from datetime import date

import pytest

from matchmaker.forms.base import BaseForm
from matchmaker.forms.choices import CheckboxesField, DropdownField, RadiosField, make_choices
from matchmaker.forms.fields import DayField, MonthField, PhoneField
from matchmaker.forms.validators import NotBefore, OneOrMore, Required, SameAs
from matchmaker.models import Window

PAIRS = [(Window.WEEKDAY_AM, "Weekday mornings"), (Window.SUNDAY_PM, "Sunday afternoons")]


class TimesForm(BaseForm):
    phone = PhoneField("Phone")
    month = MonthField("Month")
    first_day = DayField("From")
    last_day = DayField("Until", [NotBefore("first_day")])


class ChoiceForm(BaseForm):
    window = RadiosField("Window", [Required()], choices=make_choices(PAIRS))
    windows = CheckboxesField("Windows", [OneOrMore()], choices=make_choices(PAIRS))
    dropdown = DropdownField("Window", choices=make_choices([("", "Any"), *PAIRS]))


class TwiceForm(BaseForm):
    first = DayField("First")
    second = DayField("Second", [SameAs("first")])


def test_a_phone_is_kept_as_digits_and_shown_as_typed(post):
    form = post(TimesForm, phone="6438 0000")
    assert form.phone.data == "02164380000"
    assert 'value="6438 0000"' in form.phone()


def test_a_wrong_phone_says_what_is_right(post):
    form = post(TimesForm, phone="123")
    assert "11 digits" in form.errors["phone"][0]
    assert form.phone.data is None


@pytest.mark.parametrize("typed", ["2026-07", "2026年7月", "2026/7", "２０２６-０７", " 2026.07 "])
def test_a_month_is_its_first_day_however_typed(post, typed):
    assert post(TimesForm, month=typed).month.data == date(2026, 7, 1)


@pytest.mark.parametrize("typed", ["2026-13", "2026-00", "July", "26-07", "9999-01", "2026-07-01"])
def test_what_is_no_month_is_refused_and_stays_typed(post, typed):
    form = post(TimesForm, month=typed)
    assert form.errors == {"month": ["Enter a month, for example 2026-11."]}
    assert typed in form.month()


def test_a_month_is_shown_as_browsers_want_it(show):
    assert 'type="month" value="2026-07"' in show(TimesForm, month=date(2026, 7, 1)).month()


@pytest.mark.parametrize("typed", ["2026-07-06", "2026年7月6日", "2026/7/6"])
def test_a_day_is_read_however_typed(post, typed):
    assert post(TimesForm, first_day=typed).first_day.data == date(2026, 7, 6)


def test_a_day_that_does_not_exist_is_refused(post):
    form = post(TimesForm, first_day="2026-02-30")
    assert form.errors == {"first_day": ["Enter a day, for example 2026-11-23."]}


def test_an_end_before_the_beginning_is_refused(post):
    form = post(TimesForm, first_day="2026-07-06", last_day="2026-07-05")
    assert list(form.errors) == ["last_day"]
    assert post(TimesForm, first_day="2026-07-06", last_day="2026-07-06").errors == {}


def test_entries_that_differ_are_refused(post):
    assert "second" in post(TwiceForm, first="2026-07-06", second="2026-07-07").errors


def test_choices_come_back_as_their_values(post):
    form = post(ChoiceForm, window="WD-AM", windows=["WD-AM", "SUN-PM"], dropdown="")
    assert form.errors == {}
    assert (form.window.data, form.windows.data) == ("WD-AM", ["WD-AM", "SUN-PM"])


def test_nothing_chosen_is_one_message_a_field(post):
    assert post(ChoiceForm).errors == {
        "window": ["This field must be filled in."],
        "windows": ["Choose at least one."],
    }


def test_what_is_not_in_the_list_is_refused_in_plain_words(post):
    form = post(ChoiceForm, window="x", windows=["x"], dropdown="x")
    assert {name: [str(e) for e in errors] for name, errors in form.errors.items()} == {
        name: ["Choose from the list."] for name in ("window", "windows", "dropdown")
    }
