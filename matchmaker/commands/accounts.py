"""``matchmaker setup``: load the catalogue, print a code for the first administrator."""

from datetime import timedelta

import click
from flask import current_app, url_for
from flask.cli import with_appcontext

from matchmaker.accounts.invitations import invite_first_administrator
from matchmaker.base.clock import get_now
from matchmaker.base.extensions import db
from matchmaker.catalogue import load_ground


@click.command()
@with_appcontext
def setup() -> None:
    """Load street office, committees and catalogue; print the first administrator's code.

    Run again, it adds what is missing and, until there is an administrator, makes a new code.
    """
    try:
        load_ground(current_app.config["SEEDS_DIR"])
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    lasts = timedelta(days=current_app.config["INVITATION_DAYS"])
    code = invite_first_administrator(lasts=lasts, now=get_now())
    db.session.commit()
    if code is None:
        click.echo("There is an administrator already: no code was made.")
        return
    with current_app.test_request_context():
        page = url_for("accounts.join")
    click.echo(f"One-time code of the first administrator: {code}")
    click.echo(f"Enter it at {page} within {lasts.days} days. It is shown this once.")
