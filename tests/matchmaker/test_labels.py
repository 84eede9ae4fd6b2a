"""The word of a coded value, and what is said of a value without one."""

from enum import StrEnum

import pytest

from matchmaker.models import OfferKind, OrganisationState, RoundState
from matchmaker.words.labels import get_label


class Weather(StrEnum):
    RAIN = "rain"
    OPEN = "open"


def test_a_coded_value_has_the_word_of_its_own_enum(app):
    with app.test_request_context(headers={"Cookie": "language=en"}):
        assert str(get_label(OfferKind.GOODS)) == "Goods"
        assert str(get_label(OrganisationState.APPLIED)) == "Waiting for approval"
        assert str(get_label(RoundState.DRAFT)) == "Being prepared"


@pytest.mark.parametrize("value", Weather)
def test_a_value_without_a_word_is_named_with_the_table_to_mend(value):
    with pytest.raises(KeyError) as refused:
        get_label(value)
    assert refused.value.args == (
        f"Weather.{value.name} has no word: add it to _WORDS in matchmaker/words/labels.py",
    )
