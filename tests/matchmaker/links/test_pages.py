"""The pages behind a link: answers without signing in, nothing by opening, no person anywhere."""

import io
import logging
import re
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from matchmaker import models as m
from matchmaker.accounts.throttling import TRIES_PER_WINDOW, Counted
from matchmaker.assignments import agreeing
from matchmaker.base.extensions import db
from tests.browser import Browser
from tests.factories import NOW
from tests.matchmaker.assignments.published_world import World
from tests.run_factories import JULY

pytestmark = pytest.mark.usefixtures("clock")

_S = m.PromiseState
STEPS = ("accept", "decline", "take-back")
KEY = "a" * 32
SECRETS = ("13800000000", "王阿婆", "王秀英", "乐山路8弄3号201室", "Ann Li", "志愿者")


def press(phone: Browser, token: str, address: str, *, key: str = KEY, **data):
    """Press a button of the page behind a link."""
    page = phone.client.get(f"/l/{token}/")
    form_token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1]
    sent = {"csrf_token": form_token, "idempotency_key": key, **data}
    return phone.client.post(f"/l/{token}/{address}", data=sent)


def read_all(app) -> dict[str, list[tuple]]:
    """Every row of the database."""
    with app.app_context():
        return {
            table.name: [
                tuple(row) for row in db.session.execute(text(f'SELECT * FROM "{table.name}"'))
            ]
            for table in db.metadata.sorted_tables
        }


def list_addresses(links) -> list[str]:
    """Every address below a link, for each of its promises and one that is nobody's."""
    ids = [row.id for row in links.list_promises()] + [999]
    steps = [f"{number}/{step}" for number in ids for step in (*STEPS, "why")]
    return ["", "all", "ticked", "others", *steps]


# What is shown.


def test_a_link_shows_what_is_asked_and_no_person(phone, links):
    page = phone.client.get(f"/l/{links.make_link()}/")
    assert page.status_code == 200
    for words in ("3 wait for your answer", "Yes to all 3", "Elder visit", "Rice"):
        assert words in page.text
    assert "Silver Companions" in page.text
    assert "Wutong, Lane 8" in page.text
    assert [secret for secret in SECRETS if secret in page.text] == []
    with links.make.context():
        references = db.session.scalars(select(m.Need.reference)).all()
        references += db.session.scalars(select(m.Resident.reference)).all()
        references += db.session.scalars(select(m.Volunteer.reference)).all()
    assert [reference for reference in references if reference in page.text] == []


def test_no_page_behind_a_link_holds_a_person_in_any_state(phone, links):
    token = links.make_link()
    first, second, _rice = [row.id for row in links.list_promises()]
    texts = [press(phone, token, f"{first}/decline").text, press(phone, token, "ticked").text]
    texts.append(press(phone, token, f"{second}/accept").text)
    texts.append(phone.client.get(f"/l/{token}/").text)
    links.revoke(token)
    texts.append(phone.client.get(f"/l/{token}/").text)
    assert [secret for secret in SECRETS for page in texts if secret in page] == []


def test_no_person_is_shown_once_the_recipient_agreed(phone, links, make):
    token = links.make_link()
    press(phone, token, "all")
    worker = make.user(m.Role.COMMITTEE_WORKER, committee_id=links.world.committee.id)
    for row in links.list_promises():
        links.act(worker, agreeing.agree, promise_id=row.id, now=NOW)
    assert set(links.list_states()) == {_S.CONFIRMED}
    page = phone.client.get(f"/l/{token}/").text
    assert page.count("asked__item") == 3
    assert [secret for secret in SECRETS if secret in page] == []
    assert "/take-back" not in page


def test_the_address_is_kept_out_of_searches_stores_and_other_sites(phone, links):
    token = links.make_link()
    answers = [phone.client.get(f"/l/{token}/"), phone.client.get("/l/none/")]
    answers.append(press(phone, token, "ticked"))
    for answer in answers:
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Cache-Control"] == "no-store"
    assert 'name="robots" content="noindex' in answers[0].text


def test_a_volunteers_link_shows_their_visits_alone(phone, links):
    page = phone.client.get(f"/l/{links.make_volunteer_link()}/").text
    assert "2 wait for your answer" in page
    assert "Rice" not in page


def test_both_languages_are_complete(phone, links):
    token = links.make_link()
    page = phone.use_language("zh_Hans_CN").client.get(f"/l/{token}/").text
    assert "Yes" not in page
    assert "待" in page or "答" in page


