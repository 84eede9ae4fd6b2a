"""Nothing typed is lost on any page: what may come between, in a browser, form by form.

Every form that keeps a draft is filled in with a mark in each field, and one event comes between.
``TYPING=all`` tries each form of every page with each event (``make sweep TYPING=1``); the slow run
has one page of each route and deals each form one event. A conflict is tried on every edit form in
``test_stale_edits.py``.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import update

from matchmaker import create_app
from matchmaker.base.clock import get_now
from matchmaker.base.extensions import db
from matchmaker.models import LoginSession
from tests.databases import opened
from tests.journeys.inventory import list_pages, share_out
from tests.journeys.test_pages import NUMBERS, VISITORS, sign_in_as
from tests.sites import Site, get_environment, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FORMS = "form[data-draft]"
DRAFTS = "forms => forms.map(form => form.dataset.draft)"
# A mark of its own in each field of form number ``at``; what each field then holds.
FILL = """at => {
  const form = document.querySelectorAll('form[data-draft]')[at];
  const days = {
    date: '2026-12-24', month: '2027-01', time: '10:30', number: '3', tel: '13800000001',
  };
  const texts = [...form.elements].filter(c => c.name && !c.disabled && !c.readOnly);
  texts.forEach((control, k) => {
    if (['hidden', 'password', 'file', 'submit', 'button', 'search'].includes(control.type)) return;
    if (control.type === 'checkbox') control.checked = !control.checked;
    else if (control.type === 'radio') control.checked = true;
    else if (control.tagName === 'SELECT')
      control.selectedIndex = control.options.length - 1;
    else control.value = days[control.type] || `记号${k}`;
    control.dispatchEvent(new Event('input', {bubbles: true}));
    control.dispatchEvent(new Event('change', {bubbles: true}));
  });
}"""
READ = """at => {
  const form = document.querySelectorAll('form[data-draft]')[at];
  return form ? [...form.elements]
    .filter(c => c.name && !['hidden', 'password', 'file', 'submit', 'button'].includes(c.type))
    .map(c => [c.name, c.value, ['checkbox', 'radio'].includes(c.type) ? c.checked : null])
    : null;
}"""
# Fields to type in, of forms without a draft. Filters hold nothing that somebody wrote down.
BARE = """
[...document.querySelectorAll('form[method=post]:not([data-draft]):not(.filter-bar form)')]
  .flatMap(form => [...form.elements]
    .filter(c => c.name && ['text', 'textarea', 'number', 'tel', 'date', 'month', 'time',
      'select-one', 'checkbox', 'radio'].includes(c.type)).map(c => c.name))"""
# Pages whose fields are never kept, with the reason.
NEVER_KEPT = {
    "/sign-in": "a phone number stays on no device that many people use",
}


@dataclass
class Desk:
    """A person at the browser, and the site's database."""

    page: Page
    site: Site
    app: Flask
    person: int

    def switch_language(self, at: int) -> None:
        is_english = (self.page.locator("html").get_attribute("lang") or "").startswith("en")
        self._press("zh_Hans_CN" if is_english else "en")

    def switch_size(self, at: int) -> None:
        pressed = "form.preferences button[name=text_size][aria-pressed=true]"
        size = self.page.locator(pressed).get_attribute("value")
        self._press("large" if size == "standard" else "standard")

    def _press(self, value: str) -> None:
        with self.page.expect_navigation():
            self.page.locator(f"form.preferences button[value={value}]").dispatch_event("click")

    def go_back(self, at: int) -> None:
        self.page.goto(f"{self.site.url}/accessibility")
        self.page.go_back()

    def lose_the_line(self, at: int) -> None:
        address = self.page.url
        self.page.context.set_offline(True)
        with self.page.expect_event("requestfailed"):
            self._submit(at)
        self.page.context.set_offline(False)
        self.page.goto(address)

    def end_session(self, at: int) -> None:
        """Sent after two idle hours; the page is there again after signing in."""
        with self.app.app_context():
            db.session.execute(update(LoginSession).values(seen_at=get_now() - timedelta(hours=3)))
            db.session.commit()
        with self.page.expect_navigation():
            self._submit(at)
        back = self.page.locator("form [name=next]").last.get_attribute("value")
        sign_in_as(self.page, self.site, self.person)
        self.page.goto(f"{self.site.url}{back}")

    def _submit(self, at: int) -> None:
        self.page.evaluate(f"at => document.querySelectorAll('{FORMS}')[at].submit()", at)

    def open(self, address: str) -> bool:
        """Whether it is a page."""
        response = self.page.goto(self.site.url + address)
        return response is not None and "html" in response.headers.get("content-type", "")

    def list_forms(self, addresses: list[str]) -> Iterator[tuple[str, int]]:
        """Page and place of each form that keeps a draft; of those alike but for numbers one."""
        seen: set[str] = set()
        for address in addresses:
            if self.open(address):
                drafts = self.page.eval_on_selector_all(
                    FORMS, "all => all.map(f => f.dataset.draft)"
                )
                for at, draft in enumerate(drafts):
                    if (kind := re.sub(r"\d+", "#", draft)) not in seen:
                        seen.add(kind)
                        yield address, at

    def lose(self, address: str, at: int, event: str) -> list[str]:
        """What of the form is gone after the event."""
        self.open(address)
        self.page.evaluate("localStorage.clear()")
        self.open(address)
        self.page.evaluate(FILL, at)
        typed = self.page.evaluate(READ, at)
        EVENTS[event](self, at)
        found = self.page.evaluate(READ, at) or []
        gone = [field for field in typed if field not in found]
        return [f"{address} form {at} after {event}: {gone[:4]}"] if gone else []


