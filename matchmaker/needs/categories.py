"""The categories that a need can be in."""

from sqlalchemy import select
from sqlalchemy.orm import aliased

from matchmaker.base.errors import InvalidError, NotFoundError
from matchmaker.base.extensions import db
from matchmaker.models import ServiceCategory


def get_category(category_id: int) -> ServiceCategory:
    """The category with this id, for a need. Raises ``InvalidError`` if unknown or a heading."""
    category: ServiceCategory | None = db.session.get(ServiceCategory, category_id)
    if category is None or category.parent_id is None:
        raise InvalidError("need.category_unknown", "category_id")
    return category


def get_heading(code: str) -> ServiceCategory:
    """The heading (first-level category) with this code. Raises ``NotFoundError`` if unknown."""
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
    """The headings that have categories under them, in the catalogue's order."""
    child = aliased(ServiceCategory)
    has_children = select(child.id).where(child.parent_id == ServiceCategory.id).exists()
    query = select(ServiceCategory).where(ServiceCategory.parent_id.is_(None), has_children)
    return list(db.session.scalars(query.order_by(ServiceCategory.position, ServiceCategory.id)))


def list_categories(heading: ServiceCategory | None = None) -> list[ServiceCategory]:
    """The second-level categories, of one heading or of all, in the catalogue's order."""
    query = select(ServiceCategory).where(ServiceCategory.parent_id.is_not(None))
    if heading is not None:
        query = query.where(ServiceCategory.parent_id == heading.id)
    return list(db.session.scalars(query.order_by(ServiceCategory.position, ServiceCategory.id)))
