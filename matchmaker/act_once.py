"""The end of every view that changes something: act, commit once, go on to the next page."""

from collections.abc import Callable

from flask import redirect
from flask_login import current_user
from werkzeug.wrappers import Response

from matchmaker.clock import get_now
from matchmaker.extensions import db
from matchmaker.idempotency import claim_key, keep_location


def act_once(key: str, effect: Callable[[], str]) -> Response:
    """Answer 303 to the address that ``effect`` gives; a form sent again only goes there.

    Whatever ``effect`` raises passes through, with nothing committed.
    """
    earlier = claim_key(actor=current_user, key=key, now=get_now())
    if earlier:
        db.session.rollback()
        return redirect(earlier, 303)
    location = keep_location(actor=current_user, key=key, location=effect())
    db.session.commit()
    return redirect(location, 303)
