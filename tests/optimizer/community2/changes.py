"""Other versions of a month: needs added or written otherwise, stocks split, ids renamed."""

from collections.abc import Iterable
from dataclasses import replace
from random import Random
from typing import Any

from optimizer.problem import Need, Pair, Person, Problem, Stock
from tests.optimizer.community2.month import Month, join_asks
from tests.optimizer.community2.shares import Outcome


def add(
    month: Month,
    needs: Iterable[Need] = (),
    stocks: Iterable[Stock] = (),
    people: Iterable[Person] = (),
    **rest: Any,
) -> Month:
    """The month with more rows."""
    problem = month.problem
    return month.with_problem(
        needs=(*problem.needs, *needs),
        stocks=(*problem.stocks, *stocks),
        people=(*problem.people, *people),
        **rest,
    )


def change_need(month: Month, need: str, **values: Any) -> Month:
    """The month with this need written otherwise."""
    rows = [replace(n, **values) if n.id == need else n for n in month.problem.needs]
    return month.with_problem(needs=tuple(rows))


def change_stock(month: Month, stock: str, **values: Any) -> Month:
    """The month with this stock offered otherwise."""
    rows = [replace(s, **values) if s.id == stock else s for s in month.problem.stocks]
    return month.with_problem(stocks=tuple(rows))


def write_in_parts(month: Month, need: Need, parts: list[int]) -> Month:
    """The month in which this ask is written as several rows, its own lot the lowest."""
    lot = month.lots.get("needs", {}).get(need.id, need.id)
    least = month.kinds[need.category]
    rows = [
        replace(need, id=f"{need.id}/{k}", quantity=units, least=min(least, units))
        for k, units in enumerate(parts)
    ]
    needs = [n for n in month.problem.needs if n.id != need.id]
    month = month.with_problem(needs=(*needs, *rows))
    return month.with_lots("needs", {row.id: f"{lot}{'~' * k}" for k, row in enumerate(rows)})


def ask_for(month: Month, need: Need, quantity: int) -> Month:
    """The month in which this household asks for another quantity."""
    least = min(month.kinds[need.category], quantity)
    return change_need(month, need.id, quantity=quantity, least=least)


def joined_parts(month: Month, need: Need, parts: list[int]) -> Month:
    """The month after an ask was written in parts and these were joined."""
    return join_asks(write_in_parts(month, need, parts))


def seen_by(outcome: Outcome, names: set[str]) -> tuple:
    """What the recipients of these needs see: who is met, and the units of their cells."""
    needs = [need for need in outcome.judgement.month.problem.needs if need.id in names]
    cells = {(need.recipient, need.category) for need in needs}
    units = {cell: n for cell, n in outcome.units.items() if cell in cells}
    return outcome.met & names, tuple(sorted(units.items()))


def all_needs(month: Month) -> set[str]:
    return {need.id for need in month.problem.needs}


def split_stock(month: Month, stock: Stock, units: int, giver: str) -> Month:
    """The month in which so many units of a stock are a second one, of this giver."""
    other = replace(stock, id=f"{stock.id}/2", giver=giver, capacity=units)
    people = [
        replace(p, stocks=(*p.stocks, other.id)) if stock.id in p.stocks else p
        for p in month.problem.people
    ]
    pairs = month.problem.pairs
    copies = [replace(pair, stock=other.id) for pair in pairs if pair.stock == stock.id]
    month = change_stock(month, stock.id, capacity=stock.capacity - units)
    return month.with_problem(
        stocks=(*month.problem.stocks, other), people=tuple(people), pairs=(*pairs, *copies)
    )


def renamed(month: Month, random: Random) -> tuple[Month, dict[str, str]]:
    """The month with every id drawn again and every row moved, the names for the draw held."""
    problem = month.problem
    ids = [row.id for rows in (problem.needs, problem.stocks, problem.people) for row in rows]
    ids += sorted({need.recipient for need in problem.needs})
    fresh = [f"x{k:02}" for k in range(len(ids))]
    random.shuffle(fresh)
    new = dict(zip(ids, fresh, strict=True))
    kinds = {
        "needs": [need.id for need in problem.needs],
        "stocks": [stock.id for stock in problem.stocks],
        "people": [person.id for person in problem.people],
        "recipients": [need.recipient for need in problem.needs],
    }
    lots = {
        kind: {new[name]: month.lots.get(kind, {}).get(name, name) for name in names}
        for kind, names in kinds.items()
    }
    return replace(month, problem=_rename(problem, new, random), lots=lots), new


def _rename(problem: Problem, new: dict[str, str], random: Random) -> Problem:
    def moved(rows: Iterable) -> tuple:
        rows = list(rows)
        random.shuffle(rows)
        return tuple(rows)

    def rule(row: Any) -> Any:
        person = row.person and new[row.person]
        return replace(row, need=new[row.need], stock=row.stock and new[row.stock], person=person)

    def names(rows: Iterable[str]) -> tuple[str, ...]:
        return tuple(new[row] for row in rows)

    needs = (replace(n, id=new[n.id], recipient=new[n.recipient]) for n in problem.needs)
    people = (replace(p, id=new[p.id], stocks=names(p.stocks)) for p in problem.people)
    return replace(
        problem,
        needs=moved(needs),
        people=moved(people),
        stocks=moved(replace(s, id=new[s.id], parents=names(s.parents)) for s in problem.stocks),
        pairs=moved(map(rule, problem.pairs)),
        pins=moved(map(rule, problem.pins)),
        forbids=moved(map(rule, problem.forbids)),
    )


def score(month: Month, random: Random) -> Month:
    """The month with other scores of pairs; what pairs bound or consume stays."""
    problem = month.problem
    pairs = {
        (p.need, p.stock, p.person): replace(p, score=random.randint(-3, 5)) for p in problem.pairs
    }
    named = {(p.need, p.stock) for p in problem.pairs}
    for need in problem.needs:
        for stock in problem.stocks:
            free = not need.listed and (need.id, stock.id) not in named
            if free and random.randrange(2):
                key = (need.id, stock.id, None)
                pairs[key] = Pair(need.id, stock.id, score=random.randint(-3, 5))
    return month.with_problem(pairs=tuple(pairs.values()))
