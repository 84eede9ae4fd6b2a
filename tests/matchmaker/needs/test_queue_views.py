import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.clock import get_now
from matchmaker.base.extensions import db
from matchmaker.needs.queue_service import get_usual_reply_day
from tests.reach import NEEDS_STAY_IN

KEY = "2" * 32
SECRET_WORDS = "家里的事不想让外人知道"


@pytest.fixture
def worker(browser, place):
    return browser.use_language("en").sign_in(place.worker)


@pytest.fixture
def decision():
    return {"tier": "2", "reply_promised_on": get_usual_reply_day(get_now()).isoformat()}


def load(app, need) -> m.Need:
    with app.app_context():
        return db.session.get(m.Need, need.id)


def name(need: m.Need) -> str:
    """The value of a need's box: what it was when the page was shown."""
    return f"{need.id}:{need.version}"


def test_the_queue_shows_first_what_waits(worker, place, post):
    waiting = post(state=m.NeedState.SUBMITTED)
    settled = post(state=m.NeedState.OPEN, category=place.rice)
    text = worker.get("needs.index").text
    assert waiting.reference in text
    assert settled.reference not in text
    assert settled.reference in worker.get("needs.index", state="all").text


def test_an_empty_queue_says_so(worker):
    assert "Nothing waits to be checked" in worker.get("needs.index").text


def test_filters_stand_in_the_address(worker, post):
    need = post(tier=2)
    cases = [
        ({"search": "wangapo"}, True),
        ({"search": "王阿婆"}, True),
        ({"search": need.reference}, True),
        ({"search": "li"}, False),
        ({"kind": "need"}, True),
        ({"kind": "micro_wish"}, False),
        ({"tier": "2"}, True),
        ({"tier": "1"}, False),
        ({"tier": "nonsense"}, True),
        ({"state": "closed"}, False),
        ({"category_id": "999"}, True),
    ]
    for asked, is_found in cases:
        table = worker.get("needs.index", **{"state": "all", **asked}).text.partition("<tbody")[2]
        assert (need.reference in table) is is_found, asked


def test_a_heading_finds_the_categories_below_it(worker, post, place):
    visit, rice = post(), post(category=place.rice)
    text = worker.get("needs.index", state="all", category_id=place.visit.parent_id).text
    assert visit.reference in text
    assert rice.reference not in text


def test_a_social_worker_reads_every_committee_and_verifies_what_it_entered(
    app, browser, make, place, post
):
    far = make.resident(make.household(place.other), phone="13800000002")
    need = post(resident=far, committee=place.other, state=m.NeedState.SUBMITTED)
    social = browser.use_language("en").sign_in(place.social)
    page = social.get("needs.index")
    assert need.reference in page.text
    assert "Check the ticked needs" not in page.text
    assert need.reference not in social.get("needs.index", committee_id=place.committee.id).text
    shown = social.get_url("needs.show", need_id=need.id)
    assert "Return it" not in social.client.get(shown).text
    assert social.submit("needs.send_back", {}, on=shown, need_id=need.id).status_code == 403
    assert social.submit("needs.verify_chosen", {}, on=shown).status_code == 403
    data = {"verify-tier": "1", "verify-idempotency_key": KEY}
    data["verify-version"] = str(need.version)
    data["verify-reply_promised_on"] = get_usual_reply_day(get_now()).isoformat()
    assert social.submit("needs.verify", data, on=shown, need_id=need.id).status_code == 303
    assert load(app, need).state is m.NeedState.OPEN


def test_needs_of_other_committees_are_not_in_the_list(browser, place, post):
    need = post()
    stranger = browser.sign_in(place.stranger)
    assert need.reference not in stranger.get("needs.index", state="all").text


@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
def test_the_list_is_the_same_as_a_file_without_the_persons_words(worker, post, file_format):
    need = post(description=SECRET_WORDS)
    other = post(state=m.NeedState.CLOSED)
    answer = worker.take("needs.download", file_format=file_format, state="open")
    if file_format == "xlsx":
        sheet = load_workbook(io.BytesIO(answer.data)).active
        text = str([[cell.value for cell in row] for row in sheet.iter_rows()])
    else:
        text = answer.data.decode("utf-8-sig")
    assert need.reference in text
    assert other.reference not in text
    assert SECRET_WORDS not in text
    assert "13800000000" not in text


def test_a_worker_verifies_with_urgency_and_a_promised_day(app, worker, post, decision):
    need = post(state=m.NeedState.SUBMITTED)
    shown = worker.get_url("needs.show", need_id=need.id)
    data = {f"verify-{name}": value for name, value in decision.items()}
    data |= {"verify-idempotency_key": KEY, "verify-version": str(need.version)}
    answer = worker.submit("needs.verify", data, on=shown, need_id=need.id)
    assert answer.status_code == 303
    assert (load(app, need).state, load(app, need).tier) == (m.NeedState.OPEN, 2)
    data["verify-idempotency_key"] = "3" * 32
    assert worker.submit("needs.verify", data, on=shown, need_id=need.id).status_code == 409


