"""A resident's phone number appears nowhere but where somebody asked for it, and that is noted."""

import io
import json
import logging
import re
import zipfile

import pytest
from sqlalchemy import text

from matchmaker.base.extensions import db
from matchmaker.models import AuditEvent, Disclosure, Household, Role
from tests.browser import Browser
from tests.matchmaker.small_world import PLANTED_PHONE, make_small_world
from tests.matchmaker.test_permissions import list_calls
from tests.page_forms import TYPED, read_forms

KEY = "0" * 32
SECRETS = (PLANTED_PHONE, "王秀英", "乐山路8弄3号201室")
REVEALING = {"residents.reveal", "residents.own_contact"}


@pytest.fixture
def world(app, make):
    app.config["PROPAGATE_EXCEPTIONS"] = False  # a page that fails is another test's business
    return make_small_world(make)


@pytest.fixture
def log(app):
    """What the site logs, through the very handlers it logs with."""
    stream = io.StringIO()
    for name in ("matchmaker", app.logger.name):
        for handler in logging.getLogger(name).handlers:
            handler.setStream(stream)
    return stream


def read_everything(answer) -> str:
    """Headers and body; a workbook is unpacked first."""
    body = answer.get_data()
    if zipfile.is_zipfile(io.BytesIO(body)):
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            body = b"\n".join(parts.read(name) for name in parts.namelist())
    return f"{answer.headers}\n{body.decode('utf-8', 'replace')}"


def find_leaks(app, user, secrets):
    """Addresses whose answer holds a secret, over every page and file the role may read."""
    browser = Browser(app)
    if user is not None:
        browser.sign_in(user)
    leaks, opened = [], 0
    for _rule, method, address in list_calls(app):
        if method == "GET":
            answer = browser.client.get(address)
            opened += answer.status_code == 200
            found = read_everything(answer)
            leaks += [(address, secret) for secret in secrets if secret in found]
    assert opened > 5, "hardly a page was opened: the walk shows nothing"
    return leaks


@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.one_in(3)
def test_no_page_and_no_file_of_any_role_holds_a_contact(app, world, role):
    secrets = [*SECRETS, *(user.phone for user in world.users.values())]
    assert find_leaks(app, world.users.get(role), secrets) == []


def list_search_boxes(app, browser) -> set[tuple[str, str]]:
    """The text boxes of forms whose answers go into the address: where they lead, their names."""
    lists = [
        address
        for rule, method, address in list_calls(app)
        if method == "GET" and rule.arguments <= {"month", "number"}
    ]
    return {
        (form.attributes["action"], control.name)
        for address in lists
        for form in read_forms(browser.client.get(address).get_data().decode("utf-8", "replace"))
        if form.attributes.get("method", "get") == "get"
        for control in form.controls
        if control.kind in TYPED
    }


def test_no_box_whose_text_goes_into_an_address_finds_anybody_by_phone(app, make, world):
    """A phone and the end of one, against others that nobody has."""
    household = make.get(Household, world.resident.household_id)
    make.resident(household, phone="13877778765", display_name="郭阿姨")
    tried = 0
    for user in world.users.values():
        browser = Browser(app).sign_in(user)
        for address, name in list_search_boxes(app, browser):
            for typed, unknown in (("13877778765", "13966669876"), ("8765", "9876")):
                pages = {
                    hide_tokens(answer.get_data(as_text=True).replace(text, ""))
                    for text in (typed, unknown)
                    for answer in (browser.client.get(address, query_string={name: text}),)
                }
                tried += 1
                assert len(pages) == 1, (address, name)
    assert tried > 10


def hide_tokens(page: str) -> str:
    return re.sub(r'name="(?:csrf_token|idempotency_key)"[^>]*|nonce="[^"]*"', "", page)


@pytest.mark.slow
def test_no_answer_to_a_form_holds_a_contact_but_the_two_that_reveal_it(app, world):
    app.config["WTF_CSRF_ENABLED"] = False
    leaks = []
    for role, user in world.users.items():
        for rule, method, address in list_calls(app):
            if method == "POST" and rule.endpoint not in REVEALING:
                answer = Browser(app).sign_in(user).client.post(address)
                found = read_everything(answer)
                leaks += [(role, address) for secret in SECRETS if secret in found]
    assert leaks == []


def test_a_contact_shown_on_purpose_is_noted_and_only_then_shown(app, world):
    worker = Browser(app).sign_in(world.users[Role.COMMITTEE_WORKER])
    with app.app_context():
        before = db.session.query(Disclosure).count()
    shown = worker.submit("residents.reveal", {}, resident_id=world.resident.id)
    assert PLANTED_PHONE in shown.text
    with app.app_context():
        assert db.session.query(Disclosure).count() == before + 1
        last = db.session.query(AuditEvent).order_by(AuditEvent.id.desc()).first()
        assert last.action == "contact.reveal"


def test_the_log_holds_no_phone_number_whatever_is_asked(app, world, log):
    worker = Browser(app).sign_in(world.users[Role.COMMITTEE_WORKER])
    worker.submit("residents.reveal", {}, resident_id=world.resident.id)
    worker.submit("residents.search", {"search": PLANTED_PHONE}, on="/residents")
    worker.client.get(f"/{PLANTED_PHONE}")
    Browser(app).submit("accounts.sign_in", {"phone": PLANTED_PHONE, "password": "x"})
    app.logger.error("something with %s failed", PLANTED_PHONE)
    lines = log.getvalue()
    assert "answered" in lines
    assert "[number]" in lines
    assert PLANTED_PHONE not in lines
    assert [json.loads(line)["levelname"] for line in lines.splitlines()]


def test_the_log_of_a_fault_holds_neither_the_values_nor_the_path(app, log):
    def fail(name):
        db.session.execute(text("INSERT INTO household (reference) VALUES (:name)"), {"name": name})

    fail.access = "public"
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/fail/<name>", view_func=fail)
    for typed in ("王秀英", PLANTED_PHONE):
        assert Browser(app).client.get(f"/fail/{typed}").status_code == 500
        logged = "".join(str(json.loads(line)) for line in log.getvalue().splitlines())
        assert "IntegrityError" in logged
        assert typed not in logged


def test_no_row_outside_the_encrypted_columns_holds_a_contact(app, world):
    worker = Browser(app).sign_in(world.users[Role.COMMITTEE_WORKER])
    worker.submit("residents.reveal", {}, resident_id=world.resident.id)
    data = {"idempotency_key": KEY, "kind": "disabled", "evidence": "Card seen"}
    worker.submit("residents.record_status", data, resident_id=world.resident.id)
    stored = {}
    with app.app_context():
        for table in db.metadata.sorted_tables:
            rows = db.session.execute(text(f'SELECT * FROM "{table.name}"'))
            stored[table.name] = "\n".join(str(tuple(row)) for row in rows)
    assert "contact.reveal" in stored["audit_event"]
    leaks = [name for name, rows in stored.items() if any(s in rows for s in SECRETS)]
    assert leaks == []
