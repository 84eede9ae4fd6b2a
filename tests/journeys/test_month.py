"""A whole month in the browser, from the posting to the resident's answer, by five persons."""

import re

import pytest
from playwright.sync_api import Page, expect

from matchmaker.base.clock import add_months, get_month, get_now
from tests.factories import PASSWORD
from tests.journeys.barriers import find_barriers
from tests.journeys.small_town import Town, build_town, let_draw_pass
from tests.sites import Site, get_environment, run_command, serving

pytestmark = pytest.mark.browser

MONTH = f"{add_months(get_month(get_now()), 1):%Y-%m}"
PHONE, DESK = 390, 1280


@pytest.fixture
def town_site(tmp_path):
    """An installation that is no demo, with its own worker."""
    folder = tmp_path / "instance"
    run_command(folder, "db", "upgrade", is_demo=False)
    town = build_town(folder)
    with serving(folder, get_environment(folder, is_demo=False)) as site:
        yield site, town


@pytest.mark.parametrize("language", ["zh-CN", pytest.param("en-GB", marks=pytest.mark.slow)])
def test_a_month_from_the_posting_to_the_answer(town_site, tab, language):
    site, town = town_site
    resident = sign_in(tab(width=PHONE, height=844, language=language), site, town.resident)
    post_need(resident, site, town)

    coordinator = sign_in(tab(width=DESK, language=language), site, town.coordinator)
    post_offer(coordinator, site, town)

    committee_worker = sign_in(tab(width=DESK, language=language), site, town.committee_worker)
    verify_need(committee_worker, site)

    social_worker = sign_in(tab(width=DESK, language=language), site, town.social_worker)
    approve_offer(social_worker, site)
    lock_list(social_worker, site)
    let_draw_pass(site.folder)
    second = sign_in(tab(width=DESK, language=language), site, town.second_social_worker)
    enter_draw(second, site)
    solve(social_worker, site)
    publish(second, site)

    see_answers(resident, coordinator, site)


def sign_in(page: Page, site: Site, phone: str) -> Page:
    page.goto(f"{site.url}/sign-in")
    page.fill("[name=phone]", phone)
    page.fill("[name=password]", PASSWORD)
    press(page, "main form:has([name=password])")
    page.wait_for_url(lambda url: not url.endswith("/sign-in"))
    return page


def post_need(page: Page, site: Site, town: Town) -> None:
    """One question a page, with nothing but taps and a few words."""
    page.goto(f"{site.url}/needs/new")
    page.click(f"main a[href*='{town.heading_code}']")
    page.check(f"[name=category_id][value='{town.category_id}']")
    press(page)
    while "/ask/" in page.url:
        answer_question(page)
        look(page)
        press(page)
    page.check("[name=has_consent]")
    look(page)
    press(page, "form:has([name=has_consent])")
    expect(page).to_have_url(re.compile("/follow$"))
    look(page)


def answer_question(page: Page) -> None:
    answer = page.locator("[name=answer]").first
    if answer.get_attribute("type") == "checkbox":
        answer.check()
    elif page.url.endswith("/words"):
        answer.fill("家里米快吃完了")
    else:
        answer.fill("1")


def post_offer(page: Page, site: Site, town: Town) -> None:
    page.goto(f"{site.url}/offers/new/{town.category_id}")
    page.fill("[name=title]", "大米十袋")
    page.fill("[name=capacity_per_month]", "10")
    page.fill("[name=valid_from]", "2026-01-01")
    look(page)
    page.click("button[name=step][value=submit]")
    expect(page.locator("h1")).to_contain_text("大米十袋")
    look(page)


def verify_need(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/needs/")
    look(page)
    page.locator("main table tbody a").first.click()
    form = "form[action$='/verify']"
    page.locator(f"{form} input[type=radio]").first.check()
    look(page)
    press(page, form)
    expect(page.locator("[role=status]").first).to_be_visible()


def approve_offer(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/offers/review")
    page.click("main a[href$='/check']")
    look(page)
    press(page, "form[action$='/approve']")
    expect(page.locator("[role=status]").first).to_be_visible()


def lock_list(page: Page, site: Site) -> None:
    """Open, look at what is missing, lock and announce the draw; it cannot be entered yet."""
    page.goto(f"{site.url}/rounds/open")
    page.fill("[name=month]", MONTH)
    look(page)
    press(page)
    expect(page).to_have_url(f"{site.url}/rounds/{MONTH}/")
    look(page)
    page.click("a[href$='/freeze']")
    look(page)
    day = page.input_value("[name=draws_on]")
    page.fill("[name=number]", f"{day[:4]}141")
    press(page)
    expect(page).to_have_url(f"{site.url}/rounds/{MONTH}/")
    look(page)
    response = page.goto(f"{site.url}/rounds/{MONTH}/draw")
    assert response.status == 409, "the draw was entered before it took place"


def enter_draw(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/rounds/{MONTH}/")
    page.click("a[href$='/draw']")
    for name in ("drawn", "again"):
        page.fill(f"[name={name}]", "03 07 12 19 25 31 + 08")
    look(page)
    press(page)
    expect(page).to_have_url(f"{site.url}/rounds/{MONTH}/")
    look(page)


def solve(page: Page, site: Site) -> None:
    """The page follows the worker by itself; who ran the round cannot publish it."""
    page.goto(f"{site.url}/rounds/{MONTH}/")
    press(page, "form[action$='/solve']")
    page.locator("[data-done] a").click(timeout=120_000)
    look(page)
    page.click("main a[href$='/runs/1/']")
    look(page)
    response = page.goto(f"{site.url}/rounds/{MONTH}/runs/1/publish")
    assert response.status == 409, "who ran the round was let to its publication"


def publish(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/rounds/{MONTH}/runs/1/publish")
    look(page)
    press(page)
    expect(page).to_have_url(f"{site.url}/rounds/{MONTH}/")
    look(page)


def see_answers(resident: Page, coordinator: Page, site: Site) -> None:
    resident.goto(f"{site.url}/needs/mine")
    resident.click("main a[href$='/follow']")
    expect(resident.locator("main")).to_contain_text(re.compile("单位|Organisation"))
    look(resident)
    coordinator.goto(f"{site.url}/assignments/given?month={MONTH}")
    expect(coordinator.locator("main")).to_contain_text(re.compile("大米|Rice"))
    look(coordinator)
    coordinator.goto(f"{site.url}/results/{MONTH}/")
    look(coordinator)


def press(page: Page, form: str = "main form[method=post]") -> None:
    """The form's first button, its main one."""
    page.locator(f"{form} button[type=submit]:visible").first.click()


def look(page: Page) -> None:
    assert find_barriers(page) == [], page.url
