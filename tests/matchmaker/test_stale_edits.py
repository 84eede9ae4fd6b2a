"""A stale edit never wins: what another saved meanwhile stays until it was seen."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib import import_module
from itertools import product
from typing import Any

import pytest
from flask import g, has_request_context, request
from markupsafe import escape
from sqlalchemy import event, select
from sqlalchemy.orm import ORMExecuteState
from sqlalchemy.orm import Session as OrmSession

from matchmaker.base.clock import get_month, get_now, moved_to
from matchmaker.base.extensions import db
from matchmaker.forms.base import EditForm
from matchmaker.models import (
    Committee,
    Need,
    NeedState,
    Offer,
    OfferKind,
    Organisation,
    Pairing,
    PairingEnd,
    Programme,
    Role,
    ServiceCategory,
    Session,
    User,
    VisitFrequency,
    Window,
)
from matchmaker.needs.resident_service import Question
from matchmaker.web.permissions import GRANTS
from tests.browser import Browser
from tests.factories import NOW
from tests.matchmaker.small_world import SmallWorld, make_small_world
from tests.matchmaker.test_permissions import list_arguments, list_rules
from tests.page_forms import TICKED, TYPED, Control, PageForm, read_forms
from tests.reach import get_start, reach

HIGHEST_ID = 12
VERSIONS = ("seen", "version")
REASON = "因为写错了"


@pytest.fixture
def world(app, make) -> Iterator[SmallWorld]:
    """The small world, a week into its month, and of each thing one that can be edited."""
    with moved_to(NOW + timedelta(days=7)):
        yield make_world(app, make)


def make_world(app, make) -> SmallWorld:
    app.config.update(WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    world = make_small_world(make)
    for _page in ("kind", "questions"):
        post_need(make, world, NeedState.DRAFT, world.users[Role.RESIDENT])
    with make.context():
        money = db.session.scalars(select(ServiceCategory).filter_by(unit="fen")).one()
    place, resident = world.need.committee_id, world.users[Role.RESIDENT]
    amount = {"state": NeedState.DRAFT, "quantity": 200_000}
    make.need(world.resident, money, resident, place, **amount)
    post_need(make, world, NeedState.RETURNED, world.users[Role.COMMITTEE_WORKER])
    for state in (NeedState.SUBMITTED, NeedState.OPEN):
        post_need(make, world, state, world.users[Role.RESIDENT])
    _fill_in(make, world)
    _pair(make, world)
    return world


def _pair(make, world) -> None:
    """A long-term pairing, with a last day, and a draft of a need with one."""
    last_day = get_month(NOW) + timedelta(days=300)
    with make.context():
        draft = select(Need).where(Need.state == NeedState.DRAFT).order_by(Need.id.desc())
        db.session.scalars(draft).first().useful_until = get_month(NOW) + timedelta(days=60)
        db.session.commit()
    make.add(
        Pairing(
            reference="P0901",
            organisation_id=world.users[Role.COORDINATOR].organisation_id,
            resident_id=world.resident.id,
            category_id=world.need.category_id,
            programme=Programme.ELDER_VISIT,
            frequency=VisitFrequency.MONTHLY,
            tier=2,
            starts_on=get_month(NOW),
            review_on=get_month(NOW) + timedelta(days=90),
            ended_on=last_day,
            end_reason=PairingEnd.GOAL_REACHED,
        )
    )


def _fill_in(make, world) -> None:
    """Store what the edit pages of places, sessions, phones and contacts show."""
    giver = world.users[Role.COORDINATOR].organisation_id
    with make.context():
        organisation = db.session.get_one(Organisation, giver)
        organisation.address, organisation.contact_name = "乐善路18号", "陈明"
        organisation.contact_phone = organisation.subdistrict.phone = "02164560001"
        db.session.get_one(Committee, world.need.committee_id).phone = "02164560002"
        goods = select(Offer).join(Offer.category).where(ServiceCategory.kind == OfferKind.GOODS)
        offer_id = db.session.scalars(goods.where(Offer.organisation_id == giver)).first().id
        office = organisation.subdistrict_id
        db.session.commit()
    of_office, own = make.place(office), make.place(office, organisation_id=giver)
    day = get_month(NOW) + timedelta(days=20)
    hours = {"starts_minute": 540, "ends_minute": 660}
    make.add(
        Session(offer_id=offer_id, place_id=own.id, first_day=day, last_day=day, most=9, **hours)
    )
    with make.context():
        db.session.get_one(Offer, offer_id).place_id = of_office.id
        db.session.commit()


def post_need(make, world, state: NeedState, writer: User) -> Need:
    visit = make.get(ServiceCategory, world.need.category_id)
    need = make.need(
        world.resident,
        visit,
        writer,
        world.need.committee_id,
        state=get_start(state),
        windows=[Window.WEEKDAY_AM.value, Window.SATURDAY_AM.value],
        description="Somebody to talk to",
    )
    reach(make, need, state)
    return need


# Forms that add a row of their own beside what they show.
ADDING = {
    *("needs.ask_again", "needs.ask_again_for", "needs.refer"),
    *("offers.new", "assignments.add_session"),
}

# What each edit page locks before it compares: the rows that it shows, or what all writers lock.
LOCKED = {
    "accounts.change_role": {"User"},
    "assignments.edit_session": {"MatchRound", "Session"},
    "needs.ask": {"Need"},
    "needs.ask_last_day": {"Need"},
    "needs.ask_repeats": {"Need"},
    "needs.change": {"Need"},
    "needs.choose": {"Need"},
    "needs.correct": {"Need"},
    "needs.correct_checked": {"Need"},
    "organisations.change_pairing": {"Pairing", "Resident"},
    "organisations.contact": {"Organisation"},
    "organisations.end_pairing": {"Pairing", "Resident"},
    "organisations.own_contact": {"Organisation"},
    "places.edit": {"Place"},
    "places.phones": {"Committee", "Subdistrict"},
    "volunteers.edit": {"Volunteer"},
}


def list_edits(app) -> Iterator[tuple[str, str]]:
    """Each page with a form to itself."""
    addresses = app.url_map.bind("localhost")
    for rule in list_rules(app):
        names = list(rule._converters)
        is_form = {"GET", "POST"} <= rule.methods
        if rule.endpoint in ADDING:
            continue
        if is_form:
            for values in product(*(list_values(rule._converters[n], n) for n in names)):
                given = dict(zip(names, values, strict=True))
                yield rule.endpoint, addresses.build(rule.endpoint, given)


def list_values(converter, name: str) -> list[object]:
    known = {"question": [*Question], "code": ["heading"]}
    if type(converter).__name__ == "IdConverter":
        return list(range(1, HIGHEST_ID + 1))
    return known.get(name) or list_arguments(converter, name)


def find_form(page: str) -> PageForm | None:
    """The form of the page that posts to the page itself and shows what is stored."""
    for form in read_forms(page):
        is_post = form.attributes.get("method") == "post"
        if is_post and not form.attributes.get("action") and form.is_filled:
            return form
    return None


def find_form_to(page: str, address: str) -> PageForm:
    return next(form for form in read_forms(page) if form.attributes.get("action") == address)


def draw_changes(form: PageForm, *, with_reason: bool) -> Iterator[tuple[Control, dict, dict]]:
    """Two changes of one control at a time: what the first and the second person make of it.

    ``with_reason``: both give a reason and a day with every change.
    """
    day = (get_now() + timedelta(days=30)).date().isoformat()
    given = {"textarea": REASON, "date": day} if with_reason else {}
    for control in form.controls:
        control.value = control.value or given.get(control.kind, "")
    for control in form.controls:
        if control.kind in TYPED and control.value not in ("", *given.values()):
            first, second = change_text(control)
            yield (
                control,
                form.list_sent(**{control.name: first}),
                form.list_sent(**{control.name: second}),
            )
        elif control.kind == "select" and control.value:
            others = [value for value in control.options if value not in ("", control.value)]
            if others:
                yield control, form.list_sent(**{control.name: others[0]}), form.list_sent()
    for name in {control.name for control in form.controls if control.kind in TICKED}:
        boxes = [control for control in form.controls if control.name == name]
        on, off = [[box.value for box in boxes if box.is_on is wanted] for wanted in (True, False)]
        if on and off:
            fewer, more = form.list_sent(), form.list_sent()
            fewer[name] = on[:-1] or off[-1:]
            more[name] = (on + off[-1:]) if boxes[0].kind == "checkbox" else off[:1]
            yield boxes[0], fewer, more


def change_text(control: Control) -> tuple[str, str]:
    if control.kind == "date":
        earlier = date.fromisoformat(control.value) - timedelta(days=1)
        return earlier.isoformat(), (earlier - timedelta(days=1)).isoformat()
    if control.value.isdecimal():
        return str(int(control.value) + 1), str(int(control.value) + 2)
    return f"{control.value} 甲", f"{control.value} 乙"


def save_twice(browser: Browser, address: str) -> str | None:
    """Two people open the page, both save. What is wrong with it; None if nothing is."""
    if not has_version(find_form(browser.client.get(address).text)):
        return "without a version"
    for with_reason in (False, True):
        fresh, stale = (
            draw_changes(find_form(browser.client.get(address).text), with_reason=with_reason)
            for _person in range(2)
        )
        for (_control, first, _second), (control, _first, typed) in zip(fresh, stale, strict=True):
            if browser.client.post(address, data=first).status_code == 303:
                answer = browser.client.post(address, data=typed)
                if answer.status_code != 409:
                    return f"the second save is answered {answer.status_code}"
                return find_loss(browser, address, answer.text, control, typed)
    return "no change of it could be saved"


def find_loss(browser, address: str, page: str, control: Control, typed: dict) -> str | None:
    """Whether something typed is not shown again, or cannot be sent again on purpose."""
    again = find_form(page)
    if again is None:  # it has moved on: the words are on the page that says so
        return None if str(escape(typed[control.name][0])) in page else "the words are lost"
    kept = again.list_sent()
    if any(kept.get(name) != value for name, value in typed.items() if name not in VERSIONS):
        return f"not kept: {typed} {kept}"
    on_purpose = browser.client.post(address, data=kept)
    return None if on_purpose.status_code == 303 else f"again: {on_purpose.status_code}"


@dataclass(frozen=True, slots=True)
class Compared:
    """The forms that were compared, and what each endpoint had locked before: names of models.

    shown   the form that was made last, at the end
    """

    shown: list[str] = field(default_factory=list)
    compared: set[type] = field(default_factory=set)
    locked: dict[str, set[str]] = field(default_factory=dict)


def list_edit_forms(form: type[EditForm] = EditForm) -> Iterator[type[EditForm]]:
    """The classes below ``EditForm`` that are written in a module and have no class below."""
    below = [
        one
        for one in form.__subclasses__()
        if vars(import_module(one.__module__)).get(one.__name__) is one
    ]
    for one in below:
        yield from list_edit_forms(one)
    if not below:
        yield form


def list_visits(app, tried: set[tuple[str, str]]) -> Iterator[tuple[str, str, Role]]:
    """Endpoint and address of each page, with each role that may see it.

    Pages of an endpoint that was ``tried`` are left out, but for the questions of a need.
    """
    for endpoint, address in list_edits(app):
        access = app.view_functions[endpoint].access
        for role in Role:
            is_done = endpoint != "needs.ask" and endpoint in dict(tried)
            if not is_done and access in GRANTS[role]:
                yield endpoint, address, role


def has_version(form: PageForm) -> bool:
    return any(form.get(version) is not None for version in VERSIONS)


def is_adding(app, endpoint: str, form: PageForm) -> bool:
    """Whether the form makes something new: it has no version, and its address names no row."""
    rules = app.url_map.iter_rules(endpoint)
    converters = [type(kind).__name__ for rule in rules for kind in rule._converters.values()]
    return not has_version(form) and "IdConverter" not in converters


@pytest.fixture
def unlocked(monkeypatch) -> Iterator[Compared]:
    """What compared the page that was sent with rows that another may change meanwhile."""
    found = Compared()
    compare, look = EditForm.find_changed, EditForm.look_again

    def note_locks(state: ORMExecuteState) -> None:
        statement: Any = state.statement
        if has_request_context() and getattr(statement, "_for_update_arg", None) is not None:
            entity = statement.column_descriptions[0]["entity"]
            g.setdefault("locked", set()).add(entity.__name__)

    def look_again(form: EditForm) -> None:
        found.shown.append(type(form).__name__)
        look(form)

    def find_changed(form: EditForm):
        found.compared.update(type(form).__mro__)
        found.locked.setdefault(str(request.endpoint), set()).update(g.get("locked", ()))
        return compare(form)

    monkeypatch.setattr(EditForm, "look_again", look_again)
    monkeypatch.setattr(EditForm, "find_changed", find_changed)
    event.listen(OrmSession, "do_orm_execute", note_locks)
    yield found
    event.remove(OrmSession, "do_orm_execute", note_locks)


@pytest.mark.slow
@pytest.mark.both_databases
def test_every_edit_form_has_a_version_and_the_second_save_is_shown_the_first(app, world, unlocked):
    """From the routes and the classes of forms: whoever adds one adds a case here."""
    tried, wrong = set(), []
    for endpoint, address, role in list_visits(app, tried):
        browser = Browser(app).sign_in(world.users[role])
        unlocked.shown[:] = [endpoint]
        form = find_form(browser.client.get(address).text)
        name = (endpoint, unlocked.shown[-1])
        if form is None or name in tried or is_adding(app, endpoint, form):
            continue
        tried.add(name)
        if fault := save_twice(browser, address):
            wrong.append(f"{address}: {fault}")
    assert "\n".join(wrong) == ""
    assert unlocked.locked == LOCKED, "rows are read with a lock before they are compared"
    never = {form.__qualname__ for form in list_edit_forms() if form not in unlocked.compared}
    assert never == set(), "whoever adds an edit form stores in the world what its page shows"
    assert ("offers.edit", "offers.edit") in tried, "the one with a version of its row"


def test_the_page_says_what_is_stored_now(app, world):
    browser = Browser(app).sign_in(world.users[Role.COORDINATOR]).use_language("en")
    one, other = (find_form(browser.client.get("/volunteers/1/edit").text) for _person in range(2))
    browser.client.post("/volunteers/1/edit", data=one.list_sent(name="陈 <b>"))
    answer = browser.client.post("/volunteers/1/edit", data=other.list_sent(visits_per_month="9"))
    assert answer.status_code == 409
    assert f"It says there now: {escape('陈 <b>')}" in answer.text
    assert 'value="9"' in answer.text


def test_a_form_that_names_no_version_is_stale(app, world):
    browser = Browser(app).sign_in(world.users[Role.COORDINATOR])
    sent = find_form(browser.client.get("/volunteers/1/edit").text).list_sent()
    del sent["seen"]
    assert browser.client.post("/volunteers/1/edit", data=sent).status_code == 409


def test_the_same_form_sent_twice_is_no_conflict_with_itself(app, world):
    browser = Browser(app).sign_in(world.users[Role.COORDINATOR])
    sent = find_form(browser.client.get("/volunteers/1/edit").text).list_sent(name="陈")
    statuses = [browser.client.post("/volunteers/1/edit", data=sent).status_code for _ in range(2)]
    assert statuses == [303, 303]


def test_a_step_that_comes_too_late_shows_what_was_typed(app, world, make):
    """The conflict page keeps the words of a form that can no longer be sent."""
    browser = Browser(app).sign_in(world.users[Role.COMMITTEE_WORKER])
    need = post_need(make, world, NeedState.SUBMITTED, world.users[Role.RESIDENT])
    address = f"/needs/{need.id}/return"
    reasons = ("Which hospital?", "Which day of the week?")
    returning = find_form_to(browser.client.get(f"/needs/{need.id}").text, address)
    answers = [
        browser.client.post(
            address,
            data=returning.list_sent(**{"return-reason": reason, "return-idempotency_key": key}),
        )
        for key, reason in zip(("a" * 32, "b" * 32), reasons, strict=True)
    ]
    assert [answer.status_code for answer in answers] == [303, 409]
    assert reasons[1] in answers[1].text
