"""Who gets a notice of a publication: one account in, one notice or none."""

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.needs.desk_service import withdraw_need
from matchmaker.notices import service
from matchmaker.rounds.publish import publication
from matchmaker.rounds.publish.notices import Heard
from tests.factories import NOW

pytestmark = pytest.mark.usefixtures("context")


def list_notices(user: m.User) -> list[str]:
    return [row.kind for row in service.list_notices(user, most=99)][::-1]


def test_a_resident_gets_one_notice_for_each_need_with_an_account_or_without(make, month):
    accounts = {
        number: make.user(m.Role.RESIDENT, resident_id=resident.id)
        for number, resident in month.residents.items()
        if number > 1
    }
    run = month.publish()
    query = select(m.NeedOutcome).where(m.NeedOutcome.round_run_id == run.id)
    for outcome in db.session.scalars(query):
        number = next(k for k, need in month.needs.items() if need.id == outcome.need_id)
        kind = "need.matched" if outcome.is_met else "need.not_matched"
        if number in accounts:
            assert list_notices(accounts[number]) == [kind]
        of_need = select(m.Notice.resident_id, m.Notice.kind).where(
            m.Notice.subject_type == "need", m.Notice.subject_id == outcome.need_id
        )
        assert db.session.execute(of_need).all() == [(month.residents[number].id, kind)]


@pytest.mark.parametrize(
    ("disabled_at", "has_notice"), [(None, True), (NOW, False)], ids=["active", "disabled"]
)
def test_a_coordinator_gets_one_notice_of_a_publication_and_of_its_withdrawal(
    make, month, disabled_at, has_notice
):
    organisation = month.organisations[1]
    coordinator = make.user(
        m.Role.COORDINATOR, organisation_id=organisation.id, disabled_at=disabled_at
    )
    run = month.publish()
    assert list_notices(coordinator) == (["round.published"] if has_notice else [])
    publication.withdraw_publication(run.match_round, reason="a mistake", actor=month.one, now=NOW)
    db.session.flush()
    expected = ["round.published", "round.withdrawn"] if has_notice else []
    assert sorted(list_notices(coordinator)) == expected


def test_a_publication_says_how_many_hear_of_it_and_how(make, month):
    for number in (1, 3):
        make.user(m.Role.RESIDENT, resident_id=month.residents[number].id)
    run = month.solve()
    heard = publication.publish_run(run, actor=month.two, now=NOW)
    givers = set(db.session.scalars(select(m.Promise.organisation_id)))
    assert heard == Heard(on_site=2, on_paper=4, organisations=len(givers))
    assert givers


def test_an_answer_is_taken_back_only_of_a_need_that_takes_part_again(app, make, month):
    accounts = {
        number: make.user(m.Role.RESIDENT, resident_id=month.residents[number].id)
        for number in (1, 5, 6)
    }
    run = month.publish()
    unmet = next(k for k in (5, 6) if list_notices(accounts[k]) == ["need.not_matched"])
    withdraw_need(
        actor=accounts[unmet], need_id=month.needs[unmet].id, now=NOW
    )  # it is open again: nobody waits for an answer any more
    publication.withdraw_publication(run.match_round, reason="a mistake", actor=month.one, now=NOW)
    db.session.flush()
    assert list_notices(accounts[1]) == ["need.matched", "need.answer_withdrawn"]
    assert list_notices(accounts[unmet]) == ["need.not_matched"]


def test_an_organisation_with_nothing_to_do_gets_no_notice(make, month):
    idle = make.user(m.Role.COORDINATOR, organisation_id=month.organisations[2].id)
    month.publish()
    assert list_notices(idle) == []


def test_a_volunteer_hears_of_a_month_with_visits_and_of_none_without(make, month):
    volunteer = make.user(m.Role.VOLUNTEER, volunteer_id=month.volunteers[1].id)
    elsewhere = make.volunteer(month.organisations[2])
    idle = make.user(m.Role.VOLUNTEER, volunteer_id=elsewhere.id)
    month.publish()
    assert list_notices(volunteer) == ["visits.out"]
    assert list_notices(idle) == []


def test_a_notice_leads_to_the_need_or_the_round(make, month):
    resident = make.user(m.Role.RESIDENT, resident_id=month.residents[1].id)
    coordinator = make.user(m.Role.COORDINATOR, organisation_id=month.organisations[1].id)
    run = month.publish()
    found = {
        user.id: [
            (row.subject_type, row.subject_id, row.created_at)
            for row in service.list_notices(user, most=9)
        ]
        for user in (resident, coordinator)
    }
    assert found == {
        resident.id: [("need", month.needs[1].id, NOW)],
        coordinator.id: [("match_round", run.match_round_id, NOW)],
    }
