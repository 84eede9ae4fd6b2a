"""The terms of an offer: what they are, whether they are valid, and how they are written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from matchmaker.base.errors import InvalidError
from matchmaker.base.extensions import db
from matchmaker.kinds import KindRules, get_rules
from matchmaker.models import (
    Committee,
    HandingOver,
    Offer,
    Organisation,
    Place,
    ServiceCategory,
    StatusKind,
    Window,
)
from matchmaker.models.limits import LONGEST_REMARK, LONGEST_TITLE

# The columns of where and how an offer is given. Rounds do not decide on them, so a change of them
# needs no new approval.
GIVING = frozenset({"place_id", "handing_over", "bring", "payment"})


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """The terms of an offer; ``capacity_per_month`` is in the category's unit, fen for money.

    ``stock``: the units in all, in the same unit; None: as many each month as long as it lasts.

    An empty tuple means any window, every committee, any status.
    """

    title: str
    capacity_per_month: int
    valid_from: date
    valid_until: date | None = None
    windows: tuple[str, ...] = ()
    committees: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    place_id: int | None = None
    handing_over: HandingOver | None = None
    bring: str = ""
    payment: str = ""
    stock: int | None = None


def check_terms(
    terms: OfferTerms,
    category: ServiceCategory,
    organisation: Organisation,
    today: date,
    kept: Place | None = None,
) -> None:
    """Raise ``InvalidError`` naming the first field that is not valid.

    ``kept``: the place that the offer has; it may stay, also if it is closed by now.
    """
    if not terms.title or len(terms.title) > LONGEST_TITLE:
        raise InvalidError("offer.title_length", "title", most=LONGEST_TITLE)
    rules = get_rules(category.kind)
    if not 1 <= terms.capacity_per_month <= rules.most_offered:
        raise InvalidError("offer.capacity_out_of_range", "capacity_per_month")
    if terms.valid_until is not None and terms.valid_until < max(terms.valid_from, today):
        raise InvalidError("offer.last_day_too_early", "valid_until")
    if not set(terms.windows) <= (set(Window) if rules.offer_has_windows else set()):
        raise InvalidError("offer.windows_unknown", "windows")
    if not set(terms.statuses) <= set(StatusKind):
        raise InvalidError("offer.statuses_unknown", "statuses")
    if not set(terms.committees) <= list_committee_codes(organisation.subdistrict_id):
        raise InvalidError("offer.committees_unknown", "committees")
    _check_stock(terms.stock, rules)
    _check_giving(terms, rules, list_places(organisation, kept))


def _check_stock(stock: int | None, rules: KindRules) -> None:
    """Raise ``InvalidError`` for an amount in all that is out of range or not asked for."""
    if stock is not None and not (rules.has_stock and 1 <= stock <= rules.most_offered):
        raise InvalidError("offer.stock_out_of_range", "stock")


def _check_giving(terms: OfferTerms, rules: KindRules, usable: Sequence[Place]) -> None:
    """Raise ``InvalidError`` naming the first invalid field of where and how it is given."""
    places = {row.id for row in usable} if rules.has_place else set()
    if terms.place_id is not None and terms.place_id not in places:
        raise InvalidError("offer.place_unknown", "place_id")
    if terms.handing_over is not None and not rules.is_handed_over:
        raise InvalidError("offer.handing_over", "handing_over")
    for name in ("bring", "payment"):
        if len(getattr(terms, name)) > LONGEST_REMARK:
            raise InvalidError("offer.remark_length", name, most=LONGEST_REMARK)


def list_places(organisation: Organisation, kept: Place | None = None) -> list[Place]:
    """The places, not closed, where the organisation may give: its own, then the office's.

    ``kept``: the place that an offer or a session has; it is listed also if it is closed by now.
    """
    own = Place.organisation_id == organisation.id
    of_office = Place.organisation_id.is_(None) & (
        Place.subdistrict_id == organisation.subdistrict_id
    )
    usable = or_(Place.closed_at.is_(None), Place.id == (kept.id if kept else None))
    query = select(Place).where(own | of_office, usable)
    return list(db.session.scalars(query.order_by(Place.organisation_id.is_(None), Place.id)))


def list_committee_codes(subdistrict_id: int) -> set[str]:
    """The codes of the street office's committees."""
    return set(
        db.session.scalars(select(Committee.code).where(Committee.subdistrict_id == subdistrict_id))
    )


def write_terms(offer: Offer, terms: OfferTerms) -> list[str]:
    """Write ``terms`` to the offer; return the names of the changed columns, sorted."""
    values = {
        "title": terms.title,
        "capacity_per_month": terms.capacity_per_month,
        "stock": terms.stock,
        "valid_from": terms.valid_from,
        "valid_until": terms.valid_until,
        "windows": sorted(set(terms.windows)),
        "committees": sorted(set(terms.committees)),
        "statuses": sorted(set(terms.statuses)),
        "place_id": terms.place_id,
        "handing_over": terms.handing_over,
        "bring": terms.bring,
        "payment": terms.payment,
    }
    changed = sorted(name for name, value in values.items() if getattr(offer, name) != value)
    for name in changed:
        setattr(offer, name, values[name])
    return changed
