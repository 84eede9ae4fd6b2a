"""Saying what a list is for, and reading who took one's own data."""

import pytest

from matchmaker.audit import disclosures, handing
from matchmaker.base.clock import get_now
from matchmaker.base.extensions import db
from matchmaker.models import (
    Committee,
    Disclosure,
    ListDisclosure,
    ListKind,
    ListPurpose,
    ListWay,
    Role,
)
from matchmaker.web.lists import ListPage, People
from tests.browser import Browser
from tests.databases import make_app, opened
from tests.factories import Factory
from tests.matchmaker.test_database_away import locked
from tests.worlds import kept


@pytest.fixture
def committee(make):
    return make.committee()


@pytest.fixture
def worker(make, committee):
    return make.user(Role.COMMITTEE_WORKER, committee_id=committee.id, name="Zhou Min")


@pytest.fixture
def counter(app, worker):
    return Browser(app).sign_in(worker).use_language("en")


@pytest.fixture
@kept
def residents(make, committee):
    return [make.resident(make.household(committee)) for _number in range(30)]


def list_records(app):
    with app.app_context():
        return [(r.way, r.purpose, r.persons) for r in db.session.query(ListDisclosure)]


def test_a_file_comes_once_it_is_said_what_for(app, counter, residents):
    asked = counter.get("residents.download", file_format="csv")
    assert "What is the list for?" in asked.text
    assert residents[0].reference not in asked.text
    refused = counter.submit("residents.download", {"purpose": "fun"}, file_format="csv")
    assert refused.status_code == 422
    assert list_records(app) == []
    file = counter.take("residents.download", file_format="csv", search=residents[0].reference)
    assert residents[0].reference in file.text
    assert residents[1].reference not in file.text
    assert list_records(app) == [(ListWay.FILE, ListPurpose.REPORT, 1)]
    with app.app_context():
        row = db.session.query(ListDisclosure).one()
        assert row.filters == {"search": True}  # what was typed is perhaps a name


def test_beyond_the_cap_no_file_comes(app, counter, residents, monkeypatch):
    monkeypatch.setattr(disclosures, "PERSONS_PER_DAY", {Role.COMMITTEE_WORKER: 29})
    answer = counter.take("residents.download", file_format="csv")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert residents[0].reference not in answer.text
    assert list_records(app) == []


@pytest.mark.both_databases
def test_further_pages_come_once_it_is_said_what_for(app, counter, residents, monkeypatch):
    monkeypatch.setattr(disclosures, "UNASKED", 25)
    assert "What is the list for?" not in counter.get("residents.index").text
    page = counter.get("residents.index", page=2)
    assert "What is the list for?" in page.text
    assert residents[-1].reference not in page.text
    said = {"purpose": "correct", "next": "/residents?page=2"}
    answer = counter.submit("disclosures.read_on", said, on="/residents?page=2", kind="residents")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/residents?page=2")
    assert "What is the list for?" not in counter.get("residents.index", page=2).text
    assert list_records(app) == [(ListWay.PAGES, ListPurpose.CORRECT, 30)]


def test_the_way_on_leads_nowhere_else(counter, residents, monkeypatch):
    monkeypatch.setattr(disclosures, "UNASKED", 1)
    for following in ("//evil.example", "https://evil.example/", ""):
        said = {"purpose": "correct", "next": following}
        answer = counter.submit("disclosures.read_on", said, on="/residents", kind="residents")
        assert answer.headers["Location"] == "/"


def test_a_list_of_people_is_not_sent_past_its_record(app):
    listed = {"endpoint": "x", "caption": "x", "query": None, "columns": ()}
    with pytest.raises(TypeError):
        ListPage(**listed, people=People(ListKind.NEEDS, lambda _row: ())).send("csv")
    with pytest.raises(TypeError):
        handing.show_list("x", ListPage(**listed, people=None))


def test_a_resident_reads_by_role_and_office_who_saw_their_data(app, make, worker, counter):
    resident = make.resident(make.household(make.get(Committee, 1)))
    account = make.user(Role.RESIDENT, resident_id=resident.id)
    make.add(
        Disclosure(
            at=get_now(),
            user_id=worker.id,
            resident_id=resident.id,
            fields=["phone", "address"],
            ground="own_committee",
        )
    )
    counter.take("residents.download", file_format="xlsx")
    mine = Browser(app).sign_in(account).use_language("en")
    assert "/account/seen" in mine.get("accounts.own").text
    page = mine.get("disclosures.own").text
    for word in (
        "phone number, address",
        "Works for your neighbourhood committee",
        f"Committee worker · {make.get(Committee, 1).name_en}",
        "Counting and reporting",
        "As a file",
    ):
        assert word in page
    assert "Zhou Min" not in page
    stranger = make.user(Role.RESIDENT, resident_id=make.resident().id)
    nobody = Browser(app).sign_in(stranger).use_language("en").get("disclosures.own").text
    assert "Nobody has looked so far" in nobody
    assert "Nobody has taken a list with you in it" in nobody


def test_while_another_writes_a_first_page_is_shown_with_a_line_in_the_log(
    sqlite_copier, tmp_path, caplog
):
    with opened(make_app(sqlite_copier(tmp_path), tmp_path)) as app:
        make = Factory(app)
        committee = make.committee()
        for _number in range(30):
            make.resident(make.household(committee))
        user = make.user(Role.COMMITTEE_WORKER, committee_id=committee.id)
        counter = Browser(app).sign_in(user)
        app.logger.propagate = True
        with locked(app, for_reading=False):
            assert counter.get("residents.index").status_code == 200
            busy = counter.get("residents.index", page=2)
            assert (busy.status_code, busy.headers["Retry-After"].isdecimal()) == (503, True)
        (line,) = [r for r in caplog.records if "shown and not recorded" in r.message]
        assert (line.user, line.list, line.persons) == (user.id, "residents", 25)
        assert list_records(app) == []
        assert counter.get("residents.index", page=2).status_code == 200
        assert list_records(app) == [(ListWay.PAGES, None, 5)]
