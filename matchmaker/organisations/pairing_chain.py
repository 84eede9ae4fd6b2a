"""A pairing with those before and after it, where each continues another: they end as one.

A change makes a new pairing that continues the old one from the first day of a month, which may
lie ahead. Until then the old one runs. All steps lock the resident first, as the end of a contact
does, so that they wait for each other in one order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy import Select, select

from matchmaker.base.clock import get_local_date
from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import Model, db
from matchmaker.models import Pairing, PairingEnd, Resident, User
from matchmaker.promises.breaking import Breaks, find_breaks_of_pairings
from matchmaker.scopes import get_in_scope

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class End:
    """The last day of a pairing and why it ends; both None: it goes on."""

    last_day: date | None
    reason: PairingEnd | None


def hold(query: Select[M]) -> list[M]:
    """Read the rows again, in the order of the query, and lock them until the transaction ends.

    Their keys stay free: who writes a promise or a notice about them does not wait.
    """
    model = query.column_descriptions[0]["entity"]
    locked = query.with_for_update(key_share=True, of=model)
    return list(db.session.scalars(locked.execution_options(populate_existing=True)))


def get_pairing(pairing_id: int, actor: User) -> Pairing:
    """The pairing. Raises ``NotFoundError`` outside the actor's scope."""
    return get_in_scope(Pairing, pairing_id, actor, "pairing.unknown")


def get_running(pairing_id: int, actor: User, now: datetime, *, is_locked: bool = False) -> Pairing:
    """The pairing that can be changed or ended; ``is_locked``: locked with all of its chain.

    Raises ``ConflictError`` if its last day is past or the contact with the resident has ended.
    """
    pairing = get_pairing(pairing_id, actor)
    if is_locked:
        hold(select(Resident).where(Resident.id == pairing.resident_id))
        hold(_select_like(pairing))
    if is_over(pairing, get_local_date(now)):
        raise ConflictError("pairing.over")
    if pairing.resident.contact_ended_on is not None:
        raise ConflictError("pairing.no_contact")
    return pairing


def is_over(pairing: Pairing, today: date) -> bool:
    """Whether the last day is past."""
    return pairing.ended_on is not None and pairing.ended_on < today


def begins(pairing: Pairing) -> bool:
    """Whether there is a day on which it holds: it does not end before its first day."""
    return pairing.ended_on is None or pairing.ended_on >= pairing.starts_on


def list_chain(pairing: Pairing) -> list[Pairing]:
    """The pairing with all that it continues and all that continue it, the first one first."""
    rows = db.session.scalars(_select_like(pairing)).all()
    before = {row.id: row for row in rows}
    after = {row.continues_id: row for row in rows if row.continues_id is not None}
    first = pairing
    while first.continues_id in before:
        first = before[first.continues_id]
    chain = [first]
    while chain[-1].id in after:
        chain.append(after[chain[-1].id])
    return chain


def find_next(pairing: Pairing) -> Pairing | None:
    """The pairing that continues this one after a change; None if none does, or none begins."""
    found = db.session.scalar(select(Pairing).where(Pairing.continues_id == pairing.id))
    return found if found is not None and begins(found) else None


def plan_ends(chain: Sequence[Pairing], end: End, today: date) -> Mapping[int, End]:
    """How each pairing of the chain that is not over ends if the chain ends so, keyed by id.

    One that another continues ends the day before that one begins, unless the chain ends by then.
    One that would begin after the end of the chain ends with it, and so does not begin at all.
    """
    ends: dict[int, End] = {}
    for row, later in zip(chain, [*chain[1:], None], strict=True):
        change = later.starts_on - timedelta(days=1) if later else date.max
        is_changed = later is not None and (end.last_day is None or change < end.last_day)
        if not is_over(row, today):
            ends[row.id] = End(change, PairingEnd.CHANGED) if is_changed else end
    return ends


def find_breaks(pairing: Pairing, last_day: date | None, now: datetime) -> Breaks:
    """The promises that break when the chain of the pairing ends on ``last_day``."""
    ends = plan_ends(list_chain(pairing), End(last_day, None), get_local_date(now))
    return find_breaks_of_pairings({key: end.last_day for key, end in ends.items()}, now)


def _select_like(pairing: Pairing) -> Select[Pairing]:
    """Select the pairings of the same two in the same category: the chain is among them."""
    return (
        select(Pairing)
        .where(
            Pairing.resident_id == pairing.resident_id,
            Pairing.organisation_id == pairing.organisation_id,
            Pairing.category_id == pairing.category_id,
        )
        .order_by(Pairing.id)
    )
