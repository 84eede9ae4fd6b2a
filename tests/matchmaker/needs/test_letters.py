"""The letter of a month: on the resident's page, on one sheet, and on all sheets of a committee."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.assignments import agreeing, answering
from matchmaker.base.clock import get_local_date
from matchmaker.base.extensions import db
from matchmaker.needs import desk_service, letters
from matchmaker.organisations import pairing_service
from matchmaker.organisations.pairing_chain import End
from matchmaker.rounds.publish import revoking
from tests.browser import Browser
from tests.factories import NOW
from tests.matchmaker.notices.office import Office
from tests.worlds import kept


@pytest.fixture
@kept
def office(app, make):
    return Office(make)


def read(app, user: m.User) -> Browser:
    return Browser(app).use_language("en").sign_in(user)


def find_month(app, office):
    with app.app_context():
        return office.run.match_round.month


def find_unmet(office) -> m.Need:
    """A need that got nothing, of a resident without an account in the counter's committee."""
    query = (
        select(m.Need)
        .join(m.NeedOutcome, m.NeedOutcome.need_id == m.Need.id)
        .where(m.NeedOutcome.round_run_id == office.run_id, m.NeedOutcome.ground != "met")
        .where(m.Need.committee_id == office.committees[2].id)
        .where(m.Need.resident_id != office.asker.resident_id)
    )
    return db.session.scalars(query.order_by(m.Need.id)).first()


def test_a_resident_reads_every_request_of_the_month_on_one_page(app, office):
    with app.app_context():
        of_run = select(m.NeedOutcome).where(m.NeedOutcome.round_run_id == office.run_id)
        rows = db.session.scalars(of_run).all()
        own = [row.need.reference for row in rows if row.need.resident_id == office.residents[1].id]
        others = [row.need.reference for row in rows if row.need.reference not in own]
        names = {row.organisation.name_en for row in list_of(office.residents[1].id)}
        db.session.get_one(m.Committee, office.committees[2].id).phone = "02158761111"
        db.session.commit()
    assert own
    page = read(app, office.asker).get("needs.answers").text
    assert [reference in page for reference in own] == [True] * len(own)
    assert [reference for reference in others if reference in page] == []
    assert names
    assert [name in page for name in names] == [True] * len(names)
    assert "Ask a person to look again" in page
    assert 'href="tel:02158761111"' in page
    assert "Visits, as agreed before" in page
    assert "P0001" in page


def list_of(resident_id: int) -> list[m.Promise]:
    rows = db.session.scalars(select(m.Promise)).all()
    return [row for row in rows if row.asked.resident_id == resident_id]


def test_a_giver_is_named_with_phone_only_once_it_said_yes(app, make, office):
    with app.app_context():
        row = next(row for row in list_of(office.asker.resident_id) if row.need_id)
        row.organisation.contact_phone = "02158760000"
        giver_id = make.user(m.Role.COORDINATOR, organisation_id=row.organisation_id).id
        promise_id = row.id
        db.session.commit()
    browser = read(app, office.asker)
    assert "02158760000" not in browser.get("needs.answers").text
    with app.app_context():
        actor = db.session.get(m.User, giver_id)
        answering.accept(actor=actor, promise_ids=[promise_id], now=NOW)
        db.session.commit()
    assert "02158760000" in browser.get("needs.answers").text


def test_the_page_says_when_a_month_has_no_answer(app, make, office):
    browser = read(app, office.asker)
    page = browser.get("needs.answers", month=find_month(app, office) + timedelta(days=92)).text
    assert "There is no answer here yet" in page
    assert "Other months" in page
    nobody = make.user(m.Role.RESIDENT, resident_id=office.twin.id)
    assert "There is no answer here yet" in read(app, nobody).get("needs.answers").text
    assert browser.client.get("/needs/answers/2026-13").status_code == 404


def test_the_counter_prints_one_sheet_with_the_reason_and_the_phones(app, make, office):
    with app.app_context():
        need = find_unmet(office)
        need.committee.phone, need.committee.subdistrict.phone = "02158761111", None
        resident_id, reference = need.resident_id, need.reference
        db.session.commit()
    sheet = read(app, office.counter).get("needs.answers_of", resident_id=resident_id).text
    assert reference in sheet
    assert "We are sorry" in sheet
    assert "02158761111" in sheet
    assert "Ring or visit your neighbourhood committee" in sheet
    assert "on this page" not in sheet
    assert "<form" not in re.search(r"<main.*</main>", sheet, re.DOTALL)[0]


def test_a_withdrawn_request_is_in_no_letter(app, office):
    with app.app_context():
        need = find_unmet(office)
        month, resident = office.run.match_round.month, need.resident
        assert letters.read_letter(resident, month)[0] is not None
        desk_service.withdraw_need(actor=office.counter, need_id=need.id, now=NOW)
        db.session.flush()
        left, _months = letters.read_letter(resident, month)
        assert left is None or need.id not in {row.outcome.need_id for row in left.results}


