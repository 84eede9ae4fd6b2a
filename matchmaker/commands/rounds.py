"""``matchmaker rounds``: run a month's round without the browser."""

from collections.abc import Callable
from datetime import date, datetime

import click
from flask import current_app
from flask.cli import AppGroup

from matchmaker.base.clock import parse_month
from matchmaker.commands import round_steps
from matchmaker.models import DrawSource, User
from matchmaker.rounds.freeze.draws import Announcement

rounds = AppGroup("rounds", help="Open, lock, draw, solve, publish and show a month's round.")


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
def open_round(month: date, phone: str | None) -> None:
    """Open the round."""
    click.echo(round_steps.open_round(month, _get_actor(phone, 0)))


def draw_options(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command take an announced draw: source, number and day."""
    sources = click.Choice([source.value for source in DrawSource])
    command = click.option("--day", "day", type=click.DateTime(["%Y-%m-%d"]), required=True)(
        command
    )
    command = click.option("--number", required=True, help="Number of the draw.")(command)
    return click.option("--source", type=sources, required=True, help="Which lottery.")(command)


@rounds.command()
@month_option
@by_option
@draw_options
def lock(month: date, phone: str | None, source: str, number: str, day: datetime) -> None:
    """Lock the list as it is now, and announce the draw that will make its seed."""
    draw = Announcement(DrawSource(source), number, day.date())
    click.echo(round_steps.lock_round(month, _get_actor(phone, 0), draw))


@rounds.command("replace-draw")
@month_option
@by_option
@draw_options
@click.option("--reason", required=True, help="Why it replaces the announced draw; public.")
def replace_draw(
    month: date, phone: str | None, source: str, number: str, day: datetime, reason: str
) -> None:
    """Announce another draw in place of one that was written wrongly, before its day."""
    draw = Announcement(DrawSource(source), number, day.date())
    click.echo(round_steps.replace_draw(month, _get_actor(phone, 1), draw, reason))


@rounds.command()
@month_option
@by_option
@click.option("--drawn", required=True, help="The drawn numbers; they are entered once.")
def draw(month: date, phone: str | None, drawn: str) -> None:
    """Enter the announced draw; never by the person who locked the list."""
    click.echo(round_steps.draw_seed(month, _get_actor(phone, 1), drawn))


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
@click.option("--no-interest", is_flag=True, help="None of my family or friends is concerned.")
def publish(
    month: date,
    phone: str | None,
    number: int | None,
    accept_unproved: bool,
    no_interest: bool,
) -> None:
    """Publish one run; never by a person who had a hand in it."""
    said = {"accepts_unproved": accept_unproved, "has_no_interest": no_interest}
    click.echo(round_steps.publish_run(month, _get_actor(phone, 1), number, **said))


@rounds.command()
@month_option
@by_option
@click.option("--run", "number", type=int, help="Number of the run; the published one if left out.")
def show(month: date, phone: str | None, number: int | None) -> None:
    """Print the figures of a run: needs, coverage, load, stages, seconds."""
    for line in round_steps.list_figures(month, _get_actor(phone, 0), number):
        click.echo(line)


def _get_actor(phone: str | None, position: int) -> User:
    """Return the social worker with that phone, after asking for the password.

    In the demo nobody is asked, and without a phone it is the social worker at ``position``.
    """
    is_demo = current_app.config["DEMO_MODE"]
    if phone is None and not is_demo:
        raise click.UsageError("say who does this: --by with a social worker's phone")
    try:
        if phone is None or is_demo:
            return round_steps.get_social_worker(phone, position)
        return round_steps.confirm_social_worker(phone, click.prompt("Password", hide_input=True))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--by") from error
