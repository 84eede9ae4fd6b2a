"""What a person sees of notices: first on the first page, counted in the header, or on paper."""

import re
from collections import defaultdict

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.assignments import agreeing
from matchmaker.base.extensions import db
from matchmaker.needs import paper_views
from matchmaker.notices import paper, service
from matchmaker.notices.things import load_things
from matchmaker.notices.words import NOTICE_WORDS, describe_notice
from matchmaker.rounds.publish import publication
from tests.browser import Browser
from tests.databases import make_app, opened
from tests.factories import NOW, Factory
from tests.matchmaker.notices.office import Office
from tests.matchmaker.notices.test_steps import STEPS, begin, find_row
from tests.page_forms import TICKED, read_forms
from tests.worlds import kept


@pytest.fixture
@kept
def office(app, make):
    return Office(make)


def read(app, user: m.User) -> Browser:
    return Browser(app).use_language("en").sign_in(user)


def test_the_first_page_says_what_is_new_and_the_header_how_much(app, make, office):
    resident = read(app, office.asker)
    home = resident.get("pages.home").text
    assert home.index("What is new for you") < home.index("Your pages")
    assert "2 new notices" in home  # the answer, and the visits of the pairing
    need = make.get(m.Need, office.needs[1].id)
    assert need.reference in home
    assert resident.get_url("needs.follow", need_id=need.id) in home
    with app.app_context():
        last, first = (row.id for row in service.list_notices(office.asker, most=9))
    resident.submit("accounts.read_notices", {"first": first, "last": last}, on="/")
    home = resident.get("pages.home").text
    assert "Nobody has done anything since yesterday" in home
    assert "new notice" not in home
    page = read(app, office.counter).get("pages.home").text
    assert "Tell those who have no account." in page


def test_what_is_said_of_a_visit_leads_to_where_it_is_answered(app, make, office):
    """A pairing has no request of its own that its resident could follow."""
    giver_id = office.giver.id
    with app.app_context():
        row = find_row(office, of_pairing=True)
        resident_id, number = row.asked.resident_id, row.id
        agreeing.agree(actor=office.counter, promise_id=row.id, now=NOW)
        db.session.commit()
    asker = make.user(m.Role.RESIDENT, resident_id=resident_id)
    assert list_links(read(app, asker), "this suits you") == ["/assignments/help"]
    giver = make.get(m.User, giver_id)
    links = list_links(read(app, giver), "The person says that it suits")
    assert links == [f"/assignments/given/{number}"]


def list_links(browser: Browser, words: str) -> list[str]:
    """Where the new notices with these words lead."""
    home = browser.get("pages.home").text
    return re.findall(rf'<a [^>]*href="([^"]*)"[^>]*>[^<]*{words}', home)


def test_a_visitor_has_no_notices(app):
    assert "new notice" not in Browser(app).use_language("en").get("pages.home").text


def test_a_resident_without_account_gets_a_line_and_a_letter_until_that_is_done(app, make, office):
    unheard, heard = office.residents[3], office.residents[1]
    committee_id = office.committees[2].id
    browser = read(app, office.counter)
    assert office.committees[2].name_en in browser.get("needs.paper_index").text
    sheet = browser.get("needs.paper_list", committee_id=committee_id)
    assert unheard.reference in sheet.text
    assert heard.reference not in sheet.text, "reads it on the site"
    letter = browser.get("needs.paper_letter", resident_id=unheard.id)
    assert make.get(m.Need, office.needs[3].id).reference in letter.text
    with app.app_context():
        last = max(db.session.scalars(select(m.Notice.id)))
    address = browser.get_url("needs.paper_letter", resident_id=unheard.id)
    values = {"on": address, "resident_id": unheard.id}
    assert browser.submit("needs.report_letter", {"last": "x"}, **values).status_code == 303
    assert unheard.reference in browser.get("needs.paper_list", committee_id=committee_id).text
    assert browser.submit("needs.report_letter", {"last": last}, **values).status_code == 303
    sheet = browser.get("needs.paper_list", committee_id=committee_id)
    assert unheard.reference not in sheet.text
    assert office.residents[5].reference in sheet.text, "others wait still"
    with app.app_context():
        events = select(m.AuditEvent).where(m.AuditEvent.action == "resident.inform")
        (event,) = db.session.scalars(events)
        assert (event.subject_id, event.details) == (unheard.id, {"notices": 1})


