"""The audit log in words."""

from flask_babel import gettext as _

from matchmaker.audit.action_words import ACTION_WORDS, SUBJECT_WORDS
from matchmaker.audit.service import Fault
from matchmaker.labels import get_label
from matchmaker.models import AuditEvent, Role


def describe_fault(fault: Fault) -> str:
    """What is wrong with the chain, naming the event."""
    number = fault.event_id
    if fault.code == "missing":
        return _("Event %(number)s is missing.", number=number)
    if fault.code == "does_not_follow":
        return _("Event %(number)s does not follow the one before it.", number=number)
    if fault.code == "altered":
        return _("Event %(number)s was altered.", number=number)
    return _("The chain should end with event %(number)s.", number=number)


def describe_subject(event: AuditEvent) -> str:
    """What an event is about: kind and number, never a person's data."""
    return f"{describe_subject_type(event.subject_type)} {event.subject_id or ''}".strip()


def describe_subject_type(name: str) -> str:
    """The kind of thing an event is about."""
    return str(SUBJECT_WORDS.get(name, name))


def describe_action(event: AuditEvent) -> str:
    """What was done, in words where there are any."""
    return str(ACTION_WORDS.get(event.action, event.action))


def describe_role(event: AuditEvent) -> str:
    """The actor's role at the time; the site itself has none."""
    return _name_role(event.actor_role) if event.actor_role else "–"


def describe_details(event: AuditEvent) -> str:
    """Codes and numbers of an event in one line; roles by name; a dash where there are none."""
    told = (f"{key}: {_join(value)}" for key, value in sorted(event.details.items()))
    return ", ".join(told) or "–"


def _join(value: object) -> str:
    if isinstance(value, list):
        return " ".join(str(part) for part in value)
    return "–" if value is None else _name_role(str(value))


def _name_role(code: str) -> str:
    return str(get_label(Role(code))) if code in set(Role) else code
