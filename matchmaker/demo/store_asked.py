"""Store what the people of the demo world ask, with what they agreed to, and the ledger."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from matchmaker.base.clock import add_months
from matchmaker.demo.rows import Ids, Row, insert_named, insert_rows, make_lot
from matchmaker.demo.store import LISTED_BEFORE
from matchmaker.demo.world.records import NeedRecord, World
from matchmaker.models import (
    Consent,
    ConsentChannel,
    FairnessLedger,
    LedgerScope,
    Need,
    NeedState,
    Pairing,
)
from matchmaker.needs.states import ENDED
from matchmaker.residents.consents import (
    KEEP_CONTACT,
    OWN_REQUEST,
    REQUEST_ON_BEHALF,
    TEXT_VERSIONS,
)

UNVERIFIED = frozenset({NeedState.DRAFT, NeedState.SUBMITTED, NeedState.RETURNED})
ENDED_AFTER = timedelta(hours=1)  # from consent to its end, for requests that are over


def store_needs(needs: Sequence[NeedRecord], month: date, ids: Ids) -> None:
    """Store needs of a month, each that was sent with the consent of its resident."""
    sent = [need for need in needs if need.consent is not None]
    consents = insert_named(
        Consent, [_make_consent(need, ids) for need in sent], (need.reference for need in sent)
    )
    reply_on = _get_last_day(month)
    insert_rows(Need, [_make_need(n, ids, consents.get(n.reference), reply_on) for n in needs])


def _get_last_day(month: date) -> date:
    return add_months(month, 1) - timedelta(days=1)


def _make_consent(need: NeedRecord, ids: Ids) -> Row:
    is_own = need.consent is ConsentChannel.ONLINE
    purpose = OWN_REQUEST if is_own else REQUEST_ON_BEHALF
    is_over = need.state in ENDED
    return {
        "resident_id": ids.residents[need.resident],
        "purpose": purpose,
        "text_version": TEXT_VERSIONS[purpose],
        "channel": need.consent,
        "given_at": need.created_at,
        "recorded_by_id": ids.users[need.entered_by],
        "ended_at": need.created_at + ENDED_AFTER if is_over else None,
    }


def _make_need(need: NeedRecord, ids: Ids, consent_id: int | None, reply_on: date) -> Row:
    is_verified = need.state not in UNVERIFIED
    is_sent = need.state is not NeedState.DRAFT
    return {
        "reference": need.reference,
        "resident_id": ids.residents[need.resident],
        "committee_id": ids.committees[need.committee],
        "category_id": ids.categories[need.category],
        "form": need.type,
        "description": need.description,
        "quantity": need.quantity,
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
        "verified_by_id": ids.find_verifier(need) if is_verified else None,
        "lot": make_lot(need.reference),
    }


def store_pairings(world: World, ids: Ids) -> None:
    """Store the long-term pairings under way."""
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
            "lot": make_lot(pairing.reference),
        }
        for pairing in world.pairings
    ]
    insert_rows(Pairing, rows)


def store_ledger(world: World, ids: Ids) -> None:
    """Store the ledger of the earlier months."""
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
            "measure": line.measure,
            "pledged": line.pledged,
            "contested_open": line.contested_open,
            "contested_met": line.contested_met,
        }
        for line in world.ledger
    ]
    insert_rows(FairnessLedger, rows)


def store_registrations(world: World, ids: Ids, now: datetime) -> None:
    """Store each resident's consent, said at home to the worker of the committee who registered."""
    insert_rows(
        Consent,
        [
            {
                "resident_id": ids.residents[resident.reference],
                "purpose": KEEP_CONTACT,
                "text_version": TEXT_VERSIONS[KEEP_CONTACT],
                "channel": ConsentChannel.SPOKEN_AT_HOME,
                "given_at": now - LISTED_BEFORE,
                "recorded_by_id": ids.workers[resident.committee],
            }
            for resident in world.residents
        ],
    )
