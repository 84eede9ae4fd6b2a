"""Generate seeded months of any size with the mix of an old Shanghai estate.

``generate(needs, seed)`` gives equal bytes for equal arguments on every machine: one
``random.Random`` draws everything in a fixed order, in whole numbers.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from optimizer.instances.givers import draw_people, draw_supplies, name_committees, name_givers
from optimizer.instances.mix import (
    HARDSHIP_BILLS_FEN,
    LIFT_AT_NEEDS,
    LIFT_BILLS_FEN,
    LIFT_HOUSEHOLDS,
    NEEDS_OF_A_RECIPIENT,
    QUALIFICATIONS,
    SLOTS,
    SLOTS_OF_A_NEED,
    STATUS_WEIGHTS,
    STATUSES,
    SUPPLIES,
    VISITS,
    WAIT_WEIGHTS,
    Supply,
    Visit,
)
from optimizer.problem import Forbid, GroupHistory, Need, Pair, Person, Pin, Problem, Stock

MIX: tuple[Visit | Supply, ...] = (*VISITS, *SUPPLIES)


def generate(needs: int, seed: int, volunteers: int | None = None) -> Problem:
    """Return a month of ``needs`` needs; by default it has 300 volunteers for 1,670 needs."""
    random = Random(f"leshan {needs} {seed}")  # noqa: S311 - invents data, decides nothing
    volunteers = round(needs * 300 / LIFT_AT_NEEDS) if volunteers is None else volunteers
    givers = name_givers(needs)
    asked = list(_draw_needs(random, needs))
    staffed, people = draw_people(random, givers, max(1, volunteers))
    stocks = staffed + draw_supplies(random, givers, asked)
    asked, pairs = _draw_pairings(random, asked, people)
    return Problem(
        name=f"estate-{needs}-{seed}",
        seed=hashlib.sha256(f"leshan lottery {needs} {seed}".encode()).hexdigest(),
        stocks=tuple(sorted(stocks, key=lambda stock: stock.id)),
        people=tuple(people),
        needs=tuple(asked),
        pairs=tuple(sorted(pairs, key=lambda pair: (pair.need, pair.stock, pair.person or ""))),
        pins=_draw_pins(random, asked, stocks),
        forbids=_draw_forbids(random, asked, people),
        history=tuple(_draw_history(random, asked)),
    )


def _draw_needs(random: Random, count: int) -> Iterator[Need]:
    lift = min(count, round(count * LIFT_HOUSEHOLDS / LIFT_AT_NEEDS))
    committees = name_committees()
    weights = [random.choice((2, 3, 3, 4, 5, 6, 8, 12)) for _ in committees]
    recipient, left = 0, 0
    for number in range(1, count + 1):
        is_first = left == 0
        if is_first:
            recipient, left = recipient + 1, random.choice(NEEDS_OF_A_RECIPIENT)
            committee = random.choices(committees, weights)[0]
            statuses = _draw_statuses(random)
        left -= 1
        is_lift = is_first and recipient <= lift
        terms = _draw_lift(random) if is_lift else _draw_terms(random)
        yield Need(
            id=f"N{number:05d}",
            recipient=f"R{recipient:05d}",
            area=committee,
            statuses=statuses,
            waiting=random.choices(range(len(WAIT_WEIGHTS)), WAIT_WEIGHTS)[0],
            groups={"committee": committee},
            **terms,
        )


def _draw_statuses(random: Random) -> tuple[str, ...]:
    return tuple(sorted(set(random.choices(STATUSES, STATUS_WEIGHTS, k=random.choice((1, 1, 2))))))


def _draw_lift(random: Random) -> dict[str, Any]:
    bill = random.randrange(*LIFT_BILLS_FEN, 10_000)
    return {"category": "lift_subsidy", "quantity": bill, "tier": 2, "points": 4}


def _draw_terms(random: Random) -> dict[str, Any]:
    kind = random.choices(MIX, [kind.share for kind in MIX])[0]
    terms: dict[str, Any] = {
        "category": kind.category,
        "tier": random.choices((1, 2, 3), kind.tiers)[0],
        "points": kind.points + random.choice((0, 0, 1)),
    }
    return terms | (
        _draw_visit(random, kind) if isinstance(kind, Visit) else _draw_lot(random, kind)
    )


def _draw_slots(random: Random) -> tuple[str, ...]:
    return tuple(sorted(random.sample(SLOTS, random.choice(SLOTS_OF_A_NEED))))


def _draw_visit(random: Random, kind: Visit) -> dict[str, Any]:
    wanted = (random.choice(QUALIFICATIONS),) if random.randrange(100) < 8 else ()
    return {
        "people": 2 if random.randrange(100) < kind.team_percent else 1,
        "requires": tuple(sorted((kind.skill, *wanted))),
        "slots": _draw_slots(random),
    }


def _draw_lot(random: Random, kind: Supply) -> dict[str, Any]:
    if kind.kind == "funds":
        return {"quantity": random.choice(HARDSHIP_BILLS_FEN)}
    quantity = random.choice(kind.quantities)
    least = max(1, quantity * kind.least_percent // 100)
    slots = {"slots": _draw_slots(random)} if kind.kind == "counter" else {}
    return {"quantity": quantity, "least": least, **slots}


def _draw_pairings(
    random: Random, needs: Sequence[Need], people: Sequence[Person]
) -> tuple[list[Need], list[Pair]]:
    """Return the needs, some of them made duties, and the scored pairs of long-term pairings."""
    staff: dict[str, list[Person]] = defaultdict(list)
    for person in people:
        for stock in person.stocks:
            staff[stock.split("-", 1)[1]].append(person)
    asked, pairs = [], []
    for need in needs:
        drawn = random.randrange(100) if need.requires and staff[need.category] else 100
        if drawn < 20:
            person = random.choice(staff[need.category])
            stock = f"{person.giver}-{need.category}"
            score = random.choice((5, 10, 20))
            pairs.append(Pair(need=need.id, stock=stock, person=person.id, score=score))
        asked.append(replace(need, duty=True, tier=min(need.tier, 2)) if drawn < 9 else need)
    return asked, pairs


def _is_for_anyone(stock: Stock) -> bool:
    return stock.category == "micro_wish" and not stock.areas and not stock.statuses


def _draw_pins(random: Random, needs: Sequence[Need], stocks: Sequence[Stock]) -> tuple[Pin, ...]:
    """Return two pins of micro-wishes: one to a stock that is for anyone, one to be met at all.

    () if there are fewer than two wishes or no such stock.
    """
    shelves = [s for s in stocks if _is_for_anyone(s) and s.capacity > 1]
    wishes = [need for need in needs if need.category == "micro_wish"]
    if not shelves or len(wishes) < 2:
        return ()
    first, second = random.sample(wishes, 2)
    shelf = random.choice(shelves)
    return (
        Pin(need=first.id, stock=shelf.id, reason="promised_at_the_counter"),
        Pin(need=second.id, reason="promised_at_the_counter"),
    )


def _draw_forbids(
    random: Random, needs: Sequence[Need], people: Sequence[Person]
) -> tuple[Forbid, ...]:
    """Return one forbid for every 300 needs: a visit is not made by a volunteer who is drawn."""
    visits = [need for need in needs if need.requires]
    chosen = random.sample(visits, min(len(visits), len(needs) // 300))
    return tuple(
        Forbid(need=need.id, person=random.choice(people).id, reason="asked_for_another_person")
        for need in chosen
    )


def _draw_history(random: Random, needs: Sequence[Need]) -> Iterator[GroupHistory]:
    asked: dict[str, int] = defaultdict(int)
    for need in needs:
        asked[need.area] += 1
    for committee in sorted(asked):
        possible = asked[committee] * random.randint(35, 50) // 10
        met = possible * random.randint(55, 95) // 100
        yield GroupHistory("committee", committee, possible=possible, met=met)
