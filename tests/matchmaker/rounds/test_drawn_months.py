"""Whole months of the site under the second policy, through its own services."""

import io
import json
import zipfile

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.needs.desk_service import withdraw_need
from matchmaker.needs.states import get_need
from matchmaker.promises.present import list_broken
from matchmaker.rounds import queries
from matchmaker.rounds.outcome_numbers import read_numbers
from matchmaker.rounds.publish import publication
from matchmaker.rounds.publish.proof_file import make_proof_zip
from matchmaker.rounds.publish.revoking import revoke_broken
from matchmaker.rounds.question.snapshot import CommitteeHistory, FrozenLoad
from matchmaker.rounds.solve.figures import LEFT_AT_HOME, get_figures
from matchmaker.rounds.words.grounds import explain_outcome
from matchmaker.rounds.words.helps import explain_next
from matchmaker.rounds.words.outcomes import (
    explain_outcome_to_staff,
    name_ground,
)
from tests.factories import NOW
from tests.matchmaker.rounds.second_month import SECOND_MONTH
from tests.matchmaker.rounds.small_month import SmallMonth
from tests.matchmaker.rounds.whole_month import assert_ledger_is_whole
from tests.worlds import kept

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("context")]

TWICE = "N2607-0009"  # the second ask of a home that asks for goods already


@pytest.fixture
@kept
def month(make):
    """Two units of goods: for one home in danger, that asks twice, and one of two committees."""
    month = SmallMonth(make, policy="community/2")
    month.goods.least_quantity = 1
    make.add(month.goods)
    make.need(
        month.residents[3],
        month.goods,
        month.first,
        month.committees[2].id,
        reference=TWICE,
        waiting_rounds=4,
        tier=1,
    )
    month.needs[5].tier = month.needs[4].tier  # as urgent as the other committee's
    make.add(month.needs[5])
    return month


def list_goods(run: m.RoundRun) -> dict[str, m.NeedOutcome]:
    query = (
        select(m.NeedOutcome)
        .join(m.NeedOutcome.need)
        .join(m.Need.category)
        .where(m.NeedOutcome.round_run_id == run.id, m.ServiceCategory.code == "rice_oil")
    )
    return {row.need.reference: row for row in db.session.scalars(query)}


def test_the_month_is_solved_proved_and_published_with_an_outcome_for_every_need(month):
    run = month.publish()
    assert run.status is m.RunStatus.PROVEN
    assert run.match_round.policy == "community/2"
    outcomes = db.session.scalars(select(m.NeedOutcome)).all()
    assert {row.need.reference for row in outcomes} == {
        *(need.reference for need in month.needs.values()),
        TWICE,
    }
    assert json.loads(run.solution_json)["policy"] == "community/2"
    assert {stage.name for stage in get_figures(run).stages} >= {"first-turns-1", "draw", "shares"}


def test_one_home_has_one_turn_however_many_needs_it_writes(month):
    run = month.publish()
    found = list_goods(run)
    assert sum(row.received_units for row in found.values()) == 2
    own = {"N2607-0003", TWICE}
    assert [found[name].received_units for name in sorted(own)] == [0, 1]  # the longer wait first
    left, met = found["N2607-0003"], found[TWICE]
    assert (left.is_met, left.ground, met.is_met) == (False, LEFT_AT_HOME, True)
    with force_locale("en"):
        assert "other request" in explain_outcome(left)
        assert "starts again" in explain_next(left)
    assert get_figures(run).by_ground[LEFT_AT_HOME] == 1


def test_what_is_left_of_a_home_that_had_its_turn_waits_from_the_start(month):
    need = db.session.get_one(m.Need, month.needs[3].id)
    need.waiting_rounds = 2
    run = month.publish()
    assert list_goods(run)["N2607-0003"].ground == LEFT_AT_HOME
    assert (need.state, need.waiting_rounds) == (m.NeedState.OPEN, 0)
    publication.withdraw_publication(run.match_round, reason="x", actor=month.one, now=NOW)
    assert (need.state, need.waiting_rounds) == (m.NeedState.IN_ROUND, 2)
    assert db.session.scalars(select(m.FairnessLedger)).all() == []


