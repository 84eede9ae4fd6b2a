"""The steps of a round for the terminal; each commits as a whole and returns what to print.

A refused step changes nothing and raises ``click.ClickException`` with the reason.
"""

import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import TypeVar

import click
from flask import current_app
from flask_babel import force_locale
from sqlalchemy import select

from matchmaker.accounts import signing_in
from matchmaker.base.clock import get_now
from matchmaker.base.errors import DomainError
from matchmaker.base.extensions import contact_cipher, db
from matchmaker.base.stopping import StopRequest
from matchmaker.commands.round_report import describe_run
from matchmaker.models import Job, JobState, MatchRound, Role, RoundRun, RunStatus, User
from matchmaker.rounds import queries
from matchmaker.rounds.freeze import draws
from matchmaker.rounds.freeze import service as freeze_service
from matchmaker.rounds.freeze.overrides import list_active_overrides
from matchmaker.rounds.publish import hands, publication
from matchmaker.rounds.solve import runs as running
from matchmaker.rounds.solve.verdicts import count_unproved, find_verdict
from matchmaker.rounds.solve.worker import Worker
from matchmaker.rounds.words.refusals import describe_failure
from matchmaker.words.phone_numbers import normalise_phone
from matchmaker.words.refusals import describe_refusal

T = TypeVar("T")

SHELL = "shell"  # counts as the address from which somebody here tries to sign in
LOOK_SECONDS = 1.0  # how often to look at a run that another worker solves
MARGIN_SECONDS = 300  # what a solve may take beyond its limit: start, check, explanations


def open_round(month: date, actor: User) -> str:
    """Open the round of ``month``."""
    policy = current_app.config["POLICY"]
    _act(lambda: freeze_service.open_round(month=month, actor=actor, now=get_now(), policy=policy))
    return f"{month:%Y-%m}: round open"


def lock_round(month: date, actor: User, draw: draws.Announcement) -> str:
    """Lock the list as it is now, and announce the draw of its seed."""
    match_round = get_round(month, actor)
    is_demo = current_app.config["DEMO_MODE"]
    snapshot = _act(
        lambda: freeze_service.freeze_round(
            match_round, draw=draw, actor=actor, now=get_now(), is_demo=is_demo
        )
    )
    announced = f"{draw.source.value} {draw.number} on {draw.day}"
    return f"{month:%Y-%m}: list locked, {snapshot.sha256}; announced: {announced}"


def replace_draw(month: date, actor: User, draw: draws.Announcement, reason: str) -> str:
    """Announce another draw in place of the announced one; both stay public."""
    match_round, is_demo = get_round(month, actor), current_app.config["DEMO_MODE"]
    _act(
        lambda: draws.replace_draw(
            match_round, draw=draw, reason=reason, actor=actor, now=get_now(), is_demo=is_demo
        )
    )
    return f"{month:%Y-%m}: announced instead: {draw.source.value} {draw.number} on {draw.day}"


def draw_seed(month: date, actor: User, drawn: str) -> str:
    """Enter the numbers of the announced draw; refused for the person who locked the list."""
    match_round = get_round(month, actor)
    seed = _act(lambda: draws.draw_seed(match_round, drawn=drawn, actor=actor, now=get_now()))
    return f"{month:%Y-%m}: drawn {match_round.public_value}, seed {seed}"


def start_run(month: date, actor: User) -> RoundRun:
    """Start and return a run; its job waits for a worker.

    Refused if no second person would remain who can publish it.
    """
    match_round = get_round(month, actor)
    limit = current_app.config["SOLVE_LIMIT_SECONDS"]

    def start() -> RoundRun:
        hands.require_publisher_left(match_round, actor)
        return running.start_run(match_round, limit_seconds=limit, actor=actor, now=get_now())

    return _act(start)


def solve_run(run: RoundRun, actor: User) -> str:
    """Solve a started run here, or wait for the worker that has it.

    Raises ``ClickException`` if the run ends without a usable result. After Ctrl+C too: then the
    run waits for a worker, or goes on with the one that has it.
    """
    month, number, job_id = run.match_round.month, run.number, running.get_job(run).id
    limit_seconds = run.limit_seconds + MARGIN_SECONDS
    stop = StopRequest()
    with stop.listening():
        _work_to_the_end(job_id, number, limit_seconds, stop)
    run = queries.get_run(get_round(month, actor), number)
    if run.status is RunStatus.PENDING:
        is_held = running.get_job(run).state is JobState.RUNNING
        raise click.ClickException(
            f"run {number} goes on with another worker"
            if is_held
            else f"run {number} was broken off and waits for a worker"
        )
    if not running.is_usable(run):
        reason = "\n".join(run.findings or []) or _say_failure(run)
        raise click.ClickException(f"run {number} is {run.status.value}: {reason}")
    verdict = find_verdict(run)
    said = verdict.ruling.replace("_", " ") if verdict else "passed"
    return f"{month:%Y-%m}: run {number} is {run.status.value}, independent check: {said}"


def finish_started_run(month: date, actor: User) -> str:
    """Bring the latest run to its end: by its worker if that is alive, or else here."""
    return solve_run(find_run(get_round(month, actor), None), actor)


def accept_run(month: date, actor: User, number: int | None = None) -> str:
    """Accept what is not proved of one run; of the latest run if ``number`` is None.

    Refused unless the actor started the run. The text lists each claim that is accepted.
    """
    run = find_run(get_round(month, actor), number)
    _act(lambda: publication.accept_unproved(run, actor=actor, now=get_now()))
    return "\n".join([f"{month:%Y-%m}: run {run.number} accepted", *_list_claims(run)])


