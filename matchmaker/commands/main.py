"""The ``matchmaker`` command: Flask's own group over the app, plus ours."""

from click import Command

from matchmaker.commands.accounts import setup
from matchmaker.commands.audit import audit
from matchmaker.commands.offers import offers

COMMANDS: tuple[Command, ...] = (audit, offers, setup)
