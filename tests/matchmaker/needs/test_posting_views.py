import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db

KEY = "0" * 32
WORDS = "我一个人住五楼，想有人陪我去医院"


@pytest.fixture
def resident(browser, place):
    return browser.sign_in(place.account)


def load_need(app) -> m.Need:
    with app.app_context():
        return db.session.scalars(select(m.Need)).one()


def test_every_page_of_the_posting_asks_one_thing_and_keeps_it(app, resident, place):
    assert resident.get("needs.start").status_code == 200
    chosen = resident.submit("needs.choose", {"category_id": str(place.visit.id)}, code="visiting")
    need_id = load_need(app).id
    when = resident.get_url("needs.ask", need_id=need_id, question="when")
    words = resident.get_url("needs.ask", need_id=need_id, question="words")
    check = resident.get_url("needs.check", need_id=need_id)
    assert (chosen.status_code, chosen.location) == (303, when)
    answered = resident.submit(
        "needs.ask", {"answer": ["WD-AM", "SUN-PM"]}, need_id=need_id, question="when"
    )
    assert answered.location == words
    answered = resident.submit("needs.ask", {"answer": WORDS}, need_id=need_id, question="words")
    assert answered.location == check
    assert WORDS in resident.get("needs.check", need_id=need_id).text
    sent = resident.submit(
        "needs.check", {"has_consent": "y", "idempotency_key": KEY}, need_id=need_id
    )
    assert sent.location == resident.get_url("needs.follow", need_id=need_id)
    need = load_need(app)
    assert need.state is m.NeedState.SUBMITTED
    assert need.windows == ["WD-AM", "SUN-PM"]
    assert need.consent_id is not None


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "What kind of help?"), ("zh_Hans_CN", "上门关爱")],
)
def test_the_first_page_speaks_the_readers_language(resident, language, sentence):
    resident.use_language(language)
    assert sentence in resident.get("needs.start").text


def test_money_is_asked_in_yuan_and_what_a_part_may_be_is_said(app, resident, place):
    with app.app_context():
        db.session.get(m.ServiceCategory, place.money.id).least_quantity = 80_000
        db.session.commit()
    resident.submit("needs.choose", {"category_id": str(place.money.id)}, code="goods")
    need_id = load_need(app).id
    resident.use_language("en")
    page = resident.get("needs.ask", need_id=need_id, question="quantity")
    assert "you may get a part of it, at least 800 yuan" in page.text
    refused = resident.submit("needs.ask", {"answer": "799"}, need_id=need_id, question="quantity")
    assert refused.status_code == 422
    answered = resident.submit(
        "needs.ask", {"answer": "1,200"}, need_id=need_id, question="quantity"
    )
    assert answered.location == resident.get_url("needs.ask", need_id=need_id, question="words")
    assert load_need(app).quantity == 120_000


@pytest.mark.parametrize(
    ("code", "question", "typed", "shown"),
    [
        ("rice", "quantity", "many", 'value="many"'),
        ("rice", "quantity", "51", 'value="51"'),
        ("money", "quantity", "0.5", 'value="0.5"'),
        ("visit", "words", "长" * 301, "长" * 301),
    ],
)
def test_a_refused_answer_comes_back_as_typed(app, resident, place, code, question, typed, shown):
    category = getattr(place, code)
    heading = "visiting" if code == "visit" else "goods"
    resident.submit("needs.choose", {"category_id": str(category.id)}, code=heading)
    need_id = load_need(app).id
    page = resident.submit("needs.ask", {"answer": typed}, need_id=need_id, question=question)
    assert page.status_code == 422
    assert shown in page.text


@pytest.mark.parametrize("question", ["when", "words"])
def test_an_empty_answer_is_asked_again(app, resident, place, question):
    resident.submit("needs.choose", {"category_id": str(place.visit.id)}, code="visiting")
    need_id = load_need(app).id
    page = resident.submit("needs.ask", {}, need_id=need_id, question=question)
    assert page.status_code == 422


def test_choosing_nothing_asks_again(resident):
    assert resident.submit("needs.choose", {}, code="visiting").status_code == 422


