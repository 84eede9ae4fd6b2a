"""Pages of the office's calendar: the years, and the form of one year's notice."""

from flask import Blueprint, flash, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.base.clock import get_now
from matchmaker.calendar import service
from matchmaker.calendar.forms import start_form
from matchmaker.slots import find_calendar, is_guessed
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, requires

bp = Blueprint("calendar", __name__, url_prefix="/calendar")


@bp.get("/")
@requires(Permission.CALENDAR_MANAGE)
def index() -> str:
    now = get_now()
    notices = {
        year: service.find_notice(year, current_user, now) for year in service.list_years(now)
    }
    entered = [service.read_notice(row) for row in notices.values() if row]
    years = [
        (year, row, find_calendar(year, entered), is_guessed(year, entered))
        for year, row in notices.items()
    ]
    return render_template("calendar/index.html", years=years)


@bp.route("/<id:year>", methods=["GET", "POST"])
@requires(Permission.CALENDAR_MANAGE)
def edit(year: int) -> Answer:
    notice = service.find_notice(year, current_user, get_now())
    known = find_calendar(year, [service.read_notice(notice)] if notice else [])
    form = start_form(known, notice.number if notice else "", notice.version if notice else 0)

    def act() -> str:
        service.save_notice(
            year=year,
            version=form.version.data,
            terms=form.read_terms(),
            actor=current_user,
            now=get_now(),
        )
        flash(_("Saved. Months that are frozen from now on follow it."), "success")
        return url_for("calendar.index")

    def show() -> str:
        return render_template("calendar/edit.html", form=form, year=year, notice=notice)

    return answer_form(form, act, show)
