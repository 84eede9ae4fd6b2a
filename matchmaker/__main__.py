"""The ``matchmaker`` command: Flask's own group over the app, with the site's commands."""

from flask import Flask
from flask.cli import FlaskGroup, NoAppException

from matchmaker import create_app
from matchmaker.config import SettingsError


def main() -> None:
    """Entry point of the console script."""
    group = FlaskGroup(
        create_app=_create_app, add_version_option=False, help="Run a street office's month."
    )
    group(prog_name="matchmaker")


def _create_app() -> Flask:
    """A missing setting is said in one line, not in a traceback."""
    try:
        return create_app()
    except SettingsError as error:
        raise NoAppException(str(error)) from error


if __name__ == "__main__":
    main()
