"""The pages on which decisions are corrected and undone, and the queue that is read before."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.clock import get_local_date, get_now
from matchmaker.base.extensions import db
from matchmaker.needs.queue_service import get_usual_reply_day
from tests.page_forms import read_forms

KEY = "4" * 32
WORDS = "楼梯太陡，米油提不上来"
S = m.NeedState


@pytest.fixture
def worker(browser, place):
    return browser.use_language("en").sign_in(place.worker)


@pytest.fixture
def waiting(make, place):
    """A need that waits to be checked, of a resident of its own: ``waiting(birth_year=1942)``."""

    def make_waiting(category=None, resident=None, description=WORDS, **person):
        resident = resident or make.resident(make.household(place.committee), **person)
        account = make.user(m.Role.RESIDENT, resident_id=resident.id)
        keys = {"committee_id": place.committee.id, "state": S.SUBMITTED}
        return make.need(resident, category or place.rice, account, description=description, **keys)

    return make_waiting


def add_status(make, resident, kind, *, is_verified, valid_until=None):
    verified_at = get_now() if is_verified else None
    keys = {"evidence": "seen", "verified_at": verified_at, "valid_until": valid_until}
    make.add(m.RecipientStatus(resident_id=resident.id, kind=kind, **keys))


def find_boxes(page: str) -> dict[str, bool]:
    form = next(form for form in read_forms(page) if "verify-chosen" in str(form.attributes))
    return {box.value: box.is_on for box in form.controls if box.name == "chosen"}


def load(app, need) -> m.Need:
    with app.app_context():
        return db.session.get(m.Need, need.id)


def verify_all(worker, **changes):
    """Tick everything by the link, and send the form as it is shown with a tier."""
    page = worker.get("needs.index", tick="all").text
    form = next(form for form in read_forms(page) if "verify-chosen" in str(form.attributes))
    day = get_usual_reply_day(get_now()).isoformat()
    sent = form.list_sent(tier="2", reply_promised_on=day, **changes)
    return worker.client.post(form.attributes["action"], data=sent)


# The queue.


def test_the_queue_shows_what_is_read_before_a_need_is_checked(make, worker, waiting):
    need = waiting(birth_year=get_local_date(get_now()).year - 84)
    resident = make.get(m.Resident, need.resident_id)
    yesterday = get_local_date(get_now()) - timedelta(days=1)
    add_status(make, resident, m.StatusKind.LIVING_ALONE, is_verified=True)
    add_status(make, resident, m.StatusKind.DISABLED, is_verified=False)
    add_status(make, resident, m.StatusKind.LOW_INCOME, is_verified=True, valid_until=yesterday)
    text = worker.get("needs.index").text
    for shown in (WORDS, "84 years old", "Living alone", "not verified: Disabled", "1 item"):
        assert shown in text
    assert "Low income" not in text, "over since yesterday"
    assert "age not known" not in text


def test_no_urgency_is_chosen_beforehand(worker, waiting):
    waiting()
    page = worker.get("needs.index").text
    tiers = [c for form in read_forms(page) for c in form.controls if c.name == "tier"]
    assert [box.is_on for box in tiers if box.kind == "radio"] == [False] * 3


def test_all_on_the_page_are_ticked_but_for_what_may_be_there_twice(app, worker, waiting, place):
    alone = waiting()
    twice = [waiting(resident=place.resident) for _ in range(2)]
    page = worker.get("needs.index").text
    assert set(find_boxes(page).values()) == {False}
    assert re.search(r'href="[^"]*tick=all', page), "a link: no script is needed"
    assert f"Possible duplicate: {twice[1].reference}" in page
    page = worker.get("needs.index", tick="all").text
    assert find_boxes(page) == {
        f"{need.id}:{need.version}": need is alone for need in (alone, *twice)
    }
    assert "data-draft-from-server" in page, "an older draft does not take the ticks out again"
    assert verify_all(worker).status_code == 303
    assert [load(app, need).state for need in (alone, *twice)] == [S.OPEN, S.SUBMITTED, S.SUBMITTED]


def test_a_list_of_other_states_checks_nothing_unread(worker, waiting):
    waiting()
    assert "verify-chosen" not in worker.get("needs.index", state="all").text


def test_a_step_is_undone_from_the_queue_until_the_list_is_locked(app, worker, waiting):
    needs = [waiting() for _ in range(3)]
    verify_all(worker)
    page = worker.get("needs.index").text
    assert "You checked lately" in page
    assert "3 needs checked" in page
    undo = next(f for f in read_forms(page) if "undo-checks" in f.attributes.get("action", ""))
    answer = worker.client.post(undo.attributes["action"], data=undo.list_sent())
    assert answer.status_code == 303
    assert {load(app, need).state for need in needs} == {S.SUBMITTED}
    assert "You checked lately" not in worker.get("needs.index").text


def test_what_changed_after_the_page_was_shown_waits_and_the_rest_is_checked(
    app, make, worker, waiting
):
    one, other = waiting(), waiting()
    page = worker.get("needs.index", tick="all").text
    form = next(form for form in read_forms(page) if "verify-chosen" in str(form.attributes))
    with app.app_context():
        db.session.get(m.Need, one.id).description = "别的"
        db.session.commit()
    day = get_usual_reply_day(get_now()).isoformat()
    sent = form.list_sent(tier="3", reply_promised_on=day)
    worker.client.post(form.attributes["action"], data=sent)
    assert [load(app, need).state for need in (one, other)] == [S.SUBMITTED, S.OPEN]
    assert "had changed meanwhile" in worker.get("needs.index").text


# Corrections.


@pytest.fixture
def opened(app, worker, waiting, place):
    """A checked need of the place's resident, for two items."""
    need = waiting(resident=place.resident)
    verify_all(worker)
    return load(app, need)


