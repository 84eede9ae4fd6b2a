"""All feasible answers of a tiny month, each as what the stages read of it.

An answer is packed into one whole number, a field for every bounded use and every tally, so that a
way is added to it by one addition and all bounds are tested by one. Answers that no rule and no
stage can tell apart fall together.
"""

from collections import Counter
from dataclasses import dataclass

from optimizer.problem import Need, Problem
from tests.optimizer.brute_force import Way, ancestors_of, pair_of, ways_of
from tests.optimizer.community2.month import Month

WIDTH = 16  # bits of a field; uses of a tiny month never fill them
MOST = (1 << (WIDTH - 1)) - 1


@dataclass(frozen=True, slots=True)
class Answer:
    """met: a bit for every need, by its place in the problem      units: delivered to each need

    used: units given directly from the stocks of each (giver, measure)      score: Σ c over units
    """

    met: int
    units: tuple[int, ...]
    used: tuple[int, ...]
    score: int


class Fields:
    """The places of the fields in a packed answer: bounded uses below, tallies above."""

    def __init__(self, month: Month) -> None:
        problem = month.problem
        self.bounds: dict[tuple[str, ...], int] = {
            ("stock", s.id): min(s.capacity, MOST) for s in problem.stocks
        }
        self.bounds |= {("person", p.id): min(p.most_visits, MOST) for p in problem.people}
        slots = {slot for person in problem.people for slot in person.slots}
        names: list[tuple[str, ...]] = [("at", p.id) for p in problem.people]
        names += [("of", recipient) for recipient in {need.recipient for need in problem.needs}]
        self.bounds |= {(*name, slot): 1 for name in names for slot in slots}
        self.givers = givers_of(problem)
        tallies: list[tuple[str, ...]] = [("met", n.id) for n in problem.needs]
        tallies += [("units", n.id) for n in problem.needs]
        tallies += [("used", *giver) for giver in self.givers]
        names = [*self.bounds, *tallies]
        self.places = {name: k * WIDTH for k, name in enumerate(names)}
        self.tallies = len(self.bounds) * WIDTH
        self.score = len(names) * WIDTH
        self.guard = sum(1 << (self.places[name] + WIDTH - 1) for name in self.bounds)
        self.slack = sum((MOST - cap) << self.places[name] for name, cap in self.bounds.items())

    def pack(self, amounts: Counter, score: int) -> int:
        return sum(n << self.places[name] for name, n in amounts.items()) + (score << self.score)

    def read(self, packed: int, *name: str) -> int:
        return (packed >> self.places[name]) & (MOST | (1 << (WIDTH - 1)))


def measure_of(stock) -> str:
    return "visits" if stock.staffed else stock.category


def givers_of(problem: Problem) -> list[tuple[str, str]]:
    """Each (giver, measure) that carries a load: it has a stock with a pledge and a category."""
    counted = [stock for stock in problem.stocks if stock.pledge is not None and stock.category]
    return sorted({(stock.giver, measure_of(stock)) for stock in counted})


def feasible_answers(month: Month) -> list[Answer]:
    problem, fields = month.problem, Fields(month)
    above = {stock.id: ancestors_of(problem, stock.id) for stock in problem.stocks}
    found = {0}
    for need in problem.needs:
        ways = {pack_way(problem, fields, above, need, way) for way in allowed_ways(problem, need)}
        ways |= set() if any(pin.need == need.id for pin in problem.pins) else {0}
        found = extend(found, ways, fields)
    found = {f for f in found if keeps_least_uses(problem, fields, f)}
    return [unpack(problem, fields, tally) for tally in {f >> fields.tallies for f in found}]


def keeps_least_uses(problem: Problem, fields: Fields, packed: int) -> bool:
    """Every stock is used by its least or more, and by no unit or so many as open it."""
    for stock in problem.stocks:
        if stock.least or stock.least_if_used:
            used = fields.read(packed, "stock", stock.id)
            if used < stock.least or 0 < used < stock.least_if_used:
                return False
    return True


def extend(found: set[int], ways: set[int], fields: Fields) -> set[int]:
    """Every sum of an answer so far and a way that keeps all bounds."""
    slack, guard = fields.slack, fields.guard
    return {both for one in found for way in ways if not ((both := one + way) + slack) & guard}


def allowed_ways(problem: Problem, need: Need) -> list[Way]:
    """The need's ways that use what every pin of it names."""
    pins = [pin for pin in problem.pins if pin.need == need.id]
    return [
        way
        for way in ways_of(problem, need)
        if all(
            any(pin.stock in (None, s) and pin.person in (None, p) for s, p, _, _ in way)
            for pin in pins
        )
    ]


def pack_way(problem: Problem, fields: Fields, above: dict, need: Need, way: Way) -> int:
    amounts: Counter[tuple[str, ...]] = Counter({("met", need.id): 1})
    score = 0
    of = {stock.id: stock for stock in problem.stocks}
    for name, person, slot, units in way:
        pair, stock = pair_of(problem, need.id, name, person), of[name]
        score += pair.score * units
        for ancestor in above[name]:
            amounts["stock", ancestor] += pair.consumption * units
        if (stock.giver, measure_of(stock)) in fields.givers and stock.pledge is not None:
            amounts["used", stock.giver, measure_of(stock)] += pair.consumption * units
        if person is None:
            amounts["units", need.id] += units
        else:
            amounts["person", person] += 1
            amounts["at", person, slot] += 1
            amounts["of", need.recipient, slot] = 1
    return fields.pack(amounts, score)


def unpack(problem: Problem, fields: Fields, tally: int) -> Answer:
    packed = tally << fields.tallies
    met = (fields.read(packed, "met", need.id) << k for k, need in enumerate(problem.needs))
    return Answer(
        sum(met),
        tuple(fields.read(packed, "units", need.id) for need in problem.needs),
        tuple(fields.read(packed, "used", *giver) for giver in fields.givers),
        packed >> fields.score,
    )
