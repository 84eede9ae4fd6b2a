"""The counts of what more help would meet beside a run's result, without names.

They are written with the result; the optimizer (``what_if/shortage.py``) says what is guaranteed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from matchmaker.models import RoundRun
from matchmaker.rounds.matching import read_rows
from matchmaker.rounds.question.asks import list_members
from optimizer import codec
from optimizer.report import Shortage


@dataclass(frozen=True, slots=True)
class ShortRow:
    """More help of one category, and what it would meet.

    slot         the slot of visits; None: delivered
    units        visits, counted for each person, or units of the category
    requests     how many requests, as they were entered, and agreed visits it would meet, with all
                 that are met left as they are
    committees   the code of a committee -> how many of these requests are of its residents
    """

    category: str
    slot: str | None
    units: int
    requests: int
    committees: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON for the run, defaults left out."""
        plain: dict[str, Any] = codec.to_json(self)
        return plain


def count_shortages(problem_json: str, shortages: Iterable[Shortage]) -> list[ShortRow]:
    """The rows of a run's report, in its order; needs are only counted, each of a joined ask."""
    committees = {
        need.id: need.groups.get("committee", "") for need in read_rows(problem_json).needs
    }
    found = []
    for row in shortages:
        places = Counter(committees[ask] for ask in row.needs for _need in list_members(ask))
        found.append(
            ShortRow(
                category=row.category,
                slot=row.slot,
                units=row.units,
                requests=places.total(),
                committees=dict(sorted(places.items())),
            )
        )
    return found


def read_shortages(run: RoundRun) -> list[ShortRow] | None:
    """The rows of a run, most requests first; None for a run without counts."""
    if run.shortages is None:
        return None
    return [codec.from_json(ShortRow, row) for row in run.shortages]
