"""Forms about a month's promises: the filters of the list, and the day of a visit."""

from collections.abc import Iterable
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from matchmaker.assignments.appointing import Moment
from matchmaker.assignments.queries import DELIVERIES, GivenFilters
from matchmaker.base.clock import parse_month
from matchmaker.forms.base import FilterForm, IdempotentForm
from matchmaker.forms.choices import DropdownField, make_choices
from matchmaker.forms.validators import Required
from matchmaker.models import WEEKS, Committee, Promise, PromiseState, ServiceCategory, Volunteer
from matchmaker.words.labels import get_label, get_name
from matchmaker.words.quantities import format_month, format_time_of_day, format_weekday

_FIRST, _LAST, _STEP = 8 * 60, 18 * 60, 30  # hours that are offered, in minutes after midnight


class MonthForm(FilterForm):
    """The filter of a page by month."""

    month = DropdownField(_l("Month"))

    def fill_months(self, months: list[date]) -> None:
        """Set the months to choose from."""
        self.month.choices = make_choices(
            (month.strftime("%Y-%m"), format_month(month)) for month in months
        )

    def read_month(self, months: list[date]) -> date:
        """The month that the address asks for, else the first of ``months``."""
        known = {month.strftime("%Y-%m") for month in months}
        return parse_month(self.month.data) if self.month.data in known else months[0]


class GivenForm(MonthForm):
    """Filters of a coordinator's promises."""

    week = DropdownField(_l("Week"))
    category = DropdownField(_l("Category"))
    committee = DropdownField(_l("Neighbourhood committee"))
    volunteer = DropdownField(_l("Volunteer"))
    state = DropdownField(_l("State"))

    def fill_choices(
        self,
        categories: list[ServiceCategory],
        committees: list[Committee],
        volunteers: list[Volunteer],
    ) -> None:
        """Set the weeks, categories, committees and volunteers to choose from."""
        everything = [("", _("All"))]
        weeks = [(week, _("Week %(number)s", number=week)) for week in WEEKS]
        self.week.choices = make_choices(
            [*everything, *weeks, (DELIVERIES, _("Without an appointed time"))]
        )
        self.category.choices = make_choices(
            [*everything, *((row.code, get_name(row)) for row in categories)]
        )
        self.committee.choices = make_choices(
            [*everything, *((row.code, get_name(row)) for row in committees)]
        )
        self.volunteer.choices = make_choices(
            [*everything, *((row.id, row.name) for row in volunteers)]
        )
        states = (state for state in PromiseState if state is not PromiseState.PROPOSED)
        self.state.choices = make_choices(
            [*everything, *((state.value, get_label(state)) for state in states)]
        )

    def read_filters(self) -> GivenFilters:
        """The filters as chosen; a value that is not among the choices is ignored."""
        self.validate()
        values = {
            name: self[name].data or "" if not self[name].errors else ""
            for name in ("week", "category", "committee", "volunteer", "state")
        }
        return GivenFilters(
            week=int(values["week"]) if values["week"] else None,
            category=values["category"],
            committee=values["committee"],
            volunteer_id=int(values["volunteer"]) if values["volunteer"] else None,
            state=PromiseState(values["state"]) if values["state"] else None,
        )


class DayForm(IdempotentForm):
    """The day and hour of a visit."""

    day = DropdownField(_l("Day"), [Required(_l("Choose one."))])
    hour = DropdownField(_l("Begins at"), [Required(_l("Choose one."))])

    def fill(self, days: Iterable[date], row: Promise) -> None:
        """Set the days and hours to choose from, and preselect those of the visit."""
        self.day.choices = make_choices((day.isoformat(), format_weekday(day)) for day in days)
        hours = range(_FIRST, _LAST + 1, _STEP)
        self.hour.choices = make_choices((hour, format_time_of_day(hour)) for hour in hours)
        if not self.has_input:
            self.day.data = row.day.isoformat() if row.day else None
            self.hour.data = str(row.minute)

    def read(self) -> Moment:
        """The day and hour that were chosen."""
        return Moment(date.fromisoformat(self.day.data), int(self.hour.data))
