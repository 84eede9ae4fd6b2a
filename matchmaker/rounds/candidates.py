"""Whom a pin or forbid may name: the offers and volunteers of the need's category."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from matchmaker.errors import NotFoundError
from matchmaker.extensions import db
from matchmaker.labels import get_name
from matchmaker.models import MatchRound, Need, Offer, Volunteer
from matchmaker.rounds.service import get_snapshot, read_snapshot


def get_frozen_need(match_round: MatchRound, reference: str) -> Need:
    """A need of the frozen month. Raises ``NotFoundError``."""
    known = {row["reference"] for row in read_snapshot(match_round)["needs"]}
    need = db.session.scalar(select(Need).where(Need.reference == reference))
    if need is None or reference not in known:
        raise NotFoundError("need.unknown")
    return need


def list_candidates(match_round: MatchRound, need: Need) -> list[tuple[str, str]]:
    """``("offer:7", name)`` and ``("volunteer:9", name)``, offers first."""
    offer_ids = get_snapshot(match_round).offer_ids
    offers = db.session.scalars(
        select(Offer)
        .where(Offer.id.in_(list(offer_ids.values())), Offer.category_id == need.category_id)
        .options(joinedload(Offer.organisation))
        .order_by(Offer.id)
    )
    able = [
        row["reference"]
        for row in read_snapshot(match_round)["volunteers"]
        if need.category.code in row["categories"]
    ]
    volunteers = db.session.scalars(
        select(Volunteer)
        .where(Volunteer.reference.in_(able))
        .options(joinedload(Volunteer.organisation))
        .order_by(Volunteer.sort_key, Volunteer.id)
    )
    return [
        *((f"offer:{row.id}", f"{get_name(row.organisation)}: {row.title}") for row in offers),
        *(
            (f"volunteer:{row.id}", f"{row.name} ({get_name(row.organisation)})")
            for row in volunteers
        ),
    ]
