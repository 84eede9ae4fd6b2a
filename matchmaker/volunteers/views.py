"""A coordinator's volunteers: list, add, edit, pause, resume, leave, rejoin."""

from collections.abc import Callable

from flask import Blueprint, Response, flash, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from matchmaker.act_once import act_once
from matchmaker.clock import get_local_date, get_now
from matchmaker.errors import ConflictError, InvalidError
from matchmaker.exports import FILE_FORMATS, send_table
from matchmaker.extensions import db
from matchmaker.models import Volunteer
from matchmaker.offers.lists import list_committees
from matchmaker.offers.scope import get_own_organisation
from matchmaker.paging import get_other_arguments, paginate
from matchmaker.permissions import Permission, requires
from matchmaker.volunteers import export, lists, messages, service
from matchmaker.volunteers.forms import (
    StepForm,
    VolunteerForm,
    make_list_form,
    make_volunteer_form,
)
from matchmaker.volunteers.profile import list_skills
from matchmaker.volunteers.states import VolunteerStep, can_take, check_step

bp = Blueprint("volunteers", __name__, url_prefix="/volunteers")

Answer = tuple[str, int] | AnyResponse


@bp.errorhandler(ConflictError)
def show_conflict(error: ConflictError) -> tuple[str, int]:
    db.session.rollback()
    text = messages.describe_conflict(error)
    back_url = url_for("volunteers.index")
    return render_template("offers/conflict.html", text=text, back_url=back_url, status=409), 409


@bp.get("/")
@requires(Permission.VOLUNTEER_MANAGE)
def index() -> str:
    form = make_list_form(list_skills())
    filters = form.read_filters()
    found = paginate(lists.list_volunteers(current_user, filters))
    return render_template(
        "volunteers/index.html",
        form=form,
        found=found,
        categories=lists.map_categories(found.items),
        name_skills=export.name_skills,
        counts=lists.count_by_state(current_user, filters),
        arguments=get_other_arguments(),
        file_formats=FILE_FORMATS,
        today=get_local_date(get_now()),
        has_expired_proof=lists.has_expired_proof,
    )


@bp.get("/volunteers.<any(xlsx, csv):file_format>")
@requires(Permission.VOLUNTEER_MANAGE)
def download(file_format: str) -> Response:
    filters = make_list_form(list_skills()).read_filters()
    volunteers = db.session.scalars(lists.list_volunteers(current_user, filters)).all()
    rows = export.make_rows(volunteers, lists.map_categories(volunteers))
    return send_table(file_format, "volunteers", _("Our volunteers"), export.get_headers(), rows)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.VOLUNTEER_MANAGE)
def add() -> Answer:
    form = _make_form(None)

    def save() -> str:
        volunteer = service.add_volunteer(
            actor=current_user, now=get_now(), profile=form.read_profile()
        )
        flash(_("Added."), "success")
        return url_for("volunteers.show", volunteer_id=volunteer.id)

    return _take(form, None, save)


@bp.get("/<id:volunteer_id>")
@requires(Permission.VOLUNTEER_MANAGE)
def show(volunteer_id: int) -> str:
    return _show(service.get_volunteer(volunteer_id, current_user))


@bp.route("/<id:volunteer_id>/edit", methods=["GET", "POST"])
@requires(Permission.VOLUNTEER_MANAGE)
def edit(volunteer_id: int) -> Answer:
    volunteer = service.get_volunteer(volunteer_id, current_user)
    check_step(volunteer, VolunteerStep.EDIT)
    form = _make_form(volunteer)

    def save() -> str:
        service.edit_volunteer(
            actor=current_user,
            now=get_now(),
            volunteer_id=volunteer_id,
            profile=form.read_profile(),
        )
        flash(_("Saved."), "success")
        return url_for("volunteers.show", volunteer_id=volunteer_id)

    return _take(form, volunteer, save)


@bp.post("/<id:volunteer_id>/<any(pause, resume, leave, rejoin):step>")
@requires(Permission.VOLUNTEER_MANAGE)
def move(volunteer_id: int, step: str) -> Answer:
    volunteer = service.get_volunteer(volunteer_id, current_user)
    form = StepForm()
    if not form.validate():
        return _show(volunteer), 422

    def take() -> str:
        chosen = VolunteerStep(step)
        service.move_volunteer(
            actor=current_user, now=get_now(), volunteer_id=volunteer_id, step=chosen
        )
        flash(messages.describe_step(chosen), "success")
        return url_for("volunteers.show", volunteer_id=volunteer_id)

    return act_once(form.idempotency_key.data, take)


def _make_form(volunteer: Volunteer | None) -> VolunteerForm:
    committees = list_committees(get_own_organisation(current_user).subdistrict_id)
    return make_volunteer_form(list_skills(), committees, volunteer)


def _take(form: VolunteerForm, volunteer: Volunteer | None, save: Callable[[], str]) -> Answer:
    """Show the form, or save and go on; what was refused comes back as typed."""
    if not form.is_submitted():
        return _show_form(form, volunteer), 200
    if not form.validate():
        return _show_form(form, volunteer), 422
    try:
        return act_once(form.idempotency_key.data, save)
    except InvalidError as error:
        db.session.rollback()
        form.add_error(error.field, messages.describe_refusal(error))
        return _show_form(form, volunteer), 422


def _show_form(form: VolunteerForm, volunteer: Volunteer | None) -> str:
    return render_template("volunteers/form.html", form=form, volunteer=volunteer)


def _show(volunteer: Volunteer) -> str:
    categories = lists.map_categories([volunteer])
    return render_template(
        "volunteers/show.html",
        volunteer=volunteer,
        form=StepForm(formdata=None),
        skills=export.name_skills(volunteer, categories),
        steps={step.value for step in VolunteerStep if can_take(volunteer, step)},
        committees=list_committees(volunteer.organisation.subdistrict_id),
        today=get_local_date(get_now()),
    )
