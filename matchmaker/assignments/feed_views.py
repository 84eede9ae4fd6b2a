"""The address from which a calendar program reads promises, without signing in."""

from datetime import datetime

from flask import Blueprint, Response, abort, request
from flask_babel import force_locale

from matchmaker.accounts.throttling import Counted, check_tries, count_try_if_free
from matchmaker.assignments import feeds
from matchmaker.assignments.icalendar_views import send_calendar
from matchmaker.base.clock import get_now
from matchmaker.models import User
from matchmaker.web.permissions import Permission, has_permission, public
from matchmaker.web.preferences import Locale
from matchmaker.web.security_headers import NO_STORE

bp = Blueprint("feeds", __name__, url_prefix="/feeds")


@bp.get("/<token>.<any(ics):file_format>")
@public
def show(token: str, file_format: str) -> Response:
    """Send the promises of the address's owner, for a program that reads them repeatedly."""
    now = get_now()
    owner = _find_owner(token, now)
    with force_locale(owner.locale or Locale.CHINESE):
        return send_calendar(owner, now)


@bp.after_request
def keep_secret(response: Response) -> Response:
    """Set headers that keep the address from search engines and caches."""
    response.headers["Cache-Control"] = NO_STORE
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _find_owner(token: str, now: datetime) -> User:
    """The account that the secret belongs to.

    Ends in 404 if there is none or its role has no calendar, in 429 if the network address has
    guessed too often.
    """
    address = request.remote_addr or ""
    check_tries(Counted.LINK_ADDRESS, address, now)
    owner = feeds.find_reader(token)
    if owner is None or not has_permission(owner.role, Permission.CALENDAR_OWN):
        count_try_if_free(Counted.LINK_ADDRESS, address, now)
        abort(404)
    return owner
