"""Nothing typed is lost on the server's side: each kind of form, and what may come between."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from flask import g
from markupsafe import escape
from sqlalchemy import select, text
from werkzeug.datastructures import MultiDict
from wtforms import PasswordField

from matchmaker.accounts import kept_forms, sessions
from matchmaker.accounts.kept_forms import HIDDEN_WORDS, KEPT_FOR
from matchmaker.assignments.forms import DayForm
from matchmaker.base.clock import get_now
from matchmaker.base.extensions import db
from matchmaker.forms.base import BaseForm, FilterForm
from matchmaker.models import KeptForm, LoginSession, Need, NeedState, Role, ServiceCategory
from tests.browser import Browser
from tests.matchmaker.small_world import make_small_world
from tests.page_forms import TICKED, TYPED, PageForm, read_forms

# A page of each kind of form: typed texts, ticks, dropdowns, days, several forms on a page.
PAGES = {
    "/needs/new/heading": Role.RESIDENT,
    "/needs/for/1": Role.COMMITTEE_WORKER,
    "/residents/new": Role.COMMITTEE_WORKER,
    "/residents/1/statuses/new": Role.COMMITTEE_WORKER,
    "/offers/new/2": Role.COORDINATOR,
    "/volunteers/new": Role.COORDINATOR,
    "/volunteers/1/edit": Role.COORDINATOR,
    "/organisations/new": Role.SOCIAL_WORKER,
    "/accounts/1/role": Role.ADMINISTRATOR,
}
# The other pages of the small world with a form that keeps drafts: one page for each form.
MORE_PAGES = [
    ("/needs/1/ask-again", Role.RESIDENT),
    ("/needs/1/ask-again-for", Role.COMMITTEE_WORKER),
    ("/residents/1/merge", Role.COMMITTEE_WORKER),
    ("/residents/1/stop-contact", Role.COMMITTEE_WORKER),
    ("/members/invite", Role.COMMITTEE_WORKER),
    ("/members/invite", Role.COORDINATOR),
    ("/offers/1/edit", Role.COORDINATOR),
    ("/volunteers/1/away", Role.COORDINATOR),
    ("/volunteers/me/away", Role.VOLUNTEER),
    ("/organisations/own/contact", Role.COORDINATOR),
    ("/assignments/2026-07/offers/1/session", Role.COORDINATOR),
    ("/places/new", Role.COORDINATOR),
    ("/places/phones", Role.SOCIAL_WORKER),
    ("/organisations/1", Role.SOCIAL_WORKER),
    ("/organisations/1/contact", Role.SOCIAL_WORKER),
    ("/needs/follow-ups/1", Role.SOCIAL_WORKER),
    ("/rounds/open", Role.SOCIAL_WORKER),
    ("/rounds/2026-07/withdraw", Role.SOCIAL_WORKER),
    ("/invitations/new", Role.ADMINISTRATOR),
    ("/audit/events.csv", Role.AUDITOR),
]
EVERY_PAGE = [
    *PAGES.items(),
    *(pytest.param(page, role, marks=pytest.mark.slow) for page, role in MORE_PAGES),
]
WORDS = "请王师傅周三上午来"


@pytest.fixture
def world(app, make):
    app.config.update(PROPAGATE_EXCEPTIONS=False)
    return make_small_world(make)


def find_post_forms(page: str) -> list[PageForm]:
    """The forms of the page that keep drafts: what a person fills in."""
    return [form for form in read_forms(page) if "data-draft" in form.attributes]


def fill_in(form: PageForm) -> dict[str, list[str]]:
    """Something typed, ticked and chosen in every control."""
    for control in form.controls:
        if control.kind in TYPED:
            control.value = {"number": "3", "date": "2026-12-24"}.get(control.kind, WORDS)
        elif control.kind in TICKED:
            control.is_on = True
        elif control.kind == "select":
            control.value = control.options[-1]
    sent = form.list_sent()
    radios = {control.name for control in form.controls if control.kind == "radio"}
    return {name: texts[-1:] if name in radios else texts for name, texts in sent.items()}


def get_seen(form: PageForm) -> dict[str, list[str]]:
    names = {control.name for control in form.controls if control.is_seen}
    return {name: texts for name, texts in form.list_sent().items() if name in names}


def end_session(app, user) -> None:
    with app.app_context():
        for row in db.session.scalars(select(LoginSession).where(LoginSession.user_id == user.id)):
            row.seen_at = get_now() - timedelta(hours=3)
        db.session.commit()


def send_without_session(app, user, page: str) -> tuple[Browser, list[dict], list[str]]:
    """Every form of the page, filled in and sent after the session has ended; where each led."""
    browser, sent, led = Browser(app), [], []
    for number in range(len(find_post_forms(browser.sign_in(user).client.get(page).text))):
        form = find_post_forms(browser.sign_in(user).client.get(page).text)[number]
        sent.append(fill_in(form))
        end_session(app, user)
        headers = {"Referer": f"http://localhost{page}"}
        answer = browser.client.post(
            form.attributes["action"] or page, data=sent[-1], headers=headers
        )
        assert answer.status_code == 303, (page, answer.status_code)
        led.append(answer.headers["Location"])
    return browser, sent, led


@pytest.mark.parametrize(("page", "role"), EVERY_PAGE)
def test_a_form_sent_after_the_session_ended_is_there_again_after_signing_in(
    app, world, page, role
):
    user = world.users[role]
    browser, sent, led = send_without_session(app, user, page)
    assert len(sent) == 1
    assert led[0].startswith("/sign-in?next=")
    back = read_forms(browser.client.get(led[0]).text)[-1].get("next")
    shown = browser.sign_in(user).client.get(back)
    assert shown.status_code == 200
    again = find_post_forms(shown.text)[0]
    wanted = {name: texts for name, texts in sent[0].items() if name in get_names(again)}
    assert wanted
    assert get_seen(again) == wanted


def get_names(form: PageForm) -> set[str]:
    return {control.name for control in form.controls if control.is_seen}


def test_one_of_two_forms_of_a_page_is_filled_in_again_and_the_other_is_not(app, world, make):
    user = world.users[Role.COMMITTEE_WORKER]
    visit = make.get(ServiceCategory, world.need.category_id)
    need = make.need(
        world.resident, visit, user, world.need.committee_id, state=NeedState.SUBMITTED
    )
    address = f"/needs/{need.id}"
    browser = Browser(app).sign_in(user)
    returning = find_post_forms(browser.client.get(address).text)[-1]
    end_session(app, user)
    answer = browser.client.post(
        returning.attributes["action"],
        data=returning.list_sent(**{"return-reason": WORDS}),
        headers={"Referer": f"http://localhost{address}"},
    )
    back = read_forms(browser.client.get(answer.headers["Location"]).text)[-1].get("next")
    verifying, again = find_post_forms(browser.sign_in(user).client.get(back).text)
    assert again.get("return-reason") == WORDS
    assert WORDS not in str(verifying)


@pytest.fixture
def kept(app, world):
    """A coordinator's form that is kept, and the address where it is shown again."""
    user = world.users[Role.COORDINATOR]
    browser, _sent, led = send_without_session(app, user, "/volunteers/new")
    sign_in = read_forms(browser.client.get(led[0]).text)[-1]
    return user, sign_in.get("next")


