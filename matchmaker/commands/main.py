"""The ``matchmaker`` command: Flask's command group with our commands added."""

from click import Command

from matchmaker.commands.accounts import setup
from matchmaker.commands.audit import audit
from matchmaker.commands.demo import demo
from matchmaker.commands.offers import offers
from matchmaker.commands.rounds import rounds
from matchmaker.commands.serve import daily, serve, worker

COMMANDS: tuple[Command, ...] = (audit, daily, demo, offers, rounds, serve, setup, worker)