# Steps.


def test_all_is_accepted_with_one_tap(phone, links):
    token = links.make_link()
    answer = press(phone, token, "all")
    assert (answer.status_code, answer.location) == (303, "./")
    assert links.list_states() == [_S.AWAITING_RECIPIENT] * 3
    page = phone.client.get(f"/l/{token}/").text
    assert "3 promises accepted" in page
    assert "Yes to all" not in page
    assert links.find(token).uses == 1


def test_ticked_ones_are_accepted_or_all_others(phone, links):
    token = links.make_link()
    ids = [row.id for row in links.list_promises()]
    assert press(phone, token, "ticked").status_code == 422, "nothing is ticked"
    assert press(phone, token, "others").status_code == 422, "nothing is ticked"
    press(phone, token, "ticked", chosen=ids[0])
    assert links.list_states() == [_S.AWAITING_RECIPIENT, _S.AWAITING_GIVER, _S.AWAITING_GIVER]
    press(phone, token, "others", key="b" * 32, chosen=ids[1])
    assert links.list_states() == [
        _S.AWAITING_RECIPIENT,
        _S.AWAITING_GIVER,
        _S.AWAITING_RECIPIENT,
    ]


def test_one_is_declined_the_reason_given_and_both_taken_back(phone, links):
    token = links.make_link()
    number = links.list_promises()[0].id
    answer = press(phone, token, f"{number}/decline")
    assert (answer.status_code, answer.location) == (303, f"../#promise-{number}")
    assert "Why can you not do it?" in phone.client.get(f"/l/{token}/").text
    assert press(phone, token, f"{number}/why", reason="fun").status_code == 422
    press(phone, token, f"{number}/why", key="b" * 32, reason="unsafe")
    assert links.list_promises()[0].decline_reason is m.DeclineReason.UNSAFE
    press(phone, token, f"{number}/take-back")
    assert links.list_states()[0] is _S.AWAITING_GIVER
    assert links.list_promises()[0].decline_reason is None


def test_a_button_pressed_twice_acts_once_and_the_secret_is_in_no_row(app, phone, links):
    token = links.make_link()
    number = links.list_promises()[0].id
    for step in ("decline", "take-back", "decline"):
        assert press(phone, token, f"{number}/{step}").status_code == 303
    assert links.list_states()[0] is _S.AWAITING_GIVER
    assert token not in str(read_all(app))


def test_two_links_with_the_same_key_each_act(phone, links):
    number = links.list_promises()[0].id
    press(phone, links.make_link(), f"{number}/accept")
    press(phone, links.make_volunteer_link(), f"{number}/take-back")
    assert links.list_states()[0] is _S.AWAITING_GIVER


def test_a_step_that_fits_no_more_is_said_on_the_page(phone, links, clock):
    token = links.make_link()
    number = links.list_promises()[0].id
    press(phone, token, f"{number}/accept")
    answer = press(phone, token, f"{number}/decline")
    assert (answer.status_code, answer.location) == (303, "../")
    assert "answered or has ended meanwhile" in phone.client.get(f"/l/{token}/").text
    clock(timedelta(days=26))
    assert "Yes to all" not in phone.client.get(f"/l/{token}/").text


@pytest.mark.parametrize("data", [{}, {"csrf_token": "wrong"}])
def test_a_form_of_another_site_changes_nothing(phone, links, data):
    token = links.make_link()
    for address in list_addresses(links)[1:]:
        sent = {**data, "idempotency_key": KEY, "reason": "unsafe"}
        assert phone.client.post(f"/l/{token}/{address}", data=sent).status_code == 400
    assert set(links.list_states()) == {_S.AWAITING_GIVER}


def test_the_form_is_taken_over_https_though_no_referrer_is_sent(phone, links):
    token = links.make_link()
    site = {"base_url": "https://localhost"}
    page = phone.client.get(f"/l/{token}/", **site).text
    form_token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    sent = {"csrf_token": form_token, "idempotency_key": KEY}
    assert phone.client.post(f"/l/{token}/all", data=sent, **site).status_code == 303


def test_who_is_signed_in_answers_as_the_link_all_the_same(app, links):
    token = links.make_link()
    press(Browser(app).sign_in(links.worker).use_language("en"), token, "all")
    assert {event.actor_id for event in links.list_events("promise.")} == {None}


# What opens nothing.


def end_by_month(links, token, clock):
    clock(timedelta(days=26))


