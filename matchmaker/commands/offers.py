"""``matchmaker offers``: open and end offers by date; a daily timer can run it."""

import click
from flask.cli import AppGroup

from matchmaker.base.clock import get_now
from matchmaker.base.database import writing
from matchmaker.base.extensions import db
from matchmaker.offers.states import follow_calendar

offers = AppGroup("offers", help="Offers and the calendar.")


@offers.command("follow-calendar")
def follow() -> None:
    """Open approved offers on their first day; end those after their last day."""
    with writing():
        counts = follow_calendar(now=get_now())
        db.session.commit()
    click.echo(f"opened {counts['opened']}, expired {counts['expired']}")
