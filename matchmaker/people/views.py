"""Pages on which the office or a volunteer decides if volunteers with one phone are one person."""

from flask import Blueprint, flash, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.audit.handing import show_people
from matchmaker.base.clock import get_now
from matchmaker.forms.base import ButtonForm
from matchmaker.models import ListKind, Volunteer
from matchmaker.people import joining
from matchmaker.volunteers.queries import map_categories
from matchmaker.volunteers.views import name_skills
from matchmaker.web.act import Answer, answer_form
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import get_name
from matchmaker.words.scope import name_windows

bp = Blueprint("people", __name__, url_prefix="/same-person")

_DECIDE = {"join": joining.join_volunteers, "apart": joining.keep_apart}


@bp.get("/")
@requires(Permission.PERSON_CONFIRM)
def index() -> str:
    return _show(ButtonForm(formdata=None))


@bp.post("/<id:first_id>/<id:second_id>/<any(join, apart):step>")
@requires(Permission.PERSON_CONFIRM)
def decide(first_id: int, second_id: int, step: str) -> Answer:
    form = ButtonForm()

    def act() -> str:
        _DECIDE[step](actor=current_user, first_id=first_id, second_id=second_id, now=get_now())
        done = {
            "join": _("From now on they count as one person."),
            "apart": _("They stay two people and are not shown here again."),
        }
        flash(done[step], "success")
        return url_for("people.index")

    return answer_form(form, act, lambda: _show(form))


@bp.post("/<id:volunteer_id>/separate")
@requires(Permission.PERSON_CONFIRM)
def separate(volunteer_id: int) -> Answer:
    form = ButtonForm()

    def act() -> str:
        joining.separate_volunteer(actor=current_user, volunteer_id=volunteer_id, now=get_now())
        flash(_("They count as two people again."), "success")
        return url_for("people.index")

    return answer_form(form, act, lambda: _show(form))


def _show(form: ButtonForm) -> str:
    proposals, joined = joining.list_proposals(current_user), joining.list_joined(current_user)
    shown = [row for pair in proposals for row in (pair.first, pair.second)]
    categories = map_categories(shown)

    def describe(row: Volunteer) -> list[str]:
        """The texts by which two volunteers are compared, in the order of the page's headings."""
        return [
            row.name,
            get_name(row.organisation),
            row.reference,
            name_skills(row, categories),
            name_windows(row.windows),
            str(row.visits_per_month),
        ]

    def make() -> str:
        return render_template(
            "people/index.html", form=form, proposals=proposals, joined=joined, describe=describe
        )

    persons = {row.person_id for row in (*shown, *(row for group in joined for row in group))}
    return show_people(ListKind.SAME_PERSON, persons, make)
