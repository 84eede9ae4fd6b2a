"""What a category asks of the person who needs it, and between which limits."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import aliased

from matchmaker.base.errors import InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import NeedForm, OfferKind, ServiceCategory
from matchmaker.needs.limits import LEAST_FEN, MOST_FEN, MOST_ITEMS, MOST_NIGHTS

WISH_HEADING = "wishes"  # the catalogue's heading of micro-wishes
TIMED_KINDS = frozenset({OfferKind.PEOPLE, OfferKind.SERVICE})
TIMED_UNITS = frozenset({"session"})


@dataclass(frozen=True, slots=True)
class QuantityLimits:
    """In units of the category; fen for money."""

    least: int
    most: int


def get_category(category_id: int) -> ServiceCategory:
    """A category that needs may name. Raises ``InvalidError`` on headings and unknown ids."""
    category: ServiceCategory | None = db.session.get(ServiceCategory, category_id)
    if category is None or category.parent_id is None:
        raise InvalidError("need.category_unknown", "category_id")
    return category


def get_heading(code: str) -> ServiceCategory:
    """A first-level category by code. Raises ``NotFoundError``."""
    if not (code.isascii() and code.isidentifier()):  # NUL would be refused by PostgreSQL
        raise NotFoundError("category.unknown")
    query = select(ServiceCategory).where(
        ServiceCategory.code == code, ServiceCategory.parent_id.is_(None)
    )
    heading: ServiceCategory | None = db.session.scalar(query)
    if heading is None:
        raise NotFoundError("category.unknown")
    return heading


def list_headings() -> list[ServiceCategory]:
    """First-level categories that have something below them, in the catalogue's order."""
    child = aliased(ServiceCategory)
    has_children = select(child.id).where(child.parent_id == ServiceCategory.id).exists()
    query = select(ServiceCategory).where(ServiceCategory.parent_id.is_(None), has_children)
    return list(db.session.scalars(query.order_by(ServiceCategory.position, ServiceCategory.id)))


def list_categories(heading: ServiceCategory | None = None) -> list[ServiceCategory]:
    """Second-level categories, of one heading or all, in the catalogue's order."""
    query = select(ServiceCategory).where(ServiceCategory.parent_id.is_not(None))
    if heading is not None:
        query = query.where(ServiceCategory.parent_id == heading.id)
    return list(db.session.scalars(query.order_by(ServiceCategory.position, ServiceCategory.id)))


def get_form(category: ServiceCategory) -> NeedForm:
    """Things under the catalogue's wishes are micro-wishes, everything else is a need."""
    parent = category.parent
    is_wish = parent is not None and parent.code == WISH_HEADING
    return NeedForm.MICRO_WISH if is_wish else NeedForm.NEED


def find_quantity_limits(category: ServiceCategory) -> QuantityLimits | None:
    """The limits of the quantity a person may ask for; None when it is always one."""
    if category.kind is OfferKind.FUNDS:
        return QuantityLimits(LEAST_FEN, MOST_FEN)
    if get_form(category) is NeedForm.MICRO_WISH:
        return None
    most_by_unit = {"item": MOST_ITEMS, "night": MOST_NIGHTS}
    most = most_by_unit.get(category.unit)
    return QuantityLimits(1, most) if most else None


def asks_windows(category: ServiceCategory) -> bool:
    """Whether somebody has to be there at a time that suits."""
    return category.kind in TIMED_KINDS or category.unit in TIMED_UNITS