def test_another_person_of_the_same_browser_does_not_see_it(app, world, kept, make):
    _user, address = kept
    other = make.user(
        Role.COORDINATOR, organisation_id=world.users[Role.COORDINATOR].organisation_id
    )
    page = Browser(app).sign_in(other).client.get(address)
    assert page.status_code == 200
    assert WORDS not in page.text


def test_it_is_encrypted_and_gone_after_half_an_hour(app, kept):
    user, address = kept
    with app.app_context():
        content = db.session.scalar(text("SELECT content FROM kept_form"))
        assert WORDS not in content
        assert "\\u" not in content
        row = db.session.scalars(select(KeptForm)).one()
        row.kept_at = get_now() - KEPT_FOR - timedelta(seconds=1)
        db.session.commit()
    browser = Browser(app).sign_in(user)
    assert WORDS not in browser.client.get(address).text
    with app.app_context():
        kept_forms.forget_old_forms(get_now())
        assert db.session.scalars(select(KeptForm)).all() == []


def test_a_form_of_another_person_is_not_kept(app, world, make):
    """Somebody else signed in in the same browser while the form was open."""
    first = world.users[Role.COORDINATOR]
    second = make.user(Role.COORDINATOR, organisation_id=first.organisation_id)
    form = find_post_forms(Browser(app).sign_in(first).client.get("/volunteers/new").text)[0]
    browser = Browser(app).sign_in(second)
    end_session(app, second)
    assert browser.client.post("/volunteers/new", data=fill_in(form)).status_code in (303, 400)
    with app.app_context():
        assert db.session.scalars(select(KeptForm)).all() == []


