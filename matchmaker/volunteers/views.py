"""A coordinator's volunteers: list, add, edit, pause, resume, leave, rejoin."""

from collections.abc import Iterable

from flask import Blueprint, Response, flash, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from matchmaker.base.clock import get_local_date, get_now
from matchmaker.base.extensions import db
from matchmaker.forms.base import ButtonForm
from matchmaker.models import ServiceCategory, Volunteer
from matchmaker.offers.queries import list_committees
from matchmaker.offers.scope import get_own_organisation
from matchmaker.volunteers import queries, service
from matchmaker.volunteers.forms import VolunteerForm, make_list_form, make_volunteer_form
from matchmaker.volunteers.profile import list_skills
from matchmaker.volunteers.states import VOLUNTEER_STATES, VolunteerStep
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.downloads import FILE_FORMATS, Row, send_table
from matchmaker.web.lists import get_other_arguments, paginate
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import get_label, get_name
from matchmaker.words.quantities import format_day
from matchmaker.words.scope import join_words, name_windows

# --- The list of volunteers as rows of a file.


def get_headers() -> list[str]:
    return [
        _("Number"),
        _("Name"),
        _("State"),
        _("Most visits a month"),
        _("Can do"),
        _("Free"),
        _("Neighbourhood committees served"),
        _("Qualifications"),
    ]


def make_rows(volunteers: Iterable[Volunteer], categories: dict[str, ServiceCategory]) -> list[Row]:
    return [_make_row(volunteer, categories) for volunteer in volunteers]


def name_qualifications(volunteer: Volunteer) -> str:
    """Each with its last day, where it has one."""
    return join_words(
        _("%(qualification)s until %(day)s", qualification=word, day=format_day(row.expires_on))
        if row.expires_on
        else word
        for row in volunteer.qualifications
        for word in (get_label(row.qualification),)
    )


def _make_row(volunteer: Volunteer, categories: dict[str, ServiceCategory]) -> Row:
    return [
        volunteer.reference,
        volunteer.name,
        str(get_label(volunteer.state)),
        volunteer.visits_per_month,
        name_skills(volunteer, categories),
        name_windows(volunteer.windows),
        " ".join(volunteer.committees),
        name_qualifications(volunteer),
    ]


def name_skills(volunteer: Volunteer, categories: dict[str, ServiceCategory]) -> str:
    """What the volunteer can do; a code no longer in the catalogue is left out."""
    return join_words(
        get_name(categories[code]) for code in volunteer.categories if code in categories
    )


bp = Blueprint("volunteers", __name__, url_prefix="/volunteers")

_DONE = {
    VolunteerStep.PAUSE: _l("Paused. Coming rounds leave this volunteer out until resumed."),
    VolunteerStep.RESUME: _l("Resumed. Coming rounds count on this volunteer again."),
    VolunteerStep.LEAVE: _l("Marked as having left. What was promised stays promised."),
    VolunteerStep.REJOIN: _l("Welcome back. Check times and visits a month."),
}


@bp.get("/")
@requires(Permission.VOLUNTEER_MANAGE)
def index() -> str:
    form = make_list_form(list_skills())
    filters = form.read_filters()
    found = paginate(queries.list_volunteers(current_user, filters))
    return render_template(
        "volunteers/index.html",
        form=form,
        found=found,
        categories=queries.map_categories(found.items),
        name_skills=name_skills,
        counts=queries.count_by_state(current_user, filters),
        arguments=get_other_arguments(),
        file_formats=FILE_FORMATS,
        today=get_local_date(get_now()),
        has_expired_proof=queries.has_expired_proof,
    )


@bp.get("/volunteers.<any(xlsx, csv):file_format>")
@requires(Permission.VOLUNTEER_MANAGE)
def download(file_format: str) -> Response:
    filters = make_list_form(list_skills()).read_filters()
    volunteers = db.session.scalars(queries.list_volunteers(current_user, filters)).all()
    rows = make_rows(volunteers, queries.map_categories(volunteers))
    return send_table(file_format, "volunteers", _("Our volunteers"), get_headers(), rows)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.VOLUNTEER_MANAGE)
def add() -> Answer:
    form = _make_form(None)

    def act() -> str:
        volunteer = service.add_volunteer(
            actor=current_user, now=get_now(), profile=form.read_profile()
        )
        flash(_("Added."), "success")
        return url_for("volunteers.show", volunteer_id=volunteer.id)

    return answer_form(form, act, lambda: _show_form(form, None))


@bp.get("/<id:volunteer_id>")
@requires(Permission.VOLUNTEER_MANAGE)
def show(volunteer_id: int) -> str:
    volunteer = service.get_volunteer(volunteer_id, current_user)
    return _show_volunteer(volunteer, ButtonForm(formdata=None))


@bp.route("/<id:volunteer_id>/edit", methods=["GET", "POST"])
@requires(Permission.VOLUNTEER_MANAGE)
def edit(volunteer_id: int) -> Answer:
    volunteer = service.get_volunteer(volunteer_id, current_user)
    VOLUNTEER_STATES.check(volunteer.state, VolunteerStep.EDIT)
    form = _make_form(volunteer)

    def act() -> str:
        service.edit_volunteer(
            actor=current_user,
            now=get_now(),
            volunteer_id=volunteer_id,
            profile=form.read_profile(),
        )
        flash(_("Saved."), "success")
        return url_for("volunteers.show", volunteer_id=volunteer_id)

    return answer_form(form, act, lambda: _show_form(form, volunteer))


@bp.post("/<id:volunteer_id>/<any(pause, resume, leave, rejoin):step>")
@requires(Permission.VOLUNTEER_MANAGE)
def move(volunteer_id: int, step: str) -> Answer:
    volunteer = service.get_volunteer(volunteer_id, current_user)
    form = ButtonForm()

    def act() -> str:
        chosen = VolunteerStep(step)
        service.move_volunteer(
            actor=current_user, now=get_now(), volunteer_id=volunteer_id, step=chosen
        )
        flash(str(_DONE[chosen]), "success")
        return url_for("volunteers.show", volunteer_id=volunteer_id)

    return answer_form(form, act, lambda: _show_volunteer(volunteer, form))


def _make_form(volunteer: Volunteer | None) -> VolunteerForm:
    committees = list_committees(get_own_organisation(current_user).subdistrict_id)
    return make_volunteer_form(list_skills(), committees, volunteer)


def _show_form(form: VolunteerForm, volunteer: Volunteer | None) -> str:
    return render_template("volunteers/form.html", form=form, volunteer=volunteer)


def _show_volunteer(volunteer: Volunteer, form: ButtonForm) -> str:
    categories = queries.map_categories([volunteer])
    return render_template(
        "volunteers/show.html",
        volunteer=volunteer,
        form=form,
        skills=name_skills(volunteer, categories),
        steps=VOLUNTEER_STATES.list_steps(volunteer.state),
        committees=list_committees(volunteer.organisation.subdistrict_id),
        today=get_local_date(get_now()),
    )
