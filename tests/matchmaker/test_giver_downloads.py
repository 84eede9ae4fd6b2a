"""Every list of the givers' side comes as a file with the same rows, in scope and filtered."""

import csv
import io

import openpyxl
import pytest

from matchmaker.models import OfferKind, Role
from tests.browser import Browser

DANGEROUS = "=HYPERLINK(1)"


@pytest.fixture
def organisation(make):
    return make.organisation(name_en=DANGEROUS, name_zh="乐汇社")


@pytest.fixture
def coordinator(app, make, organisation):
    user = make.user(Role.COORDINATOR, organisation_id=organisation.id)
    return Browser(app).sign_in(user).use_language("en")


@pytest.fixture
def social_worker(app, make, organisation):
    user = make.user(Role.SOCIAL_WORKER, subdistrict_id=organisation.subdistrict_id)
    return Browser(app).sign_in(user).use_language("en")


def load(browser, endpoint, **values):
    """A list of volunteers is taken with a purpose, one of offers or organisations without."""
    is_of_people = endpoint == "volunteers.download"
    return browser.take(endpoint, **values) if is_of_people else browser.get(endpoint, **values)


def read_workbook(browser, endpoint, **values):
    answer = load(browser, endpoint, file_format="xlsx", **values)
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(answer.data)).active


def read_csv(browser, endpoint, **values):
    answer = load(browser, endpoint, file_format="csv", **values)
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_offers_are_downloaded_as_they_are_filtered(coordinator, make, organisation):
    money = make.category(kind=OfferKind.FUNDS, unit="fen", name_en="Student aid")
    make.offer(organisation, money, title=DANGEROUS, capacity_per_month=125_050)
    make.offer(organisation, make.category(), title="Visits", windows=["SUN-AM"])
    make.offer(make.organisation(), money, title="Foreign")
    rows = list(read_workbook(coordinator, "offers.download").values)
    assert {row[1] for row in rows[1:]} == {DANGEROUS, "Visits"}
    money_row = read_csv(coordinator, "offers.download", kind="funds")[1]
    assert money_row[1:6] == [f"'{DANGEROUS}", "Student aid", "Money", "1250.5", "yuan"]
    visits_row = read_csv(coordinator, "offers.download", search="Visits")[1]
    assert visits_row[6] == "Sunday mornings"


def test_volunteers_are_downloaded(coordinator, make, organisation):
    skill = make.category(name_en="Elder visit")
    make.volunteer(organisation, name="王小明", categories=[skill.code], visits_per_month=3)
    make.volunteer(make.organisation(), name="Foreign")
    (row,) = list(read_workbook(coordinator, "volunteers.download").values)[1:]
    assert row[1:6] == ("王小明", "Active", 3, "Elder visit", "Weekday mornings")


def test_organisations_are_downloaded_with_names_as_text(social_worker, make, organisation):
    make.organisation()
    sheet = read_workbook(social_worker, "organisations.download")
    assert sheet.max_row == 2
    assert (sheet["C2"].value, sheet["C2"].data_type) == (DANGEROUS, "s")


@pytest.mark.parametrize("endpoint", ["offers.download", "volunteers.download"])
def test_nobody_else_downloads_them(social_worker, endpoint):
    assert social_worker.get(endpoint, file_format="csv").status_code == 403


def test_other_formats_do_not_exist(coordinator):
    assert coordinator.client.get("/offers/offers.pdf").status_code == 404
