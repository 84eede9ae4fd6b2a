import pytest

from matchmaker import models as m
from tests.reach import NEEDS_STAY_IN
from tests.worlds import kept

pytestmark = pytest.mark.both_databases

SECRET_WORDS = "家里的事不想让外人知道"


@pytest.fixture
@kept
def givers(make, place):
    """A coordinator and a volunteer of one organisation of the street, by role."""
    organisation = make.organisation(place.subdistrict)
    volunteer = make.volunteer(organisation)
    return {
        "coordinator": make.user(m.Role.COORDINATOR, organisation_id=organisation.id),
        "volunteer": make.user(m.Role.VOLUNTEER, volunteer_id=volunteer.id),
        "social": place.social,
        "worker": place.worker,
    }


@pytest.mark.parametrize("role", ["coordinator", "volunteer", "social", "worker"])
def test_a_giver_reads_what_is_needed_and_roughly_where(browser, givers, post, role):
    post(windows=["SAT-AM"], waiting_rounds=7)
    page = browser.use_language("en").sign_in(givers[role]).get("needs.browse")
    assert page.status_code == 200
    for shown in ("Elder visit", "乐山二三村", "Saturday mornings", "7"):
        assert shown in page.text


@pytest.mark.parametrize("role", ["coordinator", "volunteer", "social", "worker"])
def test_browsing_shows_no_person_and_no_word_of_theirs(browser, givers, place, post, role):
    need = post(description=SECRET_WORDS)
    text = browser.sign_in(givers[role]).get("needs.browse").text
    hidden = (SECRET_WORDS, "王阿婆", "王秀英", "13800000000", "乐山路8弄")
    for secret in (*hidden, need.reference, place.resident.reference):
        assert secret not in text


def test_only_open_needs_are_browsed(browser, givers, post):
    for state in NEEDS_STAY_IN:
        if state is not m.NeedState.OPEN:
            post(state=state)
    text = browser.use_language("en").sign_in(givers["coordinator"]).get("needs.browse").text
    assert "No open need fits" in text


def test_givers_of_another_street_see_nothing_here(browser, make, post):
    post()
    elsewhere = make.organisation()
    coordinator = make.user(m.Role.COORDINATOR, organisation_id=elsewhere.id)
    text = browser.use_language("en").sign_in(coordinator).get("needs.browse").text
    assert "No open need fits" in text


def test_filters_of_the_browser_stand_in_the_address(browser, givers, place, post):
    post(), post(category=place.rice)
    coordinator = browser.use_language("en").sign_in(givers["coordinator"])
    text = coordinator.get("needs.browse", category_id=place.visit.parent_id).text
    table = text.partition("<tbody")[2]
    assert "Elder visit" in table
    assert "Rice and oil" not in table
    assert "No open need fits" in coordinator.get("needs.browse", committee_id=place.other.id).text


@pytest.mark.parametrize("endpoint", ["needs.index", "needs.mine", "needs.start"])
def test_givers_open_no_page_with_persons(browser, givers, endpoint):
    assert browser.sign_in(givers["coordinator"]).get(endpoint).status_code == 403


@pytest.mark.parametrize("endpoint", ["needs.show", "needs.follow", "needs.receipt"])
def test_givers_open_no_single_need(browser, givers, post, endpoint):
    need = post()
    page = browser.sign_in(givers["coordinator"]).get(endpoint, need_id=need.id)
    assert page.status_code == 403
