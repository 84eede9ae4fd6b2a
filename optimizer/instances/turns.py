"""Turn a generated month into one that the second policy accepts.

A category of visits that sometimes take two people is split: the visits that take two get a
category of their own, with the same people. Every divisible category gets one least quantity, the
smallest of its needs, and the asks of one recipient for one divisible category are joined.
"""

from collections.abc import Iterable
from dataclasses import replace

from optimizer.policy import COMMUNITY_2
from optimizer.problem import AskKey, Need, Pair, Person, Problem, Stock, ask_key, list_ruled

TEAM = "_team"


def under_second_policy(problem: Problem) -> Problem:
    """Return the month with ``community/2`` as its policy; needs keep their ids."""
    needs = [_name_team(need) for need in problem.needs]
    teams = {need.id for need in needs if need.people > 1}
    twofold = {need.category.removesuffix(TEAM) for need in needs if need.id in teams}
    stocks = _list_stocks(problem.stocks, twofold)
    team_stocks = {stock.id for stock in stocks}
    return replace(
        problem,
        policy=COMMUNITY_2,
        stocks=stocks,
        people=tuple(_staff_teams(person, team_stocks) for person in problem.people),
        needs=tuple(_join_asks(_level_least(needs), list_ruled(problem))),
        pairs=_sort_pairs(_move_pair(pair, teams) for pair in problem.pairs),
    )


def _name_team(need: Need) -> Need:
    return need if need.people == 1 else replace(need, category=need.category + TEAM)


def _list_stocks(stocks: Iterable[Stock], twofold: set[str]) -> tuple[Stock, ...]:
    offered = (of for stock in stocks for of in _offer_teams(stock, twofold))
    return tuple(sorted(offered, key=lambda stock: stock.id))


def _offer_teams(stock: Stock, twofold: set[str]) -> tuple[Stock, ...]:
    if not stock.staffed or stock.category not in twofold:
        return (stock,)
    return stock, replace(stock, id=stock.id + TEAM, category=stock.category + TEAM)


def _staff_teams(person: Person, stocks: set[str]) -> Person:
    team = (name + TEAM for name in person.stocks)
    return replace(person, stocks=(*person.stocks, *(name for name in team if name in stocks)))


def _move_pair(pair: Pair, teams: set[str]) -> Pair:
    return replace(pair, stock=pair.stock + TEAM) if pair.need in teams else pair


def _sort_pairs(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    return tuple(sorted(pairs, key=lambda pair: (pair.need, pair.stock, pair.person or "")))


def _level_least(needs: list[Need]) -> list[Need]:
    """Return the needs; all of a divisible category have the smallest least quantity in it."""
    least: dict[str, int] = {}
    for need in needs:
        least[need.category] = min(need.least_units, least.get(need.category, need.least_units))
    divisible = {need.category for need in needs if need.is_partial}
    return [
        replace(need, least=least[need.category]) if need.category in divisible else need
        for need in needs
    ]


def _join_asks(needs: list[Need], ruled: frozenset[str]) -> list[Need]:
    """Return the needs, with those of one ask joined under the id of the first.

    ``ruled``: the ids of needs that are not joined.
    """
    kept: list[Need] = []
    place: dict[AskKey, int] = {}
    for need in needs:
        if not need.is_partial or need.id in ruled:
            kept.append(need)
        elif ask_key(need) not in place:
            place[ask_key(need)] = len(kept)
            kept.append(need)
        else:
            k = place[ask_key(need)]
            kept[k] = _join(kept[k], need)
    return kept


def _join(one: Need, other: Need) -> Need:
    return replace(
        one,
        quantity=one.quantity + other.quantity,
        tier=min(one.tier, other.tier),
        waiting=max(one.waiting, other.waiting),
        points=max(one.points, other.points),
    )
