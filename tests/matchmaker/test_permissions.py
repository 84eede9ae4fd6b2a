"""Who may do what: the table written out again, and every route tried by every role."""

from datetime import date
from itertools import product

import pytest
from werkzeug.routing import AnyConverter, BaseConverter, Rule

from matchmaker.models import Role
from matchmaker.web.permissions import (
    GRANTS,
    PUBLIC,
    Permission,
    get_access,
    has_permission,
    public,
)
from tests.browser import Browser
from tests.journeys.inventory import list_unknown_routes
from tests.matchmaker.small_world import make_small_world

P, R = Permission, Role
MONTH = date(2026, 7, 1)
COLUMNS = (
    R.RESIDENT,
    R.VOLUNTEER,
    R.COORDINATOR,
    R.COMMITTEE_WORKER,
    R.SOCIAL_WORKER,
    R.ADMINISTRATOR,
    R.AUDITOR,
)
OWN, LIMITED, NO = "●", "◐", "○"

# One line an action: a mark for each role of COLUMNS, then what the marks stand for in code.
TABLE = {
    "post a need or wish": (
        "● ○ ○ ● ● ○ ○",
        {
            R.RESIDENT: {P.NEED_POST_OWN, P.NEED_READ_OWN},
            R.COMMITTEE_WORKER: {P.NEED_POST_ON_BEHALF, P.NEED_READ_SCOPE},
            R.SOCIAL_WORKER: {P.NEED_POST_ON_BEHALF, P.NEED_READ_SCOPE},
        },
    ),
    "verify a need": (
        "○ ○ ○ ● ◐ ○ ○",
        {
            R.COMMITTEE_WORKER: {P.NEED_VERIFY, P.NEED_SORT},
            R.SOCIAL_WORKER: {P.NEED_VERIFY},  # what a committee worker entered
        },
    ),
    "hand a need to another office": (
        "○ ○ ○ ● ● ○ ○",
        {R.COMMITTEE_WORKER: {P.NEED_REFER}, R.SOCIAL_WORKER: {P.NEED_REFER}},
    ),
    "verify a recipient status": (
        "○ ○ ○ ● ◐ ○ ○",
        {R.COMMITTEE_WORKER: {P.STATUS_VERIFY}, R.SOCIAL_WORKER: {P.STATUS_VERIFY}},
    ),
    "make two entries of a resident one": (
        "○ ○ ○ ● ● ○ ○",
        {R.COMMITTEE_WORKER: {P.RESIDENT_MERGE}, R.SOCIAL_WORKER: {P.RESIDENT_MERGE}},
    ),
    "post an offer, manage its volunteers": (
        "○ ○ ● ○ ○ ○ ○",
        {R.COORDINATOR: {P.OFFER_POST, P.VOLUNTEER_MANAGE}},
    ),
    "say whether two volunteers are one person": (
        "○ ◐ ○ ○ ● ○ ○",  # a volunteer where the own entry is one of the two
        {R.VOLUNTEER: {P.PERSON_CONFIRM}, R.SOCIAL_WORKER: {P.PERSON_CONFIRM}},
    ),
    "say on which days a volunteer is away": (
        "○ ● ● ○ ○ ○ ○",
        {R.VOLUNTEER: {P.ABSENCE_ENTER_OWN}, R.COORDINATOR: {P.VOLUNTEER_MANAGE}},
    ),
    "keep places where help is given": (
        "○ ○ ● ○ ● ○ ○",
        {R.COORDINATOR: {P.PLACE_MANAGE}, R.SOCIAL_WORKER: {P.PLACE_MANAGE}},
    ),
    "fix when and where it is given": (
        "○ ○ ● ○ ○ ○ ○",
        {R.COORDINATOR: {P.SESSION_MANAGE}},
    ),
    "keep the phones of the office": (
        "○ ○ ○ ○ ● ○ ○",
        {R.SOCIAL_WORKER: {P.OFFICE_PHONE_KEEP}},
    ),
    "approve an organisation or an offer": (
        "○ ○ ○ ○ ● ○ ○",
        {R.SOCIAL_WORKER: {P.OFFER_APPROVE, P.ORGANISATION_APPROVE}},
    ),
    "list what the organisations of the office have": (
        "○ ○ ○ ○ ● ○ ○",
        {R.SOCIAL_WORKER: {P.OFFICE_READ}},
    ),
    "answer what is asked about a decision": (
        "○ ○ ○ ○ ● ○ ○",
        {R.SOCIAL_WORKER: {P.FOLLOW_UP_ANSWER}},
    ),
    "keep long-term pairings": (
        "○ ○ ○ ○ ● ○ ○",
        {R.SOCIAL_WORKER: {P.PAIRING_KEEP}},
    ),
    "look at a photo that one sent, or follows up": (
        "○ ◐ ◐ ◐ ◐ ○ ○",
        {
            R.VOLUNTEER: {P.PHOTO_LOOK},
            R.COORDINATOR: {P.PHOTO_LOOK},
            R.COMMITTEE_WORKER: {P.PHOTO_LOOK},
            R.SOCIAL_WORKER: {P.PHOTO_LOOK},
        },
    ),
    "pass a recipient's thanks on": ("○ ○ ○ ○ ● ○ ○", {R.SOCIAL_WORKER: {P.THANKS_PASS_ON}}),
    "read thanks for what one gave": (
        "○ ● ● ○ ○ ○ ○",
        {R.VOLUNTEER: {P.THANKS_READ}, R.COORDINATOR: {P.THANKS_READ}},
    ),
    "browse open needs": (
        "◐ ● ● ● ● ○ ●",
        {
            R.RESIDENT: {P.NEED_READ_OWN},
            R.VOLUNTEER: {P.NEED_BROWSE},
            R.COORDINATOR: {P.NEED_BROWSE},
            R.COMMITTEE_WORKER: {P.NEED_BROWSE},
            R.SOCIAL_WORKER: {P.NEED_BROWSE},
            R.AUDITOR: {P.NEED_BROWSE},
        },
    ),
    "read what one was given to do": (
        "○ ● ● ○ ○ ○ ○",
        {R.VOLUNTEER: {P.VISIT_READ_OWN}, R.COORDINATOR: {P.ASSIGNMENT_READ_GIVEN}},
    ),
    "have it in one's own calendar": (
        "○ ● ● ○ ○ ○ ○",
        {R.VOLUNTEER: {P.CALENDAR_OWN}, R.COORDINATOR: {P.CALENDAR_OWN}},
    ),
    "answer what an organisation is asked for": (
        "○ ◐ ● ○ ○ ○ ○",  # a volunteer for own visits, where the organisation lets them
        {R.VOLUNTEER: {P.VISIT_ANSWER_OWN}, R.COORDINATOR: {P.PROMISE_ANSWER}},
    ),
    "make a link with which an organisation answers": (
        "○ ○ ○ ○ ● ○ ○",
        {R.SOCIAL_WORKER: {P.LINK_MAKE}},
    ),
    "say whether promised help suits": (
        "● ○ ○ ● ○ ○ ○",  # the committee for its residents, on the phone
        {R.RESIDENT: {P.HELP_AGREE}, R.COMMITTEE_WORKER: {P.HELP_AGREE, P.HELP_RING}},
    ),
    "say what took place of promised help": (
        "○ ● ● ● ○ ○ ○",
        {
            R.VOLUNTEER: {P.DELIVERY_REPORT},
            R.COORDINATOR: {P.DELIVERY_REPORT},
            R.COMMITTEE_WORKER: {P.DELIVERY_REPORT},
        },
    ),
    "see who is visited, one click each": (
        "○ ● ● ○ ○ ○ ○",  # while the visit is agreed and not done
        {R.VOLUNTEER: {P.VISITED_REVEAL}, R.COORDINATOR: {P.VISITED_REVEAL}},
    ),
    "see phone and address, one click each": (
        "● ○ ○ ● ● ○ ○",
        {
            R.RESIDENT: {P.NEED_READ_OWN},  # their own alone
            R.COMMITTEE_WORKER: {P.CONTACT_REVEAL},
            R.SOCIAL_WORKER: {P.CONTACT_REVEAL},
        },
    ),
    "enter the public holidays": ("○ ○ ○ ○ ● ○ ○", {R.SOCIAL_WORKER: {P.CALENDAR_MANAGE}}),
    "freeze, solve, pin and forbid": ("○ ○ ○ ○ ● ○ ○", {R.SOCIAL_WORKER: {P.ROUND_RUN}}),
    "read a round's runs": (
        "○ ○ ○ ○ ● ○ ●",
        {R.SOCIAL_WORKER: {P.ROUND_READ}, R.AUDITOR: {P.ROUND_READ}},
    ),
    "publish, as the second person": ("○ ○ ○ ○ ● ○ ○", {R.SOCIAL_WORKER: {P.ROUND_PUBLISH}}),
    "make a pack of published months": ("○ ○ ○ ○ ● ○ ○", {R.SOCIAL_WORKER: {P.PACK_MAKE}}),
    "manage accounts": (
        "○ ○ ◐ ◐ ○ ● ○",
        {
            R.COORDINATOR: {P.ACCOUNT_INVITE_SCOPE},
            R.COMMITTEE_WORKER: {P.ACCOUNT_INVITE_SCOPE},
            R.ADMINISTRATOR: {P.ACCOUNT_MANAGE},
        },
    ),
    "confirm a colleague's invitation of a social worker, administrator or auditor": (
        "○ ○ ○ ○ ◐ ● ●",
        {
            R.SOCIAL_WORKER: {P.INVITATION_CONFIRM},  # of the own street office
            R.ADMINISTRATOR: {P.INVITATION_CONFIRM},
            R.AUDITOR: {P.INVITATION_CONFIRM},
        },
    ),
    "read and verify the whole audit log": (
        "○ ○ ○ ○ ○ ● ●",
        {R.ADMINISTRATOR: {P.AUDIT_READ}, R.AUDITOR: {P.AUDIT_READ}},
    ),
    "one's own account, own part of the log, who saw my phone": (
        "● ● ● ● ● ● ●",
        {role: {P.ACCOUNT_OWN} for role in Role},
    ),
}


