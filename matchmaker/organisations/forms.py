"""Forms about organisations."""

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _c
from wtforms import BooleanField

from matchmaker.forms.base import BaseForm, EditForm, FilterForm, IdempotentForm
from matchmaker.forms.choices import DropdownField, make_choices, read_choice
from matchmaker.forms.fields import CountField, LongTextField, NameField, PhoneField, TextField
from matchmaker.forms.validators import MaxLength, Required
from matchmaker.models import (
    Committee,
    Organisation,
    OrganisationKind,
    OrganisationState,
    Programme,
    Subdistrict,
)
from matchmaker.models.limits import (
    LONGEST_ORGANISATION_NAME_EN,
    LONGEST_ORGANISATION_NAME_ZH,
    LONGEST_PERSON_NAME,
    LONGEST_PLACE_ADDRESS,
    LONGEST_REASON,
)
from matchmaker.offers.forms import list_organisation_choices
from matchmaker.organisations.long_term import (
    AgreementFilters,
    AgreementStanding,
    PairingFilters,
    PairingStanding,
)
from matchmaker.organisations.queries import OrganisationFilters
from matchmaker.words.labels import get_label, get_name
from matchmaker.words.names import LONGEST_SEARCH

PAIRING_WORDS = {
    PairingStanding.TO_REVIEW: _l("Review due"),
    PairingStanding.GOES_ON: _l("Goes on"),
    PairingStanding.NOT_BEGUN: _l("Not begun"),
    PairingStanding.ENDED: _l("Ended"),
}
AGREEMENT_WORDS = {
    AgreementStanding.LAPSING: _l("Ends soon"),
    AgreementStanding.LAPSED: _c("Agreement", "Expired"),
    AgreementStanding.IN_FORCE: _l("In force"),
    AgreementStanding.NOT_BEGUN: _l("Not begun"),
}
_KINDS = [(kind, get_label(kind)) for kind in OrganisationKind]


class OrganisationForm(IdempotentForm):
    """Names and kind of a new organisation."""

    name_zh = NameField(
        _l("Name in Chinese"),
        [Required(_l("Enter the organisation's name.")), MaxLength(LONGEST_ORGANISATION_NAME_ZH)],
    )
    name_en = TextField(_l("Name in English"), [MaxLength(LONGEST_ORGANISATION_NAME_EN)])
    kind = DropdownField(
        _c("Organisation", "Kind"),
        [Required(_l("Choose the kind of organisation."))],
        choices=make_choices([("", _l("Choose")), *_KINDS]),
    )


class ApplicationForm(BaseForm):
    """An application by somebody without an account.

    It needs no idempotency key: a second sending is refused because its name is taken.
    """

    subdistrict_id = DropdownField(_l("Street office"), [Required()])
    name_zh = NameField(
        _l("Name in Chinese"),
        [Required(_l("Enter the organisation's name.")), MaxLength(LONGEST_ORGANISATION_NAME_ZH)],
    )
    name_en = TextField(_l("Name in English"), [MaxLength(LONGEST_ORGANISATION_NAME_EN)])
    kind = DropdownField(
        _c("Organisation", "Kind"),
        [Required(_l("Choose the kind of organisation."))],
        choices=make_choices([("", _l("Choose")), *_KINDS]),
    )
    contact_name = NameField(
        _l("Your name"), [Required(_l("Enter your name.")), MaxLength(LONGEST_PERSON_NAME)]
    )
    contact_phone = PhoneField(_l("Phone number"), [Required(_l("Enter your phone number."))])


def make_application_form(subdistricts: list[Subdistrict]) -> ApplicationForm:
    """The form with the street offices as choices; a single one is preselected."""
    first = str(subdistricts[0].id) if len(subdistricts) == 1 else ""
    form = ApplicationForm(data={"subdistrict_id": first})
    form.subdistrict_id.choices = make_choices((row.id, get_name(row)) for row in subdistricts)
    return form


class ContactForm(EditForm, IdempotentForm):
    """The address of an organisation, and the person who answers its phone."""

    address = TextField(_l("Address"), [MaxLength(LONGEST_PLACE_ADDRESS)])
    name = NameField(_l("Contact person"), [MaxLength(LONGEST_PERSON_NAME)])
    phone = PhoneField(_l("Phone number"))


class ReasonForm(IdempotentForm):
    """The reason for returning or suspending an organisation."""

    reason = LongTextField(
        _l("Reason"), [Required(_l("Write the reason.")), MaxLength(LONGEST_REASON)]
    )
    breaks = CountField()


class OrganisationListForm(FilterForm):
    """Filters of the list of organisations."""

    search = TextField(_l("Name or pinyin"), [MaxLength(LONGEST_SEARCH)])
    kind = DropdownField(
        _c("Organisation", "Kind"), choices=make_choices([("", _l("Every kind")), *_KINDS])
    )
    state = DropdownField(
        _l("State"),
        choices=make_choices(
            [("", _l("Every state")), *((state, get_label(state)) for state in OrganisationState)]
        ),
    )
    has_agreement = BooleanField(_l("With a pairing agreement"))

    def read_filters(self) -> OrganisationFilters:
        """The chosen filters; a value that is not a choice is ignored."""
        self.validate()
        kind = self.kind.data if not self.kind.errors else None
        state = self.state.data if not self.state.errors else None
        return OrganisationFilters(
            kind=OrganisationKind(kind) if kind else None,
            state=OrganisationState(state) if state else None,
            search=self.search.data or "" if not self.search.errors else "",
            has_agreement=bool(self.has_agreement.data),
        )


class PairingListForm(FilterForm):
    """Filters of the office's list of pairings."""

    state = DropdownField(
        _l("State"), choices=make_choices([("", _l("Every state")), *PAIRING_WORDS.items()])
    )
    programme = DropdownField(
        _l("Programme"),
        choices=make_choices(
            [("", _l("Every programme")), *((row, get_label(row)) for row in Programme)]
        ),
    )
    organisation_id = DropdownField(_l("Organisation"))
    committee_id = DropdownField(_l("Neighbourhood committee"))

    def fill_choices(
        self, organisations: Iterable[Organisation], committees: Iterable[Committee]
    ) -> "PairingListForm":
        """Set the organisations and committees to choose from."""
        self.organisation_id.choices = list_organisation_choices(organisations)
        pairs = [("", _("Every committee")), *((row.id, get_name(row)) for row in committees)]
        self.committee_id.choices = make_choices(pairs)
        return self

    def read_filters(self) -> PairingFilters:
        """The chosen filters; a value that is not a choice is ignored."""
        self.validate()
        return PairingFilters(
            standing=read_choice(self.state, PairingStanding),
            programme=read_choice(self.programme, Programme),
            organisation_id=read_choice(self.organisation_id, int),
            committee_id=read_choice(self.committee_id, int),
        )


class AgreementListForm(FilterForm):
    """Filters of the office's list of pairing agreements."""

    state = DropdownField(
        _l("State"), choices=make_choices([("", _l("Every state")), *AGREEMENT_WORDS.items()])
    )
    organisation_id = DropdownField(_l("Organisation"))

    def fill_choices(self, organisations: Iterable[Organisation]) -> "AgreementListForm":
        """Set the organisations to choose from."""
        self.organisation_id.choices = list_organisation_choices(organisations)
        return self

    def read_filters(self) -> AgreementFilters:
        """The chosen filters; a value that is not a choice is ignored."""
        self.validate()
        return AgreementFilters(
            standing=read_choice(self.state, AgreementStanding),
            organisation_id=read_choice(self.organisation_id, int),
        )
