"""What a list of people is for, asked before it is given."""

from flask_babel import lazy_gettext as _l

from matchmaker.forms.base import BaseForm
from matchmaker.forms.choices import RadiosField, make_choices
from matchmaker.forms.fields import KeptField
from matchmaker.forms.validators import MaxLength, Required
from matchmaker.models import ListPurpose
from matchmaker.web.addresses import LONGEST_ADDRESS
from matchmaker.words.labels import get_label


class PurposeForm(BaseForm):
    """What a list is for."""

    purpose = RadiosField(
        _l("What is the list for?"),
        [Required(_l("Choose what the list is for."))],
        choices=make_choices((purpose, get_label(purpose)) for purpose in ListPurpose),
    )


class ReadOnForm(PurposeForm):
    """The same for pages; ``next`` is the page to go on to."""

    next = KeptField(validators=[MaxLength(LONGEST_ADDRESS)])
