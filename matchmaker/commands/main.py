"""The ``matchmaker`` command: Flask's own group over the app, plus ours."""

from click import Command
from flask.cli import FlaskGroup

COMMANDS: tuple[Command, ...] = ()


def cli() -> None:
    """Entry point of the console script."""
    FlaskGroup(help="Run a street office's monthly matching.")()
