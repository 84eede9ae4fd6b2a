"""Queries for the long-term pairings and the pairing agreements of a street office.

The database works out the standing of each pairing and agreement on a day. The filter by standing
and the standing shown in a row of the list are the same expression, so they cannot differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from matchmaker.models import (
    Committee,
    Household,
    Organisation,
    Pairing,
    PairingAgreement,
    Programme,
    Resident,
    User,
)
from matchmaker.scopes import is_in_scope

DAYS_BEFORE_LAPSE = 60  # an agreement whose last day is within so many days ends soon


class PairingStanding(StrEnum):
    """The standing of a pairing on a day; the values are used in addresses."""

    TO_REVIEW = "to-review"  # its day of review has come
    GOES_ON = "goes-on"
    NOT_BEGUN = "not-begun"
    ENDED = "ended"


class AgreementStanding(StrEnum):
    """The standing of an agreement on a day; the values are used in addresses."""

    LAPSING = "lapsing"
    LAPSED = "lapsed"
    IN_FORCE = "in-force"
    NOT_BEGUN = "not-begun"


@dataclass(frozen=True, slots=True)
class PairingFilters:
    """Filters of the list of pairings; a field that is None does not filter."""

    standing: PairingStanding | None = None
    programme: Programme | None = None
    organisation_id: int | None = None
    committee_id: int | None = None


@dataclass(frozen=True, slots=True)
class AgreementFilters:
    """Filters of the list of agreements; a field that is None does not filter."""

    standing: AgreementStanding | None = None
    organisation_id: int | None = None


def list_pairings(actor: User, filters: PairingFilters, today: date) -> Select[Any]:
    """The query for pairings in the actor's scope that pass ``filters``, in order of reference.

    Each row is a pairing and its standing today.
    """
    standing = _stand(_pairing_conditions(today), PairingStanding.GOES_ON)
    query: Any = (
        select(Pairing, standing)
        .join(Pairing.organisation)
        .join(Pairing.resident)
        .join(Resident.household)
        .join(Household.committee)
        .where(is_in_scope(Pairing, actor))
        .options(
            contains_eager(Pairing.organisation),
            contains_eager(Pairing.resident)
            .contains_eager(Resident.household)
            .contains_eager(Household.committee),
            joinedload(Pairing.category),
        )
        .order_by(Pairing.reference)
    )
    if filters.standing is not None:
        query = query.where(standing == filters.standing.value)
    if filters.programme is not None:
        query = query.where(Pairing.programme == filters.programme)
    if filters.organisation_id is not None:
        query = query.where(Pairing.organisation_id == filters.organisation_id)
    if filters.committee_id is not None:
        query = query.where(Committee.id == filters.committee_id)
    found: Select[Any] = query
    return found


def list_agreements(actor: User, filters: AgreementFilters, today: date) -> Select[Any]:
    """The query for agreements of organisations in the actor's scope that pass ``filters``.

    Each row is an agreement and its standing today, in order of the last day.
    """
    standing = _stand(_agreement_conditions(today), AgreementStanding.IN_FORCE)
    query: Any = (
        select(PairingAgreement, standing)
        .join(PairingAgreement.organisation)
        .where(is_in_scope(Organisation, actor))
        .options(contains_eager(PairingAgreement.organisation))
        .order_by(PairingAgreement.ends_on, PairingAgreement.id)
    )
    if filters.standing is not None:
        query = query.where(standing == filters.standing.value)
    if filters.organisation_id is not None:
        query = query.where(PairingAgreement.organisation_id == filters.organisation_id)
    found: Select[Any] = query
    return found


def _pairing_conditions(today: date) -> Mapping[StrEnum, ColumnElement[bool]]:
    return {
        PairingStanding.ENDED: or_(Pairing.ended_on < today, Pairing.ended_on < Pairing.starts_on),
        PairingStanding.NOT_BEGUN: Pairing.starts_on > today,
        PairingStanding.TO_REVIEW: Pairing.review_on <= today,
    }


def _agreement_conditions(today: date) -> Mapping[StrEnum, ColumnElement[bool]]:
    agreement = PairingAgreement
    is_limited = agreement.renews.is_(False)
    soon = today + timedelta(days=DAYS_BEFORE_LAPSE)
    return {
        AgreementStanding.LAPSED: and_(is_limited, agreement.ends_on < today),
        AgreementStanding.NOT_BEGUN: agreement.starts_on > today,
        AgreementStanding.LAPSING: and_(is_limited, agreement.ends_on <= soon),
    }


def _stand(
    conditions: Mapping[StrEnum, ColumnElement[bool]], otherwise: StrEnum
) -> ColumnElement[str]:
    """The value of the first condition that holds, or of ``otherwise``, as SQL."""
    words = ((condition, word.value) for word, condition in conditions.items())
    return case(*words, else_=otherwise.value).label("standing")
