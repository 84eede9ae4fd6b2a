"""What anyone may read of a published month: figures without persons, small cells hidden."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from matchmaker.charts import CoverageRow, Share
from matchmaker.rounds.tables import GroupRow

SMALLEST_CELL = 5  # fewer people or needs could be recognised


@dataclass(frozen=True, slots=True)
class PublicRow:
    """A group of the public tables; a hidden row gives its name and nothing else."""

    label: str
    met: Share | None


def hide_small_groups(rows: Sequence[GroupRow]) -> list[PublicRow]:
    """Rows with a number of one to four are hidden.

    A single hidden row could be told from the total, so the smallest other one goes with it.
    """
    hidden = {row.code for row in rows if _is_small(row.met)}
    shown = [row for row in rows if row.code not in hidden]
    if len(hidden) == 1 and shown:
        hidden.add(min(shown, key=lambda row: (row.met.whole, row.code)).code)
    return [PublicRow(row.label, None if row.code in hidden else row.met) for row in rows]


def hide_small_coverage(
    rows: Sequence[CoverageRow], beside: Sequence[PublicRow]
) -> list[CoverageRow]:
    """Committees without those whose figures are small; hidden months become nothing of nothing.

    What the table ``beside`` the chart hides, the chart must not tell.
    """
    nothing, hidden = Share(0, 0), {row.label for row in beside if row.met is None}
    return [
        replace(row, before=nothing if _is_small(row.before) else row.before)
        for row in rows
        if not _is_small(row.after) and row.label not in hidden
    ]


def is_small(number: int) -> bool:
    return 0 < number < SMALLEST_CELL


def _is_small(share: Share) -> bool:
    return is_small(share.part) or is_small(share.whole)
