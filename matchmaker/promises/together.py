"""Find the promises of a run that decide together whether one of them can be kept.

A step about a few promises reads only these, so its cost does not grow with the month: the promises
of the same help, and all promises from an offer or person that promises more than it now gives.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from matchmaker.base.extensions import db
from matchmaker.models import Offer, Promise, RoundRun, Volunteer
from matchmaker.promises.states import FALLEN_STATES


def is_beside(run: RoundRun, ids: Collection[int]) -> ColumnElement[bool]:
    """The condition for the run's promises that share a need or pairing with one of ``ids``.

    ``ids``: ids of promises; those of the run fulfil the condition too.
    """
    own = Promise.id.in_(list(ids))
    return (Promise.round_run_id == run.id) & or_(
        Promise.need_id.in_(select(Promise.need_id).where(own)),
        Promise.pairing_id.in_(select(Promise.pairing_id).where(own)),
    )


def list_together(run: RoundRun, ids: Collection[int]) -> set[int]:
    """Return ``ids`` and the ids of all promises that decide whether those can be kept.

    An offer or person that gives enough for all its promises adds none, so most answers read the
    promises of one need or pairing.
    """
    found: set[int] = set()
    more = set(ids)
    while more:
        found |= set(db.session.scalars(select(Promise.id).where(is_beside(run, more))))
        surplus = or_(
            Promise.offer_id.in_(_list_short_offers(run, found)),
            Promise.volunteer_id.in_(_list_short_entries(run, found)),
        )
        query = select(Promise.id).where(Promise.round_run_id == run.id, surplus)
        more = set(db.session.scalars(query)) - found
    return found


def _list_short_offers(run: RoundRun, ids: Collection[int]) -> list[int]:
    """The ids of the offers of these promises that now give less than the run promises."""
    query = (
        select(Promise.offer_id)
        .join(Offer, Offer.id == Promise.offer_id)
        .where(
            Promise.round_run_id == run.id,
            Promise.offer_id.in_(_of(Promise.offer_id, ids)),
            Promise.state.not_in(FALLEN_STATES),
        )
        .group_by(Promise.offer_id, Offer.capacity_per_month)
        .having(func.sum(Promise.units) > Offer.capacity_per_month)
    )
    return [offer_id for offer_id in db.session.scalars(query) if offer_id is not None]


def _list_short_entries(run: RoundRun, ids: Collection[int]) -> list[int]:
    """The ids of all entries of the visitors of these promises who are promised too often.

    Too often is more than the visits of a month, or twice in one slot. The limit is the lowest of
    any of the person's entries, active or not.
    """
    persons = select(Volunteer.person_id).where(Volunteer.id.in_(_of(Promise.volunteer_id, ids)))
    of_persons = select(Volunteer.id, Volunteer.person_id, Volunteer.visits_per_month).where(
        Volunteer.person_id.in_(persons)
    )
    person_of: dict[int, int] = {}
    most: dict[int, int] = {}
    for row_id, person_id, number in db.session.execute(of_persons):
        person_of[row_id] = person_id
        most[person_id] = min(number, most.get(person_id, number))
    query = select(Promise.volunteer_id, Promise.slot, Promise.units).where(
        Promise.round_run_id == run.id,
        Promise.volunteer_id.in_(person_of),
        Promise.state.not_in(FALLEN_STATES),
    )
    rows = db.session.execute(query).all() if person_of else ()
    visits = [(person_of[entry_id or 0], slot, units) for entry_id, slot, units in rows]
    short = _find_short(visits, most)
    return [entry_id for entry_id, person_id in person_of.items() if person_id in short]


def _find_short(visits: Iterable[tuple[int, str | None, int]], most: Mapping[int, int]) -> set[int]:
    """The ids of persons with more visits than ``most`` allows, or two in one slot.

    ``visits``: person, slot and units. ``most``: visits of the month, keyed by person.
    """
    of_month, at = Counter[int](), Counter[tuple[int, str]]()
    for person_id, slot, units in visits:
        of_month[person_id] += units
        if slot is not None:
            at[person_id, slot] += units
    short = {person_id for person_id, count in of_month.items() if count > most[person_id]}
    return short | {person_id for (person_id, _slot), count in at.items() if count > 1}


def _of(column: Any, ids: Collection[int]) -> Select[int]:
    return select(column).where(Promise.id.in_(list(ids)), column.is_not(None))
