"""Needs with their consents, pairings and the memory of earlier months as rows."""

from datetime import date, timedelta

from matchmaker.clock import add_months
from matchmaker.demo.records import NeedRecord, World
from matchmaker.demo.rows import Ids, Row, insert_named, insert_rows
from matchmaker.models import (
    Consent,
    ConsentChannel,
    FairnessLedger,
    LedgerScope,
    Need,
    NeedState,
    Pairing,
)
from matchmaker.needs.posting import CONSENT_PURPOSE, CONSENT_TEXT_VERSION

UNVERIFIED = frozenset({NeedState.DRAFT, NeedState.SUBMITTED, NeedState.RETURNED})


def store_needs(world: World, ids: Ids) -> None:
    """Needs, each with the consent given for it when somebody else wrote it down."""
    on_behalf = [need for need in world.needs if need.consent is not None]
    consents = insert_named(
        Consent,
        [_make_consent(need, ids) for need in on_behalf],
        (need.reference for need in on_behalf),
    )
    reply_on = _get_last_day(world.month)
    rows = [_make_need(n, ids, consents.get(n.reference), reply_on) for n in world.needs]
    insert_rows(Need, rows)


def _get_last_day(month: date) -> date:
    return add_months(month, 1) - timedelta(days=1)


def _make_consent(need: NeedRecord, ids: Ids) -> Row:
    return {
        "resident_id": ids.residents[need.resident],
        "purpose": CONSENT_PURPOSE,
        "text_version": CONSENT_TEXT_VERSION,
        "channel": ConsentChannel(need.consent or ""),
        "given_at": need.created_at,
        "recorded_by_id": ids.users[need.entered_by],
    }


def _make_need(need: NeedRecord, ids: Ids, consent_id: int | None, reply_on: date) -> Row:
    is_verified = need.state not in UNVERIFIED
    is_sent = need.state is not NeedState.DRAFT
    return {
        "reference": need.reference,
        "resident_id": ids.residents[need.resident],
        "committee_id": ids.committees[need.committee],
        "category_id": ids.categories[need.category],
        "form": need.form,
        "description": need.description,
        "quantity": need.quantity,
        "least_quantity": need.least_quantity,
        "windows": list(need.windows),
        "tier": need.tier,
        "waiting_rounds": need.waiting_rounds,
        "state": need.state,
        "return_reason": need.return_reason,
        "reply_promised_on": reply_on if is_verified else None,
        "created_at": need.created_at,
        "submitted_at": need.created_at if is_sent else None,
        "entered_by_id": ids.users[need.entered_by],
        "consent_id": consent_id,
        "verified_by_id": ids.workers[need.committee] if is_verified else None,
    }


def store_pairings(world: World, ids: Ids) -> None:
    """Long-term pairings under way."""
    rows = [
        {
            "reference": pairing.reference,
            "organisation_id": ids.organisations[pairing.giver],
            "volunteer_id": ids.volunteers[pairing.volunteer],
            "resident_id": ids.residents[pairing.resident],
            "category_id": ids.categories[pairing.category],
            "programme": pairing.programme,
            "frequency": pairing.frequency,
            "tier": pairing.tier,
            "starts_on": pairing.starts_on,
            "review_on": pairing.review_on,
        }
        for pairing in world.pairings
    ]
    insert_rows(Pairing, rows)


def store_ledger(world: World, ids: Ids) -> None:
    """The earlier months' lines."""
    rows = [
        {
            "subdistrict_id": ids.subdistrict,
            "month": line.month,
            "scope": LedgerScope(line.scope),
            "reference": line.reference,
            "asked": line.asked,
            "possible": line.possible,
            "received": line.received,
            "given": line.given,
        }
        for line in world.ledger
    ]
    insert_rows(FairnessLedger, rows)