def change_a_character(links, token, clock):
    return ("2" if token[0] != "2" else "3") + token[1:]


ENDS = {
    "expired": end_by_month,
    "revoked": lambda links, token, _clock: links.revoke(token),
    "replaced": lambda links, _token, _clock: links.make_link() and None,
    "withdrawn": lambda links, _token, _clock: links.withdraw(),
    "published again": lambda links, _token, _clock: links.publish_again(),
    "everything ended": lambda links, _token, _clock: links.end_promises(),
    "mistyped": change_a_character,
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE"])
def test_a_dead_link_is_one_page_at_every_address_and_changes_nothing(
    app, phone, links, clock, end, method
):
    app.config["WTF_CSRF_ENABLED"] = False  # even a form of the page before
    never = hide_tokens(phone.client.get("/l/never/").text)
    token = links.make_link()
    token = ENDS[end](links, token, clock) or token
    before = leave_out_tries(read_all(app))
    for address in list_addresses(links):
        answer = phone.client.open(
            f"/l/{token}/{address}", method=method, data={"idempotency_key": KEY, "chosen": 1}
        )
        fits = (method in ("GET", "HEAD")) is not bool(address) and method not in ("PUT", "DELETE")
        if method == "POST" and address:
            fits = True
        assert answer.status_code == (404 if fits else 405), address
        if fits and method != "HEAD":
            assert hide_tokens(answer.text) == never
    assert leave_out_tries(read_all(app)) == before


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_opening_a_live_link_changes_no_row(app, phone, links, method):
    token = links.make_link()
    before = read_all(app)
    for address in list_addresses(links):
        answer = phone.client.open(f"/l/{token}/{address}", method=method)
        assert answer.status_code == (405 if address and method != "OPTIONS" else 200), address
    assert read_all(app) == before


def test_a_link_opens_no_promise_of_others(phone, links, make):
    elsewhere = World(make)
    elsewhere.ask()
    elsewhere.publish(JULY)
    foreign = links.list_promises()[-1]
    assert foreign.organisation_id == elsewhere.organisation.id
    token = links.make_link()
    for step in STEPS:
        assert press(phone, token, f"{foreign.id}/{step}").status_code == 404
    assert press(phone, token, f"{foreign.id}/why", reason="unsafe").status_code == 404
    assert press(phone, token, "ticked", chosen=foreign.id).status_code == 404
    assert set(links.list_states()) == {_S.AWAITING_GIVER}
    assert "Yes to all 3" in phone.client.get(f"/l/{token}/").text


def hide_tokens(page: str) -> str:
    return re.sub(r'name="(?:csrf_token|idempotency_key|next)"[^>]*|/l/[\w%]+[\w/%-]*', "", page)


def leave_out_tries(rows: dict) -> dict:
    return {name: found for name, found in rows.items() if name != "throttle_counter"}


# Limits and logs.


def test_who_guesses_has_to_wait(phone, links):
    token = links.make_link()
    statuses = [phone.client.get(f"/l/guess{number}/").status_code for number in range(31)]
    assert statuses == [404] * 30 + [429]
    assert phone.client.get(f"/l/{token}/").status_code == 429, "a guess that hits is refused, too"
    elsewhere = {"environ_overrides": {"REMOTE_ADDR": "10.1.1.1"}}
    assert phone.client.get(f"/l/{token}/", **elsewhere).status_code == 200


def test_a_link_takes_so_many_steps_and_no_more(app, phone, links, monkeypatch):
    monkeypatch.setitem(TRIES_PER_WINDOW, Counted.LINK_STEP, 3)
    token = links.make_link()
    statuses = [press(phone, token, "all", key=f"{number:032d}").status_code for number in range(4)]
    assert statuses == [303, 303, 303, 429]


def test_the_secret_is_in_no_line_of_the_log(app, phone, links):
    stream = io.StringIO()
    for name in ("matchmaker", app.logger.name):
        for handler in logging.getLogger(name).handlers:
            handler.setStream(stream)
    token = links.make_link()
    phone.client.get(f"/l/{token}/")
    press(phone, token, "all")
    phone.client.post(f"/l/{token}/all", data={})
    links.revoke(token)
    phone.client.get(f"/l/{token}/")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.view_functions["links.show"] = lambda token: 1 // 0
    phone.client.get(f"/l/{token}/")
    assert "/l/<token>/" in stream.getvalue()
    assert token not in stream.getvalue()
