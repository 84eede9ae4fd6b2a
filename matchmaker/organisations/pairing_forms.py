"""Forms with which the street office enters, changes and ends long-term pairings."""

from collections.abc import Iterable
from datetime import date

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from matchmaker.base.clock import parse_month
from matchmaker.forms.base import EditForm, IdempotentForm
from matchmaker.forms.choices import DropdownField, RadiosField, make_choices
from matchmaker.forms.fields import CountField, DayField, TextField
from matchmaker.forms.validators import MaxLength, Required, RequiredUnless
from matchmaker.models import (
    Organisation,
    Pairing,
    PairingEnd,
    Programme,
    ServiceCategory,
    VisitFrequency,
)
from matchmaker.models.limits import LONGEST_REFERENCE, TIERS
from matchmaker.needs.words import TIER_WORDS
from matchmaker.organisations.pairing_chain import End
from matchmaker.organisations.pairing_terms import Care, PairingTerms
from matchmaker.words.labels import get_label, get_name
from matchmaker.words.quantities import format_month

_REASONS = (
    PairingEnd.GOAL_REACHED,
    PairingEnd.RECIPIENT_WISH,
    PairingEnd.GIVER_WISH,
    PairingEnd.MOVED_AWAY,
)


class CareForm(IdempotentForm):
    """Who visits as a rule, how often, how urgent it is, and when both sides look at it again."""

    volunteer = TextField(_l("Number of the usual visitor"), [MaxLength(LONGEST_REFERENCE)])
    frequency = RadiosField(
        _l("How often a visit is due"),
        [Required(_l("Choose one."))],
        choices=make_choices((row, get_label(row)) for row in VisitFrequency),
    )
    tier = RadiosField(
        _l("How urgent"),
        [Required(_l("Choose how urgent it is."))],
        choices=make_choices((tier, TIER_WORDS[tier]) for tier in TIERS),
    )
    review_on = DayField(_l("Review on"), [Required(_l("Enter a day."))])

    def read_care(self) -> Care:
        """The typed values of a valid form."""
        return Care(
            volunteer=self.volunteer.data,
            frequency=VisitFrequency(self.frequency.data),
            tier=int(self.tier.data),
            review_on=self.review_on.value,
        )


class BeginPairingForm(CareForm):
    """A new pairing of an organisation and a resident."""

    resident = TextField(
        _l("Number of the resident"),
        [Required(_l("Enter the number of the resident.")), MaxLength(LONGEST_REFERENCE)],
    )
    organisation_id = DropdownField(_l("Organisation"), [Required(_l("Choose one."))])
    category_id = DropdownField(_l("Kind of help"), [Required(_l("Choose one."))])
    programme = DropdownField(
        _l("Programme"),
        [Required(_l("Choose one."))],
        choices=make_choices([("", _l("Choose")), *((row, get_label(row)) for row in Programme)]),
    )
    first_day = DayField(_l("First day"), [Required(_l("Enter a day."))])
    last_day = DayField(_l("Last day"))

    def fill_choices(
        self, organisations: Iterable[Organisation], categories: Iterable[ServiceCategory]
    ) -> "BeginPairingForm":
        """Set the organisations and categories to choose from."""
        first = ("", _l("Choose"))
        for field, rows in ((self.organisation_id, organisations), (self.category_id, categories)):
            field.choices = make_choices([first, *((row.id, get_name(row)) for row in rows)])
        return self

    def read_terms(self) -> PairingTerms:
        """The typed values of a valid form."""
        return PairingTerms(
            resident=self.resident.data,
            organisation_id=int(self.organisation_id.data),
            category_id=int(self.category_id.data),
            programme=Programme(self.programme.data),
            first_day=self.first_day.value,
            last_day=self.last_day.data,
            care=self.read_care(),
        )


class ChangePairingForm(EditForm, CareForm):
    """What changes of a pairing, and from which month on.

    ``planned``: the id of the next pairing that the page named; 0: none.
    """

    month = DropdownField(_l("From which month on"))
    planned = CountField()

    @classmethod
    def of(cls, pairing: Pairing, months: Iterable[date]) -> "ChangePairingForm":
        """The form with the stored values; ``months``: those from which it can be changed."""
        form = cls(
            data={
                "volunteer": pairing.volunteer.reference if pairing.volunteer else "",
                "frequency": pairing.frequency.value,
                "tier": str(pairing.tier),
                "review_on": pairing.review_on,
            }
        )
        form.month.choices = make_choices(
            (f"{month:%Y-%m}", format_month(month)) for month in months
        )
        return form

    def read_month(self) -> date | None:
        """The first day of the chosen month; None if there is none to choose from."""
        return parse_month(self.month.data) if self.month.data else None


class EndPairingForm(EditForm, IdempotentForm):
    """The last day of a pairing and why it ends; ``breaks``: the promises that the page named.

    ``goes_on``: the last day that is stored is taken away; the page has it if there is one.
    """

    goes_on = BooleanField(_l("It goes on without an end"))
    last_day = DayField(_l("Last day"), [RequiredUnless("goes_on", _l("Enter a day."))])
    reason = RadiosField(
        _l("Why does it end?"),
        [RequiredUnless("goes_on", _l("Choose one."))],
        choices=make_choices((row, get_label(row)) for row in _REASONS),
    )
    breaks = CountField()

    @classmethod
    def of(cls, pairing: Pairing) -> "EndPairingForm":
        """The form with the last day and the reason that are stored, if any.

        ``pairing``: the last one of its chain.
        """
        reason = pairing.end_reason.value if pairing.end_reason else None
        return cls(data={"last_day": pairing.ended_on, "reason": reason})

    def read_end(self) -> End:
        """The typed values of a valid form."""
        if self.goes_on.data:
            return End(None, None)
        return End(self.last_day.value, PairingEnd(self.reason.data))
