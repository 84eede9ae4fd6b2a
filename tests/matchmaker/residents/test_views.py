"""Residents' pages at the counter and in the office."""

import re
from urllib.parse import unquote

import pytest

from matchmaker.accounts.throttling import Counted
from matchmaker.base.clock import get_now
from matchmaker.base.extensions import db
from matchmaker.models import Disclosure, RecipientStatus, Role, StatusKind
from matchmaker.residents import disclosure
from tests.browser import Browser
from tests.matchmaker.residents.conftest import PHONE

KEY = "0" * 32


def count(app, model):
    with app.app_context():
        return db.session.query(model).count()


@pytest.fixture
def status(make, resident):
    row = RecipientStatus(resident_id=resident.id, kind=StatusKind.DISABLED, evidence="Card seen")
    return make.add(row)


def test_the_list_shows_names_and_no_contact(counter, resident):
    page = counter.get("residents.index").text
    assert "王阿婆" in page
    assert "1 resident" in page
    for secret in (PHONE, "王秀英", "201室"):
        assert secret not in page


def test_filters_that_fit_nobody_say_what_to_do(counter, resident):
    assert "Nobody fits these filters" in counter.get("residents.index", search="zzz").text
    assert counter.get("residents.index", committee_id="x", status="y").status_code == 200


@pytest.mark.parametrize(
    "typed",
    [
        "1381234567",  # a digit too few
        "138123456789",
        "13812345678 王奶奶",
        "王奶奶 138 1234 5678",
        "13812345678，13900001111",
        "１３８１２３４５６７",
        "021-5555",
        "0215555123",
        "1381234",
        "310104194601011234",
        "x" * 5000,
    ],
)
def test_no_address_holds_a_phone_written_wrongly_or_beside_words(counter, resident, typed):
    answer = search(counter, typed)
    assert (answer.status_code, "Location" in answer.headers) == (422, False)
    assert ("Enter one whole phone number" in answer.text) is any(map(str.isdigit, typed))
    links = re.findall(r'(?:href|action)="([^"]*)"', answer.text)
    digits = "".join(filter(str.isdigit, typed))[:6]
    assert [link for link in links if digits and digits in unquote(link)] == []


def search(browser, typed, **values):
    return browser.submit("residents.search", {"search": typed, **values}, on="/residents")


@pytest.mark.parametrize("typed", [PHONE, "5678", "138 1234 5678"])
def test_a_phone_is_searched_without_ever_standing_in_an_address(counter, resident, typed):
    answer = search(counter, typed)
    assert answer.status_code == 200
    assert "1 resident" in answer.text
    assert "王阿婆" in answer.text
    assert "Location" not in answer.headers
    links = re.findall(r'(?:href|action)="([^"]*)"', answer.text)
    assert [link for link in links if typed in link or "5678" in link] == []


def test_a_phone_that_nobody_has_says_what_to_do(counter, resident):
    assert "Nobody fits these filters" in search(counter, "13900001111").text


def test_a_name_goes_on_into_the_address_with_the_other_filters(counter, resident):
    answer = search(counter, "王", status="disabled", unverified="y")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/residents?search=%E7%8E%8B&status=disabled&unverified=y"


@pytest.mark.parametrize("limited", [Counted.PHONE_CHECK_PERSON, Counted.PHONE_CHECK_OFFICE])
def test_phones_are_tried_so_often_by_a_person_and_by_an_office(
    app, make, counter, office, committee, resident, monkeypatch, limited
):
    limits = dict.fromkeys(Counted, 100) | {limited: 2}
    monkeypatch.setattr("matchmaker.accounts.throttling.TRIES_PER_WINDOW", limits)
    stranger = make.user(Role.COMMITTEE_WORKER, committee_id=make.committee().id)
    assert [search(counter, PHONE).status_code for _try in range(3)] == [200, 200, 429]
    is_shared = limited is Counted.PHONE_CHECK_OFFICE
    assert search(office, PHONE).status_code == (429 if is_shared else 200)
    assert search(Browser(app).sign_in(stranger), PHONE).status_code == 200
    assert search(counter, "王").status_code == 303  # a name counts for nothing


def test_a_phone_typed_at_registration_counts_even_when_it_is_refused(
    counter, resident, committee, monkeypatch
):
    limits = dict.fromkeys(Counted, 100) | {Counted.PHONE_CHECK_PERSON: 2}
    monkeypatch.setattr("matchmaker.accounts.throttling.TRIES_PER_WINDOW", limits)
    typed = {
        "idempotency_key": KEY,
        "full_name": "赵一",
        "display_name": "赵阿姨",
        "phone": PHONE,
        "block": "乐山二三村",
        "address": "乐山路1号",
        "consent_channel": "signed_paper",
    }
    answers = [counter.submit("residents.register", typed).status_code for _try in range(3)]
    assert answers == [422, 422, 429]


