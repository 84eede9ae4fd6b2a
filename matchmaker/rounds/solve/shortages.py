"""The counts of what more help would meet beside a run's result, without names.

They are written with the result; the optimizer (``what_if/shortage.py``) says what is guaranteed.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from matchmaker.models import RoundRun
from matchmaker.rounds.matching import read_rows
from matchmaker.rounds.question.asks import list_members
from optimizer import codec
from optimizer.report import Shortage
from optimizer.rows import Need


@dataclass(frozen=True, slots=True)
class ShortRow:
    """More help of one category, and what it would meet.

    slot         the slot of visits; None: delivered
    units        visits, counted for each person, or units of the category
    requests     how many requests, as they were entered, it would meet, with all that are met left
                 as they are
    committees   the code of a committee -> how many of these requests are of its residents
    visits       how many due visits it would meet as well; they are no requests
    """

    category: str
    slot: str | None
    units: int
    requests: int
    committees: Mapping[str, int] = field(default_factory=dict)
    visits: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON for the run, defaults left out."""
        plain: dict[str, Any] = codec.to_json(self)
        return plain


def count_shortages(problem_json: str, shortages: Iterable[Shortage]) -> list[ShortRow]:
    """The rows of a run's report, most requests first; needs are only counted.

    A joined ask counts with each of its needs, as the figures of the month count them.
    """
    needs = {need.id: need for need in read_rows(problem_json).needs}
    found = [_count(row, [needs[name] for name in row.needs]) for row in shortages]
    return sorted(found, key=lambda row: (-row.requests, -row.visits, row.category, row.slot or ""))


def _count(row: Shortage, needs: Collection[Need]) -> ShortRow:
    asks = [need for need in needs if not need.duty]
    places = Counter(
        need.groups.get("committee", "") for need in asks for _ in list_members(need.id)
    )
    return ShortRow(
        category=row.category,
        slot=row.slot,
        units=row.units,
        requests=places.total(),
        committees=dict(sorted(places.items())),
        visits=len(needs) - len(asks),
    )


def read_shortages(run: RoundRun) -> list[ShortRow] | None:
    """The rows of a run, most requests first; None for a run without counts."""
    if run.shortages is None:
        return None
    return [codec.from_json(ShortRow, row) for row in run.shortages]
