"""Every component in Chromium: axe, narrow screens, drafts, polling, life without script."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.journeys.gallery_site import serve_gallery

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SHOWN = ["/gallery/form", "/gallery/list", "/gallery/charts", "/gallery/sheet", "/nothing"]
PHONE = {"width": 390, "height": 800}
READ = ["/", "/criteria", "/privacy", "/accessibility"]


@pytest.fixture(scope="module")
def gallery_url(sqlite_copier, tmp_path_factory):
    folder = tmp_path_factory.mktemp("gallery")
    with serve_gallery(sqlite_copier(folder), folder) as url:
        yield url


def open_page(tab, url, *, width, text_size="standard", language="en"):
    page = tab(width=width)
    page.context.add_cookies(
        [
            {"name": "text_size", "value": text_size, "url": url},
            {"name": "language", "value": language, "url": url},
        ]
    )
    return page


def list_violations(page):
    options = {"runOnly": RULES, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response
    assert found["passes"], "axe looked at nothing"
    return [
        (rule["id"], node["target"], node.get("failureSummary"))
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def get_overhang(page):
    """Pixels by which the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


LOOKS = [(width, size) for width in (320, 1280) for size in ("standard", "large", "extra")]
QUICK = [(320, "extra"), (1280, "standard")]


@pytest.mark.parametrize(
    ("width", "text_size"),
    [pytest.param(*look, marks=[] if look in QUICK else pytest.mark.slow) for look in LOOKS],
)
def test_every_component_is_open_to_everyone(tab, gallery_url, width, text_size):
    page = open_page(tab, gallery_url, width=width, text_size=text_size)
    for path in SHOWN:
        page.goto(gallery_url + path)
        assert list_violations(page) == [], path
        assert get_overhang(page) <= 0, path


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
@pytest.mark.one_in(2)
def test_the_public_pages_are_open_to_everyone(tab, gallery_url, language):
    for text_size in ("standard", "extra"):
        page = open_page(tab, gallery_url, width=320, text_size=text_size, language=language)
        for path in READ:
            page.goto(gallery_url + path)
            assert list_violations(page) == [], path
            assert get_overhang(page) <= 0, path


def test_a_name_in_a_narrow_table_keeps_several_signs_on_a_line(tab, gallery_url):
    page = open_page(tab, gallery_url, width=320, language="zh_Hans_CN")
    page.goto(f"{gallery_url}/gallery/list")
    name = page.get_by_role("rowheader", name="梧桐一村居民委员会")
    lines = name.evaluate("e => e.clientHeight / parseFloat(getComputedStyle(e).lineHeight)")
    assert lines < 4


def test_the_summary_of_a_refused_form_has_the_focus_and_leads_to_the_field(tab, gallery_url):
    page = open_page(tab, gallery_url, width=390)
    page.goto(f"{gallery_url}/gallery/form")
    with page.expect_navigation():
        page.get_by_role("button", name="Save the draft").click()
    assert page.evaluate("document.activeElement.id") == "error-summary"
    assert list_violations(page) == []
    page.get_by_role("link", name="What do you give?").click()
    assert page.evaluate("document.activeElement.id") == "kind-0"


@pytest.mark.parametrize(("text_size", "least"), [("standard", 48), ("extra", 60)])
def test_targets_are_large_enough(tab, gallery_url, text_size, least):
    page = open_page(tab, gallery_url, width=390, text_size=text_size)
    page.goto(f"{gallery_url}/gallery/form")
    targets = ".btn, .form-control, .form-select, .preferences button, .choice label, summary"
    small = page.locator(targets).evaluate_all(
        "(all, least) => all.filter(e => e.offsetHeight && e.offsetHeight < least)"
        ".map(e => [e.outerHTML.slice(0, 90), e.offsetHeight])",
        least,
    )
    assert small == []


def test_the_base_size_follows_the_switch(tab, gallery_url):
    page = open_page(tab, gallery_url, width=1280)
    page.goto(gallery_url)
    sizes = []
    for name in ("Standard", "Large", "Elder view"):
        with page.expect_navigation():
            page.get_by_role("button", name=name, exact=True).click()
        sizes.append(page.evaluate("getComputedStyle(document.body).fontSize"))
    assert sizes == ["18px", "22px", "30px"]


def test_the_policy_of_the_page_is_never_broken(tab, gallery_url):
    page = open_page(tab, gallery_url, width=1280)
    refused = []
    page.on("console", lambda message: refused.append(message.text))
    for path in SHOWN[:4]:
        page.goto(gallery_url + path)
    assert [text for text in refused if "Content Security Policy" in text] == []


def test_the_page_can_be_read_and_used_without_script(chromium, gallery_url):
    context = chromium.new_context(java_script_enabled=False, locale="en", viewport=PHONE)
    page = context.new_page()
    page.goto(f"{gallery_url}/gallery/form")
    page.locator("summary", has_text="Menu").click()
    assert page.get_by_role("link", name="How we decide").first.is_visible()
    with page.expect_navigation():
        page.get_by_role("button", name="Save the draft").click()
    assert page.get_by_role("alert").is_visible()
    context.close()
