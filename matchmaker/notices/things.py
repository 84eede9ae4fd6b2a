"""Load the things that notices are about, all of a table together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from matchmaker.base.extensions import Model, db
from matchmaker.models import (
    FollowUp,
    Invitation,
    MatchRound,
    MonthPack,
    Need,
    Notice,
    Offer,
    Organisation,
    Pairing,
    Promise,
    RecipientStatus,
    Referral,
    Resident,
    RoundRepair,
    RoundRun,
    Session,
    Thanks,
    User,
    Volunteer,
    load_run,
)

_LOADED: dict[type[Model], tuple[Any, ...]] = {
    Need: (joinedload(Need.category),),
    FollowUp: (
        joinedload(FollowUp.need).joinedload(Need.category),
        joinedload(FollowUp.promise).joinedload(Promise.pairing).joinedload(Pairing.category),
    ),
    MatchRound: (),
    RoundRun: (joinedload(RoundRun.match_round),),
    RoundRepair: (joinedload(RoundRepair.run).joinedload(RoundRun.match_round),),
    MonthPack: (),
    Promise: (
        load_run(),
        joinedload(Promise.need).joinedload(Need.category),
        joinedload(Promise.pairing).joinedload(Pairing.category),
        joinedload(Promise.organisation),
        joinedload(Promise.offer).joinedload(Offer.place),
        joinedload(Promise.session).joinedload(Session.place),
    ),
    Thanks: (
        selectinload(Thanks.promises).options(
            joinedload(Promise.need).joinedload(Need.category),
            joinedload(Promise.pairing).joinedload(Pairing.category),
        ),
    ),
    Pairing: (joinedload(Pairing.category),),
    Referral: (joinedload(Referral.need).joinedload(Need.category),),
    Offer: (),
    Organisation: (),
    RecipientStatus: (),
    Resident: (),
    Volunteer: (),
    User: (),
    Invitation: (),
}


@dataclass(frozen=True, slots=True)
class Read:
    """A notice with the thing that it is about; ``thing`` None: there is no such row any more."""

    notice: Notice
    thing: Any


def load_things(notices: Iterable[Notice]) -> list[Read]:
    """The notices in their order, each with its thing; one query for each table of things."""
    rows: Sequence[Notice] = list(notices)
    found: dict[tuple[str, int], Any] = {}
    for model, options in _LOADED.items():
        table = model.__tablename__
        ids = {row.subject_id for row in rows if row.subject_type == table}
        if ids:
            key: Any = model.__mapper__.primary_key[0]
            things: Iterable[Any] = db.session.scalars(
                select(model).where(key.in_(ids)).options(*options)
            )
            found |= {(table, thing.id): thing for thing in things}
    return [Read(row, found.get((row.subject_type, row.subject_id))) for row in rows]