def test_who_rings_reads_who_comes_and_when_and_what_would_help(app, office):
    """On the list of the committee; the letter says it too."""
    here = office.committees[2]
    with app.app_context():
        rows = db.session.scalars(select(m.Promise).where(m.Promise.need_id.is_not(None))).all()
        found = [
            (row.need.resident_id, row.organisation.name_en, row.slot)
            for row in rows
            if row.need.committee_id == here.id
            and row.need.resident_id not in {office.asker.resident_id}
        ]
    assert found
    browser = read(app, office.counter)
    sheet = browser.get("needs.paper_list", committee_id=here.id).text
    for resident_id, giver, slot in found:
        line = re.search(rf"From {re.escape(giver)}, [^<]*", sheet)[0]
        assert ("when: " in line) is (slot is not None)
        letter = browser.get("needs.paper_letter", resident_id=resident_id).text
        assert giver in letter


def test_a_committee_marks_its_whole_list_and_nobody_elses(app, office):
    with app.app_context():
        last = max(db.session.scalars(select(m.Notice.id)))
    browser = read(app, office.counter)
    here, there = office.committees[2].id, office.committees[1].id
    assert browser.get("needs.paper_list", committee_id=there).status_code == 404
    page = browser.get_url("needs.paper_list", committee_id=here)
    values = {"last": last}
    refused = browser.submit("needs.report", values, on=page, committee_id=there)
    assert refused.status_code == 404
    assert browser.submit("needs.report", values, on=page, committee_id=here).status_code == 303
    text = browser.get("needs.paper_list", committee_id=here).text
    assert "Nobody waits to be told anything." in text
    social = read(app, office.first).get("needs.paper_list", committee_id=there).text
    assert office.residents[2].reference in social


def test_a_long_list_has_pages_and_each_is_marked_by_itself(app, office, monkeypatch):
    monkeypatch.setattr(paper_views, "NEWS_ON_A_PAGE", 1)
    browser = read(app, office.counter)
    here = office.committees[2].id
    first, last = (browser.get("needs.paper_list", committee_id=here, page=k) for k in (1, 2))
    assert "Page 1 of 2" in first.text
    assert "2 residents have no account here" in first.text
    [sent] = [
        form.list_sent()
        for form in read_forms(last.text)
        if form.get("reported") and not any(control.kind in TICKED for control in form.controls)
    ]
    address = browser.get_url("needs.report", committee_id=here)
    assert browser.client.post(address, data=sent).status_code == 303
    assert browser.get("needs.paper_list", committee_id=here, page=1).text.count("Page") == 0
    moved = browser.get("needs.paper_list", committee_id=here, page=2)
    assert (moved.status_code, moved.location) == (302, f"/needs/paper/{here}?page=1")


