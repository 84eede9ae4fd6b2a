"""The office's list of all offers: whose they are, how they are narrowed, and the file."""

from datetime import date, timedelta

import pytest

from matchmaker.base.clock import get_local_date, get_now
from matchmaker.models import OfferKind, OfferState, Subdistrict, VolunteerState
from matchmaker.offers.queries import DAYS_BEFORE_END
from tests.reach import reach


@pytest.fixture
def today() -> date:
    return get_local_date(get_now())


def list_titles(page: str, *titles: str) -> set[str]:
    return {title for title in titles if title in page}


def test_the_list_has_every_offer_of_the_office_but_drafts(social_worker, make, organisation):
    category = make.category()
    make.offer(organisation, category, title="Reading aloud")
    make.offer(organisation, category, title="Half written", state=OfferState.DRAFT)
    make.offer(make.organisation(make.subdistrict()), category, title="Elsewhere")
    page = social_worker.get("offers.office").text
    titles = ("Reading aloud", "Half written", "Elsewhere")
    assert list_titles(page, *titles) == {"Reading aloud"}
    file = social_worker.get("offers.download_office", file_format="csv").text
    assert list_titles(file, *titles) == {"Reading aloud"}


def test_it_is_narrowed_by_organisation_category_and_state(social_worker, make, organisation):
    goods, other = make.category(), make.category()
    twin = make.organisation(make.get(Subdistrict, organisation.subdistrict_id))
    make.offer(organisation, goods, title="Gift one")
    make.offer(organisation, other, title="Gift two")
    make.offer(twin, goods, title="Gift three", state=OfferState.SUBMITTED)
    titles = ("Gift one", "Gift two", "Gift three")
    for filters, expected in (
        ({"organisation_id": organisation.id}, {"Gift one", "Gift two"}),
        ({"category_id": goods.id}, {"Gift one", "Gift three"}),
        ({"state": "submitted"}, {"Gift three"}),
        ({"organisation_id": "x", "category_id": "-1", "state": "draft"}, set(titles)),
    ):
        page = social_worker.get("offers.office", **filters).text
        assert list_titles(page, *titles) == expected, filters


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("skills", "state", "is_own", "is_staffed"),
    [
        (["errands", "elder_visit"], VolunteerState.ACTIVE, True, True),
        (["elderxvisit"], VolunteerState.ACTIVE, True, False),  # "_" is no sign for any letter
        (["elder_visits"], VolunteerState.ACTIVE, True, False),
        (["elder_visit"], VolunteerState.PAUSED, True, False),
        (["elder_visit"], VolunteerState.ACTIVE, False, False),
    ],
)
def test_offers_of_time_without_a_volunteer_are_found(
    social_worker, make, organisation, skills, state, is_own, is_staffed
):
    visits = make.category(code="elder_visit", kind=OfferKind.PEOPLE)
    make.offer(organisation, visits, title="Gift of time")
    make.offer(organisation, make.category(kind=OfferKind.GOODS), title="Gift one")
    giver = organisation if is_own else make.organisation()
    reach(make, make.volunteer(giver, categories=skills), state)
    page = social_worker.get("offers.office", is_staffless="y").text
    assert list_titles(page, "Gift of time", "Gift one") == (
        set() if is_staffed else {"Gift of time"}
    )


def test_offers_that_end_soon_are_found(social_worker, make, organisation, today):
    category = make.category()
    last = today + timedelta(days=DAYS_BEFORE_END)
    ends = {"Soon": last, "Today": today, "Later": last + timedelta(days=1), "Never": None}
    for title, end in ends.items():
        make.offer(organisation, category, title=title, valid_from=today, valid_until=end)
    page = social_worker.get("offers.office", ends_soon="y").text
    assert list_titles(page, *ends) >= {"Soon", "Today"}
    file = social_worker.get("offers.download_office", ends_soon="y", file_format="csv").text
    assert list_titles(file, *ends) == {"Soon", "Today"}


def test_a_coordinator_has_no_such_list(coordinator):
    assert coordinator.get("offers.office").status_code == 403
