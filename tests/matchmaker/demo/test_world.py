"""The generated world: the real figures, plausible people, equal seeds give equal worlds."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime

import pytest

from matchmaker.base.clock import add_months, get_month_start
from matchmaker.catalogue import SEEDS_DIR, read_seed
from matchmaker.demo.world.asking import WAITING_WEIGHTS
from matchmaker.demo.world.world import generate_world
from matchmaker.models import LedgerScope, NeedState, NeedType, OfferKind, OfferState, Role
from matchmaker.words.phone_numbers import normalise_phone

MONTH = date(2026, 7, 1)
AS_OF = datetime(2026, 6, 28, 2, 0, tzinfo=UTC)
KINDS = {row["code"]: row["kind"] for row in read_seed(SEEDS_DIR, "catalogue")}
LEAST = {
    row["code"]: int(row["least_quantity"])
    for row in read_seed(SEEDS_DIR, "catalogue")
    if row["least_quantity"]
}
PEOPLE = {row["code"]: int(row["people_per_visit"]) for row in read_seed(SEEDS_DIR, "catalogue")}


@pytest.fixture(scope="module")
def world():
    return generate_world(MONTH, AS_OF, 7)


@pytest.fixture(scope="module")
def month_needs(world):
    return [need for need in world.needs if need.state is NeedState.OPEN]


def test_the_month_has_1670_open_needs_and_some_beyond(world, month_needs):
    assert len(month_needs) == 1670
    beyond = Counter(need.state for need in world.needs if need.state is not NeedState.OPEN)
    assert {NeedState.DRAFT, NeedState.SUBMITTED, NeedState.RETURNED} <= set(beyond)


def test_67_households_of_two_committees_share_the_lift_fund(world, month_needs):
    home_of = {r.reference: r.household for r in world.residents}
    lift = [need for need in month_needs if need.category == "lift_subsidy"]
    assert len({home_of[need.resident] for need in lift}) == len(lift) == 67
    assert len({need.committee for need in lift}) == 2
    (fund,) = (offer for offer in world.offers if offer.category == "lift_subsidy")
    assert fund.capacity_per_month == 75_000_000
    assert fund.state is OfferState.OPEN
    least = len(lift) * LEAST["lift_subsidy"]
    assert least <= 75_000_000 < sum(need.quantity for need in lift)


def test_every_committee_has_households_and_every_household_a_resident(world):
    assert len({home.committee for home in world.households}) == 29
    assert len(world.households) > 6000
    assert all(home.residents for home in world.households)


@pytest.mark.parametrize("part", ["households", "residents", "volunteers", "needs", "pairings"])
def test_references_are_unique(world, part):
    references = [row.reference for row in getattr(world, part)]
    assert len(references) == len(set(references))


def test_there_are_offers_of_all_five_kinds_and_some_that_need_somebody(world):
    open_kinds = {KINDS[o.category] for o in world.offers if o.state is OfferState.OPEN}
    assert open_kinds == set(OfferKind)
    waiting = {o.state for o in world.offers}
    assert {OfferState.SUBMITTED, OfferState.DRAFT, OfferState.PAUSED} <= waiting


def test_needs_name_residents_of_their_committee_before_the_listing_ended(world):
    committee_of = {r.reference: r.committee for r in world.residents}
    for need in world.needs:
        assert committee_of[need.resident] == need.committee
        assert need.created_at < AS_OF
        assert need.quantity >= LEAST.get(need.category, 1)


def test_nobody_asks_twice_for_the_same(month_needs):
    asked = Counter((need.resident, need.category) for need in month_needs)
    assert max(asked.values()) == 1


def test_some_homes_ask_more_than_once_for_what_can_be_divided(world, month_needs):
    home_of = {r.reference: r.household for r in world.residents}
    valid = {
        r.reference: frozenset(s.kind for s in r.statuses if s.counts_on(MONTH))
        for r in world.residents
    }
    asks = Counter(
        (home_of[need.resident], need.category, valid[need.resident])
        for need in month_needs
        if need.category in LEAST
    )
    assert sum(number > 1 for number in asks.values()) >= 5


def test_the_month_has_teams_wishes_partial_quantities_three_tiers_and_waits(month_needs):
    assert any(PEOPLE[need.category] == 2 for need in month_needs)
    assert any(need.type is NeedType.MICRO_WISH for need in month_needs)
    assert any(need.quantity > LEAST.get(need.category, need.quantity) for need in month_needs)
    assert {need.tier for need in month_needs} == {1, 2, 3}
    assert {need.waiting_rounds for need in month_needs} == set(range(len(WAITING_WEIGHTS)))


def test_more_is_asked_than_offered_in_most_categories(world, month_needs):
    asked, offered = Counter(), Counter()
    for need in month_needs:
        asked[need.category] += need.quantity * PEOPLE[need.category]
    for offer in world.offers:
        if offer.state is OfferState.OPEN:
            offered[offer.category] += offer.capacity_per_month
    scarce = [category for category in asked if offered[category] < asked[category]]
    assert len(asked) / 2 < len(scarce) < len(asked)


def test_volunteers_do_only_what_their_organisation_offers(world):
    offered = defaultdict(set)
    for offer in world.offers:
        offered[offer.giver].add(offer.category)
    for volunteer in world.volunteers:
        assert set(volunteer.categories) <= offered[volunteer.giver]


def test_pairings_join_a_unit_with_a_programme_and_its_own_volunteer(world):
    programmes = {giver.code: giver.programmes for giver in world.givers}
    volunteers = {volunteer.reference: volunteer for volunteer in world.volunteers}
    assert world.pairings
    for pairing in world.pairings:
        assert pairing.programme in programmes[pairing.giver]
        assert volunteers[pairing.volunteer].giver == pairing.giver
        assert pairing.category in volunteers[pairing.volunteer].categories


def test_the_ledger_of_three_months_adds_up(world):
    months = {line.month for line in world.ledger}
    assert months == {add_months(MONTH, -back) for back in (1, 2, 3)}
    for month in months:
        sums = {scope: Counter() for scope in LedgerScope}
        for line in (line for line in world.ledger if line.month == month):
            for name in ("asked", "possible", "received", "given"):
                sums[line.scope][name] += getattr(line, name)
        homes, committees = sums[LedgerScope.HOUSEHOLD], sums[LedgerScope.COMMITTEE]
        assert homes == committees
        assert homes["asked"] >= homes["possible"] >= homes["received"] > 0
        assert sums[LedgerScope.ORGANISATION]["given"] == homes["received"]


def test_who_still_waits_was_in_the_earlier_rounds(world, month_needs):
    home_of = {r.reference: r.household for r in world.residents}
    asked = {(line.month, line.reference): line.asked - line.received for line in world.ledger}
    for need in month_needs:
        for back in range(1, need.waiting_rounds + 1):
            assert asked[add_months(MONTH, -back), home_of[need.resident]] >= 1


def test_telephone_numbers_are_valid_invented_and_their_owners_own(world):
    phones = [resident.phone for resident in world.residents]
    assert len(phones) == len(set(phones))
    office = [a.phone for a in world.accounts if a.role is not Role.RESIDENT]
    assert not set(office) & set(phones)
    for phone in phones + office:
        assert normalise_phone(phone) == phone
        assert phone.startswith("199000")


def test_statuses_carry_evidence_and_some_are_still_to_be_verified(world):
    statuses = [status for resident in world.residents for status in resident.statuses]
    assert all(status.evidence for status in statuses)
    assert {status.is_verified for status in statuses} == {True, False}
    assert any(s.valid_until and s.valid_until < MONTH for s in statuses)


def test_agreements_hold_in_any_year_shown():
    later = generate_world(date(2031, 3, 1), get_month_start(date(2031, 3, 1)), 7)
    agreements = [giver.agreement for giver in later.givers if giver.agreement]
    assert len(agreements) == 16
    assert all(starts.year in (2030, 2031) for _, starts, _, _, _ in agreements)


@pytest.mark.parametrize("seed", [1, 2, 2026])
def test_any_seed_finds_enough_residents_for_every_category(seed):
    other = generate_world(MONTH, AS_OF, seed)
    assert sum(need.state is NeedState.OPEN for need in other.needs) == 1670


def test_equal_seeds_give_equal_worlds_and_others_differ(world):
    assert generate_world(MONTH, AS_OF, 7) == world
    other = generate_world(MONTH, AS_OF, 8)
    assert other.needs != world.needs
    assert other.households != world.households
