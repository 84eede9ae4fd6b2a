"""The ``matchmaker`` command: Flask's own group over the app, with the site's commands."""

import os
import sys

from flask.cli import FlaskGroup

from matchmaker import create_app
from matchmaker.base.config import SettingsError, load_settings


def main() -> None:
    """Entry point of the console script; a missing setting is said in one line and exits 2."""
    try:
        load_settings(os.environ)
    except SettingsError as error:
        sys.stderr.write(f"matchmaker: {error}\n")
        sys.exit(2)
    group = FlaskGroup(
        create_app=create_app, add_version_option=False, help="Run a street office's month."
    )
    group(prog_name="matchmaker")


if __name__ == "__main__":
    main()
