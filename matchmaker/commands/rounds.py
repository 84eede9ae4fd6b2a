"""``matchmaker rounds``: a month's round without the browser."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

import click
from flask import current_app
from flask.cli import AppGroup
from flask_babel import force_locale
from sqlalchemy import select

from matchmaker.base.clock import get_now, parse_month
from matchmaker.base.errors import DomainError
from matchmaker.base.extensions import contact_cipher, db
from matchmaker.commands.round_report import describe_run
from matchmaker.models import MatchRound, Role, RoundRun, RunStatus, User
from matchmaker.rounds import queries
from matchmaker.rounds.freeze import service as freeze_service
from matchmaker.rounds.pages.forms import SEED_RULE
from matchmaker.rounds.publish import publication
from matchmaker.rounds.solve import runs as running
from matchmaker.rounds.solve.worker import Worker
from matchmaker.rounds.words.refusals import describe_conflict, describe_failure
from matchmaker.words.phone_numbers import normalise_phone

T = TypeVar("T")

rounds = AppGroup("rounds", help="Open, freeze, solve, publish and show a month's round.")


class MonthType(click.ParamType):
    name = "YYYY-MM"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        try:
            return parse_month(str(value))
        except ValueError:
            self.fail(f"{value} is not a month like 2026-11", param, ctx)


month_option = click.option("--month", type=MonthType(), required=True)
by_option = click.option(
    "--by", "phone", help="Phone of the social worker who does this; the demo has a default."
)


@rounds.command("open")
@month_option
@by_option
@click.option("--seed-rule", help="How the seed will come about; a usual rule if left out.")
def open_round(month: date, phone: str | None, seed_rule: str | None) -> None:
    """Open the round and announce how its lottery will be drawn."""
    actor = _get_actor(phone, 0)
    with force_locale(current_app.config["BABEL_DEFAULT_LOCALE"]):
        rule = str(seed_rule or SEED_RULE)
    _act(lambda: freeze_service.open_round(month=month, seed_rule=rule, actor=actor, now=get_now()))
    click.echo(f"{month:%Y-%m}: round open")


@rounds.command()
@month_option
@by_option
@click.option("--public-value", required=True, help="The announced public value, once known.")
def freeze(month: date, phone: str | None, public_value: str) -> None:
    """Take the month as it stands, and draw the seed."""
    actor = _get_actor(phone, 0)
    match_round = _get_round(month, actor)
    snapshot = _act(
        lambda: freeze_service.freeze_round(
            match_round, public_value=public_value, actor=actor, now=get_now()
        )
    )
    click.echo(f"{month:%Y-%m}: frozen, snapshot {snapshot.sha256}, seed {match_round.seed}")


@rounds.command()
@month_option
@by_option
def solve(month: date, phone: str | None) -> None:
    """Start a run and solve it here; exits 1 when it has no result that may be published."""
    actor = _get_actor(phone, 0)
    match_round = _get_round(month, actor)
    limit = current_app.config["SOLVE_LIMIT_SECONDS"]
    run = _act(
        lambda: running.start_run(match_round, limit_seconds=limit, actor=actor, now=get_now())
    )
    job_id, number = running.get_job(run).id, run.number
    db.session.rollback()  # the job is worked on in transactions of its own
    click.echo(f"{month:%Y-%m}: run {number} started")
    Worker(current_app._get_current_object()).run_job(job_id)  # type: ignore[attr-defined]
    db.session.expire_all()
    run = queries.get_run(_get_round(month, actor), number)
    if not running.is_usable(run):
        reason = "\n".join(run.findings or []) or _say_failure(run)
        raise click.ClickException(f"run {number} is {run.status.value}: {reason}")
    click.echo(f"{month:%Y-%m}: run {number} is {run.status.value} and verified")


@rounds.command()
@month_option
@by_option
@click.option("--run", "number", type=int, help="Number of the run; the latest if left out.")
def publish(month: date, phone: str | None, number: int | None) -> None:
    """Publish one run; never by the person who started it."""
    actor = _get_actor(phone, 1)
    match_round = _get_round(month, actor)
    run = _find_run(match_round, number)
    _act(lambda: publication.publish_run(run, actor=actor, now=get_now()))
    click.echo(f"{month:%Y-%m}: run {run.number} published")


@rounds.command()
@month_option
@by_option
@click.option("--run", "number", type=int, help="Number of the run; the published if left out.")
def show(month: date, phone: str | None, number: int | None) -> None:
    """Print the figures of a run: needs, coverage, load, stages, seconds."""
    match_round = _get_round(month, _get_actor(phone, 0))
    run = None if number else match_round.published_run
    for line in describe_run(run or _find_run(match_round, number)):
        click.echo(line)


def _get_actor(phone: str | None, position: int) -> User:
    """The social worker of that phone; in the demo without one, the one at ``position``."""
    statement = select(User).where(User.role == Role.SOCIAL_WORKER).order_by(User.id)
    if phone is not None:
        try:
            index = contact_cipher.get_index(normalise_phone(phone))
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--by") from error
        actor = db.session.scalar(statement.where(User.phone_index == index))
    elif current_app.config["DEMO_MODE"]:
        actor = db.session.scalar(statement.offset(position).limit(1))
    else:
        raise click.UsageError("say who does this: --by with a social worker's phone")
    if actor is None or not actor.is_active:
        raise click.ClickException("no active social worker has this phone")
    return actor


def _get_round(month: date, actor: User) -> MatchRound:
    try:
        return queries.get_round(month, actor)
    except DomainError as error:
        raise click.ClickException(f"{month:%Y-%m} has no round yet: open it first") from error


def _find_run(match_round: MatchRound, number: int | None) -> RoundRun:
    runs = running.list_runs(match_round)
    found = next((run for run in runs if number in (None, run.number)), None)
    if found is None:
        raise click.ClickException(f"{match_round.month:%Y-%m} has no such run: solve it first")
    return found


def _say_failure(run: RoundRun) -> str:
    with force_locale("en"):
        if run.status is RunStatus.INFEASIBLE:
            return "no answer exists with these pins and forbids"
        return describe_failure(running.get_job(run).error)


def _act(step: Callable[[], T]) -> T:
    """Do and commit; a refusal is said in one line and changes nothing."""
    try:
        done = step()
    except DomainError as error:
        db.session.rollback()
        with force_locale("en"):
            raise click.ClickException(describe_conflict(error)) from error
    db.session.commit()
    return done
