"""The offers that a person may see.

A coordinator sees the organisation's offers, a social worker those of the street office's
organisations except drafts.
"""

from sqlalchemy import Select, select

from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import db
from matchmaker.models import Offer, Organisation, User
from matchmaker.scopes import get_in_scope, is_in_scope, lock_in_scope


def select_offers(actor: User) -> Select[Offer]:
    """The query for the offers in the actor's scope, joined with organisation."""
    return select(Offer).join(Offer.organisation).where(is_in_scope(Offer, actor))


def get_offer(offer_id: int, actor: User) -> Offer:
    """The offer. Raises ``NotFoundError`` outside the actor's scope."""
    return get_in_scope(Offer, offer_id, actor, "offer.unknown")


def lock_offer(offer_id: int, actor: User, version: int) -> Offer:
    """Read the offer again and lock it until the transaction ends.

    Raises ``NotFoundError`` outside the actor's scope, ``ConflictError`` if the offer was changed
    since ``version``.
    """
    offer = lock_in_scope(Offer, offer_id, actor, "offer.unknown")
    if offer.version != version:
        raise ConflictError("offer.changed_meanwhile")
    return offer


def get_own_organisation(actor: User) -> Organisation:
    """The actor's organisation. Raises ``ConflictError`` for an account without one."""
    organisation = db.session.get(Organisation, actor.organisation_id or 0)
    if organisation is None:
        raise ConflictError("account.no_organisation")
    return organisation