def test_an_untouched_form_and_a_button_are_not_kept(app, world):
    user = world.users[Role.COORDINATOR]
    browser = Browser(app).sign_in(user)
    form = find_post_forms(browser.client.get("/volunteers/new").text)[0]
    end_session(app, user)
    sent = {name: texts for name, texts in form.list_sent().items() if name not in get_names(form)}
    location = browser.client.post("/volunteers/new", data=sent).headers["Location"]
    assert sessions.KEPT not in location
    with app.app_context():
        assert db.session.scalars(select(KeptForm)).all() == []


def test_a_form_from_before_another_sign_in_is_shown_again(app, world):
    """The same person signed in again in another tab: the token of this tab is of no use."""
    app.config["WTF_CSRF_ENABLED"] = True
    user = world.users[Role.COORDINATOR]
    browser = Browser(app).sign_in(user)
    typed = fill_in(find_post_forms(browser.client.get("/volunteers/new").text)[0])
    with browser.client.session_transaction() as session:
        session.clear()
    browser.sign_in(user)
    answer = browser.client.post("/volunteers/new", data=typed)
    assert answer.status_code == 303
    assert get_seen(find_post_forms(browser.client.get(answer.headers["Location"]).text)[0])[
        "name"
    ] == [WORDS]


def list_form_classes(base: type) -> list[type]:
    direct: list[type] = base.__subclasses__()
    return direct + [form for child in direct for form in list_form_classes(child)]


def test_every_secret_has_a_name_that_is_never_kept(app):
    with app.test_request_context():
        classes = {form for form in list_form_classes(BaseForm) if not issubclass(form, FilterForm)}
        secrets = [
            field.name
            for form in sorted(classes, key=lambda form: form.__name__)
            if form.__module__.startswith("matchmaker.")
            for field in form(formdata=None)
            if isinstance(field, PasswordField)
        ]
        assert not g.get("kept_form")
    assert secrets
    assert all(any(word in name for word in HIDDEN_WORDS) for name in secrets)


@pytest.mark.parametrize("switch", [{"locale": "en"}, {"text_size": "extra"}])
def test_a_switch_leads_back_to_the_page_with_the_kept_form(app, kept, switch):
    user, address = kept
    browser = Browser(app).sign_in(user)
    browser.client.get(address)
    answer = browser.submit("pages.preferences", {**switch, "next": address}, on=address)
    assert answer.headers["Location"] == address
    assert WORDS in browser.client.get(address).text


def test_the_page_for_a_lost_line_has_nothing_of_a_person(app, world):
    user = world.users[Role.COORDINATOR]
    browser = Browser(app).sign_in(user)
    page = browser.client.get("/offline").text
    assert page == Browser(app).client.get("/offline").text
    assert 'type="hidden"' not in page


# The resident's own posting.


@pytest.fixture
def resident(app, world):
    return Browser(app).sign_in(world.users[Role.RESIDENT])


def choose_kind(resident: Browser, number: int) -> str:
    form = find_post_forms(resident.client.get("/needs/new/heading").text)[0]
    kinds = [control.value for control in form.controls if control.kind == "radio"]
    sent = form.list_sent(category_id=kinds[number])
    return resident.client.post("/needs/new/heading", data=sent).headers["Location"]


def test_choosing_kinds_leaves_one_draft_and_no_card(app, resident, world):
    first, second = choose_kind(resident, 0), choose_kind(resident, 1)
    assert first.split("/")[2] == second.split("/")[2]
    assert f"/needs/{first.split('/')[2]}/follow" not in resident.client.get("/needs/mine").text
    with app.app_context():
        drafts = select(Need).where(Need.state == NeedState.DRAFT)
        assert len(db.session.scalars(drafts).all()) == 1


