"""Readiness in sentences, each with the page of the rows that it counts."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from matchmaker.models import Offer
from matchmaker.rounds.freeze.findings import ROWS, Finding
from matchmaker.rounds.freeze.readiness import ReadinessLine, Weight
from matchmaker.words.labels import get_name

_TITLES = {
    Finding.OPEN_NEEDS: _l("Open needs"),
    Finding.OPEN_OFFERS: _l("Open offers"),
    Finding.UNVERIFIED_NEEDS: _l("Needs that would stay outside"),
    Finding.UNVERIFIED_STATUSES: _l("Statuses that would not count"),
    Finding.UNAPPROVED_ORGANISATIONS: _l("Organisations that wait for approval"),
    Finding.UNAPPROVED_OFFERS: _l("Offers that would stay outside"),
    Finding.EXPIRED_AGREEMENTS: _l("Organisations whose pairing agreement ends"),
    Finding.STAFFLESS_OFFERS: _l("Offers without volunteers"),
    Finding.UNSERVED_CATEGORIES: _l("Asked for and offered by nobody"),
    Finding.MISSED_DUTIES: _l("Pairings with visits that were not made"),
    Finding.SLOTLESS_DUTIES: _l("Pairings with visits in public holidays"),
}


@dataclass(frozen=True, slots=True)
class ReadinessWords:
    """One finding in words; ``finding`` is None if no page has its rows."""

    weight: Weight
    text: str
    names: tuple[str, ...] = ()
    finding: Finding | None = None

    @property
    def has_rows(self) -> bool:
        """Whether a page lists its rows; the finding about the calendar has none."""
        return self.finding in ROWS


def describe_readiness(lines: Iterable[ReadinessLine]) -> list[ReadinessWords]:
    """Say each line in one sentence, with the names of its rows."""
    return [
        ReadinessWords(
            line.weight, _say(line), _name_rows(line), line.finding if line.count else None
        )
        for line in lines
    ]


def name_finding(finding: Finding) -> str:
    """The heading of the rows of a finding."""
    return str(_TITLES[finding])


def _say(line: ReadinessLine) -> str:
    if line.count == 0:
        return _say_none(line.finding)
    return {**_say_waiting(line.count), **_say_supply(line.count)}[line.finding]


def _say_supply(count: int) -> dict[Finding, str]:
    return {
        Finding.OPEN_NEEDS: ngettext("%(num)s need is open.", "%(num)s needs are open.", count),
        Finding.OPEN_OFFERS: ngettext("%(num)s offer is open.", "%(num)s offers are open.", count),
        Finding.STAFFLESS_OFFERS: ngettext(
            "%(num)s offer of volunteers' time has no volunteer for it.",
            "%(num)s offers of volunteers' time have no volunteer for them.",
            count,
        ),
        Finding.UNSERVED_CATEGORIES: ngettext(
            "%(num)s category is asked for and offered by nobody.",
            "%(num)s categories are asked for and offered by nobody.",
            count,
        ),
        Finding.MISSED_DUTIES: ngettext(
            "Due visits of %(num)s pairing were not made last month. They come first in this one.",
            "Due visits of %(num)s pairings were not made last month. They come first in this one.",
            count,
        ),
        Finding.SLOTLESS_DUTIES: ngettext(
            "Due visits of %(num)s pairing fall into public holidays and cannot be made.",
            "Due visits of %(num)s pairings fall into public holidays and cannot be made.",
            count,
        ),
        Finding.GUESSED_CALENDAR: _(
            "The notice of public holidays for the year of this month is not known yet: breaks are "
            "estimates. Enter it before the lock."
        ),
    }


def _say_waiting(count: int) -> dict[Finding, str]:
    return {
        Finding.UNVERIFIED_NEEDS: ngettext(
            "%(num)s need waits to be checked by its committee and would stay outside.",
            "%(num)s needs wait to be checked by their committees and would stay outside.",
            count,
        ),
        Finding.UNVERIFIED_STATUSES: ngettext(
            "%(num)s status of a resident with open needs is unchecked or out of date and would "
            "not count.",
            "%(num)s statuses of residents with open needs are unchecked or out of date and would "
            "not count.",
            count,
        ),
        Finding.UNAPPROVED_ORGANISATIONS: ngettext(
            "%(num)s organisation waits for approval.",
            "%(num)s organisations wait for approval.",
            count,
        ),
        Finding.UNAPPROVED_OFFERS: ngettext(
            "%(num)s offer waits for approval and would stay outside.",
            "%(num)s offers wait for approval and would stay outside.",
            count,
        ),
        Finding.EXPIRED_AGREEMENTS: ngettext(
            "The pairing agreement of %(num)s organisation ends before the month does.",
            "The pairing agreements of %(num)s organisations end before the month does.",
            count,
        ),
    }


def _say_none(finding: Finding) -> str:
    return {
        Finding.OPEN_NEEDS: _("No need is open: there is nothing to decide."),
        Finding.OPEN_OFFERS: _("No offer is open: nothing could be given."),
        Finding.UNVERIFIED_NEEDS: _("Every need is checked."),
        Finding.UNVERIFIED_STATUSES: _("Every status that could count is checked and in date."),
        Finding.UNAPPROVED_ORGANISATIONS: _("No organisation waits for approval."),
        Finding.UNAPPROVED_OFFERS: _("No offer waits for approval."),
        Finding.EXPIRED_AGREEMENTS: _("Every pairing agreement holds for the month."),
        Finding.STAFFLESS_OFFERS: _("Every offer of volunteers' time has volunteers."),
        Finding.MISSED_DUTIES: _("Every due visit of a pairing was made last month, or may be."),
        Finding.SLOTLESS_DUTIES: _(
            "Every due visit of a pairing has a day on which it can be made."
        ),
        Finding.GUESSED_CALENDAR: _("The year's public holidays and make-up days are known."),
        Finding.UNSERVED_CATEGORIES: _("Every category that is asked for is offered by somebody."),
    }[finding]


def _name_rows(line: ReadinessLine) -> tuple[str, ...]:
    names = tuple(row.title if isinstance(row, Offer) else get_name(row) for row in line.rows)
    return (*names, "…") if line.count > len(names) > 0 else names
