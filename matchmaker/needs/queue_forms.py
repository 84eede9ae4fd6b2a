"""The forms that filter the lists of needs; their values are in the page's address."""

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from matchmaker.base.clock import get_month, get_now
from matchmaker.forms.base import FilterForm
from matchmaker.forms.choices import DropdownField, make_choices, read_choice
from matchmaker.forms.fields import TextField
from matchmaker.forms.validators import MaxLength
from matchmaker.models import Committee, NeedState, NeedType, ServiceCategory
from matchmaker.models.limits import TIERS
from matchmaker.needs.queries import BrowseFilters, NeedFilters, Repeats
from matchmaker.needs.words import TIER_WORDS
from matchmaker.words.labels import get_label, get_name
from matchmaker.words.names import LONGEST_SEARCH

ALL_STATES = "all"


class NeedListForm(FilterForm):
    """Filters of the office's list of needs."""

    search = TextField(_l("Name or number"), [MaxLength(LONGEST_SEARCH)])
    state = DropdownField(
        _l("State"),
        choices=make_choices(
            [
                (ALL_STATES, _l("Every state")),
                *((state, get_label(state)) for state in NeedState if state != NeedState.DRAFT),
            ]
        ),
    )
    category_id = DropdownField(_l("Kind of help"))
    tier = DropdownField(
        _l("Urgency"),
        choices=make_choices([("", _l("Every urgency")), *((t, TIER_WORDS[t]) for t in TIERS)]),
    )
    type = DropdownField(
        _l("Need or wish"),
        name="kind",  # in the address
        choices=make_choices([("", _l("Both")), *((one, get_label(one)) for one in NeedType)]),
    )
    committee_id = DropdownField(_l("Neighbourhood committee"))
    repeats = DropdownField(
        _l("Every month"),
        choices=make_choices(
            [
                ("", _l("Once or every month")),
                (Repeats.MONTHLY, _l("Comes back every month")),
                (Repeats.TO_CONFIRM, _l("Somebody has to say whether it goes on")),
            ]
        ),
    )

    def fill_choices(
        self, headings: Iterable[ServiceCategory], committees: Iterable[Committee]
    ) -> "NeedListForm":
        """Set the headings and committees to choose from."""
        _fill_places(self, headings, committees)
        return self

    def read_filters(self) -> NeedFilters:
        """The chosen filters, for the present month; a value that is not a choice is ignored."""
        self.validate()
        return NeedFilters(
            state=read_choice(self.state, _read_state),
            category_id=read_choice(self.category_id, int),
            tier=read_choice(self.tier, int),
            type=read_choice(self.type, NeedType),
            committee_id=read_choice(self.committee_id, int),
            repeats=read_choice(self.repeats, Repeats),
            month=get_month(get_now()),
            search="" if self.search.errors else self.search.data,
        )


class BrowseForm(FilterForm):
    """Filters of the open needs that givers browse."""

    category_id = DropdownField(_l("Kind of help"))
    committee_id = DropdownField(_l("Neighbourhood committee"))

    def fill_choices(
        self, headings: Iterable[ServiceCategory], committees: Iterable[Committee]
    ) -> "BrowseForm":
        """Set the headings and committees to choose from."""
        _fill_places(self, headings, committees)
        return self

    def read_filters(self) -> BrowseFilters:
        """The chosen filters; a value that is not a choice is ignored."""
        self.validate()
        return BrowseFilters(
            category_id=read_choice(self.category_id, int),
            committee_id=read_choice(self.committee_id, int),
        )


def _fill_places(
    form: NeedListForm | BrowseForm,
    headings: Iterable[ServiceCategory],
    committees: Iterable[Committee],
) -> None:
    every_kind, everywhere = ("", _("Every kind")), ("", _("Every committee"))
    form.category_id.choices = make_choices([every_kind, *((r.id, get_name(r)) for r in headings)])
    form.committee_id.choices = make_choices(
        [everywhere, *((row.id, get_name(row)) for row in committees)]
    )


def _read_state(word: str) -> NeedState | None:
    return None if word == ALL_STATES else NeedState(word)
