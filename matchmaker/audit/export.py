"""The audit log as rows of a file, hashes included, so that others can check the chain."""

import json
from collections.abc import Iterable

from flask_babel import gettext as _

from matchmaker.exports import Row
from matchmaker.models import AuditEvent


def get_headers() -> list[str]:
    return [
        _("Number"),
        _("Date"),
        _("Account"),
        _("Role"),
        _("Action"),
        _("About"),
        _("Number of the subject"),
        _("On behalf of resident number"),
        _("Details"),
        _("Hash before"),
        _("Hash"),
    ]


def make_rows(events: Iterable[AuditEvent]) -> list[Row]:
    """Codes as they are stored; instants in UTC."""
    return [
        [
            event.id,
            event.at.isoformat(),
            event.actor_id,
            event.actor_role,
            event.action,
            event.subject_type,
            event.subject_id,
            event.on_behalf_of_id,
            json.dumps(event.details, sort_keys=True, ensure_ascii=False),
            event.previous_sha256,
            event.sha256,
        ]
        for event in events
    ]
