"""Forms about offers; the offer's form depends on the kind of its category."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _c
from wtforms import BooleanField
from wtforms.widgets import HiddenInput

from matchmaker.forms.base import FilterForm, IdempotentForm
from matchmaker.forms.choices import (
    CheckboxesField,
    DropdownField,
    RadiosField,
    SelectChoice,
    make_choices,
    read_choice,
)
from matchmaker.forms.fields import CountField, DayField, KeptField, LongTextField, TextField
from matchmaker.forms.numbers import MoneyField, WholeNumberField
from matchmaker.forms.validators import MaxLength, NotBefore, OneOrMore, Required
from matchmaker.kinds import KindRules, get_rules, is_money
from matchmaker.models import (
    Committee,
    HandingOver,
    Offer,
    OfferKind,
    OfferState,
    Organisation,
    Place,
    ServiceCategory,
    StatusKind,
    Window,
)
from matchmaker.models.limits import LONGEST_REASON, LONGEST_REMARK, LONGEST_TITLE
from matchmaker.offers.queries import DAYS_BEFORE_END, OfferFilters
from matchmaker.offers.terms import OfferTerms
from matchmaker.words.labels import get_label, get_name
from matchmaker.words.names import LONGEST_SEARCH
from matchmaker.words.quantities import get_capacity_words


class VersionForm(IdempotentForm):
    """A button's step, with the version and the number of breaks that the page showed."""

    version = WholeNumberField(validators=[Required()], widget=HiddenInput())
    breaks = CountField()


class ReturnOfferForm(VersionForm):
    """The reason for returning an offer."""

    reason = LongTextField(
        _l("What should be changed?"),
        [Required(_l("Write what should be changed.")), MaxLength(LONGEST_REASON)],
    )


class OfferForm(VersionForm):
    """An offer; ``capacity_per_month`` is in units of the category."""

    title = TextField(
        _l("Name of the offer"), [Required(_l("Give the offer a name.")), MaxLength(LONGEST_TITLE)]
    )
    capacity_per_month = WholeNumberField(validators=[Required()], minimum=1)
    stock = WholeNumberField(_l("How much in all"), minimum=1)
    windows = CheckboxesField(
        _l("When"), choices=make_choices((window, get_label(window)) for window in Window)
    )
    committees = CheckboxesField(_l("Neighbourhood committees served"))
    statuses = CheckboxesField(
        _l("For whom"), choices=make_choices((kind, get_label(kind)) for kind in StatusKind)
    )
    valid_from = DayField(_l("First day"), [Required(_l("Enter the first day."))])
    valid_until = DayField(
        _l("Last day"),
        [NotBefore("valid_from", _l("The last day must not be before the first day."))],
    )

    place_id = DropdownField(_l("Where it is given"))
    handing_over = RadiosField(
        _l("How people get it"),
        choices=make_choices((how, get_label(how)) for how in HandingOver),
    )
    bring = TextField(_l("What to bring"), [MaxLength(LONGEST_REMARK)])
    payment = TextField(_l("How it is paid"), [MaxLength(LONGEST_REMARK)])

    def read_terms(self) -> OfferTerms:
        """The terms as typed; fields that the form leaves out are empty."""
        place_id, how = self._read("place_id"), self._read("handing_over")
        return OfferTerms(
            place_id=int(place_id) if place_id else None,
            handing_over=HandingOver(how) if how else None,
            bring=self._read("bring"),
            payment=self._read("payment"),
            title=self.title.data,
            capacity_per_month=self.capacity_per_month.data,
            stock=self.stock.data if "stock" in self else None,
            valid_from=self.valid_from.value,
            valid_until=self.valid_until.data,
            windows=tuple(self.windows.data or ()) if "windows" in self else (),
            committees=tuple(self.committees.data or ()),
            statuses=tuple(self.statuses.data or ()),
        )

    def _read(self, name: str) -> str:
        return self[name].data or "" if name in self else ""


class MoneyOfferForm(OfferForm):
    """An offer of money; ``capacity_per_month`` is typed in yuan and stored in fen."""

    capacity_per_month = MoneyField(validators=[Required()], minimum=1)  # type: ignore[assignment]
    stock = MoneyField(_l("How much in all"), minimum=1)  # type: ignore[assignment]


class MoreForm(VersionForm):
    """How much more is offered; ``units`` is in units of the category."""

    units = WholeNumberField(
        _c("MoreForm", "How much more"), [Required(_l("Enter how much more you offer."))], minimum=1
    )


class MoreMoneyForm(MoreForm):
    """How much more money is offered; typed in yuan and stored in fen."""

    units = MoneyField(  # type: ignore[assignment]
        _c("MoreForm", "How much more"), [Required(_l("Enter how much more you offer."))], minimum=1
    )


def make_more_form(offer: Offer) -> MoreForm:
    """The form to raise the stock of an offer."""
    form_class = MoreMoneyForm if is_money(offer.category.unit) else MoreForm
    form = form_class(data={"version": offer.version})
    form.units.maximum = get_rules(offer.category.kind).most_offered
    return form


