"""The list of all volunteers of a street office, by reference, for its social workers."""

from flask import url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from matchmaker.audit.handing import send_list, show_list
from matchmaker.models import ListKind
from matchmaker.offers.queries import list_organisations
from matchmaker.volunteers import queries
from matchmaker.volunteers.forms import OfficeVolunteerForm
from matchmaker.volunteers.profile import list_skills
from matchmaker.volunteers.views import (
    NUMBER,
    SKILLS,
    STATE,
    VISITS,
    VolunteerLine,
    bp,
    name_qualifications,
    read_lines,
)
from matchmaker.web.act import Answer
from matchmaker.web.lists import Column, ListPage, People
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import get_name

_ORGANISATION = Column[VolunteerLine](
    header=_l("Organisation"),
    read=lambda line: get_name(line.volunteer.organisation),
    link=lambda line: url_for("organisations.show", organisation_id=line.volunteer.organisation_id),
)
_QUALIFICATIONS = Column[VolunteerLine](
    header=_l("Qualifications"),
    read=lambda line: name_qualifications(line.volunteer),
    show=lambda line: name_qualifications(line.volunteer) or "–",
)
_COLUMNS = (NUMBER, _ORGANISATION, SKILLS, _QUALIFICATIONS, VISITS, STATE)


@bp.get("/office")
@requires(Permission.OFFICE_READ)
def office() -> str:
    return show_list("volunteers/office.html", _make_list())


@bp.route("/office.<any(xlsx, csv):file_format>", methods=["GET", "POST"])
@requires(Permission.OFFICE_READ)
def download_office(file_format: str) -> Answer:
    return send_list(_make_list(), file_format)


def _make_list() -> ListPage[VolunteerLine]:
    form = OfficeVolunteerForm().fill_choices(list_skills(), list_organisations(current_user))
    filters = form.read_filters()
    return ListPage(
        endpoint="volunteers.office",
        caption=_l("Volunteers of all organisations"),
        query=queries.list_office_volunteers(current_user, filters),
        columns=_COLUMNS,
        people=People(ListKind.VOLUNTEERS, lambda line: (line.volunteer.person_id,)),
        form=form,
        read=read_lines,
        count=lambda: queries.count_office_by_state(current_user, filters),
        download="volunteers.download_office",
        file_name="office-volunteers",
        file_columns=_COLUMNS,
    )
