"""Why a need is not met: one code each, from the stages and the final answer."""

from collections import defaultdict
from collections.abc import Sequence

from optimizer.model.network import Network
from optimizer.problem import Need, Problem
from optimizer.solution import Assignment, Ground, GroundCode


class Spare:
    """Capacity that the final assignments leave free."""

    def __init__(self, problem: Problem, assignments: Sequence[Assignment]) -> None:
        self._busy = {(a.person, a.slot) for a in assignments if a.person is not None}
        self._loads: dict[str, int] = defaultdict(int)
        self._recipient = {need.id: need.recipient for need in problem.needs}
        self.visited = {(self._recipient[a.need], a.slot) for a in assignments if a.slot}
        self._most = {person.id: person.most_visits for person in problem.people}
        for a in assignments:
            if a.person is not None:
                self._loads[a.person] += 1

    def persons(self, members: Sequence[str], slot: str) -> int:
        """Return how many of these persons can still make a visit in the slot."""
        return sum(
            (person, slot) not in self._busy and self._loads[person] < self._most[person]
            for person in members
        )


def find_grounds(
    network: Network,
    assignments: Sequence[Assignment],
    excluded_by: dict[int, str],
    *,
    is_decided: bool,
) -> tuple[Ground, ...]:
    """Return the ground of every unmet need, in the order of ids."""
    met = {assignment.need for assignment in assignments}
    spare = Spare(network.problem, assignments)
    reasons: dict[str, set[str]] = defaultdict(set)
    for forbid in network.problem.forbids:
        reasons[forbid.need].add(forbid.reason)
    found = []
    for d, need in enumerate(network.problem.needs):
        if need.id in met:
            continue
        if not network.demands_of[d]:
            found.append(Ground(need.id, _name_filter(network, need, reasons[need.id])))
        elif _is_time_conflict(network, spare, d):
            found.append(Ground(need.id, GroundCode.TIME_CONFLICT))
        elif d in excluded_by:
            found.append(Ground(need.id, GroundCode.OUTRANKED, excluded_by[d]))
        else:
            code = GroundCode.LOST_LOTTERY if is_decided else GroundCode.UNDECIDED
            found.append(Ground(need.id, code))
    return tuple(found)


def _name_filter(network: Network, need: Need, reasons: set[str]) -> GroundCode:
    """Return why a need has no way; ``reasons`` are those of its forbids."""
    is_forbidden = reasons and network.find_ways(need, network.eligibility.pass_filters(need))
    if not is_forbidden:
        return GroundCode.NO_ELIGIBLE_OFFER
    is_declined = reasons == {GroundCode.DECLINED_BEFORE.value}
    return GroundCode.DECLINED_BEFORE if is_declined else GroundCode.FORBIDDEN


def _is_time_conflict(network: Network, spare: Spare, d: int) -> bool:
    """Return whether only the recipient's other visits exclude a team that is still free."""
    need = network.problem.needs[d]
    for r in network.demands_of[d]:
        demand = network.demands[r]
        if demand.slot is not None and (need.recipient, demand.slot) in spare.visited:
            crews = {crew for crew, _ in demand.sources}
            free = sum(spare.persons(network.crews[k].members, demand.slot) for k in crews)
            if free >= need.people:
                return True
    return False
