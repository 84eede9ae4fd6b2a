import pytest

from matchmaker.words.phone_numbers import normalise_phone


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("13800001234", "13800001234"),
        ("138 0000 1234", "13800001234"),
        ("138-0000-1234", "13800001234"),
        ("+86 138 0000 1234", "13800001234"),
        ("008613800001234", "13800001234"),
        ("１３８００００１２３４", "13800001234"),
        ("64380000", "02164380000"),
        ("021-6438 0000", "02164380000"),
        ("(021) 64380000", "02164380000"),
        ("+86 21 6438 0000", "02164380000"),
    ],
)
def test_a_number_is_kept_as_digits_however_it_is_typed(typed, digits):
    assert normalise_phone(typed) == digits


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "12345",
        "12800001234",
        "1380000123",
        "138000012345",
        "010-12345678",
        "四三八",
        "14380000",
    ],
)
def test_what_is_no_number_of_ours_is_refused(typed):
    with pytest.raises(ValueError, match="not a mainland mobile"):
        normalise_phone(typed)


def test_a_kept_number_stays_as_it_is():
    for typed in ("13800001234", "64380000"):
        kept = normalise_phone(typed)
        assert normalise_phone(kept) == kept
