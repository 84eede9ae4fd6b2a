"""A sample of people acts on the site's pages: they join by invitation, sign in, fill in forms.

Whoever has a browser takes the same steps as before, by the form instead of the service.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from matchmaker import models as m
from matchmaker.accounts.invitations import invite
from matchmaker.accounts.scopes import Scope
from matchmaker.assignments import agreeing, answering, delivering
from matchmaker.base.extensions import db
from matchmaker.demo.world.names import make_phone
from tests.browser import Browser
from tests.factories import PASSWORD
from tests.journeys.page_costs import count_statements
from tests.quarter.town import Town

MOST_STATEMENTS = 20
_FIRST_NUMBER = 7_000  # of phones
_SEE_OTHER, _OK = 303, 200
_SESSION = timedelta(minutes=30)
_GIVER, _ASKED = "assignments.promise", "assignments.question"

Fill = Callable[[Mapping[str, Any]], dict[str, str]]


@dataclass(frozen=True, slots=True)
class Form:
    """Where a step is taken: the address that it is sent to, the page that holds its form."""

    endpoint: str
    page: str
    fill: Fill = lambda _values: {}


def _fill_reason(values: Mapping[str, Any]) -> dict[str, str]:
    return {"reason": values["reason"].value}


def _fill_face(values: Mapping[str, Any]) -> dict[str, str]:
    ticks = {"wants_call": "y"} if values["wants_call"] else {}
    return {"face": values["face"].value, "words": values["words"], **ticks}


_FORMS: Mapping[Callable[..., Any], Form] = {
    answering.decline: Form("assignments.decline", _GIVER),
    answering.say_why: Form("assignments.say_why", _GIVER, _fill_reason),
    answering.take_back: Form("assignments.take_back", _GIVER),
    agreeing.agree: Form("assignments.agree", _ASKED),
    agreeing.refuse: Form("assignments.refuse", _ASKED, _fill_reason),
    agreeing.note_not_reached: Form("assignments.not_reached", _ASKED),
    delivering.fail: Form("assignments.report_failed", _GIVER, _fill_reason),
    delivering.correct: Form("assignments.correct_report", _GIVER),
    delivering.feed_back: Form("assignments.feed_back", _ASKED, _fill_face),
}
_ACCEPT = Form("assignments.accept", _GIVER)


class Visitor:
    """One person at a browser, who signs in anew after a while."""

    def __init__(self, town: Town, user_id: int, phone: str) -> None:
        self.town, self.user_id, self.phone = town, user_id, phone
        self.browser = Browser(town.app)
        self.signed_in_at: datetime | None = None

    def sign_in(self) -> None:
        """By the form."""
        since = self.signed_in_at
        if since is None or self.town.now - since > _SESSION:
            self.browser = Browser(self.town.app)
            data = {"phone": self.phone, "password": PASSWORD, "next": ""}
            answer = self.browser.submit("accounts.sign_in", data)
            assert answer.status_code == _SEE_OTHER, f"{answer.status_code}: not signed in"
            self.signed_in_at = self.town.now

    def can(self, step: Callable[..., Any]) -> bool:
        """Whether the step has a form here."""
        return step in _FORMS or step is answering.accept

    def take(self, step: Callable[..., Any], values: Mapping[str, Any]) -> bool:
        """Fill in the form of a step; whether it was accepted."""
        self.sign_in()
        if step is answering.accept:
            accepted = [self._submit(_ACCEPT, key, {}) for key in values["promise_ids"]]
            return all(accepted)
        form = _FORMS[step]
        return self._submit(form, values["promise_id"], form.fill(values))

    def _submit(self, form: Form, promise_id: int, data: dict[str, str]) -> bool:
        page = self.browser.get_url(form.page, promise_id=promise_id)
        if self.browser.client.get(page).status_code != _OK:
            return False
        answer = self.browser.submit(form.endpoint, data, on=page, promise_id=promise_id)
        return answer.status_code == _SEE_OTHER


def invite_people(town: Town, wanted: Sequence[tuple[int, m.Role, Scope]]) -> list[int]:
    """Each is invited by the account given, joins on the page, and has a browser from then on.

    Returns their accounts.
    """
    accounts = []
    for number, (who, role, scope) in enumerate(wanted):
        code = town.act(who, invite, role=role, scope=scope, lasts=timedelta(days=7))
        phone = make_phone(_FIRST_NUMBER + number)
        data = {"code": code, "name": f"访客{number}", "phone": phone}
        secrets = {"password": PASSWORD, "password_again": PASSWORD}
        answer = Browser(town.app).submit("accounts.join", {**data, **secrets})
        assert answer.status_code == _SEE_OTHER, f"not joined: {answer.status_code}"
        with town.reading():
            user_id = max(row.id for row in db.session.query(m.User).filter_by(role=role))
        town.visitors[user_id] = Visitor(town, user_id, phone)
        accounts.append(user_id)
    return accounts


def open_desk(town: Town, user_id: int) -> Browser:
    """The browser of an account of the demo, whose password nobody knows."""
    with town.reading():
        user = db.session.get_one(m.User, user_id)
        db.session.expunge(user)
    return Browser(town.app).sign_in(user)


def keep_on_page(town: Town, user_id: int, month: date, number: int) -> bool:
    """Whether the page of free places let somebody keep a search."""
    desk = open_desk(town, user_id)
    page = desk.get_url("rounds.places", month=month)
    values = {"month": month, "number": number}
    ticks = {"accepts_unproved": "y"}
    answer = desk.submit("rounds.keep_places", ticks, on=page, **values)
    return answer.status_code == _SEE_OTHER


def find_page_faults(
    town: Town, month: date, run_number: int, desks: Mapping[m.Role, int]
) -> Iterator[str]:
    """Pages of a closed month that do not open, or ask the database too often."""
    shown = f"{month:%Y-%m}"
    public, pages = [f"/results/{shown}/"], _list_pages(shown, run_number)
    yield from _find_faults_of(town, Browser(town.app), "visitor", public)
    for role, user_id in desks.items():
        desk = open_desk(town, user_id)
        yield from _find_faults_of(town, desk, role.value, [*public, *pages[role]])
    for visitor in town.visitors.values():
        visitor.sign_in()
        with town.reading():
            role = db.session.get_one(m.User, visitor.user_id).role
        yield from _find_faults_of(town, visitor.browser, role.value, [*public, *pages[role]])


def _list_pages(shown: str, run_number: int) -> Mapping[m.Role, list[str]]:
    room = f"/rounds/{shown}"
    run = f"{room}/runs/{run_number}"
    return {
        m.Role.COORDINATOR: [f"/assignments/given?month={shown}", "/assignments/sessions"],
        m.Role.RESIDENT: ["/assignments/help", "/needs/mine"],
        m.Role.COMMITTEE_WORKER: ["/assignments/help", "/needs/"],
        m.Role.SOCIAL_WORKER: [
            *(f"{room}/", f"{room}/board", f"{room}/board?by=category", f"{room}/places"),
            *(f"{room}/answers", f"{run}/", f"{run}/lines/", f"{run}/promises/"),
        ],
    }


def _find_faults_of(
    town: Town, browser: Browser, who: str, addresses: Sequence[str]
) -> Iterator[str]:
    for address in addresses:
        with count_statements(town.app) as statements:
            status = browser.client.get(address).status_code
        if status != _OK:
            yield f"{address} answers {status} to a {who}"
        if len(statements) > MOST_STATEMENTS:
            yield f"{address} asks {len(statements)} times for a {who}"
