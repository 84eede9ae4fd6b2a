"""The first page. A signed-in person sees the workbench: what waits, what is new, the months."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _c
from flask_login import current_user

from matchmaker.audit.handing import send_list, show_list
from matchmaker.base.clock import get_now
from matchmaker.forms.base import FilterForm
from matchmaker.forms.choices import DropdownField, make_choices, read_choice
from matchmaker.models import Committee, ListKind, RoundState
from matchmaker.notices.service import list_notices
from matchmaker.notices.things import load_things
from matchmaker.pages.views import bp as pages
from matchmaker.residents.scope import list_committees
from matchmaker.rounds.pages.room import find_free_month, list_steps
from matchmaker.rounds.queries import list_rounds
from matchmaker.web.act import Answer
from matchmaker.web.lists import Badge, Column, ListPage, People
from matchmaker.web.navigation import list_items
from matchmaker.web.permissions import Permission, has_permission, public, requires
from matchmaker.words.labels import get_name
from matchmaker.words.quantities import format_day
from matchmaker.workbench import lines
from matchmaker.workbench.line import Reader, WorkKind, WorkLine, get_yesterday
from matchmaker.workbench.lines import BY_COMMITTEE, CommitteeCounts, LineCount, WorkPart
from matchmaker.workbench.rows import WorkRow, load_all, read_rows
from matchmaker.workbench.words import find_act, name_in_committees, name_line, say_nudge

MOST_NEWS = 8

bp = Blueprint("workbench", __name__)


class WorkForm(FilterForm):
    """The filter of a line by committee, if it has rows of several."""

    committee_id = DropdownField(_l("Neighbourhood committee"))

    def fill_choices(self, committees: Sequence[Committee]) -> "WorkForm":
        """Set the committees to choose from, validate the form and return it."""
        pairs = [("", _("Every committee")), *((row.id, get_name(row)) for row in committees)]
        self.committee_id.choices = make_choices(pairs)
        self.validate()
        return self


# The first page.


@pages.get("/")
@public
def home() -> str:
    """Show a visitor how to begin, or a signed-in person what waits for them."""
    if not current_user.is_authenticated:
        return render_template("pages/home.html")
    now = get_now()
    reader = Reader(current_user, now)
    counts = lines.count_lines(reader)
    news = list_notices(current_user, most=MOST_NEWS, since=get_yesterday(now))
    return render_template(
        "workbench/show.html",
        today=reader.today,
        waiting=[_describe(row) for row in counts if row.line.waits],
        known=[_describe(row) for row in counts if not row.line.waits],
        news=load_things(news),
        committees=_describe_committees(reader),
        entrances=list_items()[1:] if _has_few_pages() else [],
        **_describe_months(),
    )


def _has_few_pages() -> bool:
    """Whether the menu is short, so that its pages are shown as large entries, too."""
    few = (Permission.NEED_READ_OWN, Permission.VISIT_READ_OWN)
    return any(has_permission(current_user.role, permission) for permission in few)


def _describe_months() -> dict[str, Any]:
    """The months that are not closed, each with its path, and the next month that can be opened.

    The list is empty, and the next month None, for a person who may not see or open them.
    """
    if not has_permission(current_user.role, Permission.ROUND_READ):
        return {"months": [], "free_month": None}
    rounds = list_rounds(current_user)
    can_open = has_permission(current_user.role, Permission.ROUND_RUN)
    months = [row for row in rounds if row.state is not RoundState.CLOSED]
    return {
        "months": [(row, list_steps(row)) for row in reversed(months)],
        "free_month": find_free_month(rounds, get_now()) if can_open else None,
    }


def _describe(row: LineCount) -> dict[str, Any]:
    kind = row.line.kind
    return {
        "count": row,
        "title": name_line(current_user.role, kind),
        "url": _make_url(kind),
        "late_url": _make_url(kind, part=WorkPart.LATE.value),
        "new_url": _make_url(kind, part=WorkPart.NEW.value),
        "act": find_act(current_user.role, kind),
    }


def _describe_committees(reader: Reader) -> dict[str, Any] | None:
    """What waits in each committee; None for a person who does not run the rounds."""
    if not has_permission(current_user.role, Permission.ROUND_RUN):
        return None
    rows = lines.count_by_committee(reader)
    kinds = [line.kind for line in BY_COMMITTEE]
    return {
        "names": [name_in_committees(kind) for kind in kinds],
        "rows": [_describe_committee(row, kinds, reader.today) for row in rows],
    }


def _describe_committee(
    row: CommitteeCounts, kinds: Sequence[WorkKind], today: date
) -> dict[str, Any]:
    return {
        "committee": row.committee,
        "late": row.late,
        "cells": [
            (row.rows.get(kind, 0), _make_url(kind, committee_id=row.committee.id))
            for kind in kinds
        ],
        "nudge": say_nudge(row, today),
    }


def _make_url(kind: WorkKind, **filters: Any) -> str:
    return url_for("workbench.rows", kind=kind.value, **filters)


# The rows of a line.


def _say_day(row: WorkRow) -> list[Badge]:
    day = format_day(row.day) if row.day else ""
    if row.is_late:
        return [Badge(_("Late: %(day)s", day=day) if day else _("Late"), "bad")]
    return []


_NUMBER = Column[WorkRow](
    header=_l("Number"), read=lambda row: row.number, link=lambda row: row.url or ""
)
COLUMNS = (
    _NUMBER,
    Column[WorkRow](header=_c("Work", "What"), read=lambda row: row.what),
    Column[WorkRow](
        header=_l("Person or organisation"),
        read=lambda row: row.who,
        show=lambda row: row.who or "–",
    ),
    Column[WorkRow](
        header=_l("Neighbourhood committee"),
        read=lambda row: row.committee,
        show=lambda row: row.committee or "–",
    ),
    Column[WorkRow](
        header=_l("Day"),
        read=lambda row: row.day,
        show=lambda row: format_day(row.day) if row.day else "–",
        badges=_say_day,
        note=lambda row: _("New") if row.is_new else "",
    ),
)
_KINDS = ", ".join(f'"{kind}"' for kind in WorkKind)


@bp.get(f"/work/<any({_KINDS}):kind>")
@requires(Permission.ACCOUNT_OWN)
def rows(kind: str) -> str:
    """Show the rows that a count of the workbench counts."""
    work, reader = WorkKind(kind), Reader(current_user, get_now())
    line = lines.find_line(current_user, work)
    return show_list(
        "workbench/rows.html",
        _make_list(line, reader),
        act=find_act(current_user.role, work),
        part=_find_part(),
        count=lines.count_line(line, reader),
    )


@bp.route(f"/work/<any({_KINDS}):kind>.<any(xlsx, csv):file_format>", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_OWN)
def download(kind: str, file_format: str) -> Answer:
    """Send the same rows as a file."""
    line = lines.find_line(current_user, WorkKind(kind))
    return send_list(_make_list(line, Reader(current_user, get_now())), file_format)


def _find_part() -> WorkPart | None:
    typed = request.args.get("part", "")
    return WorkPart(typed) if typed in set(WorkPart) else None


def _make_list(line: WorkLine, reader: Reader) -> ListPage[WorkRow]:
    actor, kind, part = reader.actor, line.kind, _find_part()
    committees = _list_committees(line)
    form = WorkForm().fill_choices(committees) if len(committees) > 1 else None
    committee_id = read_choice(form.committee_id, int) if form else None
    query = lines.select_rows(line, reader, part, committee_id)
    names_residents = actor.committee_id is not None or actor.resident_id is not None
    return ListPage(
        endpoint="workbench.rows",
        values={"kind": kind.value, **({"part": part.value} if part else {})},
        caption=name_line(actor.role, kind),
        query=load_all(query),
        columns=COLUMNS,
        people=People(ListKind.WORK, lambda row: row.persons),
        form=form,
        read=lambda found: read_rows(line, found, names_residents=names_residents),
        download="workbench.download",
        file_name=f"work-{kind.value}",
        file_columns=COLUMNS,
    )


def _list_committees(line: WorkLine) -> Sequence[Committee]:
    """The committees to choose from; empty if the line's rows are not counted by committee."""
    return list_committees(current_user) if line in BY_COMMITTEE else []
