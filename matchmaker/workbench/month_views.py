"""The page and file of the rows that a line of readiness counts, while a month is prepared."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_login import current_user

from matchmaker.audit.handing import send_list, show_list
from matchmaker.base.clock import get_local_date, get_now
from matchmaker.base.errors import NotFoundError
from matchmaker.forms.choices import read_choice
from matchmaker.models import ListKind, MatchRound, Organisation, RoundState
from matchmaker.residents.scope import list_committees
from matchmaker.rounds.freeze.findings import ROWS, Finding, prepare
from matchmaker.rounds.queries import get_round
from matchmaker.rounds.words.readiness import name_finding
from matchmaker.web.act import Answer
from matchmaker.web.lists import ListPage, People
from matchmaker.web.permissions import Permission, may_open, requires
from matchmaker.workbench import lines, record_lines
from matchmaker.workbench.line import CountedRows, Reader
from matchmaker.workbench.rows import WorkRow, load_all, read_rows
from matchmaker.workbench.views import COLUMNS, WorkForm, bp

_FINDINGS = ", ".join(f'"{finding}"' for finding in ROWS)
_F = Finding


def _get_agreed_day(row: Organisation) -> date | None:
    return max((agreement.ends_on for agreement in row.agreements), default=None)


# The day of a row: the day since which it waits, or the last day on which it is valid.
_DAYS: Mapping[Finding, Callable[[Any], date | None]] = {
    _F.UNVERIFIED_NEEDS: record_lines.NEEDS.get_day,
    _F.UNVERIFIED_STATUSES: lambda row: row.valid_until,
    _F.UNAPPROVED_OFFERS: record_lines.OFFERS.get_day,
    _F.OPEN_OFFERS: lambda row: row.valid_until,
    _F.STAFFLESS_OFFERS: lambda row: row.valid_until,
    _F.EXPIRED_AGREEMENTS: _get_agreed_day,
}
_BY_COMMITTEE = (
    _F.OPEN_NEEDS,
    _F.UNVERIFIED_NEEDS,
    _F.UNVERIFIED_STATUSES,
    _F.MISSED_DUTIES,
    _F.SLOTLESS_DUTIES,
)
# The page that deals with all rows together, and the label of its link.
_ACTS: Mapping[Finding, tuple[LazyString, str]] = {
    _F.UNAPPROVED_OFFERS: (_l("Check them"), "offers.review"),
    _F.MISSED_DUTIES: (_l("How many visits of each"), "rounds.missed"),
    _F.SLOTLESS_DUTIES: (_l("Public holidays"), "calendar.index"),
}


@bp.get(f"/work/months/<month:month>/<any({_FINDINGS}):finding>")
@requires(Permission.ROUND_RUN)
def month_rows(month: date, finding: str) -> str:
    """Show the rows that a finding counts in a month that is not locked yet."""
    kind = Finding(finding)
    label, endpoint = _ACTS.get(kind, ("", ""))
    return show_list(
        "workbench/month_rows.html",
        _make_list(_get_draft(month), kind),
        month=month,
        act=(label, url_for(endpoint)) if endpoint and may_open(endpoint) else None,
    )


@bp.route(
    f"/work/months/<month:month>/<any({_FINDINGS}):finding>.<any(xlsx, csv):file_format>",
    methods=["GET", "POST"],
)
@requires(Permission.ROUND_RUN)
def download_month_rows(month: date, finding: str, file_format: str) -> Answer:
    """Send the same rows as a file."""
    return send_list(_make_list(_get_draft(month), Finding(finding)), file_format)


def _get_draft(month: date) -> MatchRound:
    """Return the month while it is prepared.

    Raises ``NotFoundError`` once it is locked, because what was locked does not change any more.
    """
    match_round = get_round(month, current_user)
    if match_round.state is not RoundState.DRAFT:
        raise NotFoundError("work.unknown")
    return match_round


def _make_list(match_round: MatchRound, finding: Finding) -> ListPage[WorkRow]:
    reader = Reader(current_user, get_now())
    line = _make_line(match_round, finding, get_local_date(reader.now))
    committees: Sequence[Any] = list_committees(current_user) if finding in _BY_COMMITTEE else ()
    form = WorkForm().fill_choices(committees) if len(committees) > 1 else None
    committee_id = read_choice(form.committee_id, int) if form else None
    return ListPage(
        endpoint="workbench.month_rows",
        values={"month": match_round.month, "finding": finding.value},
        caption=name_finding(finding),
        query=load_all(lines.select_rows(line, reader, committee_id=committee_id)),
        columns=COLUMNS,
        people=People(ListKind.WORK, lambda row: row.persons),
        form=form,
        read=lambda found: read_rows(line, found, names_residents=True),
        download="workbench.download_month_rows",
        file_name=f"{match_round.month:%Y-%m}-{finding.value.replace('_', '-')}",
        file_columns=COLUMNS,
    )


def _make_line(match_round: MatchRound, finding: Finding, today: date) -> CountedRows:
    rows, of = ROWS[finding], prepare(match_round, today)
    return CountedRows(
        select=lambda _reader: rows.select(of),
        order=rows.order,
        get_day=_DAYS.get(finding, lambda _row: None),
    )
