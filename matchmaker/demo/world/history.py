"""The ledger of three earlier months: what homes, committees and givers asked, got and gave."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from random import Random

from matchmaker.base.clock import add_months
from matchmaker.demo.world.mix import draw_share, make_random
from matchmaker.demo.world.records import HouseholdRecord, LedgerRecord, NeedRecord, OfferRecord
from matchmaker.models import LedgerScope, OfferState

MONTHS = 3
ASKING_HOUSEHOLDS = 900  # for each month, besides those still waiting
PERCENT_ASKING_TWICE = 25
PERCENT_POSSIBLE = 90
CONTESTED = 4  # one need in four was contested
LOWEST_RATE, HIGHEST_RATE = 45, 85  # percent of what was possible, by committee


def generate_history(
    households: Sequence[HouseholdRecord],
    needs: Sequence[NeedRecord],
    offers: Sequence[OfferRecord],
    month: date,
    seed: int,
) -> list[LedgerRecord]:
    """Return the ledger of the months before ``month``, oldest first.

    A need that has waited k rounds was asked, and not met, in each of the last k months. Totals
    agree: households received what committees received and what organisations gave.
    """
    random = make_random(seed, "history")
    committees = sorted({home.committee for home in households})
    rates = {code: random.randint(LOWEST_RATE, HIGHEST_RATE) for code in committees}
    given = [offer for offer in offers if offer.state is OfferState.OPEN]
    ledger: list[LedgerRecord] = []
    for months_ago in range(MONTHS, 0, -1):
        past = add_months(month, -months_ago)
        waiting = _count_waiting(households, needs, months_ago)
        lines = list(_write_households(random, households, waiting, rates, past))
        committee_of = {home.reference: home.committee for home in households}
        ledger += lines
        ledger += _sum_committees(lines, committee_of, past)
        ledger += _share_among_givers(random, given, sum(line.received for line in lines), past)
    return ledger


def _count_waiting(
    households: Sequence[HouseholdRecord], needs: Sequence[NeedRecord], months_ago: int
) -> Counter[str]:
    """Return, by household, how many needs were passed over ``months_ago`` months ago."""
    home_of = {r.reference: home.reference for home in households for r in home.residents}
    return Counter(home_of[need.resident] for need in needs if need.waiting_rounds >= months_ago)


def _write_households(
    random: Random,
    households: Sequence[HouseholdRecord],
    waiting: Mapping[str, int],
    rates: Mapping[str, int],
    past: date,
) -> Iterator[LedgerRecord]:
    asking = {home.reference for home in random.sample(households, ASKING_HOUSEHOLDS)}
    for home in households:
        passed_over = waiting.get(home.reference, 0)
        new = 0
        if home.reference in asking:
            new = 2 if draw_share(random, PERCENT_ASKING_TWICE) else 1
        if not passed_over and not new:
            continue
        possible = sum(draw_share(random, PERCENT_POSSIBLE) for _ in range(new))
        yield LedgerRecord(
            month=past,
            scope=LedgerScope.HOUSEHOLD,
            reference=home.reference,
            asked=passed_over + new,
            possible=passed_over + possible,
            received=sum(draw_share(random, rates[home.committee]) for _ in range(possible)),
        )


def _sum_committees(
    lines: Sequence[LedgerRecord], committee_of: Mapping[str, str], past: date
) -> list[LedgerRecord]:
    asked: Counter[str] = Counter()
    possible: Counter[str] = Counter()
    received: Counter[str] = Counter()
    for line in lines:
        code = committee_of[line.reference]
        asked[code] += line.asked
        possible[code] += line.possible
        received[code] += line.received
    return [
        LedgerRecord(
            month=past,
            scope=LedgerScope.COMMITTEE,
            reference=code,
            asked=asked[code],
            possible=possible[code],
            received=received[code],
            contested_open=possible[code] // CONTESTED,
            contested_met=received[code] // CONTESTED,
        )
        for code in sorted(asked)
    ]


def _share_among_givers(
    random: Random, offers: Sequence[OfferRecord], received: int, past: date
) -> list[LedgerRecord]:
    pledged: Counter[tuple[str, str]] = Counter()
    for offer in offers:
        pledged[offer.giver, offer.category] += offer.capacity_per_month
    given = Counter(random.choices([(offer.giver, offer.category) for offer in offers], k=received))
    return [
        LedgerRecord(
            month=past,
            scope=LedgerScope.ORGANISATION,
            reference=giver,
            measure=category,
            pledged=max(pledged[giver, category], given[giver, category]),
            given=given[giver, category],
        )
        for giver, category in sorted(pledged)
    ]
