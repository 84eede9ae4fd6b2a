"""The life of a round: opening, freeze, runs, publication, withdrawal; each step guarded."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from matchmaker import models as m
from matchmaker.base.errors import ConflictError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.needs import desk_service
from matchmaker.rounds import queries
from matchmaker.rounds.freeze import service as freeze_service
from matchmaker.rounds.publish import publication
from matchmaker.rounds.solve import runs
from matchmaker.rounds.states import JOB_STATES, ROUND_STATES
from optimizer.explanation import explain_briefly
from optimizer.report import Failure, Seconds, SolveReport
from tests.draws import make_draw
from tests.factories import NOW
from tests.journeys.page_costs import count_statements
from tests.matchmaker.rounds.small_month import MONTH, solve_here
from tests.reach import reach

pytestmark = pytest.mark.both_databases


def count(model, *conditions) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions))


def list_actions() -> list[str]:
    return list(db.session.scalars(select(m.AuditEvent.action).order_by(m.AuditEvent.id)))


def test_a_month_is_opened_once(context, month):
    month.open()
    with pytest.raises(ConflictError, match=r"round\.exists"):
        month.open()


def test_a_month_that_has_its_round_is_refused_before_anything_is_written(context, month):
    month.open()
    with (
        count_statements(context) as statements,
        pytest.raises(ConflictError, match=r"^round\.exists$"),
    ):
        month.open()
    assert [text for text in statements if not text.startswith("SELECT")] == []


def test_a_round_of_another_street_office_does_not_exist(context, month):
    month.open()
    stranger = db.session.get_one(m.User, month.stranger.id)
    with pytest.raises(NotFoundError):
        queries.get_round(MONTH, stranger)
    assert queries.get_round(MONTH, db.session.get_one(m.User, month.auditor.id)).month == MONTH


def test_a_freeze_takes_every_open_need_into_the_round(context, month):
    match_round = month.freeze()
    assert match_round.state is m.RoundState.DRAWN
    assert count(m.Need, m.Need.state == m.NeedState.IN_ROUND) == 6
    assert len(match_round.snapshot.sha256) == len(match_round.seed) == 64


def write_offer(month, **values) -> m.Offer:
    values = {"state": m.OfferState.SUBMITTED, **values}
    return month.make.offer(month.organisations[1], month.goods, **values)


def test_opening_and_freezing_bring_the_offers_up_to_the_day(context, month):
    due, later = (
        reach(month.make, write_offer(month, valid_from=NOW.date() + wait), m.OfferState.APPROVED)
        for wait in (timedelta(0), timedelta(days=1))
    )
    over = write_offer(month, state=m.OfferState.OPEN, valid_until=NOW.date() - timedelta(days=1))
    match_round = month.open()
    states = (due.state, later.state, over.state)
    assert states == (m.OfferState.OPEN, m.OfferState.APPROVED, m.OfferState.EXPIRED)
    values = {"actor": month.one, "now": NOW + timedelta(days=1)}
    freeze_service.freeze_round(match_round, draw=make_draw(values["now"]), **values)
    assert later.state is m.OfferState.OPEN


def test_a_lock_needs_something_to_decide(context, month):
    for need in month.needs.values():
        desk_service.withdraw_need(actor=month.one, need_id=need.id, now=NOW)
    match_round = month.open()
    with pytest.raises(ConflictError, match=r"round\.nothing_to_decide"):
        month.lock_open(match_round)


@pytest.mark.parametrize(
    ("step", "state", "following"),
    [
        ("open", m.RoundState.DRAFT, {m.RoundState.FROZEN}),
        ("lock", m.RoundState.FROZEN, {m.RoundState.DRAWN}),
        ("freeze", m.RoundState.DRAWN, {m.RoundState.SOLVING}),
        (
            "start",
            m.RoundState.SOLVING,
            {m.RoundState.REVIEW, m.RoundState.NO_SOLUTION, m.RoundState.DRAWN},
        ),
        ("solve", m.RoundState.REVIEW, {m.RoundState.SOLVING, m.RoundState.PUBLISHED}),
        (
            "publish",
            m.RoundState.PUBLISHED,
            {m.RoundState.REVIEW, m.RoundState.EXECUTING, m.RoundState.CLOSED},
        ),
    ],
)
def test_a_round_takes_legal_steps_only(context, month, step, state, following):
    reached = getattr(month, step)()
    match_round = getattr(reached, "match_round", reached)
    assert match_round.state is state
    for target in set(m.RoundState) - following:
        with pytest.raises(ConflictError, match=r"round\.state"):
            ROUND_STATES.take(match_round, target)
        assert match_round.state is state
    assert ROUND_STATES.list_steps(state) == following


@pytest.mark.parametrize(
    ("state", "following"),
    [
        (m.JobState.QUEUED, {m.JobState.RUNNING, m.JobState.FAILED, m.JobState.CANCELLED}),
        (m.JobState.RUNNING, set(m.JobState) - {m.JobState.RUNNING}),
        (m.JobState.DONE, set()),
        (m.JobState.FAILED, set()),
        (m.JobState.CANCELLED, set()),
    ],
)
def test_a_job_takes_legal_steps_only(state, following):
    assert JOB_STATES.list_steps(state) == following


def test_a_run_saves_outcomes_assignments_and_figures(context, month):
    run = month.solve()
    assert run.status is m.RunStatus.PROVEN
    assert run.is_verified
    assert run.match_round.state is m.RoundState.REVIEW
    assert (run.figures["asked"], run.figures["met"]) == (6, 4)
    assert count(m.NeedOutcome, m.NeedOutcome.round_run_id == run.id) == 6
    assert count(m.Promise, m.Promise.round_run_id == run.id) == 4
    grounds = set(db.session.scalars(select(m.NeedOutcome.ground)))
    assert "met" in grounds
    assert len(grounds) > 1


def test_finishing_twice_changes_nothing(context, month):
    run = month.take()
    report = solve_here(run)
    runs.finish_run(run, report, now=NOW)
    events = list_actions()
    runs.finish_run(run, report, now=NOW)
    assert count(m.NeedOutcome) == 6
    assert list_actions() == events


def test_a_result_that_the_checker_refuses_is_failed_and_saves_nothing(context, month):
    run = month.start()
    report = solve_here(run)
    refused = replace(report, findings=("capacity",), failure=Failure.NOT_VERIFIED)
    runs.finish_run(run, refused, now=NOW)
    assert run.status is m.RunStatus.FAILED
    assert (run.findings, runs.get_job(run).error) == (["capacity"], "not_verified")
    assert run.match_round.state is m.RoundState.DRAWN
    assert count(m.Promise) == count(m.NeedOutcome) == 0
    with pytest.raises(ConflictError):
        publication.publish_run(run, actor=month.two, now=NOW)


def test_a_result_of_another_problem_is_failed(context, month):
    run = month.start()
    report = solve_here(run)
    stray = replace(report.solution, problem_sha256="0" * 64)
    runs.finish_run(run, replace(report, solution=stray), now=NOW)
    assert run.status is m.RunStatus.FAILED
    assert runs.get_job(run).error == "other_problem"


@pytest.mark.parametrize("failure", [f for f in Failure if f is not Failure.CANCELLED])
def test_a_solve_without_an_answer_is_a_failed_run_that_says_why(context, month, failure):
    run = month.take()
    report = SolveReport(failure=failure, seconds=Seconds(solve=1.5))
    runs.finish_run(run, report, now=NOW)
    job = runs.get_job(run)
    assert (run.status, job.state, job.error) == (
        m.RunStatus.FAILED,
        m.JobState.FAILED,
        failure.value,
    )
    assert (run.solution_json, run.figures, run.timings["total"]) == (None, None, 1.5)
    assert run.match_round.state is m.RoundState.DRAWN


def test_a_run_without_full_explanations_keeps_its_answer_and_its_grounds(context, month):
    run = month.take()
    report = solve_here(run)
    brief = explain_briefly(report.solution)
    lame = replace(report, explanations=brief, unexplained=Failure.OUT_OF_MEMORY)
    runs.finish_run(run, lame, now=NOW)
    assert run.status is m.RunStatus.PROVEN
    assert run.is_verified
    outcomes = db.session.scalars(select(m.NeedOutcome).where(~m.NeedOutcome.is_met)).all()
    assert sorted(row.ground for row in outcomes) == sorted(found.code for found in brief) != []
    assert all(row.numbers.keys() - {"stage"} == {"asked", "units"} for row in outcomes)


def test_the_seconds_of_a_run_are_kept_by_stage_and_step(context, month):
    run = month.take()
    report = solve_here(run)
    runs.finish_run(run, report, now=NOW)
    assert run.timings["stages"] == dict(report.seconds.stages) != {}
    steps = (report.seconds.solve, report.seconds.check, report.seconds.explain)
    assert tuple(run.timings[name] for name in ("total", "check", "explain")) == steps


def test_a_cancelled_run_leaves_the_round_frozen(context, month):
    run = month.start()
    runs.cancel_run(run, actor=month.one, now=NOW)
    assert runs.get_job(run).state is m.JobState.CANCELLED
    assert run.match_round.state is m.RoundState.DRAWN
    with pytest.raises(ConflictError, match=r"run\.finished"):
        runs.cancel_run(run, actor=month.one, now=NOW)
