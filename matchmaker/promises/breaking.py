"""Find the promises that a step of a giver, or about a resident, would break.

The page warns of them before the step, and the office gets a notice after it. Only promises of
published months count: the office checks an unpublished run before publishing (``present.py``).
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, select

from matchmaker.base.clock import get_local_date, get_month
from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import db
from matchmaker.models import (
    HelpKey,
    MatchRound,
    Need,
    Offer,
    Pairing,
    Promise,
    Role,
    RoundRun,
    StatusKind,
    User,
    Volunteer,
)
from matchmaker.notices.service import Recipient, notify
from matchmaker.promises.facts import (
    HeldPromise,
    is_published,
    list_promises,
    read_facts,
)
from matchmaker.promises.present import Broken, hold, is_live, list_fallen_with
from matchmaker.promises.states import FALLEN_STATES


@dataclass(frozen=True, slots=True)
class Breaks:
    """The promises that can be kept now and that a step would break."""

    promises: tuple[HeldPromise, ...] = ()

    @property
    def count(self) -> int:
        return len(self.promises)

    def to_details(self) -> dict[str, int]:
        """The count as details for the audit event of the step; empty if nothing breaks."""
        return {"promises_broken": self.count} if self.count else {}

    def require_known(self, known: int) -> None:
        """Raise ``ConflictError`` if there are more than the ``known`` that the page named."""
        if self.count > known:
            raise ConflictError("promise.breaks_more", count=self.count)

    def inform_office(self, actor: User | None, now: datetime) -> None:
        """Send the enabled social workers of the office one notice for each month.

        ``actor``: who read the count before the step, and gets none; None: nobody did.
        """
        runs = {row.run_id for row in self.promises}
        query = (
            select(User.id, MatchRound.id)
            .join(MatchRound, MatchRound.subdistrict_id == User.subdistrict_id)
            .join(RoundRun, RoundRun.match_round_id == MatchRound.id)
            .where(RoundRun.id.in_(runs))
            .where(User.role == Role.SOCIAL_WORKER, User.disabled_at.is_(None))
            .where(User.id != (actor.id if actor else None))
            .distinct()
        )
        recipients: dict[int, list[Recipient]] = {}
        for user_id, round_id in db.session.execute(query.order_by(User.id)).all():
            recipients.setdefault(round_id, []).append(Recipient(user_id))
        for round_id, workers in recipients.items():
            subject = db.session.get_one(MatchRound, round_id)
            notify(workers, "round.promises_broken", subject, now)


NO_BREAKS = Breaks()


def find_breaks_of_offer(offer: Offer, now: datetime) -> Breaks:
    """The promises that break when nothing is given from the offer any more."""
    return _find_kept(now, Promise.offer_id == offer.id)


def find_promised(offer: Offer, now: datetime) -> Breaks:
    """As ``find_breaks_of_offer``, but an edit that waits for approval counts as approved."""
    return _find_kept(now, Promise.offer_id == offer.id, trusts_edits=True)


def count_promised(offer: Offer, now: datetime) -> int:
    """The most units that any published month, from the present one on, promises from the offer.

    Promises that ended without help do not count; 0 if there are none.
    """
    rows = list_promises(
        is_published(), MatchRound.month >= get_month(now), Promise.offer_id == offer.id
    )
    units: Counter[int] = Counter()
    for row in rows:
        if row.state not in FALLEN_STATES:
            units[row.run_id] += row.units
    return max(units.values(), default=0)


def find_breaks_of_volunteer(volunteer: Volunteer, now: datetime) -> Breaks:
    """The promises that break when the volunteer does not come any more."""
    return _find_kept(now, Promise.volunteer_id == volunteer.id)


def find_visits(person_ids: Collection[int], now: datetime) -> Breaks:
    """The promises that these persons visit for, under any of their entries as volunteers."""
    entries = select(Volunteer.id).where(Volunteer.person_id.in_(person_ids))
    return _find_kept(now, Promise.volunteer_id.in_(entries))


def find_breaks_of_organisation(organisation_id: int, now: datetime) -> Breaks:
    """The promises that break when the organisation gives nothing any more."""
    return _find_kept(now, Promise.organisation_id == organisation_id)


def find_breaks_of_status(resident_id: int, kind: StatusKind, now: datetime) -> Breaks:
    """The promises that break when a status of the resident does not count any more."""
    kept = find_breaks_of_resident(resident_id, now)
    if not kept.count:
        return NO_BREAKS
    facts = read_facts(is_published(), _of_resident(resident_id))
    changed = facts.without_status(resident_id, kind)
    return Breaks(tuple(row.promise for row in hold(kept.promises, changed, get_local_date(now))))


def find_breaks_of_resident(resident_id: int, now: datetime) -> Breaks:
    """The promises that break when the resident wants nothing any more."""
    return _find_kept(now, _of_resident(resident_id))


def find_breaks_of_pairings(ends: Mapping[int, date | None], now: datetime) -> Breaks:
    """The promises that break when pairings end so: last days keyed by id; None: it goes on."""
    condition = Promise.pairing_id.in_(ends)
    kept = _find_kept(now, condition)
    if not kept.count:
        return NO_BREAKS
    facts = read_facts(is_published(), condition)
    asked = {
        key: replace(facts.pairings[key], ended_on=end)
        for key, end in ends.items()
        if key in facts.pairings
    }
    changed = replace(facts, pairings={**facts.pairings, **asked})
    return Breaks(tuple(row.promise for row in hold(kept.promises, changed, get_local_date(now))))


def find_newly_broken(kept: Breaks, now: datetime) -> list[Broken]:
    """The promises of ``kept`` that the changes flushed since then made impossible to keep.

    An edit of an offer that waits for approval counts as approved.
    """
    if not kept.count:
        return []
    ids = {row.id for row in kept.promises}
    conditions = (
        is_published(),
        Promise.offer_id.in_({row.offer_id for row in kept.promises}),
    )
    facts = replace(read_facts(*conditions), trusts_edits=True)
    broken = hold(list_promises(*conditions), facts, get_local_date(now))
    return [row for row in broken if row.promise.id in ids]


def find_fallen(kept: Breaks, now: datetime) -> Breaks:
    """As ``find_newly_broken``, but as ``Breaks``: without the reasons, with their count."""
    return Breaks(tuple(row.promise for row in find_newly_broken(kept, now)))


def count_falling(rows: Collection[Promise]) -> dict[int, int]:
    """How many other open promises of the same help would be too little without each of ``rows``.

    ``rows``: promises of one run. Keyed by the promise's id; promises with no such other have no
    entry.
    """
    conditions = _select_beside(rows)
    held: dict[HelpKey, list[HeldPromise]] = {}
    for other in list_promises(*conditions) if rows else ():
        held.setdefault(other.help_key, []).append(other)
    shared = [row for row in rows if len(held[row.help_key]) > 1]
    if not shared:
        return {}
    facts = read_facts(*conditions)
    fallen = {row.id: list_fallen_with(held[row.help_key], {row.id}, facts) for row in shared}
    return {row_id: len(found) for row_id, found in fallen.items() if found}


def _select_beside(rows: Collection[Promise]) -> tuple[ColumnElement[bool], ...]:
    """The conditions for all promises of the runs, needs and pairings of ``rows``."""
    needs = Promise.need_id.in_({row.need_id for row in rows})
    pairings = Promise.pairing_id.in_({row.pairing_id for row in rows})
    return (Promise.round_run_id.in_({row.round_run_id for row in rows}), needs | pairings)


def _find_kept(
    now: datetime, condition: ColumnElement[bool], *, trusts_edits: bool = False
) -> Breaks:
    """The promises of published months, from the present one on, that fulfil ``condition``, still
    have a day to come and can be kept."""
    conditions = (is_published(), MatchRound.month >= get_month(now), condition)
    promises, today = list_promises(*conditions), get_local_date(now)
    if not promises:
        return NO_BREAKS
    facts = replace(read_facts(*conditions), trusts_edits=trusts_edits)
    broken = {row.promise.id for row in hold(promises, facts, today)}
    kept = (row for row in promises if is_live(row, today) and row.id not in broken)
    return Breaks(tuple(kept))


def _of_resident(resident_id: int) -> ColumnElement[bool]:
    needs = select(Need.id).where(Need.resident_id == resident_id)
    pairings = select(Pairing.id).where(Pairing.resident_id == resident_id)
    return Promise.need_id.in_(needs) | Promise.pairing_id.in_(pairings)
