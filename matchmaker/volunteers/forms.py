"""Forms about volunteers."""

from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from matchmaker.forms.base import ButtonForm, EditForm, FilterForm, IdempotentForm
from matchmaker.forms.choices import (
    CheckboxesField,
    DropdownField,
    SelectChoice,
    make_choices,
    read_choice,
)
from matchmaker.forms.fields import CountField, DayField, NameField, PhoneField, TextField
from matchmaker.forms.numbers import WholeNumberField
from matchmaker.forms.validators import MaxLength, NotBefore, OneOrMore, Required
from matchmaker.models import (
    Committee,
    Organisation,
    Qualification,
    ServiceCategory,
    Volunteer,
    VolunteerState,
    Window,
)
from matchmaker.models.limits import LONGEST_PERSON_NAME
from matchmaker.offers.forms import list_organisation_choices
from matchmaker.volunteers.profile import MOST_VISITS_PER_MONTH, VolunteerProfile
from matchmaker.volunteers.queries import VolunteerFilters
from matchmaker.words.labels import get_label, get_name
from matchmaker.words.names import LONGEST_SEARCH

ACCEPTS_BREAKS = _l("I know. The office is told and looks for somebody else.")


class MoveForm(ButtonForm):
    """A step of a volunteer, and the number of promises that it breaks, as the page showed it."""

    breaks = CountField()


class VolunteerForm(EditForm, IdempotentForm):
    """A volunteer's profile; the last day of each qualification is the field ``expires_<code>``."""

    name = NameField(_l("Name"), [Required(_l("Enter the name.")), MaxLength(LONGEST_PERSON_NAME)])
    phone = PhoneField(_l("Phone number"))
    visits_per_month = WholeNumberField(
        _l("Most visits a month"), [Required()], minimum=1, maximum=MOST_VISITS_PER_MONTH
    )
    categories = CheckboxesField(_l("Can do"), [OneOrMore(_l("Choose at least one skill."))])
    windows = CheckboxesField(
        _l("When free"),
        [OneOrMore(_l("Choose at least one time."))],
        choices=make_choices((window, get_label(window)) for window in Window),
    )
    committees = CheckboxesField(_l("Neighbourhood committees served"))
    qualifications = CheckboxesField(
        _l("Qualifications shown"),
        choices=make_choices((kind, get_label(kind)) for kind in Qualification),
    )

    accepts_breaks = BooleanField(ACCEPTS_BREAKS)

    def get_expiry(self, qualification: Qualification) -> DayField:
        """The field with the last day of a qualification."""
        field = self[f"expires_{qualification.value}"]
        assert isinstance(field, DayField)  # noqa: S101 (added below the class)
        return field

    def list_expiries(self) -> list[DayField]:
        """The fields with the last days of all qualifications."""
        return [self.get_expiry(qualification) for qualification in Qualification]

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Refuse also a last day whose qualification is not ticked: either may be the mistake."""
        is_valid = bool(super().validate(*args, **kwargs))
        for qualification in Qualification:
            day = self.get_expiry(qualification)
            if day.data is not None and qualification.value not in (self.qualifications.data or ()):
                self.add_error(day.name, _("Tick the qualification as well, or clear this day."))
                is_valid = False
        return is_valid

    def read_profile(self) -> VolunteerProfile:
        """The profile as typed."""
        held = [Qualification(code) for code in self.qualifications.data or ()]
        return VolunteerProfile(
            name=self.name.data,
            visits_per_month=self.visits_per_month.data,
            categories=tuple(self.categories.data or ()),
            windows=tuple(self.windows.data or ()),
            committees=tuple(self.committees.data or ()),
            qualifications={kind: self.get_expiry(kind).data for kind in held},
            phone=self.phone.data,
        )


for _kind in Qualification:
    setattr(
        VolunteerForm,
        f"expires_{_kind.value}",
        DayField(_l("%(qualification)s: last day", qualification=get_label(_kind))),
    )


def make_volunteer_form(
    skills: list[ServiceCategory], committees: list[Committee], volunteer: Volunteer | None
) -> VolunteerForm:
    """The form with its choices, empty or with the profile of ``volunteer``."""
    form = VolunteerForm(data=_get_typed_values(volunteer) if volunteer else None)
    form.categories.choices = make_choices((row.code, get_name(row)) for row in skills)
    form.committees.choices = make_choices((row.code, get_name(row)) for row in committees)
    return form


def _get_typed_values(volunteer: Volunteer) -> dict[str, Any]:
    names = ("name", "phone", "visits_per_month", "categories", "windows", "committees")
    values = {name: getattr(volunteer, name) for name in names}
    values["qualifications"] = [row.qualification.value for row in volunteer.qualifications]
    for row in volunteer.qualifications:
        values[f"expires_{row.qualification.value}"] = row.expires_on
    return values


class AbsenceForm(IdempotentForm):
    """Days on which a volunteer is away."""

    first_day = DayField(_l("First day away"), [Required(_l("Enter the first day."))])
    last_day = DayField(
        _l("Last day away"),
        [
            Required(_l("Enter the last day.")),
            NotBefore("first_day", _l("The last day must not be before the first day.")),
        ],
    )
    accepts_breaks = BooleanField(ACCEPTS_BREAKS)


class VolunteerListForm(FilterForm):
    """Filters of the list of volunteers."""

    search = TextField(_l("Name, pinyin or number"), [MaxLength(LONGEST_SEARCH)])
    state = DropdownField(
        _l("State"),
        choices=make_choices(
            [("", _l("Every state")), *((state, get_label(state)) for state in VolunteerState)]
        ),
    )
    category = DropdownField(_l("Can do"))

    def read_filters(self) -> VolunteerFilters:
        """The chosen filters; a value that is not a choice is ignored."""
        self.validate()
        state = self.state.data if not self.state.errors else None
        return VolunteerFilters(
            state=VolunteerState(state) if state else None,
            category=self.category.data or "" if not self.category.errors else "",
            search=self.search.data or "" if not self.search.errors else "",
        )


class OfficeVolunteerForm(VolunteerListForm):
    """Filters of the office's list of the volunteers of all its organisations."""

    organisation_id = DropdownField(_l("Organisation"))

    def fill_choices(
        self, skills: list[ServiceCategory], organisations: list[Organisation]
    ) -> "OfficeVolunteerForm":
        """Set the skills and organisations to choose from."""
        self.category.choices = _list_skill_choices(skills)
        self.organisation_id.choices = list_organisation_choices(organisations)
        return self

    def read_filters(self) -> VolunteerFilters:
        """The chosen filters; a value that is not a choice is ignored."""
        filters = super().read_filters()
        return replace(filters, organisation_id=read_choice(self.organisation_id, int))


def make_list_form(skills: list[ServiceCategory]) -> VolunteerListForm:
    """The form of filters with ``skills`` as choices."""
    form = VolunteerListForm()
    form.category.choices = _list_skill_choices(skills)
    return form


def _list_skill_choices(skills: list[ServiceCategory]) -> list[SelectChoice]:
    return make_choices([("", _("Every skill")), *((row.code, get_name(row)) for row in skills)])
