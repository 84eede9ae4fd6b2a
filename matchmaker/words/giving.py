"""When and where promised help is given, what to bring, and who answers the phone."""

from datetime import date

from flask_babel import gettext as _

from matchmaker.kinds import Timing, get_timing
from matchmaker.models import HandingOver, Place, Promise, PromiseState, Session
from matchmaker.words.labels import get_name
from matchmaker.words.places import describe_access, describe_hours
from matchmaker.words.quantities import format_time_of_day, format_weekday

Fact = tuple[str, str]
_CONTACT_SHOWN = (
    PromiseState.AWAITING_RECIPIENT,
    PromiseState.CONFIRMED,
    PromiseState.DELIVERED,
    PromiseState.FED_BACK,
)


def describe_session(session: Session) -> str:
    """The days and hours of a session."""
    hours = {
        "start": format_time_of_day(session.starts_minute),
        "end": format_time_of_day(session.ends_minute),
    }
    first = format_weekday(session.first_day)
    if session.first_day == session.last_day:
        return _("%(day)s, %(start)s to %(end)s", day=first, **hours)
    last = format_weekday(session.last_day)
    return _("%(first)s to %(last)s, %(start)s to %(end)s", first=first, last=last, **hours)


def describe_fixed(session: Session | None, first: date | None, last: date | None) -> str | None:
    """The time of a session, of a payment (only ``last``) or of a stay; None if none is fixed."""
    if session is not None:
        return describe_session(session)
    if last is None:
        return None
    if first is None:
        return _("Paid by %(day)s", day=format_weekday(last))
    return _("%(first)s to %(last)s", first=format_weekday(first), last=format_weekday(last))


def list_where(row: Promise) -> list[Fact]:
    """How and where a promise is given, as pairs of a heading and its text; empty for a visit."""
    facts: list[Fact] = []
    if row.offer is None or get_timing(row.asked.category) is Timing.VISIT:
        return facts
    place = row.session.place if row.session else row.offer.place
    if row.offer.handing_over is HandingOver.DOOR:
        facts.append((_("Where"), _("Brought to the door")))
    elif place is not None:
        facts += _list_facts_of(place, with_hours=row.session is None)
    if row.number is not None:
        facts.append((_("Number in line"), str(row.number)))
    if row.offer.bring:
        facts.append((_("What to bring"), row.offer.bring))
    if row.offer.payment:
        facts.append((_("How it is paid"), row.offer.payment))
    return facts


def _list_facts_of(place: Place, *, with_hours: bool) -> list[Fact]:
    words = {"name": get_name(place), "address": place.address}
    facts: list[Fact] = [
        (_("Where"), _("%(name)s, %(address)s", **words)),
        (_("Getting in"), describe_access(place)),
    ]
    hours = describe_hours(place)
    return [*facts, (_("Opening hours"), hours)] if with_hours and hours else facts


def find_contact(row: Promise) -> tuple[str, str] | None:
    """The name and number of the contact person for a promise; None until its giver said yes.

    It is also None if the organisation has no number, or the promise ended without help.
    """
    giver = row.organisation
    if row.state not in _CONTACT_SHOWN or not giver.contact_phone:
        return None
    return giver.contact_name or get_name(giver), giver.contact_phone


def describe_giving(row: Promise) -> str:
    """A promise in one line for a notice: who, when, where, number, what to bring, the phone."""
    when = describe_fixed(row.session, row.first_day, row.last_day)
    parts = [get_name(row.organisation), *((when,) if when else ())]
    parts += [_say(fact) for fact in list_where(row)]
    contact = find_contact(row)
    if contact is not None:
        parts.append(_("to ring: %(name)s, %(phone)s", name=contact[0], phone=contact[1]))
    return _("; ").join(parts)


def _say(fact: Fact) -> str:
    return _("%(name)s: %(value)s", name=fact[0], value=fact[1].rstrip("。.；;，, "))
