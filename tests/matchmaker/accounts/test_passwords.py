"""Which passwords are taken."""

import pytest

from matchmaker.accounts.passwords import (
    UNKNOWN_HASH,
    check_acceptable,
    hash_password,
    matches_password,
)
from matchmaker.base.errors import InvalidError
from matchmaker.models import Role

PHONE = "13811112222"


def refuse(password, role=Role.AUDITOR):
    with pytest.raises(InvalidError) as refusal:
        check_acceptable(password, role=role, phone=PHONE, field="password")
    assert refusal.value.field == "password"
    return refusal.value.code


def test_a_sentence_is_taken():
    check_acceptable(
        "梧桐树下的小馄饨铺子今天七点开门", role=Role.AUDITOR, phone=PHONE, field="password"
    )
    check_acceptable("seven cats on the wall", role=Role.AUDITOR, phone=PHONE, field="password")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.RESIDENT])
def test_staff_need_15_characters(role):
    assert refuse("seven cats on t"[:14], role) == "password.short"
    check_acceptable("seven cats on t", role=role, phone=PHONE, field="password")


def test_residents_need_10_characters():
    assert refuse("seven cat", Role.RESIDENT) == "password.short"
    check_acceptable("seven cats", role=Role.RESIDENT, phone=PHONE, field="password")


@pytest.mark.parametrize(
    "password",
    [
        "1234567890123456",
        "qwertyuiop123456",
        "password12345678",
        "PassWord12345678",
        "iloveyouverymuch",
        "woaini1314520woaini1314520",
        "1q2w3e4r5t6y1q2w3e4r5t6y",
    ],
)
def test_common_passwords_are_refused(password):
    assert refuse(password) == "password.common"


def test_few_different_characters_are_refused():
    assert refuse("abababababababab") == "password.monotonous"


def test_the_own_phone_number_is_refused():
    assert refuse(f"my phone {PHONE}") == "password.is_phone"


def test_an_endless_password_is_refused():
    assert refuse("abcdefgh " * 30) == "password.long"


def test_a_hash_is_salted_and_matches_its_password_alone():
    first, second = hash_password("seven cats on the wall"), hash_password("seven cats on the wall")
    assert first != second
    assert matches_password(first, "seven cats on the wall")
    assert not matches_password(first, "seven dogs on the wall")


def test_nothing_matches_an_unknown_account():
    assert not matches_password(None, "")
    assert not matches_password(UNKNOWN_HASH, "seven cats on the wall")
