"""Lists of promises to print and sign: of an organisation, and of a volunteer's own visits.

Each row is one promise. It has the resident's name, door and phone only for a visit whose contact
the actor may see now, up to the limit of the day; each is recorded like a look at the page.
"""

from collections.abc import Sequence
from datetime import date

from flask import render_template, url_for
from flask_login import current_user

from matchmaker.assignments import queries
from matchmaker.assignments.forms import MonthForm
from matchmaker.assignments.queries import GivenFilters, Line
from matchmaker.assignments.views import bp, group_lines, list_months_or_fail, read_address
from matchmaker.audit.handing import hand_out
from matchmaker.base.clock import get_local_date, get_now
from matchmaker.models import ListKind, ListWay
from matchmaker.residents.disclosure import Contact, reveal_doors
from matchmaker.web.act import Answer
from matchmaker.web.lists import get_filters
from matchmaker.web.permissions import Permission, requires


@bp.route("/given/print", methods=["GET", "POST"])
@requires(Permission.ASSIGNMENT_READ_GIVEN)
def given_sheet() -> Answer:
    form, month, filters = read_address(list_months_or_fail())
    lines = queries.list_lines(current_user, month, filters)
    back_url = url_for("assignments.given", **get_filters(form))
    return _hand_out(lines, back_url, filters=get_filters(form), month=month)


@bp.route("/visits/print", methods=["GET", "POST"])
@requires(Permission.VISIT_READ_OWN)
def visits_sheet() -> Answer:
    months = list_months_or_fail()
    form = MonthForm()
    form.fill_months(months)
    month = form.read_month(months)
    lines = queries.list_lines(current_user, month, GivenFilters())
    name = f"{month:%Y-%m}"
    back_url = url_for("assignments.visits", month=name)
    return _hand_out(lines, back_url, filters={"month": name}, month=month)


def _hand_out(
    lines: Sequence[Line], back_url: str, *, filters: dict[str, str], month: date
) -> Answer:
    contacts: dict[int, Contact] = {}

    def prepare() -> set[int]:
        contacts.update(reveal_doors([line.id for line in lines], current_user, get_now()))
        return {person for line in lines for person in line.persons}

    def make() -> str:
        return render_template(
            "assignments/given_sheet.html",
            month=month,
            groups=group_lines(lines),
            contacts=contacts,
            printed_on=get_local_date(get_now()),
            back_url=back_url,
        )

    return hand_out(
        ListKind.GIVEN, ListWay.PRINT, prepare, make, filters=filters, back_url=back_url
    )
