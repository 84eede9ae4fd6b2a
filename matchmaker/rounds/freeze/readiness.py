"""What is unchecked, missing or about to end before the freeze, as codes and numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum, auto
from typing import Any

from sqlalchemy import Select, func, literal, union_all

from matchmaker.base.extensions import db
from matchmaker.calendar.service import load_calendars
from matchmaker.models import MatchRound, Offer, Organisation, ServiceCategory
from matchmaker.rounds.freeze.findings import ROWS, Finding, Prepared, prepare
from matchmaker.slots import is_guessed


class Weight(StrEnum):
    GOOD = auto()
    WARNING = auto()  # the freeze is allowed without what is missing
    BLOCKING = auto()  # the freeze would leave nothing to decide


Named = Organisation | Offer | ServiceCategory
MOST_NAMED = 8  # rows; the page that the line links to has the rest


@dataclass(frozen=True, slots=True)
class ReadinessLine:
    """One finding: how many rows, how serious, and the first rows if naming them helps.

    Organisations, offers and categories are named; the needs and statuses of residents are not.
    """

    finding: Finding
    count: int
    weight: Weight
    rows: tuple[Named, ...] = ()


def check_readiness(match_round: MatchRound, today: date | None = None) -> list[ReadinessLine]:
    """Return a line for every finding, also those without a fault: the page shows what was checked.

    ``today``: duties are looked for after this day, because a lock of today takes no earlier ones.
    """
    of = prepare(match_round, today)
    queries = {finding: rows.select(of) for finding, rows in ROWS.items()}
    counts = {**_count(queries), Finding.GUESSED_CALENDAR: _count_guessed_years(of)}
    return [
        ReadinessLine(
            finding,
            counts[finding],
            _weigh(finding, counts[finding]),
            _list_named(finding, queries[finding]) if finding in _NAMED and counts[finding] else (),
        )
        for finding in Finding
    ]


def is_ready(lines: list[ReadinessLine]) -> bool:
    """Whether nothing blocks the freeze."""
    return all(line.weight is not Weight.BLOCKING for line in lines)


_SUPPLY = (Finding.OPEN_NEEDS, Finding.OPEN_OFFERS)
_NAMED = (
    Finding.UNAPPROVED_ORGANISATIONS,
    Finding.UNAPPROVED_OFFERS,
    Finding.EXPIRED_AGREEMENTS,
    Finding.STAFFLESS_OFFERS,
    Finding.UNSERVED_CATEGORIES,
)


def _weigh(finding: Finding, count: int) -> Weight:
    """Weigh a finding: supply is good if there is any, everything else if there is none."""
    if (count > 0) == (finding in _SUPPLY):
        return Weight.GOOD
    return Weight.BLOCKING if finding is Finding.OPEN_NEEDS else Weight.WARNING


def _count_guessed_years(of: Prepared) -> int:
    """Return 1 if the breaks and make-up days of the month's year are only guessed, else 0."""
    return int(is_guessed(of.month.year, load_calendars(of.subdistrict_id)))


def _list_named(finding: Finding, query: Select[Any]) -> tuple[Named, ...]:
    first = query.order_by(*ROWS[finding].order).limit(MOST_NAMED)
    return tuple(db.session.scalars(first))


def _count(queries: Mapping[Finding, Select[Any]]) -> dict[Finding, int]:
    """The number of rows of each query, in one statement."""
    counts = (
        query.with_only_columns(
            literal(finding.value).label("finding"),
            func.count().label("rows"),
            maintain_column_froms=True,
        )
        for finding, query in queries.items()
    )
    found: Any = db.session.execute(union_all(*counts))
    return {Finding(finding): rows for finding, rows in found}
