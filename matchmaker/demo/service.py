"""Build the demo world in the database and delete it again. Nothing here commits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import delete, select, update

from matchmaker.audit.service import record_event
from matchmaker.base.clock import add_months, get_month_start
from matchmaker.base.errors import ConflictError
from matchmaker.base.extensions import contact_cipher, db
from matchmaker.catalogue import SEEDS_DIR, load_ground
from matchmaker.demo.rows import Ids, make_lot
from matchmaker.demo.store import (
    store_accounts,
    store_givers,
    store_homes,
    store_offers,
    store_statuses,
    store_volunteers,
)
from matchmaker.demo.store_asked import (
    store_ledger,
    store_needs,
    store_pairings,
    store_registrations,
)
from matchmaker.demo.store_places import store_places
from matchmaker.demo.world.personas import DEMO_PERSONS
from matchmaker.demo.world.records import World
from matchmaker.demo.world.world import generate_earlier_needs, generate_world
from matchmaker.models import (
    Committee,
    Household,
    Invitation,
    MatchRound,
    NeedState,
    ServiceCategory,
    Subdistrict,
    User,
)

DEFAULT_SEED = 7


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """How many rows were built; ``needs`` counts those that are open for the month."""

    committees: int
    households: int
    residents: int
    givers: int
    offers: int
    volunteers: int
    needs: int


def build_demo_world(
    *, now: datetime, month: date, seed: int = DEFAULT_SEED, seeds_dir: Path = SEEDS_DIR
) -> DemoSummary | None:
    """Fill an empty database with the demo of ``month`` (a first day); None if it is not empty.

    The world depends on the month, the seed, the seed files, and the earlier of ``now`` and the
    month's start.
    """
    if not _is_empty():
        return None
    as_of = min(now, get_month_start(month))
    world = generate_world(month, as_of, seed, seeds_dir)
    ids = _store_ground(world, seed, seeds_dir)
    _store(world, [month], ids, as_of)
    store_needs(world.needs, month, ids)
    return _record(world, ids, seed, now)


@dataclass(frozen=True, slots=True)
class LivedWorld:
    """A demo whose earlier month comes first: the needs of its own month are not stored yet."""

    world: World
    ids: Ids
    seed: int

    def add_month(self, now: datetime) -> DemoSummary:
        """Store the needs of the world's own month."""
        store_needs(self.world.needs, self.world.month, self.ids)
        return _record(self.world, self.ids, self.seed, now)


def begin_lived_world(
    *,
    month: date,
    as_of: datetime,
    earlier_as_of: datetime,
    seed: int = DEFAULT_SEED,
    seeds_dir: Path = SEEDS_DIR,
) -> LivedWorld | None:
    """Fill an empty database with the people of ``month`` and the needs of the month before.

    Returns None when it is not empty. Needs of ``month`` are posted before ``as_of``, those of the
    earlier month before ``earlier_as_of``. The ledger has the months before the earlier one.
    """
    if not _is_empty():
        return None
    world, earlier = generate_world(month, as_of, seed, seeds_dir), add_months(month, -1)
    past = tuple(line for line in world.ledger if line.month < earlier)
    ids = _store_ground(world, seed, seeds_dir)
    _store(replace(world, ledger=past), [earlier, month], ids, earlier_as_of)
    store_needs(generate_earlier_needs(world, earlier_as_of, seed, seeds_dir), earlier, ids)
    return LivedWorld(world, ids, seed)


def _is_empty() -> bool:
    return db.session.scalar(select(Household.id).limit(1)) is None


def _store_ground(world: World, seed: int, seeds_dir: Path) -> Ids:
    subdistrict = load_ground(seeds_dir)
    subdistrict.naming_key = make_lot(f"{subdistrict.code} {seed}")
    return _read_ids(subdistrict)


def _record(world: World, ids: Ids, seed: int, now: datetime) -> DemoSummary:
    summary = _summarise(world)
    record_event(
        actor=None,
        action="demo.build",
        subject=db.session.get_one(Subdistrict, ids.subdistrict),
        now=now,
        details={"month": f"{world.month:%Y-%m}", "seed": seed, "needs": summary.needs},
    )
    return summary


def describe(summary: DemoSummary, month: date) -> str:
    """What was built, in one English sentence."""
    return (
        f"Built a street office of invented people: {summary.committees} committees, "
        f"{summary.households} households, {summary.givers} givers, {summary.offers} offers, "
        f"{summary.volunteers} volunteers, {summary.needs} needs for {month:%Y-%m}."
    )


def is_demo_world() -> bool:
    """Return whether the database holds the demo: its first persona has an account."""
    index = contact_cipher.get_index(DEMO_PERSONS[0].phone)
    return db.session.scalar(select(User.id).where(User.phone_index == index)) is not None


def require_demo_or_nobody() -> None:
    """Raise ``ConflictError('demo.not_a_demo')`` unless the database is empty or the demo's.

    A real office begins with an invitation, so an invitation without the demo's persons is not a
    demo.
    """
    begun = (User, Invitation, Household)
    is_begun = any(db.session.scalar(select(row.id).limit(1)) is not None for row in begun)
    if is_begun and not is_demo_world():
        raise ConflictError("demo.not_a_demo")


def reset_demo_world() -> None:
    """Delete every row of every table of a demo.

    Raises ``ConflictError('demo.not_a_demo')`` when the database holds anything but a demo.
    """
    if not is_demo_world():
        raise ConflictError("demo.not_a_demo")
    db.session.execute(update(MatchRound).values(published_run_id=None))
    for table in reversed(db.metadata.sorted_tables):
        db.session.execute(delete(table))
    db.session.expire_all()


def _read_ids(subdistrict: Subdistrict) -> Ids:
    return Ids(
        subdistrict=subdistrict.id,
        committees={row.code: row.id for row in db.session.scalars(select(Committee))},
        categories={row.code: row.id for row in db.session.scalars(select(ServiceCategory))},
    )


def _store(world: World, months: Sequence[date], ids: Ids, as_of: datetime) -> None:
    """Store the world without its needs, in the order in which rows refer to each other."""
    store_givers(world, ids)
    store_places(world, ids)
    store_homes(world, ids)
    store_volunteers(world, ids)
    store_accounts(world, ids, as_of)
    store_registrations(world, ids, as_of)
    store_statuses(world, ids, as_of)
    store_offers(world, months, ids, as_of)
    store_pairings(world, ids)
    store_ledger(world, ids)


def _summarise(world: World) -> DemoSummary:
    return DemoSummary(
        committees=len({home.committee for home in world.households}),
        households=len(world.households),
        residents=len(world.residents),
        givers=len(world.givers),
        offers=len(world.offers),
        volunteers=len(world.volunteers),
        needs=sum(need.state is NeedState.OPEN for need in world.needs),
    )
