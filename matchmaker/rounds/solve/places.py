"""Load the rows named by free places of a published month, and by what a search found."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from matchmaker.base.extensions import db
from matchmaker.models import MatchRound, Need, Offer, Pairing, Promise, Volunteer
from matchmaker.rounds.queries import get_snapshot, read_snapshot
from matchmaker.rounds.question.snapshot import Snapshot
from matchmaker.rounds.question.visitors import name_volunteers
from matchmaker.rounds.solve.proposal import NewLine, Proposal
from matchmaker.slots import get_slot_week

Asked = Need | Pairing


@dataclass(frozen=True, slots=True)
class PlaceRows:
    """The rows that free places name. A need is named by its reference, a due visit by its id.

    month        the first day of the month
    proposal     what a search found; None: no search waits to be kept
    fallen       need or due visit -> its promises that ended
    asked        need or due visit -> its row
    offers       name of an offer in the question -> its row
    volunteers   person and offer in the question -> the row that makes the visit
    """

    month: date
    proposal: Proposal | None
    fallen: Mapping[str, Sequence[Promise]]
    asked: Mapping[str, Asked]
    offers: Mapping[str, Offer]
    volunteers: Mapping[tuple[str, str], Volunteer]

    def list_lines(self, name: str) -> list[NewLine]:
        """The lines that a search found for a need or visit."""
        return [row for row in self.proposal.lines if row.need == name] if self.proposal else []

    def list_persons(self) -> Iterator[int]:
        """The ids of persons who get or lost this help, who come or would have come.

        A person may be listed more than once.
        """
        yield from (row.resident.person_id for row in self.asked.values())
        fallen = (row for rows in self.fallen.values() for row in rows)
        yield from (row.volunteer.person_id for row in fallen if row.volunteer)
        yield from (row.person_id for row in self.volunteers.values())


_LOADED = (
    joinedload(Promise.need).options(joinedload(Need.category), joinedload(Need.resident)),
    joinedload(Promise.pairing).options(joinedload(Pairing.category), joinedload(Pairing.resident)),
    joinedload(Promise.organisation),
    joinedload(Promise.volunteer),
)


def load_promises(ids: Collection[int]) -> list[Promise]:
    """The promises with these ids, in order of id, with the rows that their words need."""
    query = select(Promise).where(Promise.id.in_(ids)).options(*_LOADED).order_by(Promise.id)
    return list(db.session.scalars(query)) if ids else []


def load_places(
    match_round: MatchRound, free: Sequence[Promise], proposal: Proposal | None
) -> PlaceRows:
    """Return the rows that these free promises name and, with a proposal, those of its lines."""
    snapshot, lines = read_snapshot(match_round), proposal.lines if proposal else ()
    fallen: dict[str, list[Promise]] = {}
    for row in free:
        fallen.setdefault(_name_asked(row, snapshot), []).append(row)
    asked: dict[str, Asked] = {name: rows[0].asked for name, rows in fallen.items()}
    others = {line.need for line in lines} - asked.keys()
    return PlaceRows(
        month=match_round.month,
        proposal=proposal,
        fallen=fallen,
        asked=asked | _load_needs(others) | _load_pairings(others, snapshot),
        offers=_load_offers(match_round, lines),
        volunteers=_load_volunteers(snapshot, lines),
    )


def _name_asked(row: Promise, snapshot: Snapshot) -> str:
    """The reference of a need, or the id of the due visit that a promise of a pairing is for."""
    week = get_slot_week(row.slot) if row.pairing is not None and row.slot else 0
    for visit in snapshot.due_visits if week else ():
        if visit.pairing == row.asked.reference and week in visit.weeks:
            return visit.id
    return row.asked.reference


def _load_needs(names: Collection[str]) -> dict[str, Asked]:
    query = (
        select(Need)
        .where(Need.reference.in_(names))
        .options(joinedload(Need.category), joinedload(Need.resident))
    )
    return {row.reference: row for row in db.session.scalars(query)} if names else {}


def _load_pairings(names: Collection[str], snapshot: Snapshot) -> dict[str, Asked]:
    visits = {row.id: row.pairing for row in snapshot.due_visits if row.id in names}
    query = (
        select(Pairing)
        .where(Pairing.reference.in_(visits.values()))
        .options(joinedload(Pairing.category), joinedload(Pairing.resident))
    )
    by_name = {row.reference: row for row in db.session.scalars(query)} if visits else {}
    return {name: by_name[pairing] for name, pairing in visits.items()}


def _load_offers(match_round: MatchRound, lines: Iterable[NewLine]) -> dict[str, Offer]:
    ids = get_snapshot(match_round).offer_ids
    wanted = {line.offer for line in lines}
    query = select(Offer).where(Offer.id.in_({ids[name] for name in wanted}))
    rows = db.session.scalars(query.options(joinedload(Offer.organisation))) if wanted else ()
    by_id = {row.id: row for row in rows}
    return {name: by_id[ids[name]] for name in wanted}


def _load_volunteers(
    snapshot: Snapshot, lines: Iterable[NewLine]
) -> dict[tuple[str, str], Volunteer]:
    rows = name_volunteers(snapshot)
    wanted = {
        (line.person, line.offer): rows.get((line.person, line.offer), line.person)
        for line in lines
        if line.person
    }
    query = select(Volunteer).where(Volunteer.reference.in_(wanted.values()))
    by_name = {row.reference: row for row in db.session.scalars(query)} if wanted else {}
    return {key: by_name[name] for key, name in wanted.items()}
