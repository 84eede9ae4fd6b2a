"""What residents agreed to: one row a purpose, with the text's version and how it was given."""

from datetime import datetime

from sqlalchemy import select

from matchmaker.extensions import db
from matchmaker.models import Consent, ConsentChannel, Resident, User

KEEP_CONTACT = "keep_contact"  # given at registration
TEXT_VERSION = "2026-07"


def add_consent(
    resident: Resident, actor: User, purpose: str, channel: ConsentChannel, now: datetime
) -> Consent:
    """Note that the resident agreed to ``purpose`` in the present text."""
    row = Consent(
        resident_id=resident.id,
        purpose=purpose,
        text_version=TEXT_VERSION,
        channel=channel,
        given_at=now,
        recorded_by_id=actor.id,
    )
    db.session.add(row)
    db.session.flush()
    return row


def list_consents(resident: Resident) -> list[Consent]:
    """What the resident agreed to, the latest first."""
    query = select(Consent).where(Consent.resident_id == resident.id)
    return list(db.session.scalars(query.order_by(Consent.id.desc())))
