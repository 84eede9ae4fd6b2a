"""Forms of sessions, stays and payments."""

import re
import unicodedata
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field
from wtforms.widgets import TextInput

from matchmaker.assignments.sessions import LARGEST_SESSION, SessionTerms
from matchmaker.forms.base import EditForm, IdempotentForm
from matchmaker.forms.choices import DropdownField, RadiosField, make_choices
from matchmaker.forms.fields import DayField
from matchmaker.forms.numbers import WholeNumberField
from matchmaker.forms.validators import Required
from matchmaker.kinds import get_rules
from matchmaker.models import HandingOver, Offer, Place, Session
from matchmaker.words.giving import describe_session
from matchmaker.words.labels import get_name
from matchmaker.words.quantities import format_time_of_day

_HOUR = re.compile(r"([01]?[0-9]|2[0-4])\s*[:.点时h]\s*([0-5][0-9])?\s*分?", re.ASCII)
LONGEST_HOUR = 12  # characters


class HourField(Field):
    """An hour as ``9:30`` or ``9点30``; ``data`` is in minutes after midnight, or None."""

    widget = TextInput()
    data: Any  # minutes, or None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else format_time_of_day(self.data)

    def process_data(self, value: Any) -> None:
        self.data = value

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = valuelist[0] if valuelist and isinstance(valuelist[0], str) else ""
        typed = unicodedata.normalize("NFKC", typed).strip()
        self.data = None
        found = _HOUR.fullmatch(typed[: LONGEST_HOUR + 1])
        if typed and found is None:
            raise ValueError(_("Enter an hour, for example 9:30."))
        if found:
            self.data = int(found[1]) * 60 + int(found[2] or 0)


class SessionForm(EditForm, IdempotentForm):
    """A session of an offer."""

    place_id = DropdownField(_l("Where"), [Required(_l("Choose a place."))])
    first_day = DayField(_l("Day"), [Required(_l("Enter the day."))])
    last_day = DayField(_l("Last day"))
    starts = HourField(_l("Begins at"), [Required(_l("Enter when it begins."))])
    ends = HourField(_l("Ends at"), [Required(_l("Enter when it ends."))])
    most = WholeNumberField(_l("Most numbers"), minimum=1, maximum=LARGEST_SESSION)

    def read_terms(self) -> SessionTerms:
        """The session as typed; without a last day it lasts one day."""
        first = self.first_day.value
        place_id = self.place_id.data if "place_id" in self else None
        last = self.last_day.data if "last_day" in self else None
        return SessionTerms(
            place_id=int(place_id) if place_id else None,
            first_day=first,
            last_day=last or first,
            starts_minute=self.starts.data,
            ends_minute=self.ends.data,
            most=self.most.data,
        )


def make_session_form(offer: Offer, places: list[Place], session: Session | None) -> SessionForm:
    """The form for a session of an offer, with the values of ``session``.

    For a new session only the place is filled in, from the offer.
    """
    form = SessionForm(data=_get_values(offer, session))
    form.place_id.choices = make_choices(
        [("", _l("Choose")), *((row.id, get_name(row)) for row in places)]
    )
    if offer.handing_over is HandingOver.DOOR:
        del form.place_id
    if not get_rules(offer.category.kind).is_handed_over:
        del form.last_day
    if not form.has_input:
        form.look_again()  # what is left out is not compared
    return form


def _get_values(offer: Offer, session: Session | None) -> dict[str, Any]:
    if session is None:
        return {"place_id": str(offer.place_id or "")}
    return {
        "place_id": str(session.place_id or ""),
        "first_day": session.first_day,
        "last_day": session.last_day,
        "starts": session.starts_minute,
        "ends": session.ends_minute,
        "most": session.most,
    }


class SeatForm(IdempotentForm):
    """Another session for a promise."""

    session_id = RadiosField(_l("Another session"), [Required(_l("Choose one."))])

    def fill(self, sessions: list[Session]) -> None:
        """Set the sessions to choose from."""
        self.session_id.choices = make_choices((row.id, _name_session(row)) for row in sessions)


def _name_session(session: Session) -> str:
    when = describe_session(session)
    if session.place is None:
        return when
    return _("%(when)s, %(place)s", when=when, place=get_name(session.place))


class StayForm(IdempotentForm):
    """The days of a stay."""

    first_day = DayField(_l("First day"), [Required(_l("Enter the first day."))])
    last_day = DayField(_l("Last day"), [Required(_l("Enter the last day."))])


class PaydayForm(IdempotentForm):
    """The day by which all promises of an offer of money are paid."""

    day = DayField(_l("Paid by"), [Required(_l("Enter the day."))])


def make_stay_form(first: date | None, last: date | None) -> StayForm:
    """The form for the days of a stay as it is first shown, with the days set so far."""
    return StayForm(formdata=None, data={"first_day": first, "last_day": last})