def test_a_draft_with_an_answer_has_its_card(resident):
    need_id = choose_kind(resident, 0).split("/")[2]
    assert f"/needs/{need_id}/follow" not in resident.client.get("/needs/mine").text
    say(resident, need_id)
    assert f"/needs/{need_id}/follow" in resident.client.get("/needs/mine").text


def say(resident: Browser, need_id: str, words: str = WORDS) -> None:
    address = f"/needs/{need_id}/ask/words"
    form = find_post_forms(resident.client.get(address).text)[0]
    assert resident.client.post(address, data=form.list_sent(answer=words)).status_code == 303


def test_back_after_sending_says_that_it_is_sent(resident):
    resident.use_language("en")
    need_id = choose_kind(resident, 0).split("/")[2]
    say(resident, need_id)
    address = f"/needs/{need_id}/check"
    form = find_post_forms(resident.client.get(address).text)[0]
    sent = form.list_sent(has_consent="y")
    assert resident.client.post(address, data=sent).status_code == 303
    assert resident.client.post(address, data=sent).status_code == 303  # pressed again
    for page in ("check", "ask/words", "kind", "kind/heading"):
        answer = resident.client.get(f"/needs/{need_id}/{page}", follow_redirects=True)
        assert answer.status_code == 200
        assert answer.request.path == f"/needs/{need_id}/follow"
        assert "You have sent this already." in answer.text


@pytest.mark.parametrize(
    ("words", "is_pointed_out"),
    [("请打 13812345678 找我女儿", True), ("请打我女儿电话", False)],
)
def test_a_phone_number_in_a_sentence_is_pointed_out(resident, words, is_pointed_out):
    resident.use_language("en")
    need_id = choose_kind(resident, 0).split("/")[2]
    say(resident, need_id, words)
    page = resident.client.get(f"/needs/{need_id}/check").text
    assert ("There is a phone number in these words" in page) is is_pointed_out


def test_a_conflict_page_that_is_only_looked_at_blames_nobody(app, world, make):
    browser = Browser(app).sign_in(world.users[Role.COORDINATOR]).use_language("en")
    for address in ("/volunteers/1/leave",):
        page = browser.client.get("/volunteers/1").text
        form = next(f for f in read_forms(page) if f.attributes.get("action") == address)
        assert browser.client.post(address, data=form.list_sent()).status_code == 303
    answer = browser.client.get("/volunteers/1/edit")
    assert answer.status_code == 409
    assert escape("This cannot be done now") in answer.text
    assert "nothing is lost" in answer.text


@pytest.mark.parametrize(
    ("method", "sent", "kept", "shown"),
    [
        ("GET", {}, None, ("2026-07-01", "540")),
        ("GET", {}, {"day": "2026-07-02", "hour": "600"}, ("2026-07-02", "600")),
        ("POST", {"day": "2026-07-02", "hour": "600"}, None, ("2026-07-02", "600")),
        ("POST", {"reason": "ill"}, None, ("2026-07-01", "540")),  # another form of the page
    ],
)
def test_a_form_proposes_what_is_stored_unless_something_was_typed_in_it(
    app, method, sent, kept, shown
):
    days = [date(2026, 7, 1), date(2026, 7, 2)]
    promise = SimpleNamespace(day=days[0], minute=540)
    with app.test_request_context(method=method, data=sent):
        g.kept_form = MultiDict(kept) if kept else None
        form = DayForm() if "day" in sent else DayForm(formdata=None)
        form.fill(days, promise)
        assert (form.day.data, form.hour.data) == shown


@pytest.mark.parametrize(
    ("method", "sent", "kept", "ticked"),
    [
        ("GET", {}, [], []),
        ("GET", {}, [("reported", "7"), ("chosen", "8")], [7]),
        ("POST", {"reported": ["8", "9"]}, [], [8, 9]),
        ("POST", {"chosen": ["8"]}, [("reported", "7")], []),
    ],
)
def test_boxes_of_rows_are_ticked_again(app, method, sent, kept, ticked):
    with app.test_request_context(method=method, data=sent):
        g.kept_form = MultiDict(kept) if kept else None
        shown = app.jinja_env.from_string("{{ number is ticked('reported') }}")
        assert [k for k in (7, 8, 9) if shown.render(number=k) == "True"] == ticked
