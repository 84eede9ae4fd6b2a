"""Readiness in sentences: none, one and many of each finding, its page and its names."""

import pytest

from matchmaker import models as m
from matchmaker.rounds.freeze.findings import Finding
from matchmaker.rounds.freeze.readiness import ReadinessLine, Weight
from matchmaker.rounds.words.readiness import ReadinessWords, describe_readiness

pytestmark = pytest.mark.usefixtures("english")

F = Finding
# The sentence of a finding for none, one and two.
TABLE = {
    F.OPEN_NEEDS: (
        "No need is open: there is nothing to decide.",
        "1 need is open.",
        "2 needs are open.",
    ),
    F.OPEN_OFFERS: (
        "No offer is open: nothing could be given.",
        "1 offer is open.",
        "2 offers are open.",
    ),
    F.UNVERIFIED_NEEDS: (
        "Every need is checked.",
        "1 need waits to be checked by its committee and would stay outside.",
        "2 needs wait to be checked by their committees and would stay outside.",
    ),
    F.UNVERIFIED_STATUSES: (
        "Every status that could count is checked and in date.",
        "1 status of a resident with open needs is unchecked or out of date and would not count.",
        "2 statuses of residents with open needs are unchecked or out of date and would not count.",
    ),
    F.UNAPPROVED_ORGANISATIONS: (
        "No organisation waits for approval.",
        "1 organisation waits for approval.",
        "2 organisations wait for approval.",
    ),
    F.UNAPPROVED_OFFERS: (
        "No offer waits for approval.",
        "1 offer waits for approval and would stay outside.",
        "2 offers wait for approval and would stay outside.",
    ),
    F.EXPIRED_AGREEMENTS: (
        "Every pairing agreement holds for the month.",
        "The pairing agreement of 1 organisation ends before the month does.",
        "The pairing agreements of 2 organisations end before the month does.",
    ),
    F.MISSED_DUTIES: (
        "Every due visit of a pairing was made last month, or may be.",
        "Due visits of 1 pairing were not made last month. They come first in this one.",
        "Due visits of 2 pairings were not made last month. They come first in this one.",
    ),
    F.SLOTLESS_DUTIES: (
        "Every due visit of a pairing has a day on which it can be made.",
        "Due visits of 1 pairing fall into public holidays and cannot be made.",
        "Due visits of 2 pairings fall into public holidays and cannot be made.",
    ),
    F.GUESSED_CALENDAR: (
        "The year's public holidays and make-up days are known.",
        "The notice of public holidays for the year of this month is not known yet: breaks are "
        "estimates. Enter it before the lock.",
        "The notice of public holidays for the year of this month is not known yet: breaks are "
        "estimates. Enter it before the lock.",
    ),
    F.STAFFLESS_OFFERS: (
        "Every offer of volunteers' time has volunteers.",
        "1 offer of volunteers' time has no volunteer for it.",
        "2 offers of volunteers' time have no volunteer for them.",
    ),
    F.UNSERVED_CATEGORIES: (
        "Every category that is asked for is offered by somebody.",
        "1 category is asked for and offered by nobody.",
        "2 categories are asked for and offered by nobody.",
    ),
}


@pytest.mark.parametrize("finding", Finding)
def test_a_finding_is_said_for_none_one_and_many_and_leads_to_its_page(finding):
    sentences = TABLE[finding]
    lines = [ReadinessLine(finding, count, Weight.WARNING) for count in (0, 1, 2)]
    assert describe_readiness(lines) == [
        ReadinessWords(Weight.WARNING, sentences[0]),
        ReadinessWords(Weight.WARNING, sentences[1], (), finding),
        ReadinessWords(Weight.WARNING, sentences[2], (), finding),
    ]


def test_rows_are_named_by_title_or_name_and_the_rest_by_three_dots():
    offer = m.Offer(title="Rice on Mondays")
    organisation = m.Organisation(name_en="Plum Lane Ltd", name_zh="梅里公司")
    rows = (offer, organisation)
    all_named = ReadinessLine(F.UNAPPROVED_OFFERS, 2, Weight.WARNING, rows)
    more = ReadinessLine(F.UNAPPROVED_OFFERS, 3, Weight.WARNING, rows)
    assert [line.names for line in describe_readiness([all_named, more])] == [
        ("Rice on Mondays", "Plum Lane Ltd"),
        ("Rice on Mondays", "Plum Lane Ltd", "…"),
    ]


@pytest.mark.parametrize("weight", Weight)
def test_the_weight_is_kept(weight):
    (words,) = describe_readiness([ReadinessLine(F.OPEN_NEEDS, 0, weight)])
    assert words.weight is weight
