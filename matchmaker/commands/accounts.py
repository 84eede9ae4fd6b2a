"""``matchmaker setup``: load the catalogue and print codes for the first two persons."""

from datetime import timedelta

import click
from flask import current_app, url_for
from flask.cli import with_appcontext

from matchmaker.accounts.invitations import invite_first
from matchmaker.base.clock import get_now
from matchmaker.base.extensions import db
from matchmaker.catalogue import load_ground
from matchmaker.models import Role

FIRST_ROLES = (Role.ADMINISTRATOR, Role.AUDITOR)


@click.command()
@with_appcontext
def setup() -> None:
    """Load street office, committees and catalogue; print the codes of the first two persons.

    The administrator invites, the auditor confirms; they must be two persons. A second run adds
    what is missing and makes a new code for each of the two roles that nobody has yet.
    """
    try:
        load_ground(current_app.config["SEEDS_DIR"])
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    lasts, now = timedelta(days=current_app.config["INVITATION_DAYS"]), get_now()
    codes = {role: invite_first(role, lasts=lasts, now=now) for role in FIRST_ROLES}
    db.session.commit()
    with current_app.test_request_context():
        page = url_for("accounts.join")
    for role, code in codes.items():
        if code is None:
            click.echo(f"There is an {role.value} already: no code was made.")
        else:
            click.echo(f"One-time code of the first {role.value}: {code}")
    if any(codes.values()):
        click.echo(f"Enter each at {page} within {lasts.days} days. It is shown this once.")
        click.echo("Give the two codes to two persons: one invites colleagues, one confirms them.")
