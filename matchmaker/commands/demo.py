"""``matchmaker demo``: the invented street office, its published month and its persons."""

from datetime import date

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from flask_babel import force_locale
from flask_migrate import upgrade
from sqlalchemy import func, inspect, select

from matchmaker.base.clock import add_months, get_local_date, get_month, get_now
from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import db
from matchmaker.commands import round_steps
from matchmaker.commands.demo_days import live_demo
from matchmaker.commands.rounds import MonthType
from matchmaker.commands.serve import PORT, get_address, listen_on, run_site
from matchmaker.demo import service
from matchmaker.demo.world.personas import DEMO_PERSONS
from matchmaker.links.service import make_organisation_link
from matchmaker.models import DrawSource, MatchRound, RoundRun, RoundState, User
from matchmaker.promises.answers import list_answers
from matchmaker.rounds.freeze.draws import Announcement
from matchmaker.words.labels import get_label

DRAWN = "03 07 12 19 25 31 + 08"  # invented lottery numbers

month_option = click.option(
    "--month", type=MonthType(), help="The demo's month; next month if left out."
)
seed_option = click.option(
    "--seed", default=service.DEFAULT_SEED, show_default=True, help="Seed of the generated world."
)
port_option = click.option("--port", default=5000, show_default=True, type=PORT)


@click.group(cls=AppGroup, invoke_without_command=True)
@month_option
@seed_option
@port_option
@click.pass_context
def demo(ctx: click.Context, month: date | None, seed: int, port: int) -> None:
    """The demo: invented people, real rules. Without a command: prepare and serve it."""
    if ctx.invoked_subcommand is None:
        _run_demo(month, seed, port)


@demo.command()
@month_option
@seed_option
@click.option("--show", is_flag=True, help="Print the month's figures at the end.")
@click.option("--lived", is_flag=True, help="Live the months up to today, as `demo` alone does.")
def prepare(month: date | None, seed: int, show: bool, lived: bool) -> None:
    """Create the database, build the world, publish its month; skip what is already done."""
    if lived and month:
        raise click.UsageError("a lived demo is always of the present month")
    month = _prepare_lived(seed) if lived else _prepare(month, seed)
    if show:
        actor = round_steps.get_social_worker(None, 0)
        for line in round_steps.list_figures(month, actor):
            click.echo(line)


@demo.command()
@port_option
def persons(port: int) -> None:
    """List the persons to sign in as, one for each role."""
    _require_prepared()
    _print_persons(f"http://127.0.0.1:{port}")


@demo.command()
@click.confirmation_option(prompt="Delete the whole demo?")
def reset() -> None:
    """Delete every row of the demo."""
    _require_prepared()
    service.reset_demo_world()
    db.session.commit()


@with_appcontext
def _run_demo(month: date | None, seed: int, port: int) -> None:
    if month is None:
        _prepare_lived(seed)
    else:
        _prepare(month, seed)
    db.session.remove()  # close the transaction before serving
    server = listen_on("127.0.0.1", port)
    _print_persons(get_address(server))
    run_site(server, workers=True)


def _prepare(month: date | None, seed: int) -> date:
    """Bring the demo from any state to a published month. Return that month."""
    _require_demo()
    upgrade()
    month = month or add_months(get_month(get_now()), 1)
    summary = service.build_demo_world(now=get_now(), month=month, seed=seed)
    db.session.commit()
    if summary is not None:
        click.echo(service.describe(summary, month))
    else:
        month = _get_latest_month() or month
    _publish(month)
    return month


def _prepare_lived(seed: int) -> date:
    """Bring an empty database to the present day of a lived demo; else finish what was begun."""
    _require_demo()
    upgrade()
    month = live_demo(get_now(), seed, publish_month)
    if month is not None:
        _make_link(month)
        return month
    month = _get_latest_month() or get_month(get_now())
    _publish(month)
    return month