def correct(worker, need, **changes):
    data = {"idempotency_key": KEY, "tier": "2", "quantity": "1", "reason": "她说要四件"}
    data["reply_promised_on"] = need.reply_promised_on.isoformat()
    return worker.submit("needs.correct_checked", {**data, **changes}, need_id=need.id)


def test_a_correction_is_read_by_the_office_and_by_the_resident(
    app, browser, place, worker, opened
):
    page = worker.get("needs.show", need_id=opened.id).text
    assert worker.get_url("needs.correct_checked", need_id=opened.id) in page
    assert correct(worker, opened, quantity="4").status_code == 303
    page = worker.get("needs.show", need_id=opened.id).text
    for shown in ("was: 1 item", "is now: 4 items", "她说要四件", place.worker.name):
        assert shown in page
    browser.sign_in(place.account).use_language("zh_Hans_CN")
    page = browser.get("needs.follow", need_id=opened.id).text
    for shown in ("更正了什么", "原来：1 件", "现在：4 件", "她说要四件", "您的居委会"):
        assert shown in page
    assert place.worker.name not in page


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({}, 422, "Nothing is different yet"),
        ({"quantity": "4", "reason": ""}, 422, "Write one sentence"),
        ({"quantity": "51"}, 422, "Enter between 1 item and 50 items"),
        ({"quantity": "2元"}, 422, "Enter a whole number"),
        ({"reply_promised_on": "2020-01-01"}, 422, "Choose a day between"),
        ({"tier": "9"}, 422, "Choose from the list"),
    ],
)
def test_a_correction_that_cannot_be_names_what_is_wrong(worker, opened, changes, status, sentence):
    page = correct(worker, opened, **changes)
    assert page.status_code == status
    assert sentence in page.text


def test_a_need_that_is_not_open_has_no_page_to_correct_it(worker, waiting, place):
    need = waiting()
    assert worker.get("needs.correct_checked", need_id=need.id).status_code == 409
    assert "correct-checked" not in worker.get("needs.show", need_id=need.id).text


def test_one_check_is_undone_from_its_page(app, worker, opened):
    shown = worker.get_url("needs.show", need_id=opened.id)
    assert "Undo my check" in worker.client.get(shown).text
    data = {"idempotency_key": KEY}
    answer = worker.submit("needs.undo_check", data, on=shown, need_id=opened.id)
    assert answer.status_code == 303
    assert load(app, opened).state is S.SUBMITTED
    assert "Undo my check" not in worker.client.get(shown).text


# The resident.


def test_a_resident_changes_a_sent_need_on_one_page(app, browser, place, waiting):
    need = waiting(resident=place.resident)
    resident = browser.use_language("en").sign_in(place.account)
    change = resident.get_url("needs.change", need_id=need.id)
    assert change in resident.get("needs.follow", need_id=need.id).text
    page = resident.client.get(change).text
    assert WORDS in page
    data = {"category_id": str(place.rice.id), "quantity": "3", "description": "要三份"}
    data["idempotency_key"] = KEY
    answer = resident.submit("needs.change", data, need_id=need.id)
    assert answer.location == resident.get_url("needs.follow", need_id=need.id)
    stored = load(app, need)
    assert (stored.quantity, stored.description, stored.state) == (3, "要三份", S.SUBMITTED)
    assert "It was changed before it was checked" in resident.client.get(answer.location).text


def test_what_is_checked_has_no_page_to_change_it(browser, place, post):
    need = post(state=S.OPEN)
    resident = browser.sign_in(place.account)
    assert resident.get("needs.change", need_id=need.id).status_code == 409
    assert "/change" not in resident.get("needs.follow", need_id=need.id).text


def test_the_words_of_a_correction_are_encrypted(app, worker, opened):
    correct(worker, opened, tier="3")
    with app.app_context():
        row = db.session.execute(select(m.NeedCorrection)).scalar_one()
        stored = db.session.connection().exec_driver_sql("SELECT reason FROM need_correction")
        assert row.reason == "她说要四件"
        assert "四件" not in stored.scalar_one()
