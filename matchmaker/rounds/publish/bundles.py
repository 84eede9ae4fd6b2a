"""Make, find and remove the file of a published month that anyone may download."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import delete, select

from matchmaker.base.extensions import db
from matchmaker.models import MatchRound, NeedOutcome, PublicBundle, RoundRun
from matchmaker.rounds import matching
from matchmaker.rounds.publish.public_file import make_files, pack
from matchmaker.rounds.queries import read_snapshot
from matchmaker.rounds.question.asks import list_members


def make_bundle(run: RoundRun, now: datetime) -> PublicBundle | None:
    """Return the file of a run that is to be published; None if its month was locked without a key.

    It takes a second or two for a large month, so call it before any row is locked.
    """
    files = make_files(run)
    if files is None:
        return None
    content = pack(files)
    return PublicBundle(
        match_round_id=run.match_round_id,
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        made_at=now,
    )


def find_bundle(match_round: MatchRound) -> PublicBundle | None:
    """Return the file of the publication in force, without its content; None if there is none."""
    query = select(PublicBundle).where(PublicBundle.match_round_id == match_round.id)
    found: PublicBundle | None = db.session.scalar(query)
    return found


def remove_bundle(match_round: MatchRound) -> None:
    """Delete the file of a publication that is withdrawn."""
    db.session.execute(delete(PublicBundle).where(PublicBundle.match_round_id == match_round.id))


@dataclass(frozen=True, slots=True)
class PublicName:
    """The names of a need and its home in the file of a month.

    ``home`` is None if other residents of the home asked too: the name would reveal their rows.
    """

    ask: str
    home: str | None


def find_public_name(outcome: NeedOutcome) -> PublicName | None:
    """The name of a need in the file of its published month; None if the month has no file."""
    run = outcome.run
    return _map_names(run.id, run.problem_sha256).get(outcome.need.reference)


@lru_cache(maxsize=8)
def _map_names(run_id: int, _sha256: str) -> Mapping[str, PublicName]:
    """The public name of each need of a question; its hash only keeps the cache correct."""
    run = db.session.get_one(RoundRun, run_id)
    asks = matching.map_public_names(run.problem_json)
    names = {part: name for ask, name in asks.items() for part in list_members(ask)}
    askers: dict[str, set[str]] = defaultdict(set)
    rows = [row for row in read_snapshot(run.match_round).needs if row.reference in names]
    for row in rows:
        askers[row.household].add(row.resident)
    return {
        row.reference: PublicName(
            names[row.reference].ask,
            names[row.reference].home if len(askers[row.household]) == 1 else None,
        )
        for row in rows
    }
