"""``matchmaker audit verify``: check the audit chain, event by event."""

import click
from flask.cli import AppGroup

from matchmaker.audit.service import Fault, verify_chain

audit = AppGroup("audit", help="The audit log.")

SENTENCES = {
    "missing": "event {} is missing",
    "does_not_follow": "event {} does not follow the one before it",
    "altered": "event {} was altered",
    "wrong_end": "the chain should end with event {}",
}


@audit.command()
def verify() -> None:
    """Check every event; name those that are altered or missing and exit 1 if there are any."""
    faults = verify_chain()
    for fault in faults:
        click.echo(_describe(fault))
    if faults:
        raise SystemExit(1)
    click.echo("The audit log is unaltered.")


def _describe(fault: Fault) -> str:
    return SENTENCES[fault.code].format(fault.event_id)
