"""Organisations, agreements, offers and volunteers as rows."""

from datetime import datetime, timedelta

from matchmaker.demo.records import GiverRecord, OfferRecord, World
from matchmaker.demo.rows import Ids, Row, insert_named, insert_rows
from matchmaker.models import (
    Offer,
    Organisation,
    OrganisationKind,
    OrganisationState,
    PairingAgreement,
    Volunteer,
    VolunteerQualification,
)
from matchmaker.sort_keys import get_person_sort_key, get_sort_key

OFFERED_BEFORE = timedelta(days=40)


def store_givers(world: World, ids: Ids) -> None:
    """Organisations, all approved, and the enterprises' agreements."""
    rows = [_make_organisation(giver, ids) for giver in world.givers]
    ids.organisations = insert_named(Organisation, rows, (giver.code for giver in world.givers))
    agreements = []
    for giver in world.givers:
        if giver.agreement is not None:
            signed_on, starts_on, ends_on, renews, scope = giver.agreement
            agreements.append(
                {
                    "organisation_id": ids.organisations[giver.code],
                    "signed_on": signed_on,
                    "starts_on": starts_on,
                    "ends_on": ends_on,
                    "renews": renews,
                    "scope": scope,
                }
            )
    insert_rows(PairingAgreement, agreements)


def _make_organisation(giver: GiverRecord, ids: Ids) -> Row:
    return {
        "subdistrict_id": ids.subdistrict,
        "code": giver.code,
        "name_zh": giver.name_zh,
        "name_en": giver.name_en,
        "kind": OrganisationKind(giver.kind),
        "state": OrganisationState.APPROVED,
        "sort_key": get_sort_key(giver.name_zh),
    }


def store_volunteers(world: World, ids: Ids) -> None:
    """Volunteers and what they have proved."""
    rows = [
        {
            "organisation_id": ids.organisations[volunteer.giver],
            "reference": volunteer.reference,
            "name": volunteer.name,
            "sort_key": get_person_sort_key(volunteer.name),
            "visits_per_month": volunteer.visits_per_month,
            "categories": list(volunteer.categories),
            "windows": list(volunteer.windows),
            "committees": list(volunteer.committees),
        }
        for volunteer in world.volunteers
    ]
    ids.volunteers = insert_named(Volunteer, rows, (v.reference for v in world.volunteers))
    insert_rows(
        VolunteerQualification,
        [
            {
                "volunteer_id": ids.volunteers[volunteer.reference],
                "qualification": qualification,
                "expires_on": expires_on,
            }
            for volunteer in world.volunteers
            for qualification, expires_on in volunteer.qualifications
        ],
    )


def store_offers(world: World, ids: Ids, now: datetime) -> None:
    """Offers, written by the giver's coordinator."""
    insert_rows(Offer, [_make_offer(offer, ids, now) for offer in world.offers])


def _make_offer(offer: OfferRecord, ids: Ids, now: datetime) -> Row:
    return {
        "organisation_id": ids.organisations[offer.giver],
        "category_id": ids.categories[offer.category],
        "title": offer.title,
        "capacity_per_month": offer.capacity_per_month,
        "windows": list(offer.windows),
        "committees": list(offer.committees),
        "statuses": list(offer.statuses),
        "valid_from": offer.valid_from,
        "valid_until": offer.valid_until,
        "state": offer.state,
        "return_reason": offer.return_reason,
        "created_at": now - OFFERED_BEFORE,
        "created_by_id": ids.coordinators[offer.giver],
    }