@pytest.mark.parametrize("action", TABLE)
def test_every_mark_of_the_table_means_a_permission(action):
    marks, permissions = TABLE[action]
    granted = {role for role, mark in zip(COLUMNS, marks.split(), strict=True) if mark != NO}
    assert granted == set(permissions)
    assert set(marks.split()) <= {OWN, LIMITED, NO}


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("role", Role)
def test_every_cell_is_granted_as_the_table_says(role, permission):
    expected = any(permission in cells.get(role, ()) for _marks, cells in TABLE.values())
    assert has_permission(role, permission) == expected


def list_rules(app) -> list[Rule]:
    """Every route of the site but the static files."""
    return [rule for rule in app.url_map.iter_rules() if not rule.endpoint.endswith("static")]


def test_every_route_declares_who_may_open_it(app):
    declared = {
        rule.endpoint: getattr(app.view_functions[rule.endpoint], "access", None)
        for rule in list_rules(app)
    }
    assert declared
    assert [name for name, access in declared.items() if access is None] == []
    assert {access for access in declared.values() if access != PUBLIC} <= set(Permission)


def test_the_mark_of_a_public_view_is_read_from_it():
    assert get_access(public(lambda: "")) == "public"


def list_arguments(converter: BaseConverter, name: str) -> list[object]:
    """Something the route takes: every word of a choice, row 1 where it asks for a row."""
    if isinstance(converter, AnyConverter):
        return [*sorted(converter.items)]
    return [{"IdConverter": 1, "MonthConverter": MONTH}.get(type(converter).__name__, name)]


