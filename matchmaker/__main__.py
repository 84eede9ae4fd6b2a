"""The ``matchmaker`` command. It creates the app only when a command needs it."""

import os
import sys
import tempfile

import click
from flask import Flask
from flask.cli import AppGroup, ScriptInfo, routes_command, shell_command
from flask_migrate.cli import db as migrations

from matchmaker import create_app
from matchmaker.base.config import SettingsError, imply_demo
from matchmaker.commands.main import COMMANDS

# Settings that suffice to list the site's addresses: public secrets, a database in memory, no
# files written.
TO_LOOK_AT = {
    "MATCHMAKER_DEMO": "1",
    "MATCHMAKER_DATABASE_URL": "sqlite://",
    "MATCHMAKER_INSTANCE": tempfile.gettempdir(),
}


@click.group(cls=AppGroup)
@click.pass_context
def matchmaker(ctx: click.Context) -> None:
    """Run a street office's month."""
    if ctx.invoked_subcommand == "demo":
        imply_demo(os.environ)
    is_looking = ctx.invoked_subcommand == routes_command.name
    ctx.obj = ScriptInfo(create_app=_make_app_to_look_at if is_looking else create_app)


for command in (*COMMANDS, migrations, routes_command, shell_command):
    matchmaker.add_command(command)


def main() -> None:
    """Run the command line; for a missing or unusable setting, print one line and exit with 2."""
    try:
        matchmaker(prog_name="matchmaker")
    except SettingsError as error:
        sys.stderr.write(f"matchmaker: {error}\n")
        sys.exit(2)


def _make_app_to_look_at() -> Flask:
    return create_app(environ=TO_LOOK_AT)


if __name__ == "__main__":
    main()
