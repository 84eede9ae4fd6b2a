"""What residents agreed to: a row for each purpose, with the text's version and how it was said.

A consent to a request ends with the request. While help is promised it goes on, because those who
bring the help need name and phone. Flushes; the view commits.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from matchmaker.base.extensions import db
from matchmaker.models import Consent, ConsentChannel, Need, Resident, User

KEEP_CONTACT = "keep_contact"  # given at registration
OWN_REQUEST, REQUEST_ON_BEHALF = "own_request", "request_on_behalf"
# Of the sentences that the person agrees to; a version changes with its sentence.
TEXT_VERSIONS = {KEEP_CONTACT: "2026-07", OWN_REQUEST: "2027-01", REQUEST_ON_BEHALF: "2027-01"}


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """A consent, and the request that rests on it; None if it is to something else."""

    consent: Consent
    need: Need | None


def name_purpose(resident: Resident, actor: User) -> str:
    """The purpose of a request: a resident asks for themselves, anybody else on behalf."""
    return OWN_REQUEST if actor.resident_id == resident.id else REQUEST_ON_BEHALF


def add_consent(
    resident: Resident, actor: User, purpose: str, channel: ConsentChannel, now: datetime
) -> Consent:
    """Record that the resident agreed to ``purpose`` in the current text."""
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
    """The same agreement for the request of the next month: given once, for each month named."""
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
    """End a consent whose request is over or has a newer one; what ended before stays as it is."""
    if consent is not None and consent.ended_at is None and consent.withdrawn_at is None:
        consent.ended_at = now


def restore_consent(resident: Resident) -> None:
    """The consent to keep the contact is in force again; it was withdrawn by mistake with the rest.

    Consents to requests stay as they are, like the requests.
    """
    own = Consent.resident_id == resident.id
    last = select(func.max(Consent.withdrawn_at)).where(own).scalar_subquery()
    rows = update(Consent).where(own, Consent.purpose == KEEP_CONTACT, Consent.withdrawn_at == last)
    db.session.execute(rows.values(withdrawn_at=None))


def list_consents(resident: Resident) -> list[ConsentLine]:
    """The consents of the resident, latest first."""
    query = (
        select(Consent, Need)
        .outerjoin(Need, Need.consent_id == Consent.id)
        .where(Consent.resident_id == resident.id)
        .order_by(Consent.id.desc())
    )
    return [ConsentLine(consent, need) for consent, need in db.session.execute(query)]
