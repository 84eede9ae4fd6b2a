"""What was promised, to whom and when: a coordinator's month and a volunteer's visits."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby

from flask import Blueprint, Response, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from matchmaker.assignments import queries
from matchmaker.assignments.forms import GivenForm, MonthForm
from matchmaker.assignments.queries import GivenFilters, Line
from matchmaker.base.clock import get_local_date, get_now
from matchmaker.base.errors import NotFoundError
from matchmaker.base.extensions import db
from matchmaker.offers.scope import get_own_organisation
from matchmaker.rounds.words.slots import describe_slot
from matchmaker.web.downloads import FILE_FORMATS, Row, send_table
from matchmaker.web.lists import PAGE_SIZE, get_other_arguments, get_page_number
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import get_label, get_name
from matchmaker.words.quantities import format_quantity

# --- A month's promises as rows of a file: references and blocks, no resident's name.


def get_headers() -> list[str]:
    return [
        _("When"),
        _("Volunteer"),
        _("Category"),
        _("Amount"),
        _("Neighbourhood committee"),
        _("Block"),
        _("Number"),
        _("State"),
    ]


def make_rows(lines: Iterable[Line], month: date) -> list[Row]:
    return [
        [
            describe_slot(line.slot, month),
            line.volunteer or "",
            get_name(line.category),
            format_quantity(line.units, line.category.unit),
            get_name(line.committee),
            line.block,
            line.reference,
            str(get_label(line.state)),
        ]
        for line in lines
    ]


bp = Blueprint("assignments", __name__, url_prefix="/assignments")


@bp.get("/given")
@requires(Permission.ASSIGNMENT_READ_GIVEN)
def given() -> str:
    months = queries.list_published_months(current_user)
    if not months:
        return render_template("assignments/given_empty.html")
    form, month, filters = _read_address(months)
    page, total = get_page_number(), queries.count_lines(current_user, month, filters)
    statement = queries.select_lines(current_user, month, filters)
    rows = db.session.execute(statement.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE))
    return render_template(
        "assignments/given.html",
        form=form,
        month=month,
        groups=_group([queries.read_line(row) for row in rows]),
        total=total,
        page=page,
        pages=-(-total // PAGE_SIZE),
        arguments=get_other_arguments(),
        file_formats=FILE_FORMATS,
    )


@bp.get("/given/print")
@requires(Permission.ASSIGNMENT_READ_GIVEN)
def given_sheet() -> str:
    months = _list_months_or_fail()
    _form, month, filters = _read_address(months)
    return render_template(
        "assignments/given_sheet.html",
        organisation=get_own_organisation(current_user),
        month=month,
        groups=_group(queries.list_lines(current_user, month, filters)),
        printed_on=get_local_date(get_now()),
        back_url=url_for("assignments.given", **get_other_arguments()),
    )


@bp.get("/given.<any(xlsx, csv):file_format>")
@requires(Permission.ASSIGNMENT_READ_GIVEN)
def download(file_format: str) -> Response:
    months = _list_months_or_fail()
    _form, month, filters = _read_address(months)
    rows = make_rows(queries.list_lines(current_user, month, filters), month)
    name = f"promised-{month:%Y-%m}"
    return send_table(file_format, name, _("What we promised"), get_headers(), rows)


@bp.get("/visits")
@requires(Permission.VISIT_READ_OWN)
def visits() -> str:
    months = queries.list_published_months(current_user)
    form = MonthForm()
    form.fill_months(months)
    month = form.read_month(months) if months else None
    lines = queries.list_lines(current_user, month, GivenFilters()) if month else []
    return render_template(
        "assignments/visits.html", form=form, month=month, months=months, groups=_group(lines)
    )


def _read_address(months: list[date]) -> tuple[GivenForm, date, GivenFilters]:
    form = GivenForm()
    form.fill_months(months)
    month = form.read_month(months)
    form.month.data = month.strftime("%Y-%m")
    form.fill_choices(*queries.list_choices(current_user, month))
    return form, month, form.read_filters()


def _list_months_or_fail() -> list[date]:
    months = queries.list_published_months(current_user)
    if not months:
        raise NotFoundError("assignment.nothing_published")
    return months


def _group(lines: list[Line]) -> list[tuple[str | None, list[Line]]]:
    """The lines of each slot, which stand together already."""
    return [(slot, list(found)) for slot, found in groupby(lines, key=lambda line: line.slot)]