def test_going_back_keeps_what_was_typed(app, resident, place):
    resident.submit("needs.choose", {"category_id": str(place.visit.id)}, code="visiting")
    need_id = load_need(app).id
    back = resident.submit(
        "needs.ask", {"answer": WORDS, "go": "back"}, need_id=need_id, question="words"
    )
    assert back.location == resident.get_url("needs.ask", need_id=need_id, question="when")
    page = resident.get("needs.ask", need_id=need_id, question="words")
    assert WORDS in page.text


def test_going_back_from_an_unanswered_question_is_no_error(app, resident, place):
    resident.submit("needs.choose", {"category_id": str(place.visit.id)}, code="visiting")
    need_id = load_need(app).id
    back = resident.submit("needs.ask", {"go": "back"}, need_id=need_id, question="when")
    assert back.location == resident.get_url("needs.choose", need_id=need_id, code="visiting")


def test_without_consent_nothing_is_sent(app, resident, post, place):
    need = post(state=m.NeedState.DRAFT)
    page = resident.submit("needs.check", {"idempotency_key": KEY}, need_id=need.id)
    assert page.status_code == 422
    assert load_need(app).state is m.NeedState.DRAFT


def test_sending_twice_sends_once(app, resident, post):
    need = post(state=m.NeedState.DRAFT)
    url = resident.get_url("needs.check", need_id=need.id)
    token = resident.get("needs.check", need_id=need.id).text.split('name="csrf_token"')[1]
    data = {"has_consent": "y", "idempotency_key": KEY, "csrf_token": token.split('"')[1]}
    first, second = (resident.client.post(url, data=data) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    with app.app_context():
        assert len(db.session.scalars(select(m.Consent)).all()) == 1


def test_an_unfinished_need_says_what_is_missing_and_leads_back(app, resident, post):
    need = post(state=m.NeedState.DRAFT, description="")
    ask = resident.get_url("needs.ask", need_id=need.id, question="words")
    resident.use_language("en")
    page = resident.submit(
        "needs.check", {"has_consent": "y", "idempotency_key": KEY}, need_id=need.id, on=ask
    )
    assert page.status_code == 409
    assert "A question is still open." in page.text
    assert f'href="{resident.get_url("needs.mine")}">Back to the list' in page.text
    assert load_need(app).state is m.NeedState.DRAFT


def test_a_question_the_category_does_not_ask_is_no_page(resident, post):
    need = post(state=m.NeedState.DRAFT)
    for question in ("quantity", "nonsense"):
        page = resident.get("needs.ask", need_id=need.id, question=question)
        assert page.status_code == 404


def test_a_sent_need_cannot_be_opened_for_changes(resident, post):
    need = post(state=m.NeedState.SUBMITTED)
    follow = resident.get_url("needs.follow", need_id=need.id)  # where the Back button leads
    assert resident.get("needs.check", need_id=need.id).headers["Location"] == follow
    answer = resident.get("needs.ask", need_id=need.id, question="words")
    assert answer.headers["Location"] == follow
    named = {"need_id": need.id, "question": "words"}
    assert resident.submit("needs.ask", {"answer": "x"}, on="/", **named).status_code == 409


def test_an_unknown_heading_is_no_page(resident):
    for code in ("nonsense", "a\0b", "物资"):
        assert resident.get("needs.choose", code=code).status_code == 404, code


def test_who_asks_for_the_same_again_is_shown_it_and_may_send_another(app, resident, place, post):
    earlier = post(state=m.NeedState.SUBMITTED)
    post(state=m.NeedState.SUBMITTED, category=place.rice)
    draft = post(state=m.NeedState.DRAFT)
    page = resident.use_language("en").get("needs.check", need_id=draft.id).text
    assert "You asked for the same already" in page
    links = [n for n in range(1, 9) if resident.get_url("needs.follow", need_id=n) + '"' in page]
    assert links == [earlier.id]
    data = {"has_consent": "y", "idempotency_key": KEY}
    assert resident.submit("needs.check", data, need_id=draft.id).status_code == 303


def test_who_asks_for_the_first_time_reads_nothing_of_it(resident, place, post):
    post(state=m.NeedState.WITHDRAWN)
    draft = post(state=m.NeedState.DRAFT)
    page = resident.use_language("en").get("needs.check", need_id=draft.id).text
    assert "You asked for the same already" not in page
