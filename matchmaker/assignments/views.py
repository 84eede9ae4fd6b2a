"""Pages of promises: a coordinator's month and a volunteer's visits."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from flask import Blueprint, render_template, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from matchmaker.assignments import answering, queries
from matchmaker.assignments.forms import GivenForm, MonthForm
from matchmaker.assignments.queries import GivenFilters, Line
from matchmaker.audit.handing import send_list, show_list, show_people
from matchmaker.base.clock import get_now
from matchmaker.base.errors import NotFoundError
from matchmaker.forms.base import IdempotentForm
from matchmaker.models import ListKind
from matchmaker.rounds.words.slots import describe_when
from matchmaker.web.act import Answer
from matchmaker.web.lists import Column, ListPage, People, make_state_badge
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import get_label, get_name
from matchmaker.words.quantities import format_quantity, get_unit_word, make_cell

# The columns of a month's promises: references and blocks, no resident's name.

_VOLUNTEER = Column[Line](
    header=_l("Volunteer"),
    read=lambda line: line.volunteer or "",
    show=lambda line: line.volunteer or "–",
)
_CATEGORY = Column[Line](header=_l("Category"), read=lambda line: get_name(line.category))
_AMOUNT = Column[Line](
    header=_l("Amount"),
    read=lambda line: make_cell(line.units, line.category.unit),
    show=lambda line: format_quantity(line.units, line.category.unit),
    is_number=True,
)
_COMMITTEE = Column[Line](
    header=_l("Neighbourhood committee"), read=lambda line: get_name(line.committee)
)
_BLOCK = Column[Line](header=_l("Block"), read=lambda line: line.block)
_NUMBER = Column[Line](
    header=_l("Number"),
    read=lambda line: line.reference,
    link=lambda line: url_for("assignments.promise", promise_id=line.id),
)
_STATE = Column[Line](
    header=_l("State"),
    read=lambda line: str(get_label(line.state)),
    badges=lambda line: [make_state_badge(line.state)],
)
_COLUMNS = (_NUMBER, _CATEGORY, _AMOUNT, _VOLUNTEER, _COMMITTEE, _BLOCK, _STATE)
_UNIT = Column[Line](header=_l("Unit"), read=lambda line: str(get_unit_word(line.category.unit)))
_FILE_COLUMNS = (_VOLUNTEER, _CATEGORY, _AMOUNT, _UNIT, _COMMITTEE, _BLOCK, _NUMBER, _STATE)


def _make_list(form: GivenForm, month: date, filters: GivenFilters) -> ListPage[Line]:
    when = Column[Line](header=_l("When"), read=lambda line: describe_when(line, month))
    return ListPage(
        endpoint="assignments.given",
        caption=_l("What we promised"),
        query=queries.select_lines(current_user, month, filters),
        columns=_COLUMNS,
        people=People(ListKind.GIVEN, lambda line: line.persons),
        form=form,
        read=queries.read_lines,
        download="assignments.download",
        file_name=f"promised-{month:%Y-%m}",
        file_columns=(when, *_FILE_COLUMNS),
    )


bp = Blueprint("assignments", __name__, url_prefix="/assignments")


@bp.get("/given")
@requires(Permission.ASSIGNMENT_READ_GIVEN)
def given() -> str:
    months = queries.list_published_months(current_user)
    if not months:
        return render_template("assignments/given_empty.html")
    return show_given(months)


def show_given(months: list[date]) -> str:
    """The page of the organisation's promises in a month, with the number that await an answer."""
    filter_form, month, filters = read_address(months)
    listed = _make_list(filter_form, month, filters)
    waiting = queries.list_waiting(current_user, month, filters, get_now())
    return show_list(
        "assignments/given.html",
        listed,
        month=month,
        policy=queries.find_policy(current_user, month),
        groups=group_lines(listed.rows),
        waiting=len(waiting),
        answer_by=min((day for day in waiting.values() if day), default=None),
        form=IdempotentForm(formdata=None),
    )


@bp.route("/given.<any(xlsx, csv):file_format>", methods=["GET", "POST"])
@requires(Permission.ASSIGNMENT_READ_GIVEN)
def download(file_format: str) -> Answer:
    listed = _make_list(*read_address(list_months_or_fail()))
    return send_list(listed, file_format)


@bp.get("/visits")
@requires(Permission.VISIT_READ_OWN)
def visits() -> str:
    months = queries.list_published_months(current_user)
    form = MonthForm()
    form.fill_months(months)
    month = form.read_month(months) if months else None
    lines = queries.list_lines(current_user, month, GivenFilters()) if month else []
    waiting = 0
    if month and answering.may_answer(current_user):
        waiting = len(queries.list_waiting(current_user, month, GivenFilters(), get_now()))

    def make() -> str:
        return render_template(
            "assignments/visits.html",
            form=form,
            month=month,
            months=months,
            groups=group_lines(lines),
            waiting=waiting,
        )

    persons = {person for line in lines for person in line.persons}
    return show_people(ListKind.GIVEN, persons, make)


def read_address(months: list[date]) -> tuple[GivenForm, date, GivenFilters]:
    """Read the address: the form of the filters, the month, and the filters within it."""
    form = GivenForm()
    form.fill_months(months)
    month = form.read_month(months)
    form.month.data = month.strftime("%Y-%m")
    form.fill_choices(*queries.list_choices(current_user, month))
    return form, month, form.read_filters()


def list_months_or_fail() -> list[date]:
    """The published months, latest first. Raises ``NotFoundError`` if there is none."""
    months = queries.list_published_months(current_user)
    if not months:
        raise NotFoundError("assignment.nothing_published")
    return months


def _get_time(line: Line) -> tuple[object, ...]:
    session_id = line.session.id if line.session else None
    return (line.day, line.minute, session_id, line.first_day, line.last_day, line.slot, line.days)


def group_lines(lines: Sequence[Line]) -> list[list[Line]]:
    """Group lines that are sorted by time into lists of the same time."""
    groups = groupby(lines, key=_get_time)
    return [list(found) for _when, found in groups]
