"""Givers of a generated month: volunteers and their stocks, counters, shelves, funds, places."""

from collections import Counter
from collections.abc import Sequence
from random import Random

from optimizer.instances.mix import (
    COMMITTEES,
    ENTERPRISES,
    LIFT_AT_NEEDS,
    LIFT_FUND_FEN,
    ORGANISATIONS,
    QUALIFICATIONS,
    SLOTS,
    SLOTS_OF_A_PERSON,
    STATUSES,
    SUPPLIES,
    VISITS,
    VISITS_OF_A_PERSON,
    Supply,
)
from optimizer.problem import Need, Person, Stock

SKILL_OF = {visit.category: visit.skill for visit in VISITS}


def name_committees() -> list[str]:
    """Return C01 … C29; a committee's name is also the name of its area."""
    return [f"C{number:02d}" for number in range(1, COMMITTEES + 1)]


def name_givers(needs: int) -> list[str]:
    """Return the ids of 55 organisations that are not enterprises, and of 16 enterprises.

    A large month has the same whole multiple of each.

    ``needs``: the size of the month, from which the multiple is computed.
    """
    scale = max(1, round(needs / LIFT_AT_NEEDS))
    organisations = [f"O{number:03d}" for number in range(1, ORGANISATIONS * scale + 1)]
    return organisations + [f"E{number:03d}" for number in range(1, ENTERPRISES * scale + 1)]


def draw_areas(random: Random, everywhere_percent: int) -> tuple[str, ...]:
    """Return 6, 9 or 12 neighbouring committees that are served, sorted; () is everywhere."""
    if random.randrange(100) < everywhere_percent:
        return ()
    committees = name_committees()
    width, start = random.choice((6, 9, 12)), random.randrange(COMMITTEES)
    return tuple(sorted(committees[(start + step) % COMMITTEES] for step in range(width)))


def draw_people(
    random: Random, givers: Sequence[str], volunteers: int
) -> tuple[list[Stock], list[Person]]:
    """Return the staffed stocks and the volunteers of the givers.

    A giver has one stock for each category that a volunteer of the giver serves, and sometimes one
    stock above them that limits their sum.
    """
    programmes = {giver: _draw_programmes(random) for giver in givers}
    people = [
        _draw_person(random, f"P{number:05d}", random.choice(givers), programmes)
        for number in range(1, volunteers + 1)
    ]
    visits: Counter[str] = Counter()
    for person in people:
        visits.update(dict.fromkeys(person.stocks, person.most_visits))
    stocks = [
        stock
        for giver in givers
        for stock in _staff_stocks(random, giver, programmes[giver], visits)
    ]
    return stocks, people


def _draw_programmes(random: Random) -> list[str]:
    categories, shares = zip(*((v.category, v.share) for v in VISITS), strict=True)
    return sorted(set(random.choices(categories, shares, k=random.choice((1, 2, 2, 3, 4)))))


def _draw_person(random: Random, id_: str, giver: str, programmes: dict[str, list[str]]) -> Person:
    known = programmes[giver]
    categories = sorted(random.sample(known, random.randint(1, len(known))))
    skills = {SKILL_OF[category] for category in categories}
    skills.update(name for name in QUALIFICATIONS if random.randrange(100) < 25)
    return Person(
        id=id_,
        giver=giver,
        stocks=tuple(f"{giver}-{category}" for category in categories),
        skills=tuple(sorted(skills)),
        areas=draw_areas(random, 60),
        slots=tuple(sorted(random.sample(SLOTS, random.choice(SLOTS_OF_A_PERSON)))),
        most_visits=random.choice(VISITS_OF_A_PERSON),
    )


def _staff_stocks(
    random: Random, giver: str, categories: list[str], visits: Counter[str]
) -> list[Stock]:
    staffed = [category for category in categories if visits[f"{giver}-{category}"]]
    total = sum(visits[f"{giver}-{category}"] for category in staffed)
    has_ceiling = len(staffed) > 1 and random.randrange(3) == 0
    parents = (giver,) if has_ceiling else ()
    stocks = [
        Stock(
            id=f"{giver}-{category}",
            giver=giver,
            category=category,
            capacity=max(1, visits[f"{giver}-{category}"] * random.choice((70, 85, 100)) // 100),
            unit="visit",
            parents=parents,
            statuses=_draw_statuses(random, 8),
            staffed=True,
            pledge=giver,
        )
        for category in staffed
    ]
    if has_ceiling:
        stocks.append(
            Stock(id=giver, giver=giver, category="", capacity=max(1, total // 2), unit="visit")
        )
    return stocks


def _draw_statuses(random: Random, reserved_percent: int) -> tuple[str, ...]:
    """Return the recipient statuses that an offer is reserved for; () is for anyone."""
    if random.randrange(100) >= reserved_percent:
        return ()
    return tuple(sorted(random.sample(STATUSES, 3)))


def draw_supplies(random: Random, givers: Sequence[str], needs: Sequence[Need]) -> list[Stock]:
    """Return the stocks that need no person, sized by the demand in each category.

    The lift fund is sized by the number of needs.
    """
    asked: Counter[str] = Counter()
    for need in needs:
        asked[need.category] += need.quantity
    stocks = [
        stock
        for supply in SUPPLIES
        if asked[supply.category]
        for stock in _draw_supply(random, supply, givers, asked[supply.category], len(needs))
    ]
    if asked["lift_subsidy"]:
        stocks.append(_lift_fund(len(needs)))
    return stocks


def _draw_supply(
    random: Random, supply: Supply, givers: Sequence[str], asked: int, needs: int
) -> list[Stock]:
    wanted = max(1, round(supply.givers * needs / LIFT_AT_NEEDS))
    chosen = sorted(random.sample(givers, min(wanted, len(givers))))
    parts = [random.randint(1, 4) for _ in chosen]
    return [
        Stock(
            id=f"{giver}-{supply.category}",
            giver=giver,
            category=supply.category,
            capacity=max(1, asked * supply.supply_percent * part // (100 * sum(parts))),
            unit=supply.unit,
            areas=draw_areas(random, 55),
            statuses=_draw_statuses(random, 15),
            slots=_draw_counter_slots(random) if supply.kind == "counter" else (),
            pledge=None if supply.kind == "funds" else giver,
        )
        for giver, part in zip(chosen, parts, strict=True)
    ]


def _draw_counter_slots(random: Random) -> tuple[str, ...]:
    return tuple(sorted(random.sample(SLOTS, 8)))


def _lift_fund(needs: int) -> Stock:
    capacity = max(LIFT_FUND_FEN * needs // LIFT_AT_NEEDS, 1_000_000)
    return Stock(
        id="FUND-lift_subsidy",
        giver="FUND",
        category="lift_subsidy",
        capacity=capacity // 100_000 * 100_000,
        unit="fen",
    )
