"""The memory of the months: what was promised and what was given, by group."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from matchmaker.audit.handing import send_list, show_list
from matchmaker.models import ListKind
from matchmaker.promises import memory as remembered
from matchmaker.promises.memory import COUNTED, Group, Remembered
from matchmaker.rounds.pages.blueprint import bp
from matchmaker.rounds.pages.memory_address import (
    MemoryAddress,
    name_group,
    read_address,
    require_address,
)
from matchmaker.rounds.pages.memory_forms import COUNTS, GROUPS, HEADS
from matchmaker.web.act import Answer
from matchmaker.web.lists import Column, ListPage, People
from matchmaker.web.permissions import Permission, requires
from matchmaker.words.quantities import format_quantity, get_unit_word, make_cell


@bp.get("/memory")
@requires(Permission.ROUND_READ)
def memory() -> str:
    """Show what was promised and given, by group; each count links to its promises."""
    asked = read_address()
    if asked is None:
        return render_template("rounds/memory_empty.html")
    counts = remembered.count_all(asked.span, asked.today)
    tiles = [
        {
            "label": str(COUNTS[name]),
            "value": counts[name],
            "url": asked.make_url("rounds.memory_rows", counted=name),
        }
        for name in COUNTED
    ]
    return show_list("rounds/memory.html", _make_groups(asked), tiles=tiles, groups=GROUPS)


@bp.route("/memory.<any(xlsx, csv):file_format>", methods=["GET", "POST"])
@requires(Permission.ROUND_READ)
def download_memory(file_format: str) -> Answer:
    """Send these groups as a file."""
    return send_list(_make_groups(require_address()), file_format)


@dataclass(frozen=True, slots=True)
class _GroupLine:
    """A group with its counts, and the ids of the persons that it identifies by reference."""

    row: Remembered
    persons: tuple[int, ...] = ()


def _make_groups(asked: MemoryAddress) -> ListPage[_GroupLine]:
    columns = (_make_name_column(asked), *_make_counts(asked))
    return ListPage(
        endpoint="rounds.memory",
        caption=_("What was promised and what was given"),
        query=remembered.select_groups(asked.span, asked.by, asked.today),
        columns=(*columns, *_make_units(asked, format_quantity)),
        people=People(ListKind.MEMORY, lambda line: line.persons),
        form=asked.form,
        fields=("first", "last", "by"),
        read=lambda rows: _read_groups(rows, asked.by),
        download="rounds.download_memory",
        file_name=f"memory-{asked.file_name}",
        file_columns=(*columns, *_make_units(asked, make_cell), *_make_unit(asked)),
    )


def _read_groups(rows: list[Any], by: Group) -> list[_GroupLine]:
    found = [remembered.read_group(row) for row in rows]
    if by is Group.VOLUNTEER:
        return [_GroupLine(row, (row.group.person_id,)) for row in found]
    if by is Group.HOUSEHOLD:
        persons = remembered.list_persons([row.group.id for row in found])
        return [_GroupLine(row, tuple(persons.get(row.group.id, ()))) for row in found]
    return [_GroupLine(row) for row in found]


def _make_name_column(asked: MemoryAddress) -> Column[_GroupLine]:
    return Column[_GroupLine](header=HEADS[asked.by], read=lambda line: name_group(line.row.group))


def _make_counts(asked: MemoryAddress) -> list[Column[_GroupLine]]:
    """A column for each count; its number links to the promises."""

    def make(name: str) -> Column[_GroupLine]:
        return Column[_GroupLine](
            header=COUNTS[name],
            read=lambda line: line.row.counts[name],
            link=lambda line: asked.make_url(
                "rounds.memory_rows", counted=name, group=line.row.group.id
            ),
            is_number=True,
        )

    return [make(name) for name in COUNTED]


def _make_units(
    asked: MemoryAddress, show: Callable[[int, str], str | int | float]
) -> list[Column[_GroupLine]]:
    """The columns of amounts, formatted by ``show``; only groups of one kind of help have them."""
    if asked.by is not Group.CATEGORY:
        return []
    return [
        Column[_GroupLine](
            header=_l("Amount promised"),
            read=lambda line: show(line.row.units_promised, line.row.group.unit),
        ),
        Column[_GroupLine](
            header=_l("Amount given"),
            read=lambda line: show(line.row.units_given, line.row.group.unit),
        ),
    ]


def _make_unit(asked: MemoryAddress) -> list[Column[_GroupLine]]:
    if asked.by is not Group.CATEGORY:
        return []
    return [
        Column[_GroupLine](
            header=_l("Unit"), read=lambda line: str(get_unit_word(line.row.group.unit))
        )
    ]
