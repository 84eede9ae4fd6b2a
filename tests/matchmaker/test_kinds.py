"""What each kind and unit does, and how quantities are said."""

import pytest

from matchmaker.kinds import (
    KIND_RULES,
    WISH_HEADING,
    QuantityLimits,
    asks_windows,
    find_quantity_limits,
    get_need_type,
    get_rules,
)
from matchmaker.models import NeedType, OfferKind, ServiceCategory
from matchmaker.words.quantities import (
    format_quantity,
    get_quantity_question,
    get_unit_word,
    make_cell,
)

_WISH = ServiceCategory(code=WISH_HEADING)

# Kind, unit, limits of a need, whether it is asked when.
ASKED = [
    ("people", "visit", None, True),
    ("service", "slot", None, True),
    ("goods", "item", QuantityLimits(1, 50), False),
    ("funds", "fen", QuantityLimits(100, 10_000_000), False),
    ("place", "place", None, False),
    ("place", "night", QuantityLimits(1, 31), False),
    ("place", "session", None, True),
]
# Kind, most of an offer, given at times, by volunteers, a load, in the chart.
GIVEN = [
    ("people", 100_000, True, True, True, True),
    ("service", 100_000, True, False, True, True),
    ("goods", 100_000, False, False, True, True),
    ("funds", 2_000_000_000, False, False, False, False),
    ("place", 100_000, True, False, True, True),
]
SAID = [
    (1, "visit", "1 visit", "1 次"),
    (1_200, "visit", "1,200 visits", "1,200 次"),
    (2, "night", "2 nights", "2 晚"),
    (120_000, "fen", "1,200 yuan", "1,200 元"),
    (120_050, "fen", "1,200.50 yuan", "1,200.50 元"),
]


@pytest.mark.parametrize(("kind", "unit", "limits", "is_asked_when"), ASKED)
def test_a_need_is_asked_for_by_kind_and_unit(kind, unit, limits, is_asked_when):
    category = ServiceCategory(kind=OfferKind(kind), unit=unit)
    assert (find_quantity_limits(category), asks_windows(category)) == (limits, is_asked_when)


def test_each_unit_of_each_kind_has_a_row_in_asked():
    units = {(kind, unit) for kind, rules in KIND_RULES.items() for unit in rules.units}
    missing = units - {(kind, unit) for kind, unit, *_ in ASKED}
    assert missing == set(), f"add a row to ASKED in this file for {spell(missing)}"


def test_each_kind_has_a_row_in_given():
    missing = KIND_RULES.keys() - {kind for kind, *_ in GIVEN}
    units = {(kind, unit) for kind in missing for unit in KIND_RULES[kind].units}
    assert missing == set(), f"add a row to GIVEN in this file for {spell(units)}"


def spell(pairs):
    return ", ".join(sorted(f"({kind}, {unit})" for kind, unit in pairs))


@pytest.mark.parametrize(("kind", *("most", "at_times", "volunteers", "load", "chart")), GIVEN)
def test_an_offer_follows_the_row_of_its_kind(kind, most, at_times, volunteers, load, chart):
    rules = get_rules(kind)
    assert (rules.most_offered, rules.offer_has_windows) == (most, at_times)
    assert (rules.has_volunteers, rules.is_load, rules.is_in_chart) == (volunteers, load, chart)


def test_of_a_wish_there_is_one_but_money_is_an_amount():
    things = ServiceCategory(kind=OfferKind.GOODS, unit="item", parent=_WISH)
    money = ServiceCategory(kind=OfferKind.FUNDS, unit="fen", parent=_WISH)
    assert get_need_type(things) is NeedType.MICRO_WISH
    assert find_quantity_limits(things) is None
    assert find_quantity_limits(money) == QuantityLimits(100, 10_000_000)


@pytest.mark.parametrize(("quantity", "unit", "english", "chinese"), SAID)
def test_a_quantity_is_said_with_its_unit(app, quantity, unit, english, chinese):
    for language, words in (("en", english), ("zh_Hans_CN", chinese)):
        with app.test_request_context(headers={"Cookie": f"language={language}"}):
            assert format_quantity(quantity, unit) == words


def test_a_cell_holds_numbers_and_yuan_as_typed(app):
    assert [make_cell(7, "visit"), make_cell(120_050, "fen"), make_cell(9_900, "fen")] == [
        7,
        1200.5,
        99,
    ]
    with app.test_request_context(headers={"Cookie": "language=en"}):
        assert (str(get_unit_word("fen")), str(get_unit_word("slot"))) == ("yuan", "slot")


def test_what_is_always_one_has_no_question():
    with pytest.raises(ValueError, match="visit"):
        get_quantity_question("visit")
