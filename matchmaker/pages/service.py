"""What a signed-in person prefers, remembered for the next browser. Flushes; the view commits."""

from matchmaker.extensions import db
from matchmaker.models import User


def remember_preferences(
    *, actor: User, locale: str | None = None, text_size: str | None = None
) -> None:
    """Keep the given choices; None leaves a choice as it was."""
    if locale is not None:
        actor.locale = locale
    if text_size is not None:
        actor.text_size = text_size
    db.session.flush()
