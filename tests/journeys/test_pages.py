"""Every page for every role: axe finds nothing, and nothing scrolls sideways on a small phone.

``LOOKS=6`` opens every page in all six looks (``make pages LOOKS=6``). The slow sweep opens every
page of every role in one of the six, the quick one a share of the pages.
"""

import os
from collections import Counter
from itertools import cycle, islice

import pytest
from playwright.sync_api import Page

from matchmaker import create_app
from matchmaker.demo.world.personas import DEMO_PERSONS
from matchmaker.models import Role
from tests.databases import opened
from tests.journeys.barriers import find_barriers
from tests.journeys.inventory import (
    list_pages,
    list_routes,
    share_out,
)
from tests.sites import Site, get_environment

pytestmark = pytest.mark.browser

LANGUAGES = ("zh_Hans_CN", "en")
TEXT_SIZES = ("standard", "large", "extra")
PHONE_WIDTH = 320
# The first demo person of each role, and 0: a visitor.
FIRST_OF_ROLE = {p.role: k for k, p in reversed(list(enumerate(DEMO_PERSONS, start=1)))}
VISITORS = [pytest.param(0, id="visitor")] + [
    pytest.param(FIRST_OF_ROLE[role], id=role.value) for role in Role
]
NUMBERS = [param.values[0] for param in VISITORS]
Look = tuple[str, str]
FULL = [(language, size) for language in LANGUAGES for size in TEXT_SIZES]
QUICK = [("zh_Hans_CN", "extra"), ("en", "standard")]
SLOW = int(os.environ.get("LOOKS", "1"))


@pytest.fixture(scope="session")
def inventory_app(published_site: Site):
    with opened(create_app(environ=get_environment(published_site.folder))) as app:
        yield app


def test_everybody_has_pages_and_each_route_is_shared_out_once(inventory_app):
    """A share may be empty, for instance of who may open nothing that others may not."""
    routes_of = {number: list_routes(inventory_app, number) for number in NUMBERS}
    assert all(routes_of.values())
    shares = share_out(inventory_app, NUMBERS).values()
    pages = [address for share in shares for address in share]
    assert len(pages) == len(set(pages)) == len(set().union(*routes_of.values()))


@pytest.mark.parametrize("person", VISITORS)
@pytest.mark.one_in(3)
def test_each_page_has_no_barrier(published_site, inventory_app, tab, person):
    """Every page once, seen by the first role that may open it, in one of two looks."""
    pages = share_out(inventory_app, NUMBERS)[person]
    assert_no_barriers(published_site, deal(pages, QUICK, 1), tab, person)


@pytest.mark.slow
@pytest.mark.parametrize("person", VISITORS)
def test_pages_have_no_barrier_in_any_language_and_size(published_site, inventory_app, tab, person):
    """Every page of every role, rows of one kind in different looks."""
    pages = list_pages(inventory_app, person)
    assert_no_barriers(published_site, deal(pages, FULL, SLOW), tab, person)


def deal(pages: list[str], looks: list[Look], each: int) -> dict[Look, list[str]]:
    """Return the pages of every look, dealt so that each page has so many looks."""
    found: dict[Look, list[str]] = {look: [] for look in looks}
    order = cycle(looks)
    for page in pages:
        for look in islice(order, each):
            found[look].append(page)
    return found


def test_every_page_has_so_many_looks_and_every_look_pages():
    pages = [f"/{k}" for k in range(12)]
    for each in (1, 2, 6):
        dealt = deal(pages, FULL, each)
        assert Counter(page for of in dealt.values() for page in of) == dict.fromkeys(pages, each)
        assert all(dealt.values())


def assert_no_barriers(site: Site, pages_in: dict[Look, list[str]], tab, person: int) -> None:
    page = tab(width=PHONE_WIDTH, height=700)
    sign_in_as(page, site, person)
    faults: list[str] = []
    for (language, size), pages in pages_in.items():
        set_preferences(page, site, language, size)
        for address in pages:
            faults += [
                f"{language} {size} {address}: {f}" for f in find_faults(page, site, address)
            ]
    assert faults == [], "\n".join(faults[:40])


def find_faults(page: Page, site: Site, address: str) -> list[str]:
    response = page.goto(site.url + address)
    if response.status not in (200, 409):  # 409: a page that says why a step is not possible now
        return [f"answered {response.status}"]
    return find_barriers(page)


def sign_in_as(page: Page, site: Site, person: int) -> None:
    page.goto(f"{site.url}/demo")
    if person:
        page.locator(f"form:has([name=person][value='{person}']) button").click()
        page.wait_for_url(f"{site.url}/")


def set_preferences(page: Page, site: Site, language: str, size: str) -> None:
    """By cookie, as the switch in the header stores it."""
    page.context.add_cookies(
        [
            {"name": "language", "value": language, "url": site.url},
            {"name": "text_size", "value": size, "url": site.url},
        ]
    )
