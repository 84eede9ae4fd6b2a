"""Which needs are always met, never met or undecided, and which are contested: found with CBC.

Nothing is taken from the certificate. A sum asks about many needs at once, again and again, until
no integer point has any need of the rest at the value asked about. Each undecided need has a point
that meets it and one that does not.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from optimizer.model.eligibility import DELIVERED
from optimizer.model.variables import Columns, Variable
from optimizer.second.cbc import Answer, SecondAnswer, SecondEngine

ROUGHLY = 0.2  # relative gap: a point with many of the needs is enough, it need not have the most
Place = tuple[str, int]  # person class, stock or ancestor that a need may use


class OpenQuestionError(Exception):
    """Nothing more can be asked: ``answer`` is OPEN, or NONE if no point has the kept values."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Settled:
    """Which needs are undecided and which every point meets, by position in the question.

    undecided   needs that some of the ``points`` meet and others do not
    always      needs that every point meets
    points      points found by the way
    """

    undecided: tuple[int, ...]
    always: tuple[int, ...]
    points: tuple[SecondAnswer, ...]


def settle(engine: SecondEngine, mets: Mapping[int, Variable], met: Collection[int]) -> Settled:
    """Find which of these needs are undecided, and fix the decided ones in the engine.

    ``mets``: position -> decision "met"; ``met``: the positions that the solution meets. Raises
    ``OpenQuestionError`` if the engine gives no answer in time, or if there is no point.
    """
    # With the solution's own needs the engine only has to find who helps. Without them it has
    # called a month impossible whose point was at hand.
    own = engine.ask([engine.equal({one: 1}, int(d in met)) for d, one in mets.items()])
    points = [own if own.answer is Answer.FOUND else _find(engine.ask([]))]
    never = _find_fixed(engine, mets, points, 1)
    others = {d: met for d, met in mets.items() if d not in never}
    always = _find_fixed(engine, others, points, 0)
    engine.keep([engine.equal({mets[d]: 1}, 0) for d in never])
    engine.keep([engine.equal({mets[d]: 1}, 1) for d in always])
    undecided = tuple(d for d in others if d not in always)
    return Settled(undecided, tuple(always), tuple(points))


def _find(reply: SecondAnswer) -> SecondAnswer:
    if reply.answer is not Answer.FOUND:
        raise OpenQuestionError(reply.answer)
    return reply


def _find_fixed(
    engine: SecondEngine, mets: Mapping[int, Variable], points: list[SecondAnswer], value: int
) -> set[int]:
    """Return the needs that no point has at this value.

    Adds to ``points`` until every other need has a point with this value.
    """
    while unseen := {
        d: met for d, met in mets.items() if all(p.values.get(met, 0) != value for p in points)
    }:
        terms = dict.fromkeys(unseen.values(), 1 if value else -1)
        least = 1 if value else 1 - len(unseen)  # one of them at least
        reply = engine.ask([engine.at_least(terms, least)], terms, ROUGHLY)
        if reply.answer is Answer.NONE:
            return set(unseen)
        points.append(_find(reply))
    return set()


def list_contests(columns: Columns, settled: Settled, dimension: str) -> dict[str, tuple[int, ...]]:
    """Return the contested needs, by position, keyed by group in the order of labels.

    A contest is the undecided needs of equal tier, wait and duty that shared places connect; needs
    that are always met connect too. A contest counts if its needs are in two groups or more.
    """
    needs, found = columns.needs, defaultdict[str, list[int]](list)
    for nodes in _connect(columns, {*settled.undecided, *settled.always}):
        classes = defaultdict[tuple[int, int, bool], list[int]](list)
        for d in nodes.intersection(settled.undecided):
            classes[needs[d].tier, needs[d].waiting, needs[d].duty].append(d)
        for rivals in classes.values():
            if len({needs[d].groups.get(dimension, "") for d in rivals}) > 1:
                for d in rivals:
                    found[needs[d].groups.get(dimension, "")].append(d)
    return {group: tuple(sorted(found[group])) for group in sorted(found)}


def _connect(columns: Columns, nodes: Collection[int]) -> Iterator[set[int]]:
    """Yield the connected sets of needs: two needs are joined by a place that both may use."""
    places_of = {d: set(_list_places(columns, d)) for d in nodes}
    users = defaultdict[Place, list[int]](list)
    for d, places in places_of.items():
        for place in places:
            users[place].append(d)
    left = set(nodes)
    while left:
        reached: set[int] = set()
        ahead = [left.pop()]
        while ahead:
            d = ahead.pop()
            reached.add(d)
            for place in places_of[d]:
                found = left.intersection(users.pop(place, ()))
                left -= found
                ahead += found
        yield reached


def _list_places(columns: Columns, d: int) -> Iterator[Place]:
    network = columns.network
    for r in network.demands_of[d]:
        for crew, stock in network.demands[r].sources:
            if crew != DELIVERED:
                yield "crew", crew
            yield from (("stock", s) for s in (stock, *network.ancestors[stock]))


def most_in(points: Sequence[SecondAnswer], mets: Collection[Variable]) -> int:
    """Return the greatest number of these needs that any of the points meets."""
    return max(sum(point.values.get(met, 0) for met in mets) for point in points)
