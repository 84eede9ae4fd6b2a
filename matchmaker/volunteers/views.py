"""A coordinator's pages of volunteers: list, add, edit, pause, resume, leave, rejoin."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from matchmaker.audit.handing import send_list, show_list
from matchmaker.base.clock import get_local_date, get_now
from matchmaker.forms.base import ButtonForm
from matchmaker.models import Committee, ListKind, ServiceCategory, Volunteer
from matchmaker.offers.queries import list_committees
from matchmaker.offers.scope import get_own_organisation
from matchmaker.promises.breaking import find_breaks_of_volunteer
from matchmaker.volunteers import queries, service
from matchmaker.volunteers.forms import MoveForm, VolunteerForm, make_list_form, make_volunteer_form
from matchmaker.volunteers.profile import list_skills
from matchmaker.volunteers.states import VOLUNTEER_STATES, VolunteerStep
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.lists import Badge, Column, ListPage, People, make_state_badge
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import get_label, get_name
from matchmaker.words.quantities import format_day
from matchmaker.words.scope import join_words, name_committees, name_windows

# The columns of the list of volunteers, on the page and in the file.


@dataclass(frozen=True, slots=True)
class VolunteerLine:
    """A volunteer, with the names of the categories in which the volunteer can serve."""

    volunteer: Volunteer
    skills: str


def read_lines(volunteers: Sequence[Volunteer]) -> list[VolunteerLine]:
    """The lines of these volunteers; one query loads the categories of all."""
    categories = queries.map_categories(volunteers)
    return [VolunteerLine(row, name_skills(row, categories)) for row in volunteers]


def name_skills(volunteer: Volunteer, categories: dict[str, ServiceCategory]) -> str:
    """The names of the categories in which the volunteer can serve; unknown codes are left out."""
    return join_words(
        get_name(categories[code]) for code in volunteer.categories if code in categories
    )


def name_qualifications(volunteer: Volunteer) -> str:
    """The volunteer's qualifications, each with its last day if it has one."""
    return join_words(
        _("%(qualification)s until %(day)s", qualification=word, day=format_day(row.expires_on))
        if row.expires_on
        else word
        for row in volunteer.qualifications
        for word in (get_label(row.qualification),)
    )


def _list_badges(line: VolunteerLine) -> Iterator[Badge]:
    yield make_state_badge(line.volunteer.state)
    if queries.has_expired_proof(line.volunteer, get_local_date(get_now())):
        yield Badge(_("Qualification expired"), "warning")


NUMBER = Column[VolunteerLine](header=_l("Number"), read=lambda line: line.volunteer.reference)
_NAME = Column[VolunteerLine](
    header=_l("Name"),
    read=lambda line: line.volunteer.name,
    link=lambda line: url_for("volunteers.show", volunteer_id=line.volunteer.id),
)
STATE = Column[VolunteerLine](
    header=_l("State"),
    read=lambda line: str(get_label(line.volunteer.state)),
    badges=_list_badges,
)
VISITS = Column[VolunteerLine](
    header=_l("Most visits a month"),
    read=lambda line: line.volunteer.visits_per_month,
    is_number=True,
)
SKILLS = Column[VolunteerLine](header=_l("Can do"), read=lambda line: line.skills)
_COLUMNS = (_NAME, NUMBER, SKILLS, VISITS, STATE)


def _list_file_columns(committees: Sequence[Committee]) -> tuple[Column[VolunteerLine], ...]:
    """The columns of the file; ``committees``, those of the street office, supply the names."""
    return (
        NUMBER,
        _NAME,
        STATE,
        VISITS,
        SKILLS,
        Column[VolunteerLine](
            header=_l("When free"), read=lambda line: name_windows(line.volunteer.windows)
        ),
        Column[VolunteerLine](
            header=_l("Neighbourhood committees served"),
            read=lambda line: name_committees(line.volunteer.committees, committees),
        ),
        Column[VolunteerLine](
            header=_l("Qualifications"), read=lambda line: name_qualifications(line.volunteer)
        ),
    )


def _make_list(committees: Sequence[Committee] = ()) -> ListPage[VolunteerLine]:
    form = make_list_form(list_skills())
    filters = form.read_filters()
    return ListPage(
        endpoint="volunteers.index",
        caption=_l("Our volunteers"),
        query=queries.list_volunteers(current_user, filters),
        columns=_COLUMNS,
        people=People(ListKind.VOLUNTEERS, lambda line: (line.volunteer.person_id,)),
        form=form,
        read=read_lines,
        count=lambda: queries.count_by_state(current_user, filters),
        download="volunteers.download",
        file_name="volunteers",
        file_columns=_list_file_columns(committees),
    )


bp = Blueprint("volunteers", __name__, url_prefix="/volunteers")

_DONE = {
    VolunteerStep.PAUSE: _l("Paused. Coming rounds leave this volunteer out until resumed."),
    VolunteerStep.RESUME: _l("Resumed. Coming rounds count on this volunteer again."),
    VolunteerStep.LEAVE: _l("Marked as having left. The office looks after what was promised."),
    VolunteerStep.REJOIN: _l("Welcome back. Check times and visits a month."),
}


@bp.get("/")
@requires(Permission.VOLUNTEER_MANAGE)
def index() -> str:
    return show_list("volunteers/index.html", _make_list())


@bp.route("/volunteers.<any(xlsx, csv):file_format>", methods=["GET", "POST"])
@requires(Permission.VOLUNTEER_MANAGE)
def download(file_format: str) -> Answer:
    committees = list_committees(get_own_organisation(current_user).subdistrict_id)
    return send_list(_make_list(committees), file_format)


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
    is_sent = request.method == "POST"  # what is compared must not change before it is saved
    volunteer = service.get_volunteer(volunteer_id, current_user, is_locked=is_sent)
    VOLUNTEER_STATES.check(volunteer.state, VolunteerStep.EDIT)
    form = _make_form(volunteer)

    def act() -> str:
        service.edit_volunteer(
            actor=current_user,
            now=get_now(),
            volunteer_id=volunteer_id,
            profile=form.read_profile(),
            accepts_breaks=bool(form.accepts_breaks.data),
        )
        flash(_("Saved."), "success")
        return url_for("volunteers.show", volunteer_id=volunteer_id)

    return answer_form(form, act, lambda: _show_form(form, volunteer))


@bp.post("/<id:volunteer_id>/<any(pause, resume, leave, rejoin):step>")
@requires(Permission.VOLUNTEER_MANAGE)
def move(volunteer_id: int, step: str) -> Answer:
    volunteer = service.get_volunteer(volunteer_id, current_user)
    form = MoveForm()

    def act() -> str:
        chosen = VolunteerStep(step)
        service.move_volunteer(
            actor=current_user,
            now=get_now(),
            volunteer_id=volunteer_id,
            step=chosen,
            known_breaks=form.breaks.data,
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
        breaks=find_breaks_of_volunteer(volunteer, get_now()).count,
        committees=list_committees(volunteer.organisation.subdistrict_id),
        today=get_local_date(get_now()),
    )
