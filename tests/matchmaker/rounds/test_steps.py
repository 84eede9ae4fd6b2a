"""Every step of a round leaves one event in the audit log and its rows, compared whole."""

import hashlib
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.rounds.freeze import draws, overrides
from matchmaker.rounds.freeze import service as freeze_service
from matchmaker.rounds.freeze.draws import Announcement
from matchmaker.rounds.matching import DEFAULT_POLICY
from matchmaker.rounds.publish import publication
from matchmaker.rounds.solve import jobs, runs
from optimizer.report import Failure, SolveReport
from tests import pins
from tests.draws import PUBLIC_VALUE, lock_and_draw, make_draw
from tests.factories import NOW
from tests.matchmaker.rounds.small_month import MONTH, solve_here

pytestmark = pytest.mark.usefixtures("context")

LATER = NOW + timedelta(minutes=3)


def read_event() -> tuple:
    """The latest event: action, subject, who, when, details."""
    event = db.session.scalars(select(m.AuditEvent).order_by(m.AuditEvent.id.desc())).first()
    subject = (event.subject_type, event.subject_id)
    return event.action, subject, event.actor_id, event.at, event.details


def count_events() -> int:
    return db.session.query(m.AuditEvent).count()


def test_opening_announces_the_policy(month):
    match_round = freeze_service.open_round(month=MONTH, actor=month.one, now=NOW)
    assert (match_round.subdistrict_id, match_round.month) == (month.subdistrict.id, MONTH)
    assert (match_round.policy, match_round.seed_rule) == (DEFAULT_POLICY, None)
    assert (match_round.opened_by_id, match_round.opened_at) == (month.first.id, NOW)
    assert (match_round.state, match_round.publication) == (m.RoundState.DRAFT, 0)
    details = {"month": "2026-07", "policy": DEFAULT_POLICY}
    subject = ("match_round", match_round.id)
    assert read_event() == ("round.open", subject, month.first.id, NOW, details)


def test_the_lock_keeps_the_month_its_hash_and_the_announced_draw(month):
    match_round = month.open()
    draw = make_draw(LATER)
    stored = freeze_service.freeze_round(match_round, draw=draw, actor=month.two, now=LATER)
    text = stored.canonical_json
    assert stored.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert (match_round.public_value, match_round.seed) == (None, None)
    (row,) = match_round.draws
    assert (row.source, row.number, row.draws_on) == (draw.source, draw.number, draw.day)
    assert (row.announced_by_id, row.announced_at, row.reason) == (month.second.id, LATER, None)
    assert (match_round.frozen_by_id, match_round.frozen_at) == (month.second.id, LATER)
    assert (stored.taken_at, stored.match_round_id) == (LATER, match_round.id)
    assert stored.offer_ids == {
        "O01/elder_visit/1": month.offers["visit"].id,
        "O01/rice_oil/1": month.offers["goods"].id,
        "O02/hardship_money/1": month.offers["money"].id,
    }
    announced = {"source": "double_colour_ball", "draw_number": "2026070", "draws_on": "2026-07-07"}
    details = {"snapshot_sha256": stored.sha256, **announced}
    subject = ("match_round", match_round.id)
    assert read_event() == ("round.freeze", subject, month.second.id, LATER, details)


def test_the_draw_makes_the_seed_of_the_locked_list(month):
    match_round, later = month.lock(), NOW + timedelta(days=2)
    seed = draws.draw_seed(match_round, drawn=PUBLIC_VALUE, actor=month.two, now=later)
    sha256 = match_round.snapshot.sha256
    assert seed == hashlib.sha256(f"{sha256}:{PUBLIC_VALUE}".encode()).hexdigest()
    assert (match_round.public_value, match_round.seed) == (PUBLIC_VALUE, seed)
    assert (match_round.drawn_by_id, match_round.drawn_at) == (month.second.id, later)
    details = {"public_value": PUBLIC_VALUE, "seed": seed}
    subject = ("match_round", match_round.id)
    assert read_event() == ("round.draw", subject, month.second.id, later, details)


def test_another_draw_takes_the_place_of_the_announced_one_and_both_stay(month):
    match_round = month.lock()
    draw = Announcement(m.DrawSource.SUPER_LOTTO, "26071", date(2026, 7, 8))
    row = draws.replace_draw(match_round, draw=draw, reason="slip", actor=month.one, now=LATER)
    assert match_round.draw is row
    assert [(d.number, d.reason) for d in match_round.draws] == [
        ("2026070", None),
        ("26071", "slip"),
    ]
    details = {"source": "super_lotto", "draw_number": "26071", "draws_on": "2026-07-08"}
    subject = ("match_round", match_round.id)
    assert read_event() == ("round.replace-draw", subject, month.first.id, LATER, details)


