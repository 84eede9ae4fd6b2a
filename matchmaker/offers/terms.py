"""The terms of an offer, and which of them are valid."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from matchmaker.base.errors import InvalidError
from matchmaker.base.extensions import db
from matchmaker.kinds import get_rules
from matchmaker.models import Committee, Offer, Organisation, ServiceCategory, StatusKind, Window
from matchmaker.models.limits import LONGEST_TITLE


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """What an offer says; ``capacity_per_month`` is in units of the category, fen for funds.

    An empty tuple means any window, every committee, any status.
    """

    title: str
    capacity_per_month: int
    valid_from: date
    valid_until: date | None = None
    windows: tuple[str, ...] = ()
    committees: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()


def check_terms(
    terms: OfferTerms, category: ServiceCategory, organisation: Organisation, today: date
) -> None:
    """Raise ``InvalidError`` naming the first field that is not valid."""
    if not terms.title or len(terms.title) > LONGEST_TITLE:
        raise InvalidError("offer.title_length", "title", most=LONGEST_TITLE)
    rules = get_rules(category.kind)
    if not 1 <= terms.capacity_per_month <= rules.most_offered:
        raise InvalidError(
            "offer.capacity_out_of_range", "capacity_per_month", most=rules.most_offered
        )
    if terms.valid_until is not None and terms.valid_until < max(terms.valid_from, today):
        raise InvalidError("offer.last_day_too_early", "valid_until")
    if not set(terms.windows) <= (set(Window) if rules.offer_has_windows else set()):
        raise InvalidError("offer.windows_unknown", "windows")
    if not set(terms.statuses) <= set(StatusKind):
        raise InvalidError("offer.statuses_unknown", "statuses")
    if not set(terms.committees) <= list_committee_codes(organisation.subdistrict_id):
        raise InvalidError("offer.committees_unknown", "committees")


def list_committee_codes(subdistrict_id: int) -> set[str]:
    """Codes of the subdistrict's committees."""
    return set(
        db.session.scalars(select(Committee.code).where(Committee.subdistrict_id == subdistrict_id))
    )


def write_terms(offer: Offer, terms: OfferTerms) -> list[str]:
    """Write ``terms`` to the offer; returns the names of the changed columns, sorted."""
    values = {
        "title": terms.title,
        "capacity_per_month": terms.capacity_per_month,
        "valid_from": terms.valid_from,
        "valid_until": terms.valid_until,
        "windows": sorted(set(terms.windows)),
        "committees": sorted(set(terms.committees)),
        "statuses": sorted(set(terms.statuses)),
    }
    changed = sorted(name for name, value in values.items() if getattr(offer, name) != value)
    for name in changed:
        setattr(offer, name, values[name])
    return changed
