"""Generate the whole demo world from a month and a seed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from matchmaker.base.clock import add_months
from matchmaker.catalogue import SEEDS_DIR, read_seed
from matchmaker.demo.world.asking import (
    Audiences,
    NeedWriter,
    generate_needs,
    generate_unsettled_needs,
)
from matchmaker.demo.world.giving import FUNDED_ONCE, generate_offers, read_givers, read_places
from matchmaker.demo.world.history import generate_history
from matchmaker.demo.world.homes import generate_households
from matchmaker.demo.world.mix import make_random, read_districts, read_mix
from matchmaker.demo.world.names import FIRST_OFFICE_NUMBER, draw_name, make_phone
from matchmaker.demo.world.personas import DEMO_PERSONS
from matchmaker.demo.world.records import (
    AccountRecord,
    GiverRecord,
    NeedRecord,
    ResidentRecord,
    World,
)
from matchmaker.demo.world.volunteers import generate_pairings, generate_volunteers
from matchmaker.models import ConsentChannel, Role


def generate_office_accounts(
    committees: Sequence[str], givers: Sequence[GiverRecord], seed: int
) -> list[AccountRecord]:
    """Return the personas' accounts, and one for each committee and giver without a persona.

    These are of a committee's worker and a giver's coordinator.
    """
    random = make_random(seed, "accounts")
    accounts = [AccountRecord(p.phone, p.name_zh, p.role, p.scope) for p in DEMO_PERSONS]
    filled = {account.scope for account in accounts}
    wanted = [
        *((Role.COMMITTEE_WORKER, code) for code in committees),
        *((Role.COORDINATOR, giver.code) for giver in givers),
    ]
    for role, scope in wanted:
        name = "".join(draw_name(random, random.randrange(100) < 60))
        if scope not in filled:
            phone = make_phone(FIRST_OFFICE_NUMBER + len(accounts))
            accounts.append(AccountRecord(phone, name, role, scope))
    return accounts


def get_workers(accounts: Iterable[AccountRecord]) -> dict[str, str]:
    """Return the phone number of each committee's worker, keyed by committee code."""
    return {a.scope: a.phone for a in accounts if a.role is Role.COMMITTEE_WORKER and a.scope}


def make_resident_accounts(
    residents: Sequence[ResidentRecord], needs: Iterable[NeedRecord], known: set[str]
) -> list[AccountRecord]:
    """Return an account for each resident who posted a need and whose phone is not in ``known``."""
    posting = {need.entered_by for need in needs} - known
    return [
        AccountRecord(r.phone, r.display_name, Role.RESIDENT, r.reference)
        for r in residents
        if r.phone in posting
    ]


EARLIER_SHARE = 9  # the earlier month of a lived demo asks one need in so many


def generate_earlier_needs(
    world: World, as_of: datetime, seed: int, seeds_dir: Path = SEEDS_DIR
) -> tuple[NeedRecord, ...]:
    """Return fewer needs of the month before the world's, posted before ``as_of``.

    Residents without an account asked at their committee. Help that a home gets once in its life
    is left out.
    """
    mix, month = read_mix(seeds_dir), add_months(world.month, -1)
    residents = tuple(resident for home in world.households for resident in home.residents)
    get_worker = get_workers(world.accounts).__getitem__
    writer = NeedWriter(mix, month, as_of, get_worker)
    drawn = generate_needs(mix, Audiences(residents, month, seed), residents, writer, seed + 1)
    repeatable = [need for need in drawn if need.category not in FUNDED_ONCE]
    known = {account.phone for account in world.accounts}
    return tuple(
        need
        if need.entered_by in known
        else replace(
            need,
            entered_by=get_worker(need.committee),
            consent=ConsentChannel.SPOKEN_AT_COUNTER,
        )
        for need in repeatable[::EARLIER_SHARE]
    )


def generate_world(month: date, as_of: datetime, seed: int, seeds_dir: Path = SEEDS_DIR) -> World:
    """Return everybody and everything in the demo; equal arguments give equal worlds.

    ``as_of`` is the aware instant at which the survey ended: nothing is posted later.
    """
    mix, committee_rows = read_mix(seeds_dir), read_seed(seeds_dir, "committees")
    committees = tuple(row["code"] for row in committee_rows)
    districts = read_districts(committee_rows)
    givers = read_givers(seeds_dir, month)
    households = generate_households(committee_rows, month, seed)
    residents = tuple(resident for home in households for resident in home.residents)
    audiences = Audiences(residents, month, seed)
    accounts = generate_office_accounts(committees, givers, seed)
    writer = NeedWriter(mix, month, as_of, get_workers(accounts).__getitem__)
    month_needs = generate_needs(mix, audiences, residents, writer, seed)
    needs = month_needs + generate_unsettled_needs(mix, audiences, residents, writer, seed)
    offers = generate_offers(mix, givers, month_needs, districts, month, seed)
    volunteers = generate_volunteers(mix, givers, offers, districts, month, seed)
    known = {account.phone for account in accounts}
    return World(
        month=month,
        households=households,
        givers=givers,
        places=read_places(seeds_dir),
        offers=tuple(offers),
        volunteers=tuple(volunteers),
        needs=tuple(needs),
        pairings=tuple(generate_pairings(givers, volunteers, audiences, month, seed)),
        ledger=tuple(generate_history(households, month_needs, offers, month, seed)),
        accounts=(*accounts, *make_resident_accounts(residents, needs, known)),
    )
