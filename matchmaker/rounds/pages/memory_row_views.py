"""The list of the promises that one count of the memory counts."""

from collections.abc import Callable
from dataclasses import replace

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from matchmaker.audit.handing import send_list, show_list
from matchmaker.models import ListKind, Promise
from matchmaker.promises import memory as remembered
from matchmaker.promises.states import DONE_STATES
from matchmaker.promises.sums import count_kept
from matchmaker.rounds.pages.blueprint import bp
from matchmaker.rounds.pages.memory_address import (
    MemoryAddress,
    get_group_id,
    name_group,
    read_address,
    require_address,
)
from matchmaker.rounds.pages.memory_forms import ROWS
from matchmaker.web.act import Answer
from matchmaker.web.lists import Column, ListPage, People, make_state_badge
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.labels import get_label, get_name
from matchmaker.words.quantities import format_month, format_quantity, get_unit_word, make_cell


@bp.get("/memory/promises")
@requires(Permission.ROUND_READ)
def memory_rows() -> str:
    """Show the promises that the chosen count counts."""
    asked = read_address()
    if asked is None:
        return render_template("rounds/memory_empty.html")
    group_id = get_group_id()
    group = None if group_id is None else remembered.get_group(asked.span, asked.by, group_id)
    return show_list(
        "rounds/memory_rows.html",
        _make_rows(asked),
        name=str(ROWS[asked.counted]),
        group="" if group is None else name_group(group),
        back_url=asked.make_url("rounds.memory"),
    )


@bp.route("/memory/promises.<any(xlsx, csv):file_format>", methods=["GET", "POST"])
@requires(Permission.ROUND_READ)
def download_memory_rows(file_format: str) -> Answer:
    """Send these promises as a file."""
    return send_list(_make_rows(require_address()), file_format)


def _count_given(row: Promise) -> int:
    return count_kept(row) if row.state in DONE_STATES else 0


_MONTH = Column[Promise](
    header=_l("Month"), read=lambda row: format_month(row.run.match_round.month)
)
_NUMBER = Column[Promise](
    header=_l("Need or pairing"), read=lambda row: row.asked.reference, is_unbroken=True
)
_KIND = Column[Promise](header=_l("Kind of help"), read=lambda row: get_name(row.asked.category))
_COMMITTEE = Column[Promise](
    header=_l("Neighbourhood committee"),
    read=lambda row: get_name(row.asked.resident.household.committee),
)
_GIVER = Column[Promise](header=_l("Organisation"), read=lambda row: get_name(row.organisation))
_VISITOR = Column[Promise](
    header=_l("Volunteer"), read=lambda row: row.volunteer.reference if row.volunteer else "–"
)
_STATE = Column[Promise](
    header=_l("State"),
    read=lambda row: str(get_label(row.state)),
    badges=lambda row: [make_state_badge(row.state)],
)


def _make_amounts(show: Callable[[int, str], str | int | float]) -> list[Column[Promise]]:
    """The columns of what was promised and what was given; ``show`` formats a count of units."""
    return [
        Column[Promise](
            header=_l("Amount promised"), read=lambda row: show(row.units, row.asked.category.unit)
        ),
        Column[Promise](
            header=_l("Amount given"),
            read=lambda row: show(_count_given(row), row.asked.category.unit),
        ),
    ]


_SIDES = (_KIND, _COMMITTEE, _GIVER, _VISITOR)
_UNIT = Column[Promise](
    header=_l("Unit"), read=lambda row: str(get_unit_word(row.asked.category.unit))
)
_ROW_COLUMNS = (
    _MONTH,
    replace(_NUMBER, link=lambda row: _link_need(row)),
    *_SIDES,
    *_make_amounts(format_quantity),
    _STATE,
)
_ROW_FILE_COLUMNS = (_MONTH, _NUMBER, *_SIDES, *_make_amounts(make_cell), _UNIT, _STATE)


def _link_need(row: Promise) -> str:
    return url_for("needs.show", need_id=row.need_id) if row.need_id else ""


def _make_rows(asked: MemoryAddress) -> ListPage[Promise]:
    group_id = get_group_id()
    values = {} if group_id is None else {"group": str(group_id)}
    query = remembered.select_rows(asked.span, asked.by, group_id, asked.counted, asked.today)
    return ListPage(
        endpoint="rounds.memory_rows",
        values=values,
        caption=_("Promises"),
        query=query,
        columns=_ROW_COLUMNS,
        people=People(ListKind.MEMORY, _list_persons),
        form=asked.form,
        download="rounds.download_memory_rows",
        file_name=f"promises-{asked.file_name}",
        file_columns=_ROW_FILE_COLUMNS,
    )


def _list_persons(row: Promise) -> tuple[int, ...]:
    visitor = (row.volunteer.person_id,) if row.volunteer else ()
    return (row.asked.resident.person_id, *visitor)
