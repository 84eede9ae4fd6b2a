"""The people of a street of any size, taken from the demo's, and what they ask month by month.

Rows of people, givers and offers are the demo's own. Needs are asked later, by services.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select

from matchmaker import models as m
from matchmaker.base.clock import add_months, get_month_start
from matchmaker.base.extensions import db
from matchmaker.catalogue import SEEDS_DIR, load_ground, read_seed
from matchmaker.demo import store, store_asked, store_places
from matchmaker.demo.rows import Ids
from matchmaker.demo.world.asking import Audiences, NeedWriter, generate_needs
from matchmaker.demo.world.giving import generate_offers, read_givers, read_places
from matchmaker.demo.world.homes import generate_households
from matchmaker.demo.world.mix import Mix, make_random, read_districts, read_mix
from matchmaker.demo.world.names import FIRST_OFFICE_NUMBER, make_phone
from matchmaker.demo.world.records import (
    AccountRecord,
    GiverRecord,
    NeedRecord,
    ResidentRecord,
    VolunteerRecord,
    World,
)
from matchmaker.demo.world.volunteers import generate_pairings, generate_volunteers
from matchmaker.demo.world.world import (
    generate_office_accounts,
    get_workers,
    make_resident_accounts,
)
from matchmaker.models import Role

FULL_SIZE = 1670
_FEWEST_GIVERS, _GIVERS = 9, 71
_LATER_SHARES = (1.0, 0.6, 0.5)  # of the first month's needs that later months bring
_FIRST_VOLUNTEER_NUMBER = FIRST_OFFICE_NUMBER + 2_000
_VOLUNTEERS_WITH_ACCOUNT = 3  # one in so many


@dataclass(frozen=True, slots=True)
class Street:
    """Ids of the accounts that act, and what is asked in each month.

    first, second   social workers: one runs the months, the other decides beside
    """

    months: tuple[date, ...]
    asked: tuple[tuple[NeedRecord, ...], ...]
    ids: Ids
    first: int
    second: int


def build_street(size: int, first_month: date, months: int, seed: int) -> Street:
    """Store a street in which about ``size`` needs are asked in the first month. Flushes.

    Months after the second bring half as many. The world is the same for the same arguments.
    """
    every = tuple(add_months(first_month, k) for k in range(months))
    as_of = get_month_start(first_month) - timedelta(days=60)
    world, asked = _draw(size, every, as_of, seed)
    ids = _store(world, as_of)
    accounts = [account for account in world.accounts if account.role is Role.SOCIAL_WORKER]
    first, second = (ids.users[account.phone] for account in accounts[:2])
    return Street(every, asked, ids, first, second)


def _draw(
    size: int, months: tuple[date, ...], as_of: datetime, seed: int
) -> tuple[World, tuple[tuple[NeedRecord, ...], ...]]:
    month, rows = months[0], read_seed(SEEDS_DIR, "committees")
    homes = generate_households(rows, month, seed)
    residents = tuple(resident for home in homes for resident in home.residents)
    givers = _choose_givers(size, month, seed)
    given = {code for giver in givers for code in giver.gives}
    whole = read_mix(SEEDS_DIR)
    mix = replace(whole, rows={code: row for code, row in whole.rows.items() if code in given})
    accounts = generate_office_accounts([row["code"] for row in rows], givers, seed)
    workers = get_workers(accounts)
    asked = []
    for number, later in enumerate(months):
        share = _LATER_SHARES[min(number, len(_LATER_SHARES) - 1)]
        count = max(1, round(size * share))
        writer = NeedWriter(whole, later, as_of, workers.__getitem__)
        asked.append(_draw_needs(whole, given, residents, writer, count, seed * 100 + number))
    offers = generate_offers(mix, givers, asked[0], read_districts(rows), month, seed)
    volunteers = generate_volunteers(mix, givers, offers, read_districts(rows), month, seed)
    audiences = Audiences(residents, month, seed)
    pairings = generate_pairings(givers, volunteers, audiences, month, seed)
    pairings = pairings[: max(4, size // 20)]
    needs = [need for found in asked for need in found]
    wanted = {need.resident for need in needs} | {row.resident for row in pairings}
    kept = tuple(home for home in homes if any(r.reference in wanted for r in home.residents))
    known = {account.phone for account in accounts}
    world = World(
        month=month,
        households=kept,
        givers=givers,
        places=tuple(
            row
            for row in read_places(SEEDS_DIR)
            if row.giver is None or row.giver in {giver.code for giver in givers}
        ),
        offers=tuple(offers),
        volunteers=tuple(volunteers),
        needs=(),
        pairings=tuple(pairings),
        ledger=(),
        accounts=(
            *accounts,
            *make_resident_accounts(residents, needs, known),
            *_make_volunteer_accounts(volunteers),
        ),
    )
    return _leave_out_strangers(world), tuple(asked)


def _choose_givers(size: int, month: date, seed: int) -> tuple[GiverRecord, ...]:
    every = read_givers(SEEDS_DIR, month)
    count = min(len(every), max(_FEWEST_GIVERS, _GIVERS * size // FULL_SIZE))
    chosen = make_random(seed, "quarter: givers").sample(range(len(every)), count)
    return tuple(every[k] for k in sorted(chosen))


def _draw_needs(
    mix: Mix,
    given: set[str],
    residents: Sequence[ResidentRecord],
    writer: NeedWriter,
    count: int,
    seed: int,
) -> tuple[NeedRecord, ...]:
    """Some of the needs that a month of full size would bring, of kinds that somebody gives."""
    audiences = Audiences(residents, writer.month, seed)
    every = generate_needs(mix, audiences, residents, writer, seed)
    if count >= len(every):
        return tuple(every)
    wanted = [need for need in every if need.category in given]
    chosen = make_random(seed, "quarter: needs").sample(wanted, min(count, len(wanted)))
    return tuple(sorted(chosen, key=lambda need: need.reference))


def _make_volunteer_accounts(volunteers: Sequence[VolunteerRecord]) -> list[AccountRecord]:
    return [
        AccountRecord(
            make_phone(_FIRST_VOLUNTEER_NUMBER + number), row.name, Role.VOLUNTEER, row.reference
        )
        for number, row in enumerate(volunteers)
        if number % _VOLUNTEERS_WITH_ACCOUNT == 0
    ]


def _leave_out_strangers(world: World) -> World:
    """Without the accounts of people who are not of this street, and one account a volunteer."""
    scopes = {
        Role.COORDINATOR: {giver.code for giver in world.givers},
        Role.RESIDENT: {resident.reference for resident in world.residents},
        Role.VOLUNTEER: {row.reference for row in world.volunteers},
    }
    seen: set[tuple[Role, str | None]] = set()
    accounts = []
    for account in world.accounts:
        key = (account.role, account.scope)
        is_here = account.scope in scopes.get(account.role, {account.scope})
        is_single = account.role is not Role.VOLUNTEER or key not in seen
        if is_here and is_single:
            accounts.append(account)
            seen.add(key)
    return replace(world, accounts=tuple(accounts))


def _store(world: World, as_of: datetime) -> Ids:
    subdistrict = load_ground(SEEDS_DIR)
    ids = Ids(
        subdistrict=subdistrict.id,
        committees={row.code: row.id for row in db.session.scalars(select(m.Committee))},
        categories={row.code: row.id for row in db.session.scalars(select(m.ServiceCategory))},
    )
    store.store_givers(world, ids)
    store_places.store_places(world, ids)
    store.store_homes(world, ids)
    store.store_volunteers(world, ids)
    store.store_accounts(world, ids, as_of)
    store_asked.store_registrations(world, ids, as_of)
    store.store_statuses(world, ids, as_of)
    store.store_offers(world, [world.month], ids, as_of)
    store_asked.store_pairings(world, ids)
    return ids
