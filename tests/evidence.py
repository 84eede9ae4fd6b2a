"""What no event of any test may hold: asked of each event that the product writes."""

from typing import Any

from sqlalchemy import event

from matchmaker.models import AuditEvent, StatusKind

_STATUSES = {kind.value for kind in StatusKind}


def find_statuses(details: Any) -> set[str]:
    """The recipient statuses named anywhere in the details of an event, as name or value."""
    if isinstance(details, dict):
        return set().union(*(find_statuses(part) for part in (*details, *details.values())))
    if isinstance(details, list | tuple):
        return set().union(*map(find_statuses, details))
    return {details} & _STATUSES if isinstance(details, str) else set()


@event.listens_for(AuditEvent, "before_insert")
def refuse_statuses(_mapper: Any, _connection: Any, row: AuditEvent) -> None:
    """Fail the test in which an event names a status: its subject is a lasting reference."""
    found = find_statuses(row.details)
    assert not found, f"{row.action} names {found}: whoever reads the log learns who has it"