def test_a_committee_marks_line_by_line_what_was_heard(app, office):
    """Of two pieces of news the one that is ticked goes; another committee's is left alone."""
    here, there = office.committees[2].id, office.committees[1].id
    with app.app_context():
        counter, social = (db.session.get(m.User, u.id) for u in (office.counter, office.first))
        rows = paper.list_news(counter, db.session.get(m.Committee, here))
        waiting = [row.read.notice.id for row in rows]
        rows = paper.list_news(social, db.session.get(m.Committee, there))
        foreign = rows[0].read.notice.id
    browser = read(app, office.counter)
    page = browser.get_url("needs.paper_list", committee_id=here)
    shown = browser.client.get(page).text
    assert [f'value="{key}"' in shown for key in (*waiting, foreign)] == [True] * len(waiting) + [
        False
    ]
    sent = {"reported": [str(waiting[1]), str(foreign), "x", "-1", str(2**63)]}
    assert browser.submit("needs.report", sent, on=page, committee_id=here).status_code == 303
    with app.app_context():
        read_ids = select(m.Notice.id).where(m.Notice.read_at.is_not(None))
        assert db.session.scalars(read_ids).all() == [waiting[1]]
        (event,) = db.session.scalars(
            select(m.AuditEvent).where(m.AuditEvent.action == "committee.inform")
        )
        assert event.details == {"notices": 1}
    assert browser.submit("needs.report", {}, on=page, committee_id=here).status_code == 303
    assert "0 pieces of news told" in browser.client.get(page).text


def test_the_list_to_print_is_asked_for_with_its_purpose(app, office):
    """However few people are on it."""
    browser, here = read(app, office.counter), office.committees[2].id
    reference = office.residents[3].reference
    assert reference not in browser.get("needs.paper_sheet", committee_id=here).text
    sheet = browser.take("needs.paper_sheet", committee_id=here).text
    assert reference in sheet
    assert 'type="checkbox"' not in sheet
    with app.app_context():
        rows = select(m.ListDisclosure).where(m.ListDisclosure.way == m.ListWay.PRINT)
        (row,) = db.session.scalars(rows)
        assert (row.kind, row.user_id) == (m.ListKind.NEWS, office.counter.id)
        assert row.purpose is not None


def test_a_status_is_named_in_the_letter_and_not_on_the_list(app, make, office):
    status = make.add(
        m.RecipientStatus(
            resident_id=office.residents[3].id, kind=m.StatusKind.DESTITUTE, evidence="seen"
        )
    )
    with app.app_context():
        resident = db.session.get_one(m.Resident, office.residents[3].id)
        row = db.session.get_one(m.RecipientStatus, status.id)
        service.notify_resident(resident, office.counter, "status.verify", row, NOW)
        db.session.commit()
    browser = read(app, office.counter)
    sheet = browser.get("needs.paper_list", committee_id=office.committees[2].id).text
    letter = browser.get("needs.paper_letter", resident_id=office.residents[3].id).text
    assert "see the letter" in sheet
    assert "Destitute" not in sheet
    assert "Destitute" in letter


def test_a_publication_counts_who_hears_of_it_and_how(app, office):
    with app.app_context():
        run = office.withdraw()
        heard = publication.publish_run(run, actor=office.two, now=NOW)
    assert (heard.on_site, heard.on_paper, heard.organisations) == (1, 5, 1)


# Every sentence.


@pytest.fixture(scope="module")
def site(sqlite_copier, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sentences")
    with opened(make_app(sqlite_copier(folder), folder)) as app:
        yield app, Office(Factory(app))


@pytest.mark.slow
def test_every_notice_names_its_thing_and_every_kind_is_met(site, monkeypatch):
    """Each step of the table once more: what it says names what it is about, in both languages."""
    app, office = site
    said: dict[str, list[str]] = defaultdict(list)
    for language in ("en", "zh_Hans_CN"):
        with app.test_request_context("/", headers={"Cookie": f"language={language}"}):
            monkeypatch.setattr(db.session, "commit", db.session.flush)
            for act in dict.fromkeys(act for acts in STEPS.values() for act in acts):
                begin()
                act(office)
                db.session.flush()
                for row in load_things(db.session.scalars(select(m.Notice))):
                    said[row.notice.kind].append(describe_notice(row.notice, row.thing))
                    assert row.thing is not None
                db.session.rollback()
    assert [text for texts in said.values() for text in texts if "%" in text or "–" in text] == []
    unmet = {"need.part_revoked", "visits.none", "round.nothing_asked", "pairing.none"}
    assert NOTICE_WORDS.keys() - said.keys() == unmet
