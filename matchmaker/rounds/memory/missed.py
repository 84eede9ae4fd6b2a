"""Due visits of pairings that were not made in the last month; in the next they come first.

A visit is missed if nobody was found for it, or if its promises ended without it. It is not missed
if its recipient did not want it or could not be reached, or while it may still be made.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from matchmaker.base.extensions import db
from matchmaker.models import Household, MatchRound, Pairing, Promise, Resident
from matchmaker.promises.falls import Fall, name_fall
from matchmaker.promises.states import FALLEN_STATES
from matchmaker.rounds.queries import read_snapshot


@dataclass(frozen=True, slots=True)
class Missed:
    """A pairing with missed visits in a month. ``due``: all its due visits of the month."""

    pairing: Pairing
    due: int
    missed: int

    @property
    def made(self) -> int:
        """The number of due visits that are not missed: made, still possible, or not wanted."""
        return self.due - self.missed


def find_last_round(subdistrict_id: int, before: date | None = None) -> MatchRound | None:
    """Return the last published month of an office, with its list; None if none is published.

    ``before``: only months earlier than this one.
    """
    query = (
        select(MatchRound)
        .where(MatchRound.subdistrict_id == subdistrict_id)
        .where(MatchRound.published_run_id.is_not(None))
        .order_by(MatchRound.month.desc())
        .limit(1)
        .options(joinedload(MatchRound.snapshot))
    )
    if before is not None:
        query = query.where(MatchRound.month < before)
    return db.session.scalar(query)


def count_missed(match_round: MatchRound | None) -> Mapping[str, int]:
    """Count the missed visits of a published month by pairing; only pairings that have any."""
    return {} if match_round is None else _subtract(match_round, _count_due(match_round))


def list_missed(match_round: MatchRound) -> list[Missed]:
    """The pairings with missed visits, most missed first; giver, visitor, committee loaded."""
    due = _count_due(match_round)
    missed = _subtract(match_round, due)
    query = (
        select(Pairing)
        .where(Pairing.reference.in_(missed.keys()))
        .options(
            joinedload(Pairing.organisation),
            joinedload(Pairing.volunteer),
            joinedload(Pairing.category),
            joinedload(Pairing.resident)
            .joinedload(Resident.household)
            .joinedload(Household.committee),
        )
    )
    rows = db.session.scalars(query).all() if missed else ()
    found = [Missed(row, due[row.reference], missed[row.reference]) for row in rows]
    return sorted(found, key=lambda row: (-row.missed, row.pairing.reference))


def _count_due(match_round: MatchRound) -> Counter[str]:
    return Counter(visit.pairing for visit in read_snapshot(match_round).due_visits)


def _subtract(match_round: MatchRound, due: Counter[str]) -> dict[str, int]:
    if not due:
        return {}
    query = (
        select(Promise)
        .join(Pairing, Pairing.id == Promise.pairing_id)
        .where(Promise.round_run_id == match_round.published_run_id)
        .options(joinedload(Promise.pairing))
    )
    visits: defaultdict[tuple[str, str | None], list[Promise]] = defaultdict(list)
    for row in db.session.scalars(query):
        visits[row.asked.reference, row.slot].append(row)
    settled = Counter(reference for (reference, _slot), rows in visits.items() if _is_settled(rows))
    left = {reference: count - settled[reference] for reference, count in due.items()}
    return {reference: count for reference, count in sorted(left.items()) if count > 0}


def _is_settled(rows: Iterable[Promise]) -> bool:
    """Whether a visit was made or may still be, or its recipient did not want it."""
    rows = list(rows)
    ended = [row for row in rows if row.state in FALLEN_STATES]
    return len(ended) < len(rows) or any(name_fall(row) is Fall.WISH for row in ended)
