"""``matchmaker rounds``: run a month's round without the browser."""

from datetime import date

import click
from flask import current_app
from flask.cli import AppGroup

from matchmaker.base.clock import parse_month
from matchmaker.commands import round_steps
from matchmaker.models import User

rounds = AppGroup("rounds", help="Open, freeze, solve, publish and show a month's round.")


class MonthType(click.ParamType[date, str]):
    """An option like ``2026-11``, read as the first day of the month."""

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
    "--by", "phone", help="Phone of the social worker who acts; the demo has a default."
)


@rounds.command("open")
@month_option
@by_option
@click.option("--seed-rule", help="How the seed will be drawn; there is a default rule.")
def open_round(month: date, phone: str | None, seed_rule: str | None) -> None:
    """Open the round and announce how its lottery will be drawn."""
    click.echo(round_steps.open_round(month, _get_actor(phone, 0), seed_rule))


@rounds.command()
@month_option
@by_option
@click.option("--public-value", required=True, help="The announced public value, once known.")
def freeze(month: date, phone: str | None, public_value: str) -> None:
    """Freeze the month as it is now, and draw the seed."""
    click.echo(round_steps.freeze_round(month, _get_actor(phone, 0), public_value))


@rounds.command()
@month_option
@by_option
def solve(month: date, phone: str | None) -> None:
    """Start a run and solve it here; exit 1 when its result may not be published."""
    actor = _get_actor(phone, 0)
    run = round_steps.start_run(month, actor)
    click.echo(f"{month:%Y-%m}: run {run.number} started")
    click.echo(round_steps.solve_run(run, actor))


@rounds.command()
@month_option
@by_option
@click.option("--run", "number", type=int, help="Number of the run; the latest if left out.")
def accept(month: date, phone: str | None, number: int | None) -> None:
    """Accept what is not proved of one run; by the person who started it."""
    click.echo(round_steps.accept_run(month, _get_actor(phone, 0), number))


@rounds.command()
@month_option
@by_option
@click.option("--run", "number", type=int, help="Number of the run; the latest if left out.")
@click.option("--accept-unproved", is_flag=True, help="Publish although not every aim is proved.")
def publish(month: date, phone: str | None, number: int | None, accept_unproved: bool) -> None:
    """Publish one run; never by the person who started it."""
    actor = _get_actor(phone, 1)
    click.echo(round_steps.publish_run(month, actor, number, accepts_unproved=accept_unproved))


@rounds.command()
@month_option
@by_option
@click.option("--run", "number", type=int, help="Number of the run; the published one if left out.")
def show(month: date, phone: str | None, number: int | None) -> None:
    """Print the figures of a run: needs, coverage, load, stages, seconds."""
    for line in round_steps.list_figures(month, _get_actor(phone, 0), number):
        click.echo(line)


def _get_actor(phone: str | None, position: int) -> User:
    """The social worker with that phone; in the demo, without a phone, the one at ``position``."""
    if phone is None and not current_app.config["DEMO_MODE"]:
        raise click.UsageError("say who does this: --by with a social worker's phone")
    try:
        return round_steps.get_social_worker(phone, position)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--by") from error
