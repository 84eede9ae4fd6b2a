"""The lines of a run: every need with what was found for it, on a page and in a file."""

from datetime import date

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from matchmaker.audit.handing import send_list, show_list
from matchmaker.models import ListKind, RoundRun
from matchmaker.rounds.pages import figures, lines
from matchmaker.rounds.pages.blueprint import bp
from matchmaker.rounds.pages.forms import LineFilterForm
from matchmaker.rounds.pages.lines import RunLine
from matchmaker.rounds.pages.review_views import find_run
from matchmaker.rounds.words.outcomes import count_received, explain_outcome_to_staff, name_ground
from matchmaker.web.act import Answer
from matchmaker.web.lists import Badge, Column, ListPage, People
from matchmaker.web.permissions import Permission, has_permission, requires
from matchmaker.words.labels import get_name
from matchmaker.words.quantities import format_quantity, get_unit_word, make_cell

# The columns: residents by reference only, no person's name.


def _show_found(line: RunLine) -> str:
    if not line.outcome.is_met:
        return "–"
    return format_quantity(count_received(line.outcome), line.need.category.unit)


def _list_badges(line: RunLine) -> list[Badge]:
    return [Badge(name_ground(line.outcome.ground), "good" if line.outcome.is_met else "neutral")]


_CATEGORY = Column[RunLine](header=_l("Category"), read=lambda line: get_name(line.need.category))
_URGENCY = Column[RunLine](header=_l("Urgency"), read=lambda line: line.need.tier, is_number=True)
_AMOUNT_FOUND = Column[RunLine](
    header=_l("Amount found"),
    read=lambda line: make_cell(count_received(line.outcome), line.need.category.unit),
    show=_show_found,
)
_ORGANISATIONS = Column[RunLine](
    header=_l("Organisations"),
    read=lambda line: ", ".join(sorted({get_name(row) for row in line.givers})),
    show=lambda line: _(", ").join(dict.fromkeys(map(get_name, line.givers))) or "–",
)
FILE_COLUMNS = (
    Column[RunLine](header=_l("Need"), read=lambda line: line.need.reference),
    Column[RunLine](header=_l("Resident"), read=lambda line: line.need.resident.reference),
    _CATEGORY,
    Column[RunLine](
        header=_l("Neighbourhood committee"), read=lambda line: get_name(line.need.committee)
    ),
    _URGENCY,
    Column[RunLine](header=_l("Result"), read=lambda line: name_ground(line.outcome.ground)),
    Column[RunLine](
        header=_l("Amount asked"),
        read=lambda line: make_cell(line.need.quantity, line.need.category.unit),
    ),
    _AMOUNT_FOUND,
    Column[RunLine](
        header=_l("Unit"), read=lambda line: str(get_unit_word(line.need.category.unit))
    ),
    _ORGANISATIONS,
    Column[RunLine](
        header=_l("Explanation"), read=lambda line: explain_outcome_to_staff(line.outcome)
    ),
)


def _make_columns(month: date, number: int) -> tuple[Column[RunLine], ...]:
    """The columns of the page of run ``number`` of ``month``."""
    return (
        Column[RunLine](
            header=_l("Need"),
            read=lambda line: line.need.reference,
            link=lambda line: url_for(
                "rounds.show_line", month=month, number=number, reference=line.need.reference
            ),
            is_unbroken=True,
        ),
        _CATEGORY,
        Column[RunLine](header=_l("Committee"), read=lambda line: get_name(line.need.committee)),
        _URGENCY,
        Column[RunLine](
            header=_l("Ground"),
            read=lambda line: name_ground(line.outcome.ground),
            badges=_list_badges,
        ),
        _AMOUNT_FOUND,
        _ORGANISATIONS,
    )


@bp.get("/<month:month>/runs/<id:number>/lines/")
@requires(Permission.ROUND_READ)
def list_lines(month: date, number: int) -> str:
    """Show every need of the run with what was found for it."""
    run = find_run(month, number)
    return show_list("rounds/lines.html", _make_list(run), match_round=run.match_round, run=run)


@bp.route(
    "/<month:month>/runs/<id:number>/lines.<any(xlsx, csv):file_format>", methods=["GET", "POST"]
)
@requires(Permission.ROUND_READ)
def download_lines(month: date, number: int, file_format: str) -> Answer:
    """Send the lines as a file, with the filters of the list."""
    return send_list(_make_list(find_run(month, number)), file_format)


@bp.get("/<month:month>/runs/<id:number>/lines/<reference>")
@requires(Permission.ROUND_READ)
def show_line(month: date, number: int, reference: str) -> str:
    """Show one need: what was found and who gives it, or why nothing was found."""
    run = find_run(month, number)
    outcome = lines.get_line(run, reference)
    return render_template(
        "rounds/line.html",
        match_round=run.match_round,
        run=run,
        outcome=outcome,
        givers=lines.list_givers(run, [outcome]).get(outcome.need_id, []),
        can_run=has_permission(current_user.role, Permission.ROUND_RUN),
    )


def _make_list(run: RoundRun) -> ListPage[RunLine]:
    month, form = run.match_round.month, _make_filter_form(run)
    return ListPage(
        endpoint="rounds.list_lines",
        values={"month": month, "number": run.number},
        caption=_("Every line of run %(number)s", number=run.number),
        query=lines.select_lines(run, form.read_filters()),
        columns=_make_columns(month, run.number),
        people=People(ListKind.LINES, lambda line: (line.need.resident.person_id,)),
        form=form,
        read=lambda outcomes: lines.read_lines(run, outcomes),
        download="rounds.download_lines",
        file_name=f"round-{month:%Y-%m}-run-{run.number}",
        file_title=_("Lines"),
        file_columns=FILE_COLUMNS,
    )


def _make_filter_form(run: RoundRun) -> LineFilterForm:
    names = figures.read_names(run.match_round.subdistrict_id)
    form = LineFilterForm()
    form.fill_choices(
        category=names.categories.items(),
        committee=names.committees.items(),
        organisation=names.organisations.items(),
    )
    return form
