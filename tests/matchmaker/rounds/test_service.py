"""The life of a round: opening, freeze, runs, publication, withdrawal; each step guarded."""

import json

import pytest
from sqlalchemy import func, select

from matchmaker import models as m
from matchmaker.audit.service import verify_chain
from matchmaker.errors import ConflictError, InvalidError, NotFoundError
from matchmaker.extensions import db
from matchmaker.rounds import overrides, publication, running, service
from matchmaker.rounds.states import TRANSITIONS, move_round
from tests.factories import NOW
from tests.matchmaker.rounds.small_month import MONTH, PUBLIC_VALUE, solve_here


def count(model, *conditions) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions))


def list_actions() -> list[str]:
    return list(db.session.scalars(select(m.AuditEvent.action).order_by(m.AuditEvent.id)))


def test_a_month_is_opened_once(context, month):
    month.open()
    with pytest.raises(ConflictError, match=r"round\.exists"):
        month.open()


def test_a_round_of_another_street_office_does_not_exist(context, month):
    month.open()
    stranger = db.session.get_one(m.User, month.stranger.id)
    with pytest.raises(NotFoundError):
        service.get_round(MONTH, stranger)
    assert service.get_round(MONTH, db.session.get_one(m.User, month.auditor.id)).month == MONTH


def test_a_freeze_takes_every_open_need_into_the_round(context, month):
    match_round = month.freeze()
    assert match_round.state is m.RoundState.FROZEN
    assert count(m.Need, m.Need.state == m.NeedState.IN_ROUND) == 6
    assert len(match_round.snapshot.sha256) == len(match_round.seed) == 64


def test_a_freeze_needs_the_announced_value_and_something_to_decide(context, month):
    match_round = month.open()
    with pytest.raises(InvalidError):
        service.freeze_round(match_round, public_value="  ", actor=month.one, now=NOW)
    db.session.rollback()
    db.session.query(m.Need).update({"state": m.NeedState.SUBMITTED})
    match_round = month.open()
    with pytest.raises(ConflictError, match=r"round\.nothing_to_decide"):
        service.freeze_round(match_round, public_value="1", actor=month.one, now=NOW)


@pytest.mark.parametrize("state", list(m.RoundState))
def test_a_round_takes_legal_steps_only(context, month, state):
    match_round = month.open()
    for target in m.RoundState:
        match_round.state = state
        db.session.flush()
        if target in TRANSITIONS[state]:
            move_round(match_round, target)
        else:
            with pytest.raises(ConflictError, match=r"round\.wrong_state"):
                move_round(match_round, target)


def test_a_run_saves_outcomes_assignments_and_figures(context, month):
    run = month.solve()
    assert run.status is m.RunStatus.PROVEN
    assert run.is_verified
    assert run.match_round.state is m.RoundState.REVIEW
    assert (run.figures["asked"], run.figures["met"]) == (6, 4)
    assert count(m.NeedOutcome, m.NeedOutcome.round_run_id == run.id) == 6
    assert count(m.Assignment, m.Assignment.round_run_id == run.id) == 4
    grounds = set(db.session.scalars(select(m.NeedOutcome.ground)))
    assert "met" in grounds
    assert len(grounds) > 1


def test_finishing_twice_changes_nothing(context, month):
    run = month.start()
    report = solve_here(run)
    running.finish_run(run, report, now=NOW)
    events = list_actions()
    running.finish_run(run, report, now=NOW)
    assert count(m.NeedOutcome) == 6
    assert list_actions() == events


def test_a_result_that_the_checker_refuses_is_failed_and_saves_nothing(context, month):
    run = month.start()
    report = solve_here(run)
    running.finish_run(
        run, running.SolveReport(solution=report.solution, findings=["capacity"]), now=NOW
    )
    assert run.status is m.RunStatus.FAILED
    assert run.match_round.state is m.RoundState.FROZEN
    assert count(m.Assignment) == count(m.NeedOutcome) == 0
    with pytest.raises(ConflictError):
        publication.publish_run(run, actor=month.two, now=NOW)


def test_a_result_of_another_problem_is_failed(context, month):
    run = month.start()
    solution = {**solve_here(run).solution, "problem_sha256": "0" * 64}
    running.finish_run(run, running.SolveReport(solution=solution), now=NOW)
    assert run.status is m.RunStatus.FAILED
    assert running.get_job(run).error == "other_problem"


def test_publishing_is_one_whole(context, month):
    resident = month.make.user(m.Role.RESIDENT, resident_id=month.residents[1].id)
    month.make.user(m.Role.COORDINATOR, organisation_id=month.organisations[1].id)
    run = month.publish()
    assert run.match_round.state is m.RoundState.PUBLISHED
    assert count(m.Need, m.Need.state == m.NeedState.MATCHED) == 4
    passed_over = select(m.Need.waiting_rounds).where(m.Need.state == m.NeedState.OPEN)
    assert set(db.session.scalars(passed_over)) == {1}
    assert set(db.session.scalars(select(m.Assignment.state))) == {m.AssignmentState.AWAITING_GIVER}
    lines = select(m.FairnessLedger).where(m.FairnessLedger.scope == m.LedgerScope.COMMITTEE)
    assert sum(line.received for line in db.session.scalars(lines)) == 4
    assert count(m.Notice, m.Notice.user_id == resident.id) == 1
    assert count(m.Notice, m.Notice.kind == "round.published") == 1
    assert list_actions()[-1] == "round.publish"
    assert verify_chain() == []


