"""The whole demo world from a month and a seed, in the order in which its parts depend."""

from datetime import date, datetime
from pathlib import Path

from matchmaker.catalogue import SEEDS_DIR, read_seed
from matchmaker.demo.world.accounts import (
    generate_office_accounts,
    get_workers,
    make_resident_accounts,
)
from matchmaker.demo.world.asking import (
    Audiences,
    NeedWriter,
    generate_needs,
    generate_unsettled_needs,
)
from matchmaker.demo.world.giving import generate_offers, read_givers
from matchmaker.demo.world.history import generate_history
from matchmaker.demo.world.homes import generate_households
from matchmaker.demo.world.mix import read_districts, read_mix
from matchmaker.demo.world.records import World
from matchmaker.demo.world.volunteers import generate_pairings, generate_volunteers


def generate_world(month: date, as_of: datetime, seed: int, seeds_dir: Path = SEEDS_DIR) -> World:
    """Everybody and everything of the demo; equal arguments give equal worlds.

    ``as_of`` is the aware instant at which the listing ended: nothing was posted after it.
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
        offers=tuple(offers),
        volunteers=tuple(volunteers),
        needs=tuple(needs),
        pairings=tuple(generate_pairings(givers, volunteers, audiences, month, seed)),
        ledger=tuple(generate_history(households, month_needs, offers, month, seed)),
        accounts=(*accounts, *make_resident_accounts(residents, needs, known)),
    )