def publish_run(
    month: date,
    actor: User,
    number: int | None = None,
    *,
    accepts_unproved: bool = False,
    has_no_interest: bool = False,
) -> str:
    """Publish one run, the latest if ``number`` is None; refused for a person with a hand in it.

    If pins or forbids are in force, the person must declare to have no interest in them.
    """
    run = find_run(get_round(month, actor), number)
    if list_active_overrides(run.match_round) and not has_no_interest:
        raise click.ClickException("pins are in force: declare --no-interest, or let another do it")
    _act(
        lambda: publication.publish_run(
            run,
            actor=actor,
            now=get_now(),
            accepts_unproved=accepts_unproved,
            has_no_interest=has_no_interest,
        )
    )
    published = f"{month:%Y-%m}: run {run.number} published"
    return "\n".join([published, *_list_claims(run)]) if count_unproved(run) else published


def needs_acceptance(month: date, actor: User) -> bool:
    """Return whether the latest run is not fully proved and nobody has accepted that yet."""
    run = find_run(get_round(month, actor), None)
    return bool(count_unproved(run)) and run.accepted_at is None


def _list_claims(run: RoundRun) -> list[str]:
    verdict = find_verdict(run)
    return [f"  {line}" for line in verdict.list_claims()] if verdict else []


def list_figures(month: date, actor: User, number: int | None = None) -> Iterator[str]:
    """Return the figures of a run as lines: by default of the published run, or else the latest."""
    match_round = get_round(month, actor)
    run = None if number else match_round.published_run
    return describe_run(run or find_run(match_round, number))


def get_social_worker(phone: str | None, position: int) -> User:
    """Return the social worker with that phone; without a phone, the one at ``position``, from 0.

    Raises ``ValueError`` for text that is not a phone number, ``ClickException`` if there is none.
    """
    query = select(User).where(User.role == Role.SOCIAL_WORKER).order_by(User.id)
    actor: User | None
    if phone is not None:
        index = contact_cipher.get_index(normalise_phone(phone))
        actor = db.session.scalar(query.where(User.phone_index == index))
    else:
        actor = db.session.scalar(query.offset(position).limit(1))
    if actor is None or not actor.is_active:
        raise click.ClickException("no active social worker has this phone")
    return actor


def confirm_social_worker(phone: str, password: str) -> User:
    """Return the social worker with that phone and password; tries count like those on the site.

    Raises ``ValueError`` for text that is not a phone number, ``ClickException`` if it is refused.
    """
    number = normalise_phone(phone)
    keys = {"phone": number, "password": password, "address": SHELL}
    actor = _act(lambda: signing_in.confirm_person(**keys, now=get_now()))
    if actor.role is not Role.SOCIAL_WORKER:
        raise click.ClickException("no active social worker has this phone")
    return actor


def get_round(month: date, actor: User) -> MatchRound:
    """Return the round of ``month``. Raises ``ClickException`` if there is none."""
    try:
        return queries.get_round(month, actor)
    except DomainError as error:
        raise click.ClickException(f"{month:%Y-%m} has no round yet: open it first") from error


def find_run(match_round: MatchRound, number: int | None) -> RoundRun:
    """Return run ``number`` of the round, or the latest if it is None.

    Raises ``ClickException`` if there is none.
    """
    runs = running.list_runs(match_round)
    found = next((run for run in runs if number in (None, run.number)), None)
    if found is None:
        raise click.ClickException(f"{match_round.month:%Y-%m} has no such run: solve it first")
    return found


def _work_to_the_end(job_id: int, number: int, limit_seconds: int, stop: StopRequest) -> None:
    """Solve the job whenever no worker has it; return when it is over, stopped or out of time.

    The worker of a running site may take the job first. This function then waits and prints a line
    for each stage. If that worker gives the job back or dies, the job is solved here.
    """
    worker = Worker(current_app._get_current_object(), stop)  # type: ignore[attr-defined]
    deadline, said = time.monotonic() + limit_seconds, ""
    while not stop.is_asked and time.monotonic() < deadline:
        db.session.rollback()  # the worker uses its own transactions
        job = db.session.get_one(Job, job_id)
        state, lease_until = job.state, job.lease_until
        line = f"run {number}: another worker solves it"
        if job.stages_total:
            line += f", {job.stages_done} of {job.stages_total} stages decided"
        db.session.rollback()
        if state is JobState.QUEUED:
            worker.run_job(job_id)
        elif state is not JobState.RUNNING:
            return
        elif lease_until is None or lease_until < get_now():
            worker.queue_overdue_jobs()
        else:
            if line != said:
                click.echo(line, err=True)
            said = line
            stop.wait(LOOK_SECONDS)


def _say_failure(run: RoundRun) -> str:
    with force_locale("en"):
        if run.status is RunStatus.INFEASIBLE:
            return "no answer exists with these pins and forbids"
        job = running.get_job(run)
        is_cancelled = job.state is JobState.CANCELLED
        return describe_failure(job.state.value if is_cancelled else job.error)


def _act(step: Callable[[], T]) -> T:
    """Call ``step``, commit, and return its result; a refusal rolls back.

    Raises ``ClickException`` with the refusal in one line.
    """
    try:
        done = step()
    except DomainError as error:
        db.session.rollback()
        with force_locale("en"):
            raise click.ClickException(describe_refusal(error)) from error
    db.session.commit()
    return done
