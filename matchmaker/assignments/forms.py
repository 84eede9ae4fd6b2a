"""The filters of a month's promises."""

from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from matchmaker.assignments.queries import DELIVERIES, GivenFilters
from matchmaker.base.clock import parse_month
from matchmaker.forms.base import FilterForm
from matchmaker.forms.choices import DropdownField, make_choices
from matchmaker.models import WEEKS, Committee, ServiceCategory, Volunteer
from matchmaker.words.labels import get_name
from matchmaker.words.quantities import format_month


class MonthForm(FilterForm):
    """The month to show."""

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

    def read_filters(self) -> GivenFilters:
        """The filters that were asked for; a value that is not a choice is ignored."""
        self.validate()
        values = {
            name: self[name].data or "" if not self[name].errors else ""
            for name in ("week", "category", "committee", "volunteer")
        }
        return GivenFilters(
            week=int(values["week"]) if values["week"] else None,
            category=values["category"],
            committee=values["committee"],
            volunteer_id=int(values["volunteer"]) if values["volunteer"] else None,
        )