def list_calls(app) -> list[tuple[Rule, str, str]]:
    """Every route with each of its methods and addresses."""
    addresses = app.url_map.bind("localhost")
    calls = []
    for rule in list_rules(app):
        names = list(rule._converters)
        for chosen in product(*(list_arguments(rule._converters[name], name) for name in names)):
            values = dict(zip(names, chosen, strict=True))
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                calls.append((rule, method, addresses.build(rule.endpoint, values, method)))
    return calls


@pytest.fixture
def world(app, make):
    app.config["WTF_CSRF_ENABLED"] = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return make_small_world(make)


def try_everything(app, user=None):
    """Each call's route, method and status; a session of its own each, as some sign out."""
    for rule, method, address in list_calls(app):
        browser = Browser(app)
        if user is not None:
            browser.sign_in(user)
        yield rule, method, browser.client.open(address, method=method)


@pytest.mark.parametrize("role", Role)
@pytest.mark.one_in(2)
def test_a_role_opens_what_it_is_granted_and_nothing_else(app, world, role):
    wrong = []
    for rule, method, answer in try_everything(app, world.users[role]):
        access = app.view_functions[rule.endpoint].access
        is_allowed = access == PUBLIC or access in GRANTS[role]
        if answer.status_code >= 500 or (answer.status_code == 403) < (not is_allowed):
            wrong.append((method, str(rule), answer.status_code))
    assert wrong == []


def test_a_stranger_opens_public_pages_and_is_asked_to_sign_in_elsewhere(app, world):
    wrong = []
    for rule, method, answer in try_everything(app):
        is_public = app.view_functions[rule.endpoint].access == PUBLIC
        is_sent_away = answer.headers.get("Location", "").startswith("/sign-in")
        if answer.status_code >= 500 or (answer.status_code == 303 and is_sent_away) == is_public:
            wrong.append((method, str(rule), answer.status_code))
    assert wrong == []


def test_every_page_of_a_row_is_opened_by_the_journeys(app):
    """The journeys open pages in a browser, too late for who adds one: this says it at once."""
    assert list_unknown_routes(app) == [], "add a row for it to SAMPLES in tests/journeys"


def test_no_change_is_taken_without_the_forms_token(app, world):
    app.config["WTF_CSRF_ENABLED"] = True
    browser = Browser(app).sign_in(world.users[Role.SOCIAL_WORKER])
    wrong = []
    for rule, method, address in list_calls(app):
        if method != "GET":
            answer = browser.client.open(address, method=method)
            if answer.status_code != 400 or "<h1>" not in answer.text:
                wrong.append((method, str(rule), answer.status_code))
    assert wrong == []
