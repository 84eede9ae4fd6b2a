"""Why a need is not met: one code for each need, as far as the certificate can be checked."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set

from optimizer.model.eligibility import DELIVERED
from optimizer.model.network import Network
from optimizer.problem import Need
from optimizer.solution import Assignment, Ground, GroundCode


class Spare:
    """The persons, times and units that are free beside the final assignments."""

    def __init__(self, network: Network, assignments: Sequence[Assignment]) -> None:
        problem = network.problem
        visits = [a for a in assignments if a.person is not None]
        self._network = network
        self._position = {stock.id: s for s, stock in enumerate(problem.stocks)}
        self._pairs = {(pair.need, pair.stock, pair.person): pair for pair in problem.pairs}
        self._busy = {(a.person, a.slot) for a in visits}
        self._visits = Counter(a.person for a in visits)
        recipient = {need.id: need.recipient for need in problem.needs}
        self._visited = {(recipient[a.need], a.slot) for a in visits}
        self._units = [stock.capacity for stock in problem.stocks]
        self._take(assignments)

    def _take(self, assignments: Sequence[Assignment]) -> None:
        for a in assignments:
            for s in self._list_above(a.stock):
                self._units[s] -= a.units * self._consumption(a.need, a.stock, a.person)

    def is_time_conflict(self, d: int) -> bool:
        """Return whether a free team could visit in a slot, but the recipient has a visit then."""
        need = self._network.problem.needs[d]
        for r in self._network.demands_of[d]:
            slot = self._network.demands[r].slot
            is_visited = slot is not None and (need.recipient, slot) in self._visited
            if is_visited and self._count_team(need, r, slot or "") >= need.people:
                return True
        return False

    def _count_team(self, need: Need, r: int, slot: str) -> int:
        """Return how many free persons could visit, each from the first stock with enough left.

        Returns 0 if a stock would then be used by fewer units than ``least_if_used``.
        """
        team: set[str] = set()
        taken: Counter[int] = Counter()
        given: Counter[str] = Counter()
        for person, stock in self._list_free(r, slot):
            if len(team) == need.people or person in team:
                continue
            each = self._consumption(need.id, stock, person)
            above = self._list_above(stock)
            has_room = all(not each or self._units[s] - taken[s] >= each for s in above)
            if has_room and given[stock] < self._most(need, stock):
                team.add(person)
                taken.update(dict.fromkeys(above, each))
                given[stock] += 1
        return len(team) if self._opens(taken) else 0

    def _most(self, need: Need, stock: str) -> int:
        """Return the most persons that a stock may send to a need."""
        pair = self._pairs.get((need.id, stock, None))
        return need.people if pair is None or pair.most is None else pair.most

    def _opens(self, taken: Counter[int]) -> bool:
        """Return whether every stock, with ``taken``, is unused or used by ``least_if_used``."""
        stocks = self._network.problem.stocks
        used = {s: stocks[s].capacity - self._units[s] + units for s, units in taken.items()}
        return all(not units or units >= stocks[s].least_if_used for s, units in used.items())

    def _list_free(self, r: int, slot: str) -> Iterator[tuple[str, str]]:
        for crew, s in self._network.demands[r].sources:
            if crew == DELIVERED:
                continue
            held = self._network.crews[crew]
            for person in held.members:
                is_free = (person, slot) not in self._busy
                if is_free and self._visits[person] < held.most:
                    yield person, self._network.problem.stocks[s].id

    def _list_above(self, stock: str) -> tuple[int, ...]:
        s = self._position[stock]
        return (s, *self._network.ancestors[s])

    def _consumption(self, need: str, stock: str, person: str | None) -> int:
        pair = self._pairs.get((need, stock, person)) or self._pairs.get((need, stock, None))
        return 1 if pair is None else pair.consumption


def list_doubtful(network: Network, assignments: Sequence[Assignment]) -> list[int]:
    """Return the unmet needs, by position, that have a way and no time conflict."""
    met = {assignment.need for assignment in assignments}
    spare = Spare(network, assignments)
    return [
        d
        for d, need in enumerate(network.problem.needs)
        if need.id not in met and network.demands_of[d] and not spare.is_time_conflict(d)
    ]


def find_grounds(
    network: Network,
    assignments: Sequence[Assignment],
    outranked: Set[int],
    stage_of: Mapping[int, str],
) -> tuple[Ground, ...]:
    """Return the ground of every unmet need, in the order of the question's needs.

    outranked  needs, by position, that are unmet in every answer that keeps the results before the
               draw
    stage_of   need, by position -> the stage or draw that is proved to decide against it
    """
    met = {assignment.need for assignment in assignments}
    doubtful = set(list_doubtful(network, assignments))
    reasons: dict[str, set[str]] = defaultdict(set)
    for forbid in network.problem.forbids:
        reasons[forbid.need].add(forbid.reason)
    found = []
    for d, need in enumerate(network.problem.needs):
        if need.id in met:
            continue
        stage = ""
        if not network.demands_of[d]:
            code = _name_filter(network, need, reasons[need.id])
        elif d not in doubtful:
            code = GroundCode.TIME_CONFLICT
        elif d in outranked:
            code, stage = GroundCode.OUTRANKED, stage_of.get(d, "")
        else:
            code = GroundCode.LOST_LOTTERY if d in stage_of else GroundCode.UNDECIDED
        found.append(Ground(need.id, code, stage))
    return tuple(found)


def _name_filter(network: Network, need: Need, reasons: set[str]) -> GroundCode:
    """Return the ground of a need without a way; ``reasons``: the reasons of its forbids."""
    is_forbidden = reasons and network.find_ways(need, network.eligibility.pass_filters(need))
    if not is_forbidden:
        return GroundCode.NO_ELIGIBLE_OFFER
    is_declined = reasons == {GroundCode.DECLINED_BEFORE.value}
    return GroundCode.DECLINED_BEFORE if is_declined else GroundCode.FORBIDDEN
