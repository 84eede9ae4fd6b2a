"""Small frozen months drawn from a seed: short of everything, with pairings, limits and days."""

from dataclasses import replace
from random import Random
from typing import Any

from matchmaker.models import StatusKind, Window
from matchmaker.rounds.question.snapshot import (
    DueVisit,
    FrozenNeed,
    FrozenOffer,
    FrozenVolunteer,
    Snapshot,
    read_text,
)
from tests.matchmaker.rounds.small_snapshot import DRAWN, SECOND, read_data

COMMITTEES = ("C01", "C02", "C03")
STATUSES = (StatusKind.LIVING_ALONE.value, StatusKind.DISABLED.value, StatusKind.LOW_INCOME.value)
WINDOWS = tuple(window.value for window in Window)
SLOT_DAYS = read_text(read_data("snapshot", "dated_month")).slot_days
DAYS = tuple(sorted({day for days in SLOT_DAYS.values() for day in days}))


def draw_dated_month(seed: int, policy: str, needs: int) -> Snapshot:
    """As ``draw_month``; some rows of each kind hold on some days only, and offers have windows."""
    random, month = Random(f"days {policy} {needs} {seed}"), draw_month(seed, policy, needs)
    return replace(
        month,
        slots=tuple(SLOT_DAYS),
        slot_days=SLOT_DAYS,
        needs=tuple(
            replace(n, days=_draw_last_day(random), **_date_statuses(random, n))
            for n in month.needs
        ),
        offers=tuple(
            replace(o, windows=_limit(random, WINDOWS, 25), days=_draw_days(random, 40))
            for o in month.offers
        ),
        volunteers=tuple(
            replace(
                v,
                days=_draw_days(random, 50),
                qualification_days={
                    name: days for name in v.qualifications if (days := _draw_days(random, 50))
                },
            )
            for v in month.volunteers
        ),
        due_visits=tuple(
            replace(d, days=_draw_days(random, 30), **_date_statuses(random, d))
            for d in month.due_visits
        ),
    )


def _draw_days(random: Random, percent: int) -> tuple[int, ...]:
    """Every day mostly, else the days up to one, those from one on, or all without some."""
    if random.randrange(100) >= percent:
        return ()
    first = random.choice(DAYS)
    return random.choice(
        (
            tuple(day for day in DAYS if day >= first),
            tuple(day for day in DAYS if day <= first),
            tuple(day for day in DAYS if not first <= day < first + 8) or (first,),
        )
    )


def _draw_last_day(random: Random) -> tuple[int, ...]:
    """Every day mostly, else the days up to the last on which the help is of use."""
    last = random.choice(DAYS)
    return tuple(day for day in DAYS if day <= last) if random.randrange(100) < 25 else ()


def _date_statuses(random: Random, row: FrozenNeed | DueVisit) -> dict[str, Any]:
    days = {name: _draw_days(random, 30) for name in row.statuses}
    return {"status_days": {name: found for name, found in days.items() if found}}


def draw_month(seed: int, policy: str, needs: int) -> Snapshot:
    """The month of this seed. Equal arguments give equal months."""
    random = Random(f"{policy} {needs} {seed}")
    base = DRAWN if policy == DRAWN.policy else SECOND
    kinds = {row.code: row for row in base.categories}
    made = [_draw_need(random, number, kinds, base) for number in range(needs)]
    volunteers = [_draw_volunteer(random, k, base) for k in range(max(3, needs // 4))]
    return replace(
        base,
        needs=tuple(sorted(made, key=lambda row: row.reference)),
        offers=tuple(_draw_offers(random, list(kinds), base)),
        volunteers=tuple(volunteers),
        due_visits=tuple(_draw_visit(random, k, volunteers, base) for k in range(needs // 6)),
        history=(),
        loads=(),
    )


def _some(random: Random, names: tuple[str, ...], percent: int) -> tuple[str, ...]:
    return tuple(sorted(name for name in names if random.randrange(100) < percent))


def _limit(random: Random, names: tuple[str, ...], percent: int) -> tuple[str, ...]:
    """No limit mostly, else some of the names."""
    return _some(random, names, 60) if random.randrange(100) < percent else ()


def _lot(random: Random, base: Snapshot) -> str:
    return f"{random.getrandbits(64):016x}" if base is DRAWN else ""


def _draw_need(random: Random, number: int, kinds: dict, base: Snapshot) -> FrozenNeed:
    home = random.randrange(max(3, number))
    code = random.choice(sorted(kinds))
    kind = kinds[code]
    is_divisible = kind.unit in ("item", "fen")
    most = {"item": 3, "fen": 30_000}.get(kind.unit, 1)
    quantity = random.randint(1, most) if is_divisible else 1
    own = Random(f"{base.policy} {home}")
    return FrozenNeed(
        reference=f"N2610-{number + 1:04d}",
        form=base.needs[0].form,
        resident=f"R{home:05d}",
        household=f"H{home:05d}",
        committee=own.choice(COMMITTEES),
        category=code,
        statuses=_some(own, STATUSES, 35),
        quantity=quantity,
        windows=_some(random, WINDOWS, 30) if kind.kind.value == "people" else (),
        tier=random.choice((1, 2, 2, 3, 3, 3)),
        waiting=random.choice((0, 0, 1, 2, 4)),
        least=random.randint(1, quantity) if base is SECOND else None,
        lot=_lot(random, base),
        household_lot=f"{own.getrandbits(64):016x}" if base is DRAWN else "",
    )


def _draw_volunteer(random: Random, k: int, base: Snapshot) -> FrozenVolunteer:
    return FrozenVolunteer(
        reference=f"V{k + 1:04d}",
        organisation=f"O0{k % 2 + 1}",
        categories=_some(random, ("elder_visit", "nurse_visit"), 70),
        qualifications=random.choice(((), ("medical",))),
        committees=_limit(random, COMMITTEES, 20),
        windows=_some(random, WINDOWS, 40),
        visits=random.randint(0, 3),
        lot=_lot(random, base),
    )


def _draw_offers(random: Random, codes: list[str], base: Snapshot):
    for code in codes:
        for k in range(random.choice((0, 1, 1, 2, 2))):
            yield FrozenOffer(
                name=f"O0{k + 1}/{code}/1",
                organisation=f"O0{k + 1}",
                category=code,
                capacity=random.randint(1, 4) * (10_000 if code == "hardship_money" else 1),
                windows=(),
                committees=_limit(random, COMMITTEES, 30),
                statuses=_limit(random, STATUSES, 30),
                lot=_lot(random, base),
            )


def _draw_visit(random: Random, k: int, volunteers: list, base: Snapshot) -> DueVisit:
    usual = random.choice(volunteers)
    lots: dict[str, Any] = {"lot": _lot(random, base), "household_lot": _lot(random, base)}
    return DueVisit(
        pairing=f"P{k + 1:04d}",
        number=1,
        weeks=(random.randint(1, 4),),
        resident=f"R9{k:04d}",
        committee=random.choice(COMMITTEES),
        category="elder_visit",
        statuses=(),
        organisation=usual.organisation,
        volunteer=random.choice((usual.reference, None)),
        tier=random.choice((1, 2, 3)),
        household=f"H9{k:04d}" if base is DRAWN else "",
        **lots,
    )
