"""The consents of residents: a row for each purpose, with the text's version and the channel.

A consent to a request ends with the request. It stays in force while help is promised, because the
people who bring the help need name and phone. Flushes; the view commits.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from matchmaker.base.extensions import db
from matchmaker.models import Consent, ConsentChannel, Need, Resident, User

KEEP_CONTACT = "keep_contact"  # given at registration
OWN_REQUEST, REQUEST_ON_BEHALF = "own_request", "request_on_behalf"
# The version of the sentences that the person agrees to, keyed by purpose; it changes with them.
TEXT_VERSIONS = {KEEP_CONTACT: "2026-07", OWN_REQUEST: "2027-01", REQUEST_ON_BEHALF: "2027-01"}


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """A consent, and the need to which it was given; None if it is to something else."""

    consent: Consent
    need: Need | None


def name_purpose(resident: Resident, actor: User) -> str:
    """The purpose of the consent to a request: the resident's own, or one on their behalf.

    It is the resident's own if the actor is the resident's account.
    """
    return OWN_REQUEST if actor.resident_id == resident.id else REQUEST_ON_BEHALF


def add_consent(
    resident: Resident, actor: User, purpose: str, channel: ConsentChannel, now: datetime
) -> Consent:
    """Store that the resident agreed to the present text for ``purpose``."""
    row = Consent(
        resident_id=resident.id,
        purpose=purpose,
        text_version=TEXT_VERSIONS[purpose],
        channel=channel,
        given_at=now,
        recorded_by_id=actor.id,
    )
    db.session.add(row)
    db.session.flush()
    return row


def repeat_consent(consent: Consent | None) -> Consent | None:
    """Store a copy of a consent for the need that repeats its need; None for None.

    A resident consents once for all months until the last one that was named.
    """
    if consent is None:
        return None
    row = Consent(
        resident_id=consent.resident_id,
        purpose=consent.purpose,
        text_version=consent.text_version,
        channel=consent.channel,
        given_at=consent.given_at,
        recorded_by_id=consent.recorded_by_id,
    )
    db.session.add(row)
    db.session.flush()
    return row


def end_consent(consent: Consent | None, now: datetime) -> None:
    """Mark a consent as ended, unless it is None or has ended or was withdrawn already."""
    if consent is not None and consent.ended_at is None and consent.withdrawn_at is None:
        consent.ended_at = now


def restore_consent(resident: Resident) -> None:
    """Put the consent to keep the contact in force again, if the latest withdrawal included it.

    Called when contact was stopped by mistake. Consents to requests stay withdrawn.
    """
    own = Consent.resident_id == resident.id
    last = select(func.max(Consent.withdrawn_at)).where(own).scalar_subquery()
    rows = update(Consent).where(own, Consent.purpose == KEEP_CONTACT, Consent.withdrawn_at == last)
    db.session.execute(rows.values(withdrawn_at=None))


def list_consents(resident: Resident) -> list[ConsentLine]:
    """The consents of the resident with their needs, latest first."""
    query = (
        select(Consent, Need)
        .outerjoin(Need, Need.consent_id == Consent.id)
        .where(Consent.resident_id == resident.id)
        .order_by(Consent.id.desc())
    )
    return [ConsentLine(consent, need) for consent, need in db.session.execute(query)]
