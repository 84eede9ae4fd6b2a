import pytest

from matchmaker.forms.base import BaseForm
from matchmaker.forms.numbers import MoneyField, WholeNumberField
from matchmaker.forms.validators import Required
from matchmaker.words.quantities import format_typed_yuan


class AmountForm(BaseForm):
    people = WholeNumberField("People", [Required()], minimum=0, maximum=1000)
    money = MoneyField("Money", minimum=100, maximum=10_000_00)


@pytest.mark.parametrize(("typed", "number"), [("3", 3), ("３", 3), (" 1,000 ", 1000), ("0", 0)])
def test_a_whole_number_is_read_however_typed(post, typed, number):
    form = post(AmountForm, people=typed)
    assert (form.people.data, form.errors) == (number, {})


@pytest.mark.parametrize("typed", ["1.5", "three", "1_0", "٣", "9" * 30, "1e3", "--1"])
def test_what_is_no_whole_number_is_refused_and_stays_typed(post, typed):
    form = post(AmountForm, people=typed)
    assert form.errors == {"people": ["Enter a whole number, for example 3."]}
    assert f'value="{typed}"' in form.people()


@pytest.mark.parametrize("typed", ["-1", "1001", "999999999999999"])
def test_a_number_beyond_its_limits_is_refused_with_them(post, typed):
    form = post(AmountForm, people=typed)
    assert form.errors == {"people": ["Enter a whole number between 0 and 1000."]}


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("12", 1200),
        ("12.5", 1250),
        ("12.05", 1205),
        ("¥1,234.56", 123456),
        ("８元", 800),
        ("", None),
    ],
)
def test_yuan_are_typed_and_fen_are_kept(post, typed, fen):
    form = post(AmountForm, people="1", money=typed)
    assert (form.money.data, form.errors) == (fen, {})


@pytest.mark.parametrize("typed", ["1.234", "-5", "ten", "1.2.3", "NaN"])
def test_what_is_no_amount_is_refused(post, typed):
    form = post(AmountForm, people="1", money=typed)
    assert form.errors == {"money": ["Enter an amount in yuan, for example 1200 or 99.50."]}


def test_an_amount_beyond_its_limits_is_refused_in_yuan(post):
    for typed in ("0.99", "10000.01"):
        form = post(AmountForm, people="1", money=typed)
        assert form.errors == {"money": ["Enter an amount between 1 and 10000 yuan."]}


@pytest.mark.parametrize(("fen", "text"), [(0, "0"), (1200, "12"), (1205, "12.05"), (5, "0.05")])
def test_fen_are_shown_as_yuan(show, fen, text):
    assert format_typed_yuan(fen) == text
    assert f'value="{text}"' in show(AmountForm, money=fen).money()