def make_offer_form(
    category: ServiceCategory, committees: list[Committee], places: list[Place], values: Any
) -> OfferForm:
    """The form for an offer in ``category``, with ``committees`` and ``places`` as choices.

    ``values`` are its initial values; questions that the category's kind does not ask are removed.
    """
    rules = get_rules(category.kind)
    form_class = MoneyOfferForm if is_money(category.unit) else OfferForm
    form = form_class(data=values)
    form.capacity_per_month.maximum = rules.most_offered
    form.capacity_per_month.label.text = get_capacity_words(category.kind, category.unit).label
    if rules.has_stock:
        form.stock.maximum = rules.most_offered
    else:
        del form.stock
    if not rules.offer_has_windows:
        del form.windows
    form.committees.choices = make_choices((row.code, get_name(row)) for row in committees)
    _fit_giving(form, rules, is_money(category.unit), places)
    return form


def _fit_giving(form: OfferForm, rules: KindRules, has_payment: bool, places: list[Place]) -> None:
    """Remove the questions of where and how an offer is given that the kind does not ask."""
    if rules.has_place:
        rows = [(row.id, get_name(row)) for row in places]
        form.place_id.choices = make_choices([("", _l("Not fixed yet")), *rows])
    else:
        del form.place_id
        del form.bring
    if not rules.is_handed_over:
        del form.handing_over
    if not has_payment:
        del form.payment


def get_typed_values(offer: Offer) -> dict[str, Any]:
    """The current terms of ``offer`` as initial values of the form."""
    names = ("version", "title", "capacity_per_month", "windows", "committees", "statuses")
    values = {name: getattr(offer, name) for name in (*names, "valid_from", "valid_until")}
    return values | get_giving(offer)


def get_giving(offer: Offer) -> dict[str, Any]:
    """Where and how ``offer`` is given, as initial values of the form."""
    how = offer.handing_over
    return {
        "place_id": str(offer.place_id or ""),
        "handing_over": how.value if how else "",
        "bring": offer.bring,
        "payment": offer.payment,
    }


class OfferListForm(FilterForm):
    """Filters of the lists of offers."""

    search = TextField(_l("Name of the offer"), [MaxLength(LONGEST_SEARCH)])
    state = DropdownField(
        _l("State"),
        choices=make_choices(
            [("", _l("Every state")), *((state, get_label(state)) for state in OfferState)]
        ),
    )
    kind = DropdownField(
        _c("Offer", "Kind"),
        choices=make_choices(
            [("", _l("Every kind")), *((kind, get_label(kind)) for kind in OfferKind)]
        ),
    )

    def read_filters(self) -> OfferFilters:
        """The chosen filters; a value that is not a choice is ignored."""
        self.validate()
        state = self.state.data if not self.state.errors else None
        kind = self.kind.data if not self.kind.errors else None
        return OfferFilters(
            state=OfferState(state) if state else None,
            kind=OfferKind(kind) if kind else None,
            search=self.search.data or "" if not self.search.errors else "",
        )


class OfficeOfferForm(OfferListForm):
    """Filters of the office's list of all offers."""

    search = TextField(_l("Offer or organisation"), [MaxLength(LONGEST_SEARCH)])
    state = DropdownField(
        _l("State"),
        choices=make_choices(
            [
                ("", _l("Every state")),
                *((row, get_label(row)) for row in OfferState if row is not OfferState.DRAFT),
            ]
        ),
    )
    organisation_id = DropdownField(_l("Organisation"))
    category_id = DropdownField(_l("Category"))
    is_staffless = BooleanField(_l("Without a volunteer for it"))
    ends_soon = BooleanField(_l("Ends within %(days)s days", days=DAYS_BEFORE_END))

    def fill_choices(
        self, organisations: Iterable[Organisation], categories: Iterable[ServiceCategory]
    ) -> "OfficeOfferForm":
        """Set the organisations and categories to choose from."""
        self.organisation_id.choices = list_organisation_choices(organisations)
        pairs = [("", _("Every category")), *((row.id, get_name(row)) for row in categories)]
        self.category_id.choices = make_choices(pairs)
        return self

    def read_office_filters(self, today: date) -> OfferFilters:
        """The chosen filters; ``today`` is the day from which an offer may end soon."""
        return replace(
            self.read_filters(),
            organisation_id=read_choice(self.organisation_id, int),
            category_id=read_choice(self.category_id, int),
            is_staffless=bool(self.is_staffless.data),
            ends_after=today if self.ends_soon.data else None,
        )


def list_organisation_choices(organisations: Iterable[Organisation]) -> list[SelectChoice]:
    """The choices of a filter by organisation, with "every organisation" first."""
    pairs = ((row.id, get_name(row)) for row in organisations)
    return make_choices([("", _("Every organisation")), *pairs])


class ApproveManyForm(IdempotentForm):
    """Several offers to approve; each value is ``id:version`` of an offer as shown."""

    chosen = CheckboxesField(
        _l("Offers"), [OneOrMore(_l("Tick at least one offer."))], validate_choice=False
    )
    back = KeptField()

    def read_versions(self) -> dict[int, int]:
        """The shown versions of the chosen offers, keyed by id; malformed choices are ignored."""
        pairs = (text.split(":") for text in self.chosen.data or ())
        return {
            int(pair[0]): int(pair[1])
            for pair in pairs
            if len(pair) == 2 and all(_is_row_number(part) for part in pair)
        }


def _is_row_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 9
