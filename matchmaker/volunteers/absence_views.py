"""The pages of a volunteer's days away, for the coordinator and for the volunteer."""

from flask import flash, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.base.clock import get_now
from matchmaker.forms.base import ButtonForm
from matchmaker.models import Volunteer
from matchmaker.volunteers import absences, service
from matchmaker.volunteers.forms import AbsenceForm
from matchmaker.volunteers.views import bp
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, requires


@bp.route("/<id:volunteer_id>/away", methods=["GET", "POST"])
@requires(Permission.VOLUNTEER_MANAGE)
def away(volunteer_id: int) -> Answer:
    volunteer = service.get_volunteer(volunteer_id, current_user)
    return _enter(volunteer, url_for("volunteers.away", volunteer_id=volunteer_id))


@bp.post("/away/<id:absence_id>/back")
@requires(Permission.VOLUNTEER_MANAGE)
def back(absence_id: int) -> Answer:
    return _take_back(absence_id)


@bp.route("/me/away", methods=["GET", "POST"])
@requires(Permission.ABSENCE_ENTER_OWN)
def own_away() -> Answer:
    return _enter(absences.get_own_volunteer(current_user), url_for("volunteers.own_away"))


@bp.post("/me/away/<id:absence_id>/back")
@requires(Permission.ABSENCE_ENTER_OWN)
def own_back(absence_id: int) -> Answer:
    return _take_back(absence_id)


def _enter(volunteer: Volunteer, page: str) -> Answer:
    form = AbsenceForm()

    def act() -> str:
        absences.enter_absence(
            volunteer,
            first_day=form.first_day.value,
            last_day=form.last_day.value,
            actor=current_user,
            now=get_now(),
            accepts_breaks=bool(form.accepts_breaks.data),
        )
        flash(_("Entered. The months that are frozen from now on leave these days out."), "success")
        return page

    return answer_form(form, act, lambda: _show(volunteer, form, ButtonForm(formdata=None)))


def _take_back(absence_id: int) -> Answer:
    form = ButtonForm()
    volunteer = absences.get_absence(absence_id, current_user).volunteer
    is_own = volunteer.id == current_user.volunteer_id
    page = (
        url_for("volunteers.own_away")
        if is_own
        else url_for("volunteers.away", volunteer_id=volunteer.id)
    )

    def act() -> str:
        absences.take_back_absence(absence_id, actor=current_user, now=get_now())
        flash(_("Taken back."), "success")
        return page

    return answer_form(form, act, lambda: _show(volunteer, AbsenceForm(formdata=None), form))


def _show(volunteer: Volunteer, form: AbsenceForm, button: ButtonForm) -> str:
    return render_template(
        "volunteers/away.html",
        volunteer=volunteer,
        is_own=volunteer.id == current_user.volunteer_id,
        absences=absences.list_absences(volunteer, current_user, get_now()),
        form=form,
        button=button,
    )
