"""Forms that ask for the purpose of a list of people before it is given."""

from flask_babel import lazy_gettext as _l

from matchmaker.forms.base import BaseForm
from matchmaker.forms.choices import RadiosField, make_choices
from matchmaker.forms.fields import KeptField
from matchmaker.forms.validators import MaxLength, Required
from matchmaker.models import ListPurpose
from matchmaker.web.addresses import LONGEST_ADDRESS
from matchmaker.words.labels import get_label


class PurposeForm(BaseForm):
    """The purpose of a list."""

    purpose = RadiosField(
        _l("What is the list for?"),
        [Required(_l("Choose what the list is for."))],
        choices=make_choices((purpose, get_label(purpose)) for purpose in ListPurpose),
    )


class ReadOnForm(PurposeForm):
    """The purpose of reading the pages of a list; ``next``: the address of the page to go on to."""

    next = KeptField(validators=[MaxLength(LONGEST_ADDRESS)])
