"""Pages that bring promised help into a person's own calendar: a file, and an address for it."""

from datetime import datetime

from flask import Response, flash, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.assignments import feeds
from matchmaker.assignments.icalendar_file import CONTENT_TYPE, list_dated, make_calendar
from matchmaker.assignments.views import bp
from matchmaker.base.clock import get_now
from matchmaker.forms.base import ButtonForm
from matchmaker.models import User
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, requires

_SHOWN_ONCE = "new_feed"


@bp.get("/calendar")
@requires(Permission.CALENDAR_OWN)
def own_calendar() -> str:
    """Show how to get the promises into a calendar program, and the address if it was just made."""
    return _show(ButtonForm(formdata=None))


@bp.get("/calendar.<any(ics):file_format>")
@requires(Permission.CALENDAR_OWN)
def calendar_file(file_format: str) -> Response:
    return send_calendar(current_user, get_now())


@bp.post("/calendar/feed")
@requires(Permission.CALENDAR_OWN)
def make_feed() -> Answer:
    form = ButtonForm()

    def act() -> str:
        session[_SHOWN_ONCE] = feeds.make_feed(actor=current_user, now=get_now())
        return url_for("assignments.own_calendar")

    return answer_form(form, act, lambda: _show(form))


@bp.post("/calendar/feed/end")
@requires(Permission.CALENDAR_OWN)
def end_feed() -> Answer:
    form = ButtonForm()

    def act() -> str:
        feeds.end_feed(actor=current_user, now=get_now())
        flash(_("This address opens nothing any more."), "success")
        return url_for("assignments.own_calendar")

    return answer_form(form, act, lambda: _show(form))


def send_calendar(owner: User, now: datetime) -> Response:
    """Send the owner's promises that have a day as a calendar file."""
    made = make_calendar(list_dated(owner, now), request.host, now)
    response = Response(made, content_type=CONTENT_TYPE)
    response.headers["Content-Disposition"] = 'attachment; filename="leshan.ics"'
    return response


def _show(form: ButtonForm) -> str:
    token = session.pop(_SHOWN_ONCE, None)
    return render_template(
        "assignments/calendar.html",
        form=form,
        feed=feeds.find_own(current_user),
        new_url=url_for("feeds.show", token=token, file_format="ics", _external=True)
        if token
        else None,
    )
