"""The form that asks for a pack of months."""

from collections.abc import Sequence
from datetime import date

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _c

from matchmaker.base.clock import parse_month
from matchmaker.forms.base import IdempotentForm
from matchmaker.forms.choices import CheckboxesField, DropdownField, RadiosField, make_choices
from matchmaker.forms.validators import Required
from matchmaker.models import PackPart
from matchmaker.rounds.solve.packs import PackWish
from matchmaker.web.preferences import Locale
from matchmaker.words.labels import get_label
from matchmaker.words.quantities import format_month

_LANGUAGES = (
    (Locale.CHINESE.value, _c("language", "Chinese")),
    (Locale.ENGLISH.value, _c("language", "English")),
)


class PackForm(IdempotentForm):
    """Which months, which parts, in which language."""

    first = DropdownField(_l("From month"), [Required(_l("Choose the month."))])
    last = DropdownField(_l("To month"), [Required(_l("Choose the month."))])
    parts = CheckboxesField(
        _l("What should be in it?"),
        [Required(_l("Tick at least one part."))],
        choices=make_choices((part.value, get_label(part)) for part in PackPart),
    )
    language = RadiosField(
        _l("In which language?"),
        [Required(_l("Choose one."))],
        choices=make_choices(_LANGUAGES),
    )

    def fill_choices(self, months: Sequence[date]) -> "PackForm":
        """Set the months to choose from, latest first; return the form.

        Until the form is sent, the latest month, all parts and the reader's language are chosen.
        """
        named = [(f"{month:%Y-%m}", format_month(month)) for month in months]
        self.first.choices = self.last.choices = make_choices(named)
        if not self.has_input and named:
            self.first.data = self.last.data = named[0][0]
            self.parts.data = [part.value for part in PackPart]
            self.language.data = str(get_locale())
        return self

    def read_wish(self) -> PackWish:
        """What a valid form asks for."""
        return PackWish(
            first=parse_month(self.first.data),
            last=parse_month(self.last.data),
            parts=[PackPart(part) for part in self.parts.data or ()],
            language=self.language.data,
        )
