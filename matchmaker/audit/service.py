"""The audit chain: events of steps, each with the hash of the one before.

An event is written in the transaction of its step.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from matchmaker.base.extensions import db
from matchmaker.models import Actor, AuditEvent, AuditHead, Resident, SignedLink, find_account

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong (missing, does_not_follow, altered, wrong_end), and the id of the event."""

    code: str
    event_id: int


def record_event(
    *,
    actor: Actor | None,
    action: str,
    subject: Any,
    now: datetime,
    on_behalf_of: Resident | None = None,
    details: dict[str, Any] | None = None,
) -> AuditEvent:
    """Append one event to the chain; ``details`` holds codes and numbers, never a person's data.

    ``subject`` is a flushed row; its table and id are stored. The chain's head stays locked until
    the transaction ends, so two events can never follow the same one. A step by a link has no
    account and no role; the details have the id of the link.
    """
    head = _lock_head()
    account = find_account(actor) if actor else None
    by_link = {"link": actor.id} if isinstance(actor, SignedLink) else {}
    event = AuditEvent(
        id=head.events + 1,
        at=now,
        actor_id=account.id if account else None,
        actor_role=account.role.value if account else None,
        action=action,
        subject_type=subject.__tablename__,
        subject_id=subject.id,
        on_behalf_of_id=on_behalf_of.id if on_behalf_of else None,
        details=(details or {}) | by_link,
        previous_sha256=head.sha256,
    )
    event.sha256 = compute_hash(event)
    db.session.add(event)
    head.events, head.sha256 = event.id, event.sha256
    db.session.flush()
    return event


def verify_chain() -> list[Fault]:
    """The faults of the chain in order of event; empty if no event is altered or missing.

    A gap of several events is one fault, with the id of the first.
    """
    faults: list[Fault] = []
    previous, count = GENESIS, 0
    for event in db.session.scalars(select(AuditEvent).order_by(AuditEvent.id)).yield_per(1000):
        count += 1
        if event.id != count:
            faults.append(Fault("missing", count))
            count = event.id
        if event.previous_sha256 != previous:
            faults.append(Fault("does_not_follow", event.id))
        if event.sha256 != compute_hash(event):
            faults.append(Fault("altered", event.id))
        previous = event.sha256
    head = db.session.get(AuditHead, 1)
    events, sha256 = (head.events, head.sha256) if head else (0, GENESIS)
    if (events, sha256) != (count, previous):
        faults.append(Fault("wrong_end", events))
    return faults


def compute_hash(event: AuditEvent) -> str:
    """SHA-256 of the event's canonical JSON, the previous hash included; 64 hex digits."""
    fields = [
        event.id,
        event.at.isoformat(),
        event.actor_id,
        event.actor_role,
        event.action,
        event.subject_type,
        event.subject_id,
        event.on_behalf_of_id,
        event.details,
        event.previous_sha256,
    ]
    text = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def get_head_hash() -> str:
    """The hash of the last event of the chain: it changes with every recorded step."""
    return db.session.scalar(select(AuditHead.sha256)) or ""


def _lock_head() -> AuditHead:
    query = select(AuditHead).where(AuditHead.id == 1).with_for_update()
    head: AuditHead | None = db.session.scalar(query.execution_options(populate_existing=True))
    if head is not None:
        return head
    try:
        with db.session.begin_nested():
            head = AuditHead(id=1, events=0, sha256=GENESIS)
            db.session.add(head)
        return head
    except IntegrityError:  # somebody else wrote the first event at the same time
        return db.session.scalars(query).one()
