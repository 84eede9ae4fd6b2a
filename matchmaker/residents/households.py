"""Homes, and the references by which people and homes are known on lists."""

import secrets

from sqlalchemy import select

from matchmaker.errors import InvalidError
from matchmaker.extensions import db
from matchmaker.models import Committee, Household, Resident


def get_household(committee: Committee, reference: str | None, block: str) -> Household:
    """The household of ``reference``, or a new one in ``block`` when none is given.

    Raises ``InvalidError`` for a household of another committee, or without either.
    """
    if not reference:
        return _make_household(committee, block)
    query = select(Household).where(
        Household.reference == reference, Household.committee_id == committee.id
    )
    found: Household | None = db.session.scalar(query)
    if found is None:
        raise InvalidError("household_unknown", "household_reference")
    return found


def make_draft_reference() -> str:
    """Unique until the row has its number."""
    return secrets.token_hex(8)


def find_free_reference(model: type[Resident] | type[Household], prefix: str, number: int) -> str:
    """The row's own number, or the next that no imported row has taken."""
    while True:
        reference = f"{prefix}{number:05d}"
        if db.session.scalar(select(model.id).where(model.reference == reference)) is None:
            return reference
        number += 1


def _make_household(committee: Committee, block: str) -> Household:
    if not block:
        raise InvalidError("block_missing", "block")
    household = Household(committee_id=committee.id, reference=make_draft_reference(), block=block)
    db.session.add(household)
    db.session.flush()
    household.reference = find_free_reference(Household, "H", household.id)
    db.session.flush()
    return household
