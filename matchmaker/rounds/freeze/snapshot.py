"""The month as it stands at the freeze: rows to canonical JSON, without personal data.

Everything is ordered by reference or code, so that equal months have equal bytes whatever the
order or the ids of the rows. Nothing here names a person: residents and volunteers are pseudonyms.
"""

import hashlib
import json
from typing import Any

from sqlalchemy import select

from matchmaker.base.extensions import db
from matchmaker.models import MatchRound, ServiceCategory
from matchmaker.rounds.freeze.asked import describe_due_visits, describe_needs
from matchmaker.rounds.freeze.given import describe_offers, describe_volunteers
from matchmaker.rounds.freeze.overrides import describe_overrides
from matchmaker.rounds.ledger import describe_history
from matchmaker.slots import list_slots

FORMAT = "leshan-round/1"


def take_snapshot(match_round: MatchRound) -> tuple[dict[str, Any], dict[str, int]]:
    """The month's snapshot, and which row each offer named in it is."""
    month, subdistrict_id = match_round.month, match_round.subdistrict_id
    offers, offer_ids = describe_offers(subdistrict_id, month)
    snapshot = {
        "format": FORMAT,
        "subdistrict": match_round.subdistrict.code,
        "month": f"{month:%Y-%m}",
        "policy": match_round.policy,
        "slots": list(list_slots(month)),
        "categories": _describe_categories(),
        "needs": describe_needs(subdistrict_id, month),
        "due_visits": describe_due_visits(subdistrict_id, month),
        "offers": offers,
        "volunteers": describe_volunteers(subdistrict_id, month),
        "overrides": describe_overrides(match_round, offer_ids),
        "history": describe_history(subdistrict_id, month),
    }
    return snapshot, offer_ids


def encode(value: Any) -> str:
    """The one spelling of a JSON value: keys sorted, no spaces, UTF-8 as it stands."""
    return json.dumps(
        value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )


def compute_sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _describe_categories() -> list[dict[str, Any]]:
    statement = (
        select(ServiceCategory)
        .where(ServiceCategory.parent_id.is_not(None))
        .order_by(ServiceCategory.code)
    )
    rows = [
        {
            "code": category.code,
            "kind": category.kind.value,
            "unit": category.unit,
            "people": category.people_per_visit,
            "qualification": category.qualification.value if category.qualification else None,
            "points": category.points,
        }
        for category in db.session.scalars(statement)
    ]
    return sorted(rows, key=lambda row: row["code"])