def test_a_home_that_took_the_other_request_back_had_no_turn(month):
    """The request that got the units is withdrawn before the publication: nothing came."""
    run = month.solve()
    need, other = (
        db.session.scalars(select(m.Need).where(m.Need.reference == name)).one()
        for name in ("N2607-0003", TWICE)
    )
    need.waiting_rounds = 2
    withdraw_need(actor=month.one, need_id=other.id, now=NOW)
    for _time in range(2):  # published again, it says the same
        publication.publish_run(run, actor=month.two, now=NOW)
        outcome = list_goods(run)["N2607-0003"]
        assert (need.state, need.waiting_rounds) == (m.NeedState.OPEN, 3)
        with force_locale("en"):
            assert "does not come after all" in explain_outcome(outcome)
            assert "this month counts" in explain_next(outcome)
            assert "that was lost since" in explain_outcome_to_staff(outcome)
            assert name_ground(outcome.ground) == "Home lost its turn"
        publication.withdraw_publication(run.match_round, reason="x", actor=month.one, now=NOW)
        need.waiting_rounds = 2


@pytest.mark.parametrize("is_published", [False, True])
def test_a_home_whose_promise_is_revoked_had_no_turn(month, is_published):
    """The request that got the units loses them: the other one waits on, and reads why."""
    need = db.session.get_one(m.Need, month.needs[3].id)
    need.waiting_rounds = 2
    run = month.publish() if is_published else month.solve()
    db.session.get_one(m.Offer, month.offers["goods"].id).committees = ["C99"]
    db.session.flush()
    broken = {row.promise.id for row in list_broken(run, NOW)}
    revoke_broken(run, broken, actor=month.one, now=NOW)
    if not is_published:
        publication.publish_run(run, actor=month.two, now=NOW)
    assert_ledger_is_whole(run)
    assert (need.state, need.waiting_rounds) == (m.NeedState.OPEN, 3)
    outcome = list_goods(run)["N2607-0003"]
    with force_locale("en"):
        assert "does not come after all" in explain_outcome(outcome)
        assert "this month counts" in explain_next(outcome)


def test_each_assignment_is_for_a_need_as_entered(month):
    run = month.publish()
    query = select(m.Promise).where(m.Promise.round_run_id == run.id)
    given = [row for row in db.session.scalars(query) if row.need_id]
    assert {row.need.reference for row in given} == {
        row.need.reference for row in db.session.scalars(select(m.NeedOutcome)) if row.is_met
    }


def test_the_next_month_remembers_contests_and_loads(month):
    run = month.publish()
    contests = get_figures(run).contests
    assert {code: contest.open for code, contest in contests.items()} == {"C01": 1, "C02": 1}
    assert sum(contest.met for contest in contests.values()) == 1
    snapshot = queries.read_snapshot(month.freeze(SECOND_MONTH))
    assert snapshot.history == tuple(
        CommitteeHistory(code, contest.open, contest.met)
        for code, contest in sorted(contests.items())
    )
    visits = get_figures(run).loads["O01"]["visits"]
    assert snapshot.loads == (
        FrozenLoad("O01", "rice_oil", carried=2, agreed=4),
        FrozenLoad("O01", "visits", carried=visits.used, agreed=8),
    )


def test_the_office_reads_the_ticket_of_a_home_that_lost_the_draw(month):
    run = month.solve()
    lost = next(row for row in list_goods(run).values() if row.ground == "lost_lottery")
    numbers = read_numbers(lost)
    assert len(numbers.home_ticket) == 64
    assert numbers.home_cut_off < numbers.home_ticket
    with force_locale("en"):
        assert explain_outcome_to_staff(lost) == (
            f"Equal up to the draw, which decided. Ticket of the home "
            f"{numbers.home_ticket[:12]}, last one drawn {numbers.home_cut_off[:12]}."
        )


