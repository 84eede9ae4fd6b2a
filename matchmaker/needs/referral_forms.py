"""Forms with which the office hands a need to another office and writes what came of it."""

from flask_babel import lazy_gettext as _l
from wtforms.widgets import HiddenInput

from matchmaker.forms.base import IdempotentForm
from matchmaker.forms.choices import RadiosField, make_choices
from matchmaker.forms.fields import DayField, LongTextField, TextField
from matchmaker.forms.numbers import WholeNumberField
from matchmaker.forms.validators import MaxLength, Required
from matchmaker.models import ReferralEnd
from matchmaker.models.limits import LONGEST_REASON, LONGEST_REMARK, LONGEST_TITLE
from matchmaker.needs.referrals import ReferralTerms
from matchmaker.words.labels import get_label


class ReferralForm(IdempotentForm):
    """To whom a need is handed and why, with the version of the need that the page showed."""

    version = WholeNumberField(validators=[Required()], widget=HiddenInput())
    office = TextField(
        _l("Name of the office or service"),
        [Required(_l("Enter to whom it is handed.")), MaxLength(LONGEST_TITLE)],
    )
    reach = TextField(
        _l("Its phone, or how to reach it"),
        [Required(_l("Enter how the resident reaches it.")), MaxLength(LONGEST_REMARK)],
    )
    reason = LongTextField(
        _l("Why is it handed on?"),
        [Required(_l("Write one sentence. The resident reads it.")), MaxLength(LONGEST_REASON)],
    )
    day = DayField(_l("Handed on at this day"), [Required(_l("Enter a day."))])

    def read_terms(self) -> ReferralTerms:
        """The typed terms of a valid form."""
        return ReferralTerms(
            office=self.office.data,
            reach=self.reach.data,
            reason=self.reason.data,
            day=self.day.value,
        )


class EndReferralForm(IdempotentForm):
    """What came of a referral."""

    end = RadiosField(
        _l("What came of it?"),
        [Required(_l("Choose one."))],
        choices=make_choices((end, get_label(end)) for end in ReferralEnd),
    )
    answer = LongTextField(_l("What did they say?"), [MaxLength(LONGEST_REASON)])
