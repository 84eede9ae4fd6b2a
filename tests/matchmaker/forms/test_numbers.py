"""Numbers and amounts as people write them; one table for every field that takes one."""

from decimal import Decimal

import pytest

from matchmaker.forms.base import BaseForm
from matchmaker.forms.numbers import MoneyField, QuantityField, WholeNumberField, read_number
from matchmaker.forms.validators import Required
from matchmaker.words.quantities import format_typed_yuan

WHOLE = ["Enter a whole number, for example 3."]
AMOUNT = ["Enter an amount in yuan, for example 1200 or 99.50."]


class AmountForm(BaseForm):
    people = WholeNumberField("People", [Required()], minimum=0, maximum=1000)
    money = MoneyField("Money", minimum=100, maximum=10_000_00)


class ItemsForm(BaseForm):
    unit = "item"
    answer = QuantityField("How much", [Required()])

    def validate_answer(self, field):
        field.check_unit(self.unit)


class GrantForm(ItemsForm):
    unit = "fen"


# What is typed, and the number of units (fen, for money).
NUMBERS = {
    3: "3|３|3.0|3.00| 3 |03|３．０|\u200b3|3件|3 件|３个|3次|3份|3晚",
    1000: "1000|1,000|1，000|１，０００|1 000|１０００|1,000.0|1000 个",
    1200: "1200|1,200|１，２００|1 200|1200.00|0.12万|1,200 份",
    20000: "2万|２万|20,000|20 000|2 万",
    1234567: "1234567|1,234,567|1 234 567|１，２３４，５６７|123.4567万",
}
MONEY = {
    120_000: """1200|1,200|１，２００|1200元|1,200元|１２００元|¥1200|￥1,200|1200 元|1200元整
        人民币1200元|1200块""",
    120_050: """1200.5|1,200.50|１，２００．５０|1200.50元|￥1,200.50|¥ 1200.5|1200.500|1 200.50
        1200.50 yuan""",
    99: "0.99|0.99元|¥0.99|００．９９",
    1_500_000: """1.5万|1.5万元|15000|15,000元|1.50万|１．５万|RMB 15000|15000 CNY|rmb15,000
        15000人民币""",
    100_000_000: "100万|100万元|1,000,000|1 000 000.00|１００万",
}
NONSENSE = """1,2|1,20|12,00|1,2345|1,0000|,100|100,|1,,000|1, 000|1.2.3|1..2|.5|5.|1_0|1e3|--1|٣
        ３，２|1/2|½
    three|三|一千二|两百元|约1200|1200左右|1200-1500|1200～1500|1'200|1.200,50|99,50|0x10|NaN|inf
        +5|五|$12
    1200元/月|1200元5角|元|万|¥|件|12 34|1 2|1 23 456|9999999999999999999|1200元元|3件件
        1200元 500元"""


def split(text):
    return [typed.strip("\n") for line in text.split("\n") for typed in line.strip(" ").split("|")]


def list_pairs(table):
    return [(typed, number) for number, text in table.items() for typed in split(text)]


def test_the_tables_are_long_enough():
    assert len(list_pairs(NUMBERS)) + len(list_pairs(MONEY)) > 70
    assert len(split(NONSENSE)) > 45


@pytest.mark.parametrize(("typed", "number"), list_pairs(NUMBERS))
def test_a_whole_number_is_read_however_typed(post, typed, number):
    form = post(ItemsForm, answer=typed)
    assert (form.answer.read_units("item"), form.errors) == (number, {})
    people = post(AmountForm, people=typed)
    assert people.people.data == number
    assert bool(people.errors) == (number > 1000)


@pytest.mark.parametrize(("typed", "fen"), list_pairs(MONEY))
def test_yuan_are_typed_and_fen_are_kept_in_every_form(post, typed, fen):
    form = post(GrantForm, answer=typed)
    assert (form.answer.read_units("fen"), form.errors) == (fen, {})
    assert post(AmountForm, people="1", money=typed).money.data == fen


@pytest.mark.parametrize("typed", split(NONSENSE))
def test_what_is_no_number_or_could_be_two_is_refused_everywhere(post, typed):
    assert read_number(typed) is None
    form = post(AmountForm, people=typed, money=typed)
    assert form.errors == {"people": WHOLE, "money": AMOUNT}
    assert post(ItemsForm, answer=typed).errors["answer"][0].startswith("Enter a number")


@pytest.mark.parametrize("typed", ["1.5", "3元", "¥3", "0.00001万", "2.01"])
def test_things_are_whole_and_cost_nothing(post, typed):
    assert post(AmountForm, people=typed).errors == {"people": WHOLE}
    assert post(ItemsForm, answer=typed).errors == {"answer": WHOLE}


@pytest.mark.parametrize("typed", ["1.234", "3件", "1200.005", "0.0000001万"])
def test_money_is_whole_in_fen_and_no_thing(post, typed):
    assert post(AmountForm, people="1", money=typed).errors == {"money": AMOUNT}
    assert post(GrantForm, answer=typed).errors == {"answer": AMOUNT}


@pytest.mark.parametrize("typed", ["-5", "-1,200元"])
def test_less_than_nothing_is_no_amount(post, typed):
    assert post(AmountForm, people="1", money=typed).errors == {"money": AMOUNT}
    assert post(GrantForm, answer=typed).errors == {
        "answer": ["Enter a number, for example 3 or 1,200.50."]
    }


@pytest.mark.parametrize("typed", ["1.5", "three", "1,2"])
def test_a_refused_number_stays_as_typed(post, typed):
    for field in (post(AmountForm, people=typed).people, post(ItemsForm, answer=typed).answer):
        assert f'value="{typed}"' in field()


@pytest.mark.parametrize("typed", ["-1", "1001", "999999999999999", "0.2万"])
def test_a_number_beyond_its_limits_is_refused_with_them(post, typed):
    form = post(AmountForm, people=typed)
    assert form.errors == {"people": ["Enter a whole number between 0 and 1000."]}


def test_an_amount_beyond_its_limits_is_refused_in_yuan(post):
    for typed in ("0.99", "10000.01"):
        form = post(AmountForm, people="1", money=typed)
        assert form.errors == {"money": ["Enter an amount between 1 and 10000 yuan."]}


def test_an_empty_amount_is_none(post):
    assert post(AmountForm, people="1", money="").money.data is None
    assert post(ItemsForm, answer="").answer.read_units("item") is None


@pytest.mark.parametrize(("fen", "text"), [(0, "0"), (1200, "12"), (1205, "12.05"), (5, "0.05")])
def test_fen_are_shown_as_yuan_and_read_back(show, post, fen, text):
    assert format_typed_yuan(fen) == text
    assert f'value="{text}"' in show(AmountForm, money=fen).money()
    form = show(GrantForm)
    form.answer.show(fen, "fen")
    assert f'value="{text}"' in form.answer()
    assert read_number(text).value * 100 == Decimal(fen)
