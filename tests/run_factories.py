"""A month of any street office taken through the product's own steps, for those who read it."""

from datetime import date

from matchmaker import models as m
from matchmaker.base.extensions import db
from matchmaker.rounds.freeze import service as freeze_service
from matchmaker.rounds.publish import publication
from matchmaker.rounds.solve import jobs, runs
from tests.draws import lock_and_draw
from tests.factories import NOW, Factory, opened_at
from tests.matchmaker.rounds.small_month import solve_here

JULY = date(2026, 7, 1)


def solve_month(make: Factory, subdistrict_id: int, month: date = JULY) -> m.RoundRun:
    """The run of a month that is now under review; the office has an open need to decide."""
    worker = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=subdistrict_id)
    with make.context():
        actor = db.session.get_one(m.User, worker.id)
        now = opened_at(month)
        match_round = freeze_service.open_round(month=month, actor=actor, now=now)
        second = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=subdistrict_id)
        lock_and_draw(match_round, first=actor, second=second, now=now)
        run_id = solve_round(match_round).id
        db.session.commit()
    return make.get(m.RoundRun, run_id)


def solve_again(make: Factory, run: m.RoundRun) -> m.RoundRun:
    """One more run of the round, which is still under review."""
    with make.context():
        match_round = db.session.get_one(m.MatchRound, run.match_round_id)
        run_id = solve_round(match_round).id
        db.session.commit()
    return make.get(m.RoundRun, run_id)


def publish_run(make: Factory, run: m.RoundRun) -> m.RoundRun:
    """The run, published by another social worker than the one who started it."""
    starter = make.get(m.User, run.started_by_id)
    worker = make.user(m.Role.SOCIAL_WORKER, subdistrict_id=starter.subdistrict_id)
    with make.context():
        actor = db.session.get_one(m.User, worker.id)
        publication.publish_run(db.session.get_one(m.RoundRun, run.id), actor=actor, now=NOW)
        db.session.commit()
    return make.get(m.RoundRun, run.id)


def publish_month(make: Factory, subdistrict_id: int, month: date = JULY) -> m.RoundRun:
    """The published run of a month."""
    return publish_run(make, solve_month(make, subdistrict_id, month))


def solve_round(match_round: m.MatchRound) -> m.RoundRun:
    """A new run of a frozen round, started by the person who opened it and solved here."""
    actor = db.session.get_one(m.User, match_round.opened_by_id)
    run = runs.start_run(match_round, limit_seconds=60, actor=actor, now=NOW)
    jobs.take_job(runs.get_job(run).id, lease_seconds=60, now=NOW)
    runs.finish_run(run, solve_here(run), now=NOW)
    db.session.flush()
    return run
