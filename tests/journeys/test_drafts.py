"""Nothing typed is lost: drafts in the browser, and the polling of long jobs."""

import pytest

from tests.journeys.gallery_site import serve_gallery

pytestmark = pytest.mark.browser

KEPT = "Object.keys(localStorage).filter(key => key.startsWith('draft:')).length"


@pytest.fixture(scope="module")
def gallery_url(sqlite_copier, tmp_path_factory):
    folder = tmp_path_factory.mktemp("drafts")
    with serve_gallery(sqlite_copier(folder), folder) as url:
        yield url


@pytest.fixture
def page(tab, gallery_url):
    page = tab(width=390, language="en")
    page.goto(f"{gallery_url}/gallery/form")
    return page


def fill(page):
    page.get_by_label("Name of the offer").fill("Visits on Saturdays")
    page.get_by_label("Goods").check()
    page.get_by_label("Saturdays").check()
    page.get_by_label("Password").fill("a secret of nine words")


def test_what_was_typed_is_back_after_the_page_was_closed(page, gallery_url):
    fill(page)
    page.goto(gallery_url)
    page.goto(f"{gallery_url}/gallery/form")
    assert page.get_by_label("Name of the offer").input_value() == "Visits on Saturdays"
    assert page.get_by_label("Goods").is_checked()
    assert page.get_by_label("Saturdays").is_checked()
    assert page.get_by_text("What you had typed here before is back.").is_visible()


def test_a_password_is_never_kept(page):
    fill(page)
    assert "nine words" not in page.evaluate("JSON.stringify(localStorage)")


def test_a_draft_survives_a_lost_connection(page, gallery_url):
    fill(page)
    page.context.set_offline(True)
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name="Save the draft").click()
    page.context.set_offline(False)
    page.goto(f"{gallery_url}/gallery/form")
    assert page.get_by_label("Name of the offer").input_value() == "Visits on Saturdays"


def test_a_draft_goes_when_its_form_was_taken_in(page, gallery_url):
    fill(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Save the draft").click()
    page.goto(f"{gallery_url}/gallery/list")
    assert page.evaluate(KEPT) == 0


def test_a_refused_form_shows_what_the_server_sent_back(page):
    fill(page)
    page.get_by_role("button", name="Save the draft").click()
    assert page.get_by_role("alert").is_visible()
    assert page.get_by_label("Name of the offer").input_value() == "Visits on Saturdays"
    assert not page.get_by_text("What you had typed here before is back.").is_visible()


def test_beginning_afresh_throws_the_draft_away(page, gallery_url):
    fill(page)
    page.goto(f"{gallery_url}/gallery/form")
    page.get_by_role("button", name="Start again").click()
    assert page.get_by_label("Name of the offer").input_value() == ""
    assert page.evaluate(KEPT) == 0


def test_another_person_does_not_see_a_draft(page, gallery_url):
    fill(page)
    page.add_init_script(
        "document.addEventListener('readystatechange',"
        " () => { document.body.dataset.draftOwner = '7'; });"
    )
    page.goto(f"{gallery_url}/gallery/form")
    assert page.get_by_label("Name of the offer").input_value() == ""
    assert page.evaluate(KEPT) == 0


def test_signing_out_clears_every_draft(page):
    fill(page)
    page.evaluate(
        """() => {
          const form = document.querySelector('form.preferences');
          localStorage.setItem('draft:other', '{}');
          form.setAttribute('data-clears-drafts', '');
        }"""
    )
    assert page.evaluate(KEPT) == 2
    page.evaluate(
        """() => { const script = document.createElement('script');
          script.src = '/static/js/draft.js'; document.head.append(script);
          return new Promise(resolve => { script.onload = resolve; }); }"""
    )
    with page.expect_navigation():
        page.get_by_role("button", name="Large").click()
    assert page.evaluate(KEPT) == 0


def test_a_long_job_is_asked_for_until_it_is_done(page, gallery_url):
    answers = iter(["<p>Stage 1</p>", "<p>Stage 2</p>", "<p data-done>Published</p>"])
    asked = []

    def answer(route):
        asked.append(route.request.url)
        route.fulfill(status=200, content_type="text/html", body=next(answers))

    page.route("**/fragment", answer)
    page.route(
        "**/gallery/list",
        lambda route: route.fulfill(
            content_type="text/html",
            body="<!doctype html><title>t</title>"
            "<div data-poll='/fragment' data-poll-seconds='0.05'></div>"
            "<script src='/static/js/poll.js'></script>",
        ),
    )
    page.goto(f"{gallery_url}/gallery/list")
    page.get_by_text("Published").wait_for()
    page.wait_for_timeout(300)
    assert len(asked) == 3


def test_an_untouched_form_leaves_no_draft(page, gallery_url):
    page.get_by_role("button", name="Save the draft").click()
    assert page.evaluate(KEPT) == 0
    page.goto(f"{gallery_url}/gallery/list")
    assert page.evaluate(KEPT) == 0


@pytest.mark.parametrize("button", ["中文", "Elder view"])
def test_what_was_typed_survives_a_switch_of_language_or_size(page, button):
    fill(page)
    with page.expect_navigation():
        page.get_by_role("button", name=button).click()
    assert page.locator("[name=title]").input_value() == "Visits on Saturdays"


def test_a_page_that_refuses_a_form_keeps_its_draft(page, gallery_url):
    """The token has gone with another sign-in: the answer is 400, and the words are still there."""
    fill(page)
    page.evaluate("document.querySelector('form.form [name=csrf_token]').value = 'old'")
    with page.expect_navigation():
        page.get_by_role("button", name="Save the draft").click()
    page.goto(f"{gallery_url}/sign-in")
    page.goto(f"{gallery_url}/gallery/form")
    assert page.get_by_label("Name of the offer").input_value() == "Visits on Saturdays"


def test_our_own_page_is_shown_when_the_line_is_down(tab, sqlite_copier, tmp_path):
    with serve_gallery(sqlite_copier(tmp_path), tmp_path) as url:
        page = tab(width=390, language="en", helped=True)
        page.goto(f"{url}/gallery/form")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.reload()  # now the script answers for this page
        fill(page)
    page.get_by_role("button", name="Save the draft").click()  # nobody answers any more
    page.get_by_text(
        "If you were filling in a form: what you typed is still on this device."
    ).wait_for()
    assert page.get_by_role("button", name="Back to that page").is_visible()
    assert page.evaluate(KEPT) == 1
    page.goto(f"{url}/needs/mine")
    assert page.get_by_text("No connection").first.is_visible()
