"""Which offers a person may know of: a coordinator the organisation's, a social worker those
handed in within the subdistrict.
"""

from sqlalchemy import Select, false, select

from matchmaker.base.errors import ConflictError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import Offer, OfferState, Organisation, Role, User


def select_offers(actor: User) -> Select[Offer]:
    """The offers in the actor's scope, joined with organisation; none for other roles."""
    statement = select(Offer).join(Offer.organisation)
    if actor.role is Role.COORDINATOR:
        return statement.where(Offer.organisation_id == actor.organisation_id)
    if actor.role is Role.SOCIAL_WORKER:
        return statement.where(
            Organisation.subdistrict_id == actor.subdistrict_id, Offer.state != OfferState.DRAFT
        )
    return statement.where(false())


def get_offer(offer_id: int, actor: User) -> Offer:
    """Raises ``NotFoundError`` when there is none in the actor's scope."""
    offer: Offer | None = db.session.scalar(select_offers(actor).where(Offer.id == offer_id))
    if offer is None:
        raise NotFoundError("offer")
    return offer


def lock_offer(offer_id: int, actor: User, version: int) -> Offer:
    """The offer as it now stands, held until the transaction ends.

    Raises ``NotFoundError`` outside the actor's scope, ``ConflictError`` when ``version`` is not
    the present one: somebody changed the offer after the actor had read it.
    """
    offer: Offer | None = db.session.scalar(
        select_offers(actor)
        .where(Offer.id == offer_id)
        .with_for_update(of=Offer)
        .execution_options(populate_existing=True)
    )
    if offer is None:
        raise NotFoundError("offer")
    if offer.version != version:
        raise ConflictError("offer_changed", version=offer.version)
    return offer


def get_own_organisation(actor: User) -> Organisation:
    """Raises ``ConflictError`` for an account that belongs to none."""
    organisation = db.session.get(Organisation, actor.organisation_id or 0)
    if organisation is None:
        raise ConflictError("no_organisation")
    return organisation