def test_a_contact_is_hidden_until_asked_for(app, counter, resident):
    assert PHONE not in counter.get("residents.show", resident_id=resident.id).text
    shown = counter.submit("residents.reveal", {}, resident_id=resident.id)
    assert shown.status_code == 200
    assert PHONE in shown.text
    assert "乐山路8弄3号201室" in shown.text
    assert count(app, Disclosure) == 1
    assert PHONE not in counter.get("residents.show", resident_id=resident.id).text


def test_looking_too_often_is_refused(app, counter, resident, monkeypatch):
    monkeypatch.setattr(disclosure, "DISCLOSURES_PER_DAY", {Role.COMMITTEE_WORKER: 1})
    counter.submit("residents.reveal", {}, resident_id=resident.id)
    answer = counter.submit("residents.reveal", {}, resident_id=resident.id)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert PHONE not in answer.text
    assert count(app, Disclosure) == 1


def test_a_resident_of_elsewhere_does_not_exist(app, counter, resident, stranger):
    assert counter.get("residents.show", resident_id=stranger.id).status_code == 404
    on = f"/residents/{resident.id}"
    answer = counter.submit("residents.reveal", {}, on=on, resident_id=stranger.id)
    assert answer.status_code == 404
    assert count(app, Disclosure) == 0


def test_a_status_is_recorded_verified_by_another_and_ended(app, counter, office, resident):
    typed = {"idempotency_key": KEY, "kind": "disabled", "evidence": "Card seen"}
    answer = counter.submit("residents.record_status", typed, resident_id=resident.id)
    assert answer.status_code == 303
    on = f"/residents/{resident.id}"
    for who, step, status in (
        (counter, "verify", 409),
        (office, "verify", 303),
        (counter, "end", 303),
    ):
        answer = who.submit(
            "residents.move_status",
            {"idempotency_key": step.rjust(32, "0").encode().hex()[:32]},
            on=on,
            resident_id=resident.id,
            status_id=1,
            step=step,
        )
        assert answer.status_code == status
    assert "No longer counts" in counter.get("residents.show", resident_id=resident.id).text


def test_evidence_holds_no_document_number(app, counter, resident):
    typed = {"idempotency_key": KEY, "kind": "disabled", "evidence": "Card 310104194001011234"}
    answer = counter.submit("residents.record_status", typed, resident_id=resident.id)
    assert answer.status_code == 422
    assert count(app, RecipientStatus) == 0


def test_a_social_worker_verifies_but_does_not_record(office, resident, status):
    assert office.get("residents.record_status", resident_id=resident.id).status_code == 403
    answer = office.submit(
        "residents.move_status",
        {"idempotency_key": KEY},
        on=f"/residents/{resident.id}",
        resident_id=resident.id,
        status_id=status.id,
        step="verify",
    )
    assert answer.status_code == 303


def test_verifying_what_is_verified_is_a_conflict(counter, make, resident, status):
    status.verified_at = get_now()
    make.add(status)
    answer = counter.submit(
        "residents.move_status",
        {"idempotency_key": KEY},
        on=f"/residents/{resident.id}",
        resident_id=resident.id,
        status_id=status.id,
        step="verify",
    )
    assert answer.status_code == 409


def test_a_resident_reads_what_is_kept_and_asks_for_the_contact(app, make, resident, status):
    account = make.user(Role.RESIDENT, resident_id=resident.id)
    browser = Browser(app).sign_in(account).use_language("en")
    page = browser.get("residents.own_contact").text
    assert "Card seen" in page
    assert PHONE not in page
    shown = browser.submit("residents.own_contact", {"idempotency_key": KEY})
    assert PHONE in shown.text
    assert count(app, Disclosure) == 1


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.COORDINATOR, Role.ADMINISTRATOR])
def test_other_roles_do_not_see_the_list(app, make, resident, role):
    user = make.user(role, resident_id=resident.id if role is Role.RESIDENT else None)
    assert Browser(app).sign_in(user).get("residents.index").status_code == 403


@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
def test_the_list_as_a_file_keeps_to_filters_scope_and_privacy(
    counter, resident, stranger, file_format
):
    answer = counter.take("residents.download", file_format=file_format, search="王")
    assert answer.status_code == 200
    if file_format == "csv":
        lines = answer.get_data().decode("utf-8-sig").splitlines()
        assert len(lines) == 2
        assert lines[1].startswith(f"{resident.reference},王阿婆")
        assert PHONE not in answer.text