def test_a_run_is_numbered_and_waits_for_a_worker_at_once(month):
    match_round = month.freeze()
    for number in (1, 2):
        run = runs.start_run(match_round, limit_seconds=40 + number, actor=month.two, now=LATER)
        job = runs.get_job(run)
        assert (run.number, run.limit_seconds) == (number, 40 + number)
        assert (run.started_by_id, run.created_at) == (month.second.id, LATER)
        assert run.problem_json == runs.make_present_problem(match_round)
        assert run.problem_sha256 == hashlib.sha256(run.problem_json.encode()).hexdigest()
        assert (run.status, run.finished_at) == (m.RunStatus.PENDING, None)
        assert (job.state, job.tries, job.lease_token) == (m.JobState.QUEUED, 0, None)
        assert (job.created_at, job.lease_until) == (LATER, LATER)
        details = {"number": number, "problem_sha256": run.problem_sha256}
        subject = ("round_run", run.id)
        assert read_event() == ("round.solve", subject, month.second.id, LATER, details)
        runs.cancel_run(run, actor=month.one, now=LATER)


def test_the_runs_of_another_round_are_not_counted(month):
    month.solve()
    month.make.need(month.residents[1], month.goods, month.first, month.committees[1].id)
    run = month.start(month.freeze(MONTH.replace(month=8)))
    assert run.number == 1
    assert list(runs.list_runs(run.match_round)) == [run]


def test_a_finished_run_keeps_its_answer_and_says_so(month):
    run = month.take()
    report = solve_here(run)
    runs.finish_run(run, report, now=LATER)
    job, solution = runs.get_job(run), report.solution
    assert (run.status, run.finished_at, run.is_verified) == (m.RunStatus.PROVEN, LATER, True)
    assert (run.findings, run.result_sha256) == ([], solution.result_sha256)
    assert (job.state, job.error, job.finished_at) == (m.JobState.DONE, None, LATER)
    assert (job.lease_token, job.lease_until) == (None, None)
    details = {
        "number": 1,
        "status": "PROVEN",
        "result_sha256": solution.result_sha256,
        "verified": True,
    }
    assert read_event() == ("round.finish", ("round_run", run.id), None, LATER, details)


FAILED = {"number": 1, "status": "FAILED", "result_sha256": None, "verified": False}


def test_a_failed_run_says_why(month):
    run = month.take()
    runs.finish_run(run, SolveReport(failure=Failure.HUNG), now=LATER)
    job = runs.get_job(run)
    assert (run.status, run.finished_at, run.is_verified) == (m.RunStatus.FAILED, LATER, False)
    assert (job.state, job.error, job.finished_at) == (m.JobState.FAILED, "hung", LATER)
    assert (job.lease_token, job.lease_until) == (None, None)
    assert read_event() == ("round.finish", ("round_run", run.id), None, LATER, FAILED)


def test_a_run_is_given_up_once(month):
    run = month.take()
    for instant in (LATER, LATER + timedelta(days=1)):
        runs.give_up_run(run, now=instant)
        job = runs.get_job(run)
        assert (run.status, run.finished_at) == (m.RunStatus.FAILED, LATER)
        assert (job.state, job.error, job.finished_at) == (
            m.JobState.FAILED,
            "too_many_tries",
            LATER,
        )
        assert run.match_round.state is m.RoundState.DRAWN
        assert read_event() == ("round.finish", ("round_run", run.id), None, LATER, FAILED)


def test_a_cancelled_run_is_over(month):
    run = month.take()
    runs.cancel_run(run, actor=month.two, now=LATER)
    job = runs.get_job(run)
    assert (run.status, run.finished_at) == (m.RunStatus.FAILED, LATER)
    assert (job.state, job.error, job.finished_at) == (m.JobState.CANCELLED, None, LATER)
    assert (job.lease_token, job.lease_until) == (None, None)
    subject = ("round_run", run.id)
    assert read_event() == ("round.cancel", subject, month.second.id, LATER, {"number": 1})