def test_a_decision_without_urgency_keeps_the_typed_day(worker, post):
    need = post(state=m.NeedState.SUBMITTED)
    shown = worker.get_url("needs.show", need_id=need.id)
    data = {"verify-idempotency_key": KEY, "verify-reply_promised_on": "2020-01-01"}
    data["verify-version"] = str(need.version)
    page = worker.submit("needs.verify", data, on=shown, need_id=need.id)
    assert page.status_code == 422
    assert 'value="2020-01-01"' in page.text
    page = worker.submit("needs.verify", {**data, "verify-tier": "2"}, on=shown, need_id=need.id)
    assert page.status_code == 422
    assert "Choose a day between" in page.text


def test_returning_needs_a_reason(app, worker, post):
    need = post(state=m.NeedState.SUBMITTED)
    shown = worker.get_url("needs.show", need_id=need.id)
    data = {"return-idempotency_key": KEY, "return-reason": ""}
    assert worker.submit("needs.send_back", data, on=shown, need_id=need.id).status_code == 422
    data["return-reason"] = "请写明哪几天方便"
    assert worker.submit("needs.send_back", data, on=shown, need_id=need.id).status_code == 303
    assert load(app, need).return_reason == "请写明哪几天方便"


def test_ticked_needs_are_verified_together(app, worker, post, decision):
    needs = [post(state=m.NeedState.SUBMITTED) for _ in range(3)]
    data = {**decision, "chosen": [name(n) for n in needs[:2]], "idempotency_key": KEY}
    queue = worker.get_url("needs.index")
    assert worker.submit("needs.verify_chosen", data, on=queue).status_code == 303
    states = [load(app, need).state for need in needs]
    assert states == [m.NeedState.OPEN, m.NeedState.OPEN, m.NeedState.SUBMITTED]


def test_ticks_stay_when_the_decision_is_incomplete(worker, post):
    need = post(state=m.NeedState.SUBMITTED)
    data = {"chosen": [name(need)], "idempotency_key": KEY}
    page = worker.submit("needs.verify_chosen", data, on=worker.get_url("needs.index"))
    assert page.status_code == 422
    assert f'value="{name(need)}" checked' in page.text


def test_ticks_that_are_no_number_of_a_need_verify_nothing(app, worker, post, decision):
    need = post(state=m.NeedState.SUBMITTED)
    data = {
        **decision,
        "chosen": ["x", "9" * 30, "²", f"{need.id}", f"{need.id}:"],
        "idempotency_key": KEY,
    }
    answer = worker.submit("needs.verify_chosen", data, on=worker.get_url("needs.index"))
    assert answer.status_code == 303
    assert load(app, need).state is m.NeedState.SUBMITTED


def test_ticking_a_foreign_need_verifies_nothing(app, browser, place, post, decision, make):
    own_resident = make.resident(make.household(place.other), phone="13800000003")
    own = post(resident=own_resident, committee=place.other, state=m.NeedState.SUBMITTED)
    foreign = post(state=m.NeedState.SUBMITTED)
    data = {**decision, "chosen": [name(own), name(foreign)], "idempotency_key": KEY}
    stranger = browser.sign_in(place.stranger)
    answer = stranger.submit("needs.verify_chosen", data, on=stranger.get_url("needs.index"))
    assert answer.status_code == 404
    assert load(app, own).state is m.NeedState.SUBMITTED


def test_possible_duplicates_stand_side_by_side_and_are_joined(app, worker, post):
    kept, twin = post(state=m.NeedState.SUBMITTED), post(state=m.NeedState.SUBMITTED)
    assert "Possible duplicate" in worker.get("needs.index").text
    assert twin.reference in worker.get("needs.show", need_id=kept.id).text
    shown = worker.get_url("needs.show", need_id=kept.id)
    data = {"duplicate_id": str(twin.id), "idempotency_key": KEY}
    assert worker.submit("needs.merge", data, on=shown, need_id=kept.id).status_code == 303
    assert load(app, twin).state is m.NeedState.CLOSED
    assert load(app, kept).state is m.NeedState.SUBMITTED
    with app.app_context():
        assert set(db.session.scalars(select(m.AuditEvent.action))) == {"need.merge", "need.keep"}


def test_every_state_has_its_page_at_the_office(worker, post):
    for state in NEEDS_STAY_IN:
        need = post(state=state)
        expected = 404 if state is m.NeedState.DRAFT else 200  # the resident is still writing
        assert worker.get("needs.show", need_id=need.id).status_code == expected, state