END = "ended session"
EVENTS: dict[str, Callable[[Desk, int], None]] = {
    "language": Desk.switch_language,
    "size": Desk.switch_size,
    "back": Desk.go_back,
    "lost line": Desk.lose_the_line,
    END: Desk.end_session,
}
IS_WHOLE = os.environ.get("TYPING") == "all"


@pytest.fixture(scope="module")
def site(demo_copy):
    with serving(demo_copy, get_environment(demo_copy)) as served:
        yield served


@pytest.fixture(scope="module")
def site_app(demo_copy):
    with opened(create_app(environ=get_environment(demo_copy))) as app:
        yield app


@pytest.fixture(scope="module")
def pages_of(site_app):
    if IS_WHOLE:
        return {person: list_pages(site_app, person) for person in NUMBERS}
    return share_out(site_app, NUMBERS)


@pytest.fixture
def desk(site, site_app, tab, person):
    page = tab(width=390, height=800)
    sign_in_as(page, site, person)
    return Desk(page, site, site_app, person)


@pytest.mark.parametrize("person", VISITORS)
def test_what_was_typed_is_there_after_whatever_comes_between(desk, pages_of, person):
    dealt, forms = cycle(EVENTS), list(desk.list_forms(pages_of[person]))
    tries = [(*form, event) for form in forms for event in (EVENTS if IS_WHOLE else [next(dealt)])]
    no_session = {(address, END) for address in pages_of[0]}  # such a page takes the form in
    tries = [one for one in tries if (one[0], one[2]) not in no_session]
    lost = [line for one in tries for line in desk.lose(*one)]
    said = f"{len(tries)} tried of {len(forms) * len(EVENTS)}, {len(forms)} forms"
    print(said)  # noqa: T201
    assert lost == [], "\n".join(lost)


@pytest.mark.parametrize("person", VISITORS)
def test_every_form_in_which_something_is_typed_keeps_a_draft(desk, pages_of, person):
    pages = [address for address in pages_of[person] if address not in NEVER_KEPT]
    found = {page: desk.page.evaluate(BARE) for page in pages if desk.open(page)}
    assert {page: names for page, names in found.items() if names} == {}
