"""Count the most urgent needs and those that staff entered, by committee and by worker.

If one worker calls everything a danger or enters most of what a committee asks, colleagues see it
before the lock, and everyone sees the counts by committee after it. No resident and no need is
named.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, select

from matchmaker.base.extensions import db
from matchmaker.models import Committee, Need, NeedOutcome, Role, RoundRun, User
from matchmaker.models.limits import TIERS
from matchmaker.rounds.freeze.asked import select_open_needs
from matchmaker.rounds.queries import read_snapshot

DANGER = TIERS[0]
_STAFF = (Role.COMMITTEE_WORKER, Role.SOCIAL_WORKER)


@dataclass(frozen=True, slots=True)
class EntryShares:
    """Counts of one group: all its needs, those of urgency 1, and those that staff entered.

    group       code of a committee, or name of a worker
    """

    group: str
    asked: int
    urgent: int
    on_behalf: int


def list_open_shares(
    subdistrict_id: int, month: date, after: date
) -> tuple[list[EntryShares], list[EntryShares]]:
    """Count the needs that a lock on the day ``after`` takes into the month's list.

    By committee, then by the worker who entered or verified them.

    Committees are in order of code. Workers are in order of their most urgent needs, most first. A
    need counts for each of its two workers.
    """
    query = select(User.id, User.name).where(User.role.in_(_STAFF))
    names = {row.id: row.name for row in db.session.execute(query)}
    needs = select_open_needs(subdistrict_id, month, after)
    rows = db.session.execute(_select_entries(needs)).all()
    committees = _sum_up(rows, lambda row: [row.code])
    workers = _sum_up(rows, lambda row: {row.entered_by_id, row.verified_by_id} & names.keys())
    named = [replace(row, group=names[row.group]) for row in workers]
    return committees, sorted(named, key=lambda row: (-row.urgent, -row.asked, row.group))


def list_shares_of_run(run: RoundRun) -> list[EntryShares]:
    """Count the needs of a run by committee, in order of code, with their urgency at the lock."""
    tiers = {row.reference: row.tier for row in read_snapshot(run.match_round).needs}
    decided = select(NeedOutcome.need_id).where(NeedOutcome.round_run_id == run.id)
    needs = select(Need).join(Need.committee).where(Need.id.in_(decided))
    rows = db.session.execute(_select_entries(needs)).all()
    return _sum_up(rows, lambda row: [row.code], lambda row: tiers[row.reference])


def _select_entries(needs: Select[Any]) -> Select[Any]:
    """Select what the sums read of each need. The query of ``needs`` is joined with committees."""
    columns: tuple[Any, ...] = (
        Committee.code,
        Need.reference,
        Need.tier,
        Need.entered_by_id,
        Need.verified_by_id,
        User.role,
    )
    return needs.join(User, User.id == Need.entered_by_id).with_only_columns(*columns)


def _sum_up(
    rows: Iterable[Row[Any]],
    list_groups: Callable[[Row[Any]], Iterable[Any]],
    get_tier: Callable[[Row[Any]], int] = lambda row: int(row.tier),
) -> list[EntryShares]:
    sums: dict[Any, list[int]] = {}
    for row in rows:
        counted = (1, int(get_tier(row) == DANGER), int(row.role in _STAFF))
        for group in list_groups(row):
            found = sums.setdefault(group, [0, 0, 0])
            sums[group] = [one + other for one, other in zip(found, counted, strict=True)]
    return [EntryShares(group, *sums[group]) for group in sorted(sums)]
