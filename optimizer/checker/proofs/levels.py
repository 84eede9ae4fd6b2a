"""(S2, S6, S15) The proof of a stage of levels: the sorted vector of the ratios is the best.

Let N(z) be the number of groups above level z. The leximin maximises N(z) for every z in ascending
order. The replay raises the groups to the lowest level at which the stated answer has a group that
is not yet proved to be stuck; there an event must prove that no answer raises more groups.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from ..month.read import RefutedError
from .events import check_end, next_event
from .proof import Event, Gap, Proof, Weights


@dataclass(slots=True)
class Group:
    """A group's ratio (value + offset) / denominator; ``value`` is that of the stated answer.

    weights      the sum that gives the value
    floor        the value that is proved to be reached
    top          the value that is proved not to be exceeded
    row          number of the row that keeps the value at the floor or above
    switches     columns in {0, 1}, each worth one more unit above the floor
    is_open      False once it is proved that the group cannot rise above its reach
    is_passed    True once a closed group's level is proved
    """

    name: str
    weights: Weights
    value: int
    offset: int
    denominator: int
    floor: int
    top: int
    row: int = -1
    switches: list[int] = field(default_factory=list)
    is_open: bool = True
    is_passed: bool = False

    def ratio(self, value: int) -> Fraction:
        """Return the level of a value."""
        return Fraction(value + self.offset, self.denominator)

    @property
    def reach(self) -> int:
        """The value of the group if all its switches are 1."""
        return self.floor + len(self.switches)

    @property
    def is_unsure(self) -> bool:
        """Whether the last switch decides if the group is above a level not yet proved."""
        return bool(self.switches) and not self.is_passed

    def least_at(self, level: Fraction) -> int:
        """Return the least value at or above a level."""
        return -(
            (self.offset * level.denominator - level.numerator * self.denominator)
            // (level.denominator)
        )


def prove_levels(
    proof: Proof, groups: list[Group], events: Iterable[Event], *, is_worst_only: bool
) -> None:
    """Raise ``RefutedError`` unless the events prove the leximin of the groups' values.

    With ``is_worst_only`` they need to prove only the worst level.
    """
    waiting = deque(events)
    for group in groups:
        if not group.floor <= group.value <= group.top:
            raise RefutedError("level_out_of_reach", group=group.name, value=group.value)
        group.row = proof.add_row(group.weights, group.floor)
    if not is_worst_only:
        _prove_all(proof, groups, waiting)
    elif groups:
        _prove_worst(proof, groups, waiting)
    check_end(proof, waiting)


def _find_rising(groups: list[Group]) -> list[Group]:
    for group in groups:
        group.is_open = group.is_open and group.reach < group.top
    return [group for group in groups if group.is_open or group.is_unsure]


def _raise_all(proof: Proof, rising: list[Group]) -> None:
    """Raise the floors of these groups to their worst stated level, which the answer reaches."""
    level = min(group.ratio(group.value) for group in rising)
    for group in rising:
        group.floor = max(group.floor, group.least_at(level))
        proof.row_low[group.row] = group.floor


def _check_count(groups: list[Group], above: list[Group], level: Fraction, most: int) -> None:
    """Raise ``RefutedError`` unless as many groups are above the level as in the stated answer."""
    sure = [g for g in groups if g not in above and g.ratio(g.floor) > level]
    true = sum(g.ratio(g.value) > level for g in groups)
    if len(sure) + most != true:
        raise RefutedError("level_count", stated=len(sure) + most, true=true)


def _prove_level(
    proof: Proof, groups: list[Group], rising: list[Group], waiting: deque[Event]
) -> None:
    level, worst, above = _find_worst(rising)
    if [len(worst), len(above)] == [1, 0] and not worst[0].switches:
        _raise_or_close(proof, worst[0], waiting)
    elif worst or above:
        _prove_count(proof, groups, worst, above, waiting)
    _pass_closed(rising, level)


def _find_worst(rising: list[Group]) -> tuple[Fraction, list[Group], list[Group]]:
    """Return the worst level, the open groups at it, and the unsure groups above it."""
    level = min(group.ratio(group.reach) for group in rising)
    worst = [g for g in rising if g.is_open and g.ratio(g.reach) == level]
    above = [g for g in rising if g.is_unsure and g.ratio(g.reach) > level]
    return level, worst, above


def _pass_closed(rising: list[Group], level: Fraction) -> None:
    for group in rising:
        group.is_passed |= not group.is_open and group.ratio(group.reach) == level


def _raise_or_close(proof: Proof, group: Group, waiting: deque[Event]) -> None:
    """Raise the only group at the level by one unit if the stated answer does, else close it."""
    if group.value > group.floor:
        group.floor += 1
        proof.row_low[group.row] = group.floor
    else:
        _prove_stuck(proof, {group.row: group.floor + 1}, waiting, _gap_of(group))
        group.is_open = False


def _gap_of(group: Group) -> Gap:
    return Gap("level", group.name, group.ratio(group.value), group.ratio(group.top))


def _prove_stuck(proof: Proof, floors: dict[int, int], waiting: deque[Event], gap: Gap) -> None:
    """Require that the next event proves that no answer reaches these floors of rows.

    An event without multipliers leaves the gap. Raises ``RefutedError`` if the proof fails.
    """
    event = next_event(proof, waiting, "no")
    if not event[1:3]:
        proof.leave_open(gap)
        return
    with proof.aside():
        for row, floor in floors.items():
            proof.row_low[row] = floor
        if not proof.is_impossible(event[1:3], event[3] if len(event) > 3 else []):
            raise RefutedError("level_not_proved", row=min(floors))


def _prove_count(
    proof: Proof,
    groups: list[Group],
    worst: list[Group],
    above: list[Group],
    waiting: deque[Event],
) -> None:
    """Require that the next events bound how many groups at or above the worst level rise.

    A switch for each group at the worst level says whether it rises.
    """
    level = min((g.ratio(g.reach) for g in worst), default=None)
    switches = [_add_switch(proof, group, waiting) for group in worst]
    counted = [*switches, *(group.switches[-1] for group in above)]
    _, most, scale, flat = next_event(proof, waiting, "sum")
    proof.keep_sum(dict.fromkeys(counted, 1), most, scale, flat, _name_count(level))
    if level is not None:
        _check_count(groups, above, level, most)
    if not 0 < most < len(counted):
        for switch in switches:
            proof.decide(switch, int(most > 0))
    while waiting and waiting[0][0] in ("none", "all"):
        proof.settle(waiting.popleft())
    for group, switch in zip(worst, switches, strict=True):
        _follow(proof, group, switch)


def _name_count(level: Fraction | None) -> tuple[str, str]:
    return "count", "" if level is None else str(abs(level))


def _follow(proof: Proof, group: Group, switch: int) -> None:
    """Raise or close a group whose switch is decided; otherwise keep the switch."""
    if not proof.is_decided(switch):
        group.switches.append(switch)
    elif proof.low[switch]:
        group.floor, group.switches = group.reach + 1, []
        proof.row_low[group.row] = group.floor
    else:
        group.is_open = False


def _add_switch(proof: Proof, group: Group, waiting: deque[Event]) -> int:
    """Add a switch b in {0, 1} and return its column.

    The rows are value >= floor + switches + b, and b <= the switch before it.
    """
    next_event(proof, waiting, "switch")
    own, reach = group.weights, group.reach
    switch = proof.add_column(1, lambda at: int(sum(w * at[j] for j, w in own.items()) > reach))
    weights = {**group.weights, **dict.fromkeys((*group.switches, switch), -1)}
    proof.add_row(weights, group.floor)
    if group.switches:
        proof.add_row({group.switches[-1]: 1, switch: -1}, 0)
    return switch


def _prove_all(proof: Proof, groups: list[Group], waiting: deque[Event]) -> None:
    """Require a proof of the levels one by one, from the worst."""
    while rising := _find_rising(groups):
        if not any(group.switches for group in rising):
            _raise_all(proof, rising)
            if any(group.floor == group.top for group in rising):
                continue
        _prove_level(proof, groups, rising, waiting)


def _prove_worst(proof: Proof, groups: list[Group], waiting: deque[Event]) -> None:
    """Require a proof that no answer has every group above the stated answer's worst level.

    All groups are raised to that level first, because cuts of the certificate rest on it; the
    stated answer shows that they can be.
    """
    _raise_all(proof, groups)
    level = min(group.ratio(group.value) for group in groups)
    above = {g.row: g.floor + (g.ratio(g.floor) == level) for g in groups}
    if all(above[group.row] <= group.top for group in groups):
        bound = bound_worst(groups)
        worst = next(g for g in groups if g.ratio(g.value) == level)
        _prove_stuck(proof, above, waiting, Gap("level", worst.name, level, bound))


def bound_worst(groups: list[Group]) -> Fraction:
    """Return the highest level that the worst group can have, by the tops of the groups only."""
    return min(group.ratio(group.top) for group in groups)
