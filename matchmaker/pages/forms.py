"""The switch of language and text size that stands on every page."""

from wtforms import HiddenField, StringField

from matchmaker.forms.base import BaseForm
from matchmaker.forms.validators import MaxLength
from matchmaker.pages.addresses import LONGEST_ADDRESS
from matchmaker.pages.preferences import Locale, TextSize


class PreferencesForm(BaseForm):
    """Each button posts one of the two choices, and the page to go back to."""

    locale = StringField()
    text_size = StringField()
    next = HiddenField(validators=[MaxLength(LONGEST_ADDRESS)])

    def find_locale(self) -> Locale | None:
        return Locale(self.locale.data) if self.locale.data in set(Locale) else None

    def find_text_size(self) -> TextSize | None:
        return TextSize(self.text_size.data) if self.text_size.data in set(TextSize) else None