def test_who_started_a_run_cannot_publish_it(context, month):
    run = month.solve()
    with pytest.raises(ConflictError, match=r"round\.second_person"):
        publication.publish_run(run, actor=month.one, now=NOW)


def test_a_run_that_ignores_a_later_forbid_cannot_be_published(context, month):
    run = month.solve()
    _forbid(month, run.match_round)
    with pytest.raises(ConflictError, match=r"run\.overrides_changed"):
        publication.publish_run(run, actor=month.two, now=NOW)
    again = month.solve(run.match_round)
    assert again.number == 2
    publication.publish_run(again, actor=month.two, now=NOW)
    assert again.match_round.published_run is again


def test_a_forbid_holds_from_the_next_run_and_can_be_lifted(context, month):
    first = month.solve()
    override = _forbid(month, first.match_round)
    second = month.solve(first.match_round)
    assert second.figures["met"] == first.figures["met"] - 1
    overrides.lift_override(first.match_round, override.id, actor=month.one, now=NOW)
    third = month.solve(first.match_round)
    assert third.result_sha256 == first.result_sha256
    with pytest.raises(ConflictError, match=r"round\.override_lifted"):
        overrides.lift_override(first.match_round, override.id, actor=month.one, now=NOW)


def test_pins_that_cannot_all_hold_leave_no_solution(context, month):
    match_round = month.freeze()
    for number in (3, 4, 5):
        overrides.add_override(
            match_round,
            kind=m.OverrideKind.PIN,
            need=db.session.get_one(m.Need, month.needs[number].id),
            offer_id=None,
            volunteer_id=None,
            reason="promised",
            actor=month.one,
            now=NOW,
        )
    run = month.solve(match_round)
    assert run.status is m.RunStatus.INFEASIBLE
    assert match_round.state is m.RoundState.NO_SOLUTION


def test_a_withdrawn_publication_comes_back_as_a_new_version(context, month):
    run = month.publish()
    match_round = run.match_round
    with pytest.raises(ConflictError, match=r"second_person_to_withdraw"):
        publication.withdraw_publication(match_round, reason="wrong", actor=month.two, now=NOW)
    publication.withdraw_publication(match_round, reason="wrong", actor=month.one, now=NOW)
    db.session.flush()
    assert match_round.state is m.RoundState.REVIEW
    assert count(m.Need, m.Need.state == m.NeedState.IN_ROUND) == 6
    assert set(db.session.scalars(select(m.Need.waiting_rounds))) == {0}
    assert count(m.FairnessLedger) == 0
    assert set(db.session.scalars(select(m.Assignment.state))) == {m.AssignmentState.PROPOSED}
    publication.publish_run(run, actor=month.two, now=NOW)
    assert match_round.publication == 2


def test_nothing_is_withdrawn_after_a_delivery(context, month):
    run = month.publish()
    db.session.scalars(select(m.Assignment)).first().state = m.AssignmentState.DELIVERED
    db.session.flush()
    with pytest.raises(ConflictError, match=r"round\.delivery_begun"):
        publication.withdraw_publication(run.match_round, reason="x", actor=month.one, now=NOW)


def test_a_cancelled_run_leaves_the_round_frozen(context, month):
    run = month.start()
    running.cancel_run(run, actor=month.one, now=NOW)
    assert running.get_job(run).state is m.JobState.CANCELLED
    assert run.match_round.state is m.RoundState.FROZEN
    with pytest.raises(ConflictError, match=r"run\.finished"):
        running.cancel_run(run, actor=month.one, now=NOW)


def test_the_ledger_of_a_month_is_the_history_of_the_next(context, month):
    month.publish()
    db.session.query(m.Need).update({"state": m.NeedState.OPEN})
    later = service.open_round(
        month=MONTH.replace(month=8), seed_rule="x", actor=month.one, now=NOW
    )
    service.freeze_round(later, public_value=PUBLIC_VALUE, actor=month.one, now=NOW)
    history = json.loads(later.snapshot.canonical_json)["history"]
    assert sum(row["received"] for row in history) == 4
    assert all(row["possible"] >= row["received"] for row in history)


def _forbid(month, match_round) -> m.RoundOverride:
    return overrides.add_override(
        match_round,
        kind=m.OverrideKind.FORBID,
        need=db.session.get_one(m.Need, month.needs[1].id),
        offer_id=None,
        volunteer_id=None,
        reason="the resident is away",
        actor=month.one,
        now=NOW,
    )