def test_a_committee_prints_the_letters_of_those_without_an_account(app, make, office):
    month, here = find_month(app, office), office.committees[2].id
    browser = read(app, office.counter)
    values = {"committee_id": here, "month": month}
    unheard, heard = office.residents[3].reference, office.residents[1].reference
    with app.app_context():
        counts = letters.count_letters(office.counter, month)
        found = letters.list_letters(office.counter, db.session.get(m.Committee, here), month)
        assert counts == {here: len(found)}
        persons = {letter.resident.person_id for letter in found}
    index = browser.get("needs.paper_index").text
    assert browser.get_url("needs.print_letters", **values) in index
    assert f"Print {len(persons)} letter" in index
    assert unheard not in browser.get("needs.print_letters", **values).text, "no purpose yet"
    sheets = browser.take("needs.print_letters", **values).text
    assert sheets.count('<article class="letter">') == len(persons) > 1
    assert unheard in sheets
    assert heard not in sheets, "reads it on the site"
    with app.app_context():
        (row,) = db.session.scalars(
            select(m.ListDisclosure).where(m.ListDisclosure.kind == m.ListKind.LETTERS)
        )
        assert (row.way, row.persons) == (m.ListWay.PRINT, len(persons))
        assert set(row.filters) == {"committee_id", "month"}


def test_nobody_prints_letters_of_another_committee(app, office):
    month, there = find_month(app, office), office.committees[1].id
    browser = read(app, office.counter)
    foreign = browser.get("needs.print_letters", committee_id=there, month=month)
    assert foreign.status_code == 404
    foreign = browser.get("needs.answers_of", resident_id=office.residents[2].id)
    assert foreign.status_code == 404
    social = read(app, office.first)
    sheets = social.take("needs.print_letters", committee_id=there, month=month).text
    assert office.residents[2].reference in sheets


def test_a_withdrawn_month_has_no_letters(app, office):
    month, here = find_month(app, office), office.committees[2].id
    with app.app_context():
        office.withdraw()
        db.session.commit()
        assert letters.find_latest_month(office.counter) is None
    sheets = read(app, office.counter).take("needs.print_letters", committee_id=here, month=month)
    assert "No resident of this committee without an account" in sheets.text
    assert "There is no answer here yet" in read(app, office.asker).get("needs.answers").text


def test_help_that_is_agreed_with_its_day_is_not_still_to_be_arranged(app, make, office):
    with app.app_context():
        run = db.session.get_one(m.RoundRun, office.run_id)
        [row] = [row for row in list_of(office.asker.resident_id) if row.need_id and row.slot]
        need = row.need_id
        assert not any(found.is_arranged for found in letters.find_results(run, [need]))
        giver = make.user(m.Role.COORDINATOR, organisation_id=row.organisation_id)
        answering.accept(actor=giver, promise_ids=[row.id], now=NOW)
        assert not any(found.is_arranged for found in letters.find_results(run, [need]))
        agreeing.agree(actor=office.counter, promise_id=row.id, now=NOW)
        assert all(found.is_arranged for found in letters.find_results(run, [need]))
        db.session.commit()
    page = read(app, office.asker).get("needs.follow", need_id=need).text
    assert "It is arranged as you read above." in page
    assert "will arrange it with you" not in page


def list_visits(office) -> list[m.Promise]:
    """The promises of the pairing in the published month."""
    of_run = select(m.Promise).where(m.Promise.round_run_id == office.run_id)
    return list(db.session.scalars(of_run.where(m.Promise.pairing_id == office.pairing.id)))


@pytest.mark.parametrize(
    ("end", "why"),
    [
        (m.PairingEnd.RECIPIENT_WISH, "As you wished, the regular visits have ended."),
        (m.PairingEnd.MOVED_AWAY, "because you moved away"),
        (m.PairingEnd.GOAL_REACHED, "What the visits were for is reached."),
        (m.PairingEnd.GIVER_WISH, "The organisation cannot go on with the regular visits."),
        (None, None),
    ],
)
def test_no_visit_is_planned_once_the_pairing_ended(app, office, end, why):
    """Nobody failed to come then; a volunteer who left is another thing."""
    with app.app_context():
        rows = list_visits(office)
        if end is not None:
            pairing_service.end_pairing(
                actor=office.one,
                pairing_id=office.pairing.id,
                end=End(get_local_date(NOW), end),
                known_breaks=len(rows),
                now=NOW,
            )
        code = m.RevokeReason.PAIRING_ENDED if end else m.RevokeReason.VOLUNTEER_LEFT
        reasons = dict.fromkeys([row.id for row in rows], code)
        revoking.revoke(rows[0].run, reasons, actor=office.one, now=NOW)
        db.session.commit()
    page = read(app, office.asker).get("needs.answers").text
    assert ("Nobody can come to you in" in page) is (end is None)
    assert ("No visit is planned any more in" in page) is (end is not None)
    assert why is None or why in page


def test_no_visit_is_planned_once_the_resident_said_no(app, office):
    with app.app_context():
        rows = list_visits(office)
        answering.accept(actor=office.giver, promise_ids=[row.id for row in rows], now=NOW)
        for row in rows:
            reason = m.DeclineReason.NO_LONGER_NEEDED
            agreeing.refuse(actor=office.counter, promise_id=row.id, reason=reason, now=NOW)
        db.session.commit()
    page = read(app, office.asker).get("needs.answers").text
    assert "Nobody can come to you in" not in page
    assert "You said that you do not need a visit then." in page