@pytest.mark.parametrize("kind", m.OverrideKind)
def test_an_override_keeps_who_made_it_when_and_why(month, kind):
    match_round = month.freeze()
    override = pins.add_override(
        match_round,
        kind=kind,
        need=db.session.get_one(m.Need, month.needs[1].id),
        offer_id=month.offers["visit"].id,
        volunteer_id=month.volunteers[1].id,
        reason="promised",
        actor=month.two,
        now=NOW,
    )
    assert (override.match_round_id, override.kind) == (match_round.id, kind)
    assert (override.need_id, override.reason) == (month.needs[1].id, "promised")
    assert (override.offer_id, override.volunteer_id) == (
        month.offers["visit"].id,
        month.volunteers[1].id,
    )
    assert (override.made_by_id, override.made_at) == (month.second.id, NOW)
    subject = ("round_override", override.id)
    assert read_event() == (f"round.{kind.value}", subject, month.second.id, NOW, {})
    overrides.lift_override(match_round, override.id, actor=month.one, now=LATER)
    assert override.lifted_at == LATER
    assert read_event() == ("round.lift-override", subject, month.first.id, LATER, {})
    assert list(overrides.list_overrides(match_round)) == [override]
    assert overrides.list_active_overrides(match_round) == []


def test_a_publication_keeps_who_and_when_and_its_number(month):
    run = month.solve()
    publication.publish_run(run, actor=month.two, now=LATER)
    match_round = run.match_round
    assert (match_round.state, match_round.publication) == (m.RoundState.PUBLISHED, 1)
    assert match_round.published_run is run
    assert (match_round.published_by_id, match_round.published_at) == (month.second.id, LATER)
    details = {"number": 1, "publication": 1, "result_sha256": run.result_sha256}
    subject = ("round_run", run.id)
    assert read_event() == ("round.publish", subject, month.second.id, LATER, details)


def test_a_withdrawal_keeps_its_reason_and_takes_the_rest_back(month):
    match_round = month.publish().match_round
    publication.withdraw_publication(match_round, reason="wrong", actor=month.one, now=LATER)
    assert (match_round.state, match_round.publication) == (m.RoundState.REVIEW, 1)
    assert match_round.published_run is None
    assert match_round.withdrawn_at == LATER
    assert match_round.published_by_id is match_round.published_at is None
    details = {"number": 1, "publication": 1, "reason": "wrong"}
    subject = ("match_round", match_round.id)
    assert read_event() == ("round.withdraw", subject, month.first.id, LATER, details)


def pin_all_goods(match_round: m.MatchRound, month) -> None:
    """Three needs of goods must be met, of which there are two: no answer exists."""
    for number in (3, 4, 5):
        pins.add_override(
            match_round,
            kind=m.OverrideKind.PIN,
            need=db.session.get_one(m.Need, month.needs[number].id),
            offer_id=None,
            volunteer_id=None,
            reason="promised",
            actor=month.one,
            now=NOW,
        )


def test_where_a_round_goes_when_its_run_ends(month):
    """``_leave_solving``: review if any run can be reviewed, else as the last run ended."""
    match_round = month.freeze()
    runs.cancel_run(month.start(match_round), actor=month.one, now=NOW)
    assert match_round.state is m.RoundState.DRAWN
    pin_all_goods(match_round, month)
    assert month.solve(match_round).status is m.RunStatus.INFEASIBLE
    assert match_round.state is m.RoundState.NO_SOLUTION
    runs.cancel_run(month.start(match_round), actor=month.one, now=NOW)
    assert match_round.state is m.RoundState.DRAWN
    for override in overrides.list_active_overrides(match_round):
        overrides.lift_override(match_round, override.id, actor=month.one, now=NOW)
    assert month.solve(match_round).status is m.RunStatus.PROVEN
    assert match_round.state is m.RoundState.REVIEW
    runs.cancel_run(month.start(match_round), actor=month.one, now=NOW)
    assert match_round.state is m.RoundState.REVIEW


def test_each_step_writes_one_event(month):
    match_round = month.open()
    lock_and_draw(match_round, first=month.one, second=month.two, now=NOW)
    run = month.start(match_round)
    jobs.take_job(runs.get_job(run).id, lease_seconds=60, now=NOW)
    runs.finish_run(run, solve_here(run), now=NOW)
    publication.publish_run(run, actor=month.two, now=NOW)
    publication.withdraw_publication(match_round, reason="x", actor=month.one, now=NOW)
    actions = db.session.scalars(select(m.AuditEvent.action).order_by(m.AuditEvent.id))
    steps = ("open", "freeze", "draw", "solve", "finish", "publish", "withdraw")
    assert list(actions) == [f"round.{step}" for step in steps]
