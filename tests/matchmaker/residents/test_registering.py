"""Registering a resident at the counter."""

import pytest

from matchmaker.base.clock import get_local_date, get_now
from matchmaker.base.extensions import db
from matchmaker.models import Resident
from tests.matchmaker.residents.conftest import PHONE

pytestmark = pytest.mark.both_databases

KEY = "0" * 32
NEXT_YEAR = str(get_local_date(get_now()).year + 1)
TYPED = {
    "idempotency_key": KEY,
    "full_name": "赵德福",
    "display_name": "赵爷叔",
    "phone": "137 7777 6666",
    "block": "乐山二三村",
    "address": "乐山路9弄1号101室",
    "consent_channel": "signed_paper",
}


def count(app, model):
    with app.app_context():
        return db.session.query(model).count()


def test_a_worker_registers_a_resident(app, counter):
    answer = counter.submit("residents.register", TYPED)
    assert answer.status_code == 303
    page = counter.client.get(answer.headers["Location"]).text
    assert "赵爷叔" in page
    assert "13777776666" not in page


def test_a_registration_sent_twice_registers_once(app, counter):
    first = counter.submit("residents.register", TYPED)
    second = counter.submit("residents.register", TYPED)
    assert first.headers["Location"] == second.headers["Location"]
    assert count(app, Resident) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", "12345"),
        ("full_name", ""),
        ("block", ""),
        ("address", ""),
        ("consent_channel", ""),
        ("consent_channel", "online"),
        ("display_name", "call 13777776666"),
        ("household_reference", "H99999"),
        ("birth_year", "1492"),
        pytest.param("birth_year", NEXT_YEAR, id="birth_year-next_year"),
        ("birth_year", "1905"),
        ("phone", "1391111778.0"),
    ],
)
def test_a_refused_registration_comes_back_as_typed(app, counter, field, value):
    answer = counter.submit("residents.register", {**TYPED, field: value})
    assert answer.status_code == 422
    assert 'value="乐山路9弄1号101室"' in answer.text or field == "address"
    assert count(app, Resident) == 0


def test_unseen_signs_of_a_name_are_taken_out_with_a_word(app, counter):
    answer = counter.submit("residents.register", {**TYPED, "display_name": "赵\u202e爷\u200b叔"})
    page = counter.client.get(answer.headers["Location"]).text
    assert "赵爷叔" in page
    assert "Signs that cannot be seen" in page


def test_a_known_phone_warns_and_a_tick_registers_all_the_same(app, counter, resident):
    typed = {**TYPED, "phone": PHONE}
    warned = counter.submit("residents.register", typed)
    assert warned.status_code == 422
    assert resident.reference in warned.text
    assert (
        counter.submit("residents.register", {**typed, "is_known_duplicate": "y"}).status_code
        == 303
    )
    assert count(app, Resident) == 2


def test_a_phone_of_another_committee_is_counted_not_named(counter, make, committee):
    beside = make.household(make.committee(subdistrict_id=committee.subdistrict_id))
    known = make.resident(beside, phone="13900001111", display_name="李师傅")
    warned = counter.submit("residents.register", {**TYPED, "phone": "13900001111"})
    assert "1 person of another committee has this phone." in warned.text
    assert known.reference not in warned.text
    assert "李师傅" not in warned.text


def test_a_phone_of_another_street_office_is_not_mentioned(counter, stranger):
    registered = counter.submit("residents.register", {**TYPED, "phone": "13900001111"})
    assert registered.status_code == 303


def test_a_social_worker_chooses_the_committee(office, make, committee):
    make.committee(subdistrict_id=committee.subdistrict_id)
    assert office.submit("residents.register", TYPED).status_code == 422
    typed = {**TYPED, "committee_id": str(committee.id)}
    assert office.submit("residents.register", typed).status_code == 303
