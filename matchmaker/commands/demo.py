"""``matchmaker demo``: the invented street office, its published month, and who to be there."""

from datetime import date

import click
from flask import current_app
from flask.cli import AppGroup
from flask_babel import force_locale
from sqlalchemy import func, select

from matchmaker.base.clock import add_months, get_month, get_now
from matchmaker.base.extensions import db
from matchmaker.commands import rounds as steps
from matchmaker.demo.service import DEFAULT_SEED, build_demo_world, reset_demo_world
from matchmaker.demo.world.personas import DEMO_PERSONS
from matchmaker.models import MatchRound, RoundState
from matchmaker.words.labels import get_label

PUBLIC_VALUE = "demo: 03 07 12 19 25 31 + 08"  # invented numbers of a lottery that never was

demo = AppGroup("demo", help="The demo: invented people, real rules. Only with MATCHMAKER_DEMO=1.")


@demo.command()
@click.option(
    "--month", type=steps.MonthType(), help="The demo's month; the coming one if left out."
)
@click.option(
    "--seed", default=DEFAULT_SEED, show_default=True, help="Another seed, another world."
)
@click.option("--show", is_flag=True, help="Print the month's figures in the end.")
@click.pass_context
def prepare(ctx: click.Context, month: date | None, seed: int, show: bool) -> None:
    """Build the world and publish its month; what is done already stays as it is."""
    _require_demo()
    month = month or add_months(get_month(get_now()), 1)
    summary = build_demo_world(now=get_now(), month=month, seed=seed)
    db.session.commit()
    if summary is not None:
        click.echo(
            f"Built a street office of invented people: {summary.committees} committees, "
            f"{summary.households} households, {summary.givers} givers, {summary.offers} offers, "
            f"{summary.volunteers} volunteers, {summary.needs} needs for {month:%Y-%m}."
        )
    else:
        month = _get_latest_month() or month
    _run_month(ctx, month)
    if show:
        ctx.invoke(steps.show, month=month)


@demo.command()
@click.option("--port", default=5000, show_default=True)
def persons(port: int) -> None:
    """Say how to sign in as each role."""
    _require_demo()
    address = f"http://127.0.0.1:{port}"
    click.echo(f"\nThe demo will be at {address}. Sign in as anyone with one click: {address}/demo")
    for person in DEMO_PERSONS:
        with force_locale("en"):
            role = str(get_label(person.role))
        click.echo(f"  {role:18} {person.name_zh} {person.name_en}: {person.tries_en}")
    click.echo("\nStop with Ctrl+C. `make reset` forgets everything.\n")


@demo.command()
@click.confirmation_option(prompt="Delete the whole demo?")
def reset() -> None:
    """Delete every row of the demo."""
    _require_demo()
    reset_demo_world()
    db.session.commit()


def _run_month(ctx: click.Context, month: date) -> None:
    """Take the month from wherever it stands to its publication, by two persons."""
    state = _find_state(month)
    if state is None:
        ctx.invoke(steps.open_round, month=month, seed_rule=steps.SEED_RULE)
        state = RoundState.DRAFT
    if state is RoundState.DRAFT:
        ctx.invoke(steps.freeze, month=month, public_value=PUBLIC_VALUE)
        state = RoundState.FROZEN
    if state is RoundState.FROZEN:
        ctx.invoke(steps.solve, month=month)
        state = RoundState.REVIEW
    if state is RoundState.REVIEW:
        ctx.invoke(steps.publish, month=month)


def _find_state(month: date) -> RoundState | None:
    return db.session.scalar(select(MatchRound.state).where(MatchRound.month == month))


def _get_latest_month() -> date | None:
    return db.session.scalar(select(func.max(MatchRound.month)))


def _require_demo() -> None:
    if not current_app.config["DEMO_MODE"]:
        raise click.UsageError("this is not a demo: start with MATCHMAKER_DEMO=1")