def test_what_was_withdrawn_before_the_publication_is_no_help_that_its_committee_had(month):
    """Two committees compete for the second unit; both units are taken back."""
    run = month.solve()
    rivals = [list_goods(run)[f"N2607-000{number}"] for number in (4, 5)]
    [served] = [row for row in rivals if row.is_met]
    for row in (served, list_goods(run)[TWICE]):
        withdraw_need(actor=month.one, need_id=row.need_id, now=NOW)
    publication.publish_run(run, actor=month.two, now=NOW)
    db.session.flush()
    assert sum(contest.met for contest in get_figures(run).contests.values()) == 1
    snapshot = queries.read_snapshot(month.freeze(SECOND_MONTH))
    assert snapshot.history == (CommitteeHistory("C01", 1, 0), CommitteeHistory("C02", 1, 0))
    visits = get_figures(run).loads["O01"]["visits"]
    assert snapshot.loads == (  # nor has its giver carried anything
        FrozenLoad("O01", "rice_oil", carried=0, agreed=4),
        FrozenLoad("O01", "visits", carried=visits.used, agreed=8),
    )


def test_of_contested_help_each_ask_that_came_to_nothing_is_left_out(month):
    """Of three asks of a committee that were contested and met, two are taken back."""
    run = month.solve()
    asks = ("N2607-0001", f"N2607-0003+{TWICE}", "N2607-0005")
    outcomes = {row.need.reference: row for row in db.session.scalars(select(m.NeedOutcome))}
    outcomes["N2607-0005"].is_met = True
    run.verdict = run.verdict | {"contested": list(asks)}
    run.figures = run.figures | {"contests": {"C02": {"open": 4, "met": 3}}}
    for name in ("N2607-0001", TWICE):
        withdraw_need(actor=month.one, need_id=outcomes[name].need_id, now=NOW)
    publication.publish_run(run, actor=month.two, now=NOW)
    db.session.flush()
    found = queries.read_snapshot(month.freeze(SECOND_MONTH)).history
    assert found == (CommitteeHistory("C02", 4, 1),)


def test_a_need_withdrawn_that_nobody_competed_for_leaves_the_contests_as_they_were(month):
    run = month.solve()
    lost = next(row for row in list_goods(run).values() if row.ground == "lost_lottery")
    for row in (lost, list_goods(run)[TWICE]):  # nothing came of the first; the other had no rival
        withdraw_need(actor=month.one, need_id=row.need_id, now=NOW)
    publication.publish_run(run, actor=month.two, now=NOW)
    db.session.flush()
    found = queries.read_snapshot(month.freeze(SECOND_MONTH)).history
    assert [(row.committee, row.possible) for row in found] == [("C01", 1), ("C02", 1)]
    assert sum(row.received for row in found) == 1


def test_a_pinned_need_is_met_by_itself(month):
    match_round = month.freeze()
    need = get_need(month.needs[3].id, month.one)
    db.session.add(
        m.RoundOverride(
            match_round_id=match_round.id,
            kind=m.OverrideKind.PIN,
            need_id=need.id,
            reason="promised",
            made_by_id=month.first.id,
            made_at=NOW,
        )
    )
    db.session.flush()
    found = list_goods(month.solve(match_round))
    assert found["N2607-0003"].received_units == 1


def test_the_question_names_no_home_and_no_resident(month):
    run = month.publish()
    for model in (m.Resident, m.Household):
        references = db.session.scalars(select(model.reference)).all()
        assert not [reference for reference in references if reference in run.problem_json]


def test_the_file_of_the_proof_says_what_a_joined_ask_is(month):
    run = month.publish()
    with zipfile.ZipFile(io.BytesIO(make_proof_zip(run))) as archive:
        text = archive.read("README.txt").decode()
    assert "are one ask of one home" in text
    assert f"N2607-0003+{TWICE}" in run.problem_json
