"""The ``matchmaker`` command: Flask's own group over the app, plus ours."""

from click import Command

COMMANDS: tuple[Command, ...] = ()
