"""The workbench: what waits for a person of each role, and how much of it is late or new.

The count of a line, its rows and its file come from one query, so they cannot differ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, select, union_all

from matchmaker.base.errors import NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import Committee, Role, User
from matchmaker.workbench import promise_lines as promises
from matchmaker.workbench import record_lines as records
from matchmaker.workbench.line import CountedRows, Reader, WorkKind, WorkLine, get_yesterday

LINES: Mapping[Role, Sequence[WorkLine]] = {
    Role.SOCIAL_WORKER: (
        records.COMPLAINTS,
        records.QUESTIONS,
        records.THANKS,
        promises.PROPOSALS,
        promises.FREE_PLACES,
        promises.ANSWERS,
        promises.RECIPIENTS,
        promises.WITHOUT_DAY,
        promises.WITHOUT_SESSION,
        promises.REPORTS,
        promises.BEFORE_CLOSE,
        records.MISSED,
        records.NEEDS,
        records.REFERRALS,
        records.STATUSES,
        records.REVIEWS,
        records.OFFERS,
        records.ORGANISATIONS,
        records.INVITATIONS,
    ),
    Role.COMMITTEE_WORKER: (
        promises.CALLS,
        promises.CAME,
        records.NEEDS,
        records.STATUSES,
        records.REVIEWS,
        records.MISSED,
        records.NEWS,
        promises.AGREED,
    ),
    Role.COORDINATOR: (
        promises.ANSWERS,
        promises.OTHER_DAY,
        promises.WITHOUT_DAY,
        promises.WITHOUT_SESSION,
        promises.REPORTS,
        records.OFFERS_RETURNED,
        records.PROOFS,
        promises.OWN_VISITS,
        promises.GIVEN,
    ),
    Role.VOLUNTEER: (
        promises.ANSWERS,
        promises.OTHER_DAY,
        promises.REPORTS,
        promises.OWN_VISITS,
        promises.GIVEN,
    ),
    Role.RESIDENT: (
        promises.CALLS,
        promises.CAME,
        records.NEEDS_RETURNED,
        records.DRAFTS,
        promises.AGREED,
    ),
    Role.ADMINISTRATOR: (records.INVITATIONS,),
    Role.AUDITOR: (records.INVITATIONS,),
}
# The lines that the office sees counted by committee, so that it can ask the committees.
BY_COMMITTEE = (records.NEEDS, records.STATUSES, records.REVIEWS, promises.RECIPIENTS)


class WorkPart(StrEnum):
    """Which rows of a line a page shows, if not all."""

    LATE = "late"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class LineCount:
    """How many rows a line has, how many are late, and how many came since yesterday began."""

    line: WorkLine
    rows: int
    late: int
    new: int


@dataclass(frozen=True, slots=True)
class CommitteeCounts:
    """What waits in a committee: the number of rows of each line, and how many of all are late."""

    committee: Committee
    rows: Mapping[WorkKind, int]
    late: int

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def find_line(actor: User, kind: WorkKind) -> WorkLine:
    """Return the line of this kind that the actor's role has.

    Raises ``NotFoundError`` if the role has none.
    """
    found = next((line for line in LINES[actor.role] if line.kind is kind), None)
    if found is None:
        raise NotFoundError("work.unknown")
    return found


def count_lines(reader: Reader) -> list[LineCount]:
    """Count the lines of the reader's role; lines without rows are left out.

    Lines with late rows come first, otherwise they are in the order of ``LINES``.
    """
    lines = LINES[reader.actor.role]
    by_kind: dict[str, Any] = {
        kind: counts
        for kind, *counts in db.session.execute(
            union_all(*(_count(line, reader) for line in lines))
        )
    }
    found = [LineCount(line, *map(int, by_kind[line.kind.value])) for line in lines]
    return sorted((row for row in found if row.rows), key=lambda row: row.late == 0)


def count_line(line: WorkLine, reader: Reader) -> LineCount:
    """Count the rows of one line."""
    _kind, *counts = db.session.execute(_count(line, reader)).one()
    return LineCount(line, *map(int, counts))


def count_by_committee(reader: Reader) -> list[CommitteeCounts]:
    """Count what waits in each committee; committees without any are left out.

    The committee with the most late rows comes first, then the one with the most rows.
    """
    queries = (
        _count(line, reader, Committee.id.label("committee_id")).group_by(Committee.id)
        for line in BY_COMMITTEE
    )
    found: dict[int, dict[WorkKind, int]] = {}
    late: dict[int, int] = {}
    counted: Any = db.session.execute(union_all(*queries))
    for kind, rows, late_rows, _new, committee_id in counted:
        found.setdefault(committee_id, {})[WorkKind(kind)] = rows
        late[committee_id] = late.get(committee_id, 0) + int(late_rows)
    query = select(Committee).where(Committee.id.in_(found))
    counts = [
        CommitteeCounts(row, found[row.id], late[row.id]) for row in db.session.scalars(query)
    ]
    return sorted(counts, key=lambda row: (-row.late, -row.total, row.committee.code))


def select_rows(
    line: CountedRows,
    reader: Reader,
    part: WorkPart | None = None,
    committee_id: int | None = None,
) -> Select[Any]:
    """Select the rows of a line, late ones first, each with 0 or 1 for late and for new.

    ``part`` and ``committee_id`` narrow them; None: all.
    """
    query = line.select(reader)
    if committee_id is not None:
        query = query.where(Committee.id == committee_id)
    late, new = _mark(line.is_late(reader.now)), _mark(line.is_new(get_yesterday(reader.now)))
    if part is not None:
        query = query.where({WorkPart.LATE: late, WorkPart.NEW: new}[part] == 1)
    flagged: Select[Any] = query.add_columns(late, new).order_by(late.desc(), *line.order)
    return flagged


def _count(line: WorkLine, reader: Reader, *more: Any) -> Any:
    late, new = _mark(line.is_late(reader.now)), _mark(line.is_new(get_yesterday(reader.now)))
    return line.select(reader).with_only_columns(
        literal(line.kind.value).label("kind"),
        func.count().label("rows"),
        func.coalesce(func.sum(late), 0).label("late"),
        func.coalesce(func.sum(new), 0).label("new"),
        *more,
        maintain_column_froms=True,
    )


def _mark(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """Return 1 for rows that fulfil the condition, 0 for others, also if it is NULL."""
    return case((condition, 1), else_=0)
