"""Names in the reader's language for the codes in a run's figures."""

from dataclasses import dataclass, field

from flask_babel import gettext as _

from matchmaker.words.quantities import format_quantity

VISITS = "visits"  # the measure of what an organisation's volunteers give


@dataclass(frozen=True, slots=True)
class Names:
    """Names in the reader's language, keyed by code, in the order in which lists show them.

    ``units`` has the code of each category's unit, keyed by the code of the category.
    """

    committees: dict[str, str] = field(default_factory=dict)
    categories: dict[str, str] = field(default_factory=dict)
    organisations: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)  # of categories

    def say_number(self, number: str, key: str) -> str:
        """The number of a class such as ``category=rice_oil``, with the unit of the category.

        The number of any other class is returned as it is.
        """
        unit = self.units.get(key.removeprefix("category="))
        return format_quantity(int(number), unit) if unit and number.isdecimal() else number

    def name_group(self, group: str) -> str:
        """Name a group of a stage: a committee, an organisation and its measure, or a need.

        The empty group is that of needs without a committee. A code without a name stays a code.
        """
        giver, divider, measure = group.partition("/")
        if not divider:
            named = self.committees.get(group) or self.organisations.get(group)
            return named or group or _("without a committee")
        return _(
            "%(giver)s: %(measure)s",
            giver=self.organisations.get(giver, giver),
            measure=_("visits") if measure == VISITS else self.categories.get(measure, measure),
        )