def _publish(month: date) -> None:
    """Publish the month and make its link, unless that was done before."""
    if publish_month(month):
        _make_link(month)


def publish_month(month: date) -> bool:
    """Take the month from its present state to publication, acting as two persons.

    Returns whether it was published now, not before.
    """
    first, second = (round_steps.get_social_worker(None, position) for position in (0, 1))
    if _find_state(month) is None:
        click.echo(round_steps.open_round(month, first))
    if _find_state(month) is RoundState.DRAFT:
        today = get_local_date(get_now())
        draw = Announcement(DrawSource.INVENTED, f"{today:%Y%j}", today)
        click.echo(round_steps.lock_round(month, first, draw))
    if _find_state(month) is RoundState.FROZEN:
        click.echo(round_steps.draw_seed(month, second, DRAWN))
    if _find_state(month) is RoundState.SOLVING:
        click.echo(round_steps.finish_started_run(month, first))
    if _find_state(month) is RoundState.DRAWN:
        run = round_steps.start_run(month, first)
        click.echo(f"{month:%Y-%m}: run {run.number} started")
        click.echo(round_steps.solve_run(run, first))
    if _find_state(month) is RoundState.REVIEW:
        if round_steps.needs_acceptance(month, first):
            click.echo(round_steps.accept_run(month, first))
        click.echo(round_steps.publish_run(month, second, accepts_unproved=True))
        return True
    return False


def _make_link(month: date) -> None:
    """Make a link as a social worker sends it to the giver with most to answer, and say where it
    leads; none of a month that is over."""
    if add_months(month, 1) <= get_local_date(get_now()):
        return
    actor = round_steps.get_social_worker(None, 0)
    is_published = MatchRound.published_run_id == RoundRun.id
    query = select(RoundRun).join(MatchRound, is_published).where(MatchRound.month == month)
    giver = list_answers(db.session.scalars(query).one())[0].organisation
    token = make_organisation_link(
        actor=actor, month=month, organisation_id=giver.id, now=get_now()
    )
    db.session.commit()
    click.echo(f"{month:%Y-%m}: {giver.name_en} answers without signing in at /l/{token}/")


def _print_persons(address: str) -> None:
    click.echo(f"\nThe demo will be at {address}. Sign in as anyone with one click: {address}/demo")
    for person in DEMO_PERSONS:
        with force_locale("en"):
            role = str(get_label(person.role))
        click.echo(f"  {role:18} {person.name_zh} {person.name_en}: {person.tries_en}")
    click.echo(
        f"\nIts files are in {current_app.config['INSTANCE_DIR']}. Stop with Ctrl+C. "
        "`matchmaker demo reset` forgets everything.\n"
    )


def _find_state(month: date) -> RoundState | None:
    return db.session.scalar(select(MatchRound.state).where(MatchRound.month == month))


def _get_latest_month() -> date | None:
    return db.session.scalar(select(func.max(MatchRound.month)))


def _require_prepared() -> None:
    """Raise ``ClickException`` if there is no demo yet."""
    _require_demo()
    if not inspect(db.engine).has_table(User.__tablename__) or not service.is_demo_world():
        raise click.ClickException("there is no demo yet: `matchmaker demo prepare` makes it")


def _require_demo() -> None:
    """Raise ``ClickException`` unless this is demo mode and no real office has this database."""
    if not current_app.config["DEMO_MODE"]:
        raise click.UsageError("this is not a demo: start with MATCHMAKER_DEMO=1")
    if not inspect(db.engine).has_table(User.__tablename__):
        return
    try:
        service.require_demo_or_nobody()
    except ConflictError as error:
        folder = current_app.config["INSTANCE_DIR"]
        raise click.ClickException(
            f"the database of {folder} holds an office that is not the demo's; "
            "MATCHMAKER_INSTANCE names another folder"
        ) from error
    finally:
        db.session.rollback()  # the following migration needs SQLite's lock
