"""Exchanges: integer points in which one need comes in, one goes out and others move.

An unmet need can take the place of a met one, which takes the place of another, and so on to a need
that is left out: an alternating path. A team needs such a path for each of its persons. Persons and
stocks are used as before, so in most stages only the two ends of the path matter. Stages that keep
their value under such an exchange do not decide against the need. Every change is checked against
the rules before it counts.

``ExchangeSteps`` lists where a need without a line can go and which lines must give way for it.
``Exchanges`` joins such steps to paths, and ``Keeps`` counts the stages that they keep.
"""

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import chain, pairwise, takewhile

from optimizer.bitset import BitSet, bit_set, least_member
from optimizer.explain.places import Places
from optimizer.problem import Need, Problem
from optimizer.solution import Assignment
from optimizer.stages.kind import Facts, Lines
from optimizer.stages.registry import kind_of


@dataclass(frozen=True, slots=True)
class ExchangeStep:
    """A need gets the line ``place`` when ``gone`` gives way; ``gone`` None: the place is free."""

    need: str
    place: Assignment
    gone: Assignment | None


@dataclass(frozen=True, slots=True)
class Moves:
    """The places to which one need can go: a step for every line that can give way, by its number.

    lines   set of these numbers            free   a step to a free place
    """

    lines: BitSet
    steps: dict[int, ExchangeStep]
    free: ExchangeStep | None


class ExchangeSteps:
    """Steps between the places of one answer, computed once.

    number   of every line of the answer          own   the set of the numbers of a need's lines
    """

    def __init__(self, places: Places) -> None:
        self._places, self._held = places, places.held
        self._moves: dict[Assignment, Moves] = {}
        self.number: dict[Assignment, int] = {}
        self.own: dict[str, BitSet] = {}
        for name, lines in self._held.lines.items():
            for line in lines:
                self.number[line] = len(self.number)
            self.own[name] = bit_set(self.number[line] for line in lines)

    def enter(self, places: Sequence[Assignment]) -> Moves:
        """Return the steps by which a need without lines can get one of these places."""
        steps, free = dict[int, ExchangeStep](), None
        for place in places:
            for step in self._into(place):
                if step.gone is None:
                    free = free or step
                else:
                    steps.setdefault(self.number[step.gone], step)
        return Moves(bit_set(steps), steps, free)

    def move(self, line: Assignment) -> Moves:
        """Return the steps by which a need that lost this line, but no other, can replace it."""
        if line not in self._moves:
            self._moves[line] = self.enter(list(self._find_others(line)))
        return self._moves[line]

    def _find_others(self, line: Assignment) -> Iterator[Assignment]:
        """Yield other places of the same kind (visit or delivery) for the line's need.

        For a member of a team: only places in the same slot, with a person outside the team.
        """
        own = self._held.lines[line.need]
        team = {other.person for other in own} if len(own) > 1 else set()
        for place in self._places.of(line.need):
            is_alike = (place.person is None) == (line.person is None)
            if team and (place.slot != line.slot or place.person in team):
                continue
            if is_alike:
                yield replace(place, units=line.units)

    def _into(self, place: Assignment) -> Iterator[ExchangeStep]:
        """Yield one step for every line that may free the place by giving way alone."""
        obstacles = self._list_obstacles(place)
        if obstacles is None:
            yield ExchangeStep(place.need, place, None)
        else:
            foreign = (line for line in obstacles if line.need != place.need)
            yield from (ExchangeStep(place.need, place, line) for line in foreign)

    def _list_obstacles(self, place: Assignment) -> Sequence[Assignment] | None:
        """Return the lines that may free the place if one of them goes; None: the place is free."""
        held = self._held
        full = held.list_full(place)
        if place.person is None or place.slot is None:
            return list(chain.from_iterable(held.users[stock] for stock in full))
        if held.is_visited(place.need, place.slot):
            return []
        there = held.at.get((place.person, place.slot))
        if there is None and not full and held.has_time(place.person):
            return None
        obstacles = self._list_visits(place.person, there, full)
        return [line for line in obstacles if held.frees(line, full)]

    def _list_visits(
        self, person: str, there: Assignment | None, full: Sequence[str]
    ) -> Sequence[Assignment]:
        """Return the lines that keep this place from being free; one of them must go.

        The person's visit in the slot; without one, all their visits where their month is full;
        else all lines that use a full stock."""
        if there is not None:
            return [there]
        if not self._held.has_time(person):
            return self._held.visits[person]
        return self._held.users[full[0]]


NONE = -1  # no exchange was found
MOST_TRIES = 12  # combinations of needs left out for a team in a slot
Path = list[ExchangeStep]  # from the need that comes in to the one left out


class Exchanges:
    """Exchanges that bring one need into an answer."""

    def __init__(self, problem: Problem, places: Places) -> None:
        self._places, self._needs, self._held = places, places.needs, places.held
        self._pinned = {pin.need for pin in problem.pins}
        self._bounded = {pair.need for pair in problem.pairs if pair.most is not None}
        self._keeps = Keeps(problem, places)
        self._steps = ExchangeSteps(places)

    def count_kept(self, need: Need, wanted: int) -> int:
        """Return how many stages, from the first, some exchange keeps; ``NONE`` if there is none.

        The search ends with the first exchange that keeps ``wanted`` stages.
        """
        best = NONE
        if need.id not in self._bounded:
            for places in self._list_entries(need):
                if best < wanted:
                    best = self._improve(need, places, best, wanted)
        return best

    def _improve(self, need: Need, places: Sequence[Assignment], best: int, wanted: int) -> int:
        """Return the count over exchanges that enter by one of these places; at least ``best``."""
        reached: dict[str, ExchangeStep] = {}
        steps = list(self._spread(places, reached, {need.id} | self._pinned))
        is_team = need.people > 1 and places[0].person is not None
        is_full = is_team and all(step.gone is not None for step in steps)
        tries = MOST_TRIES if is_team else len(steps)
        for most, step in self._sort(need, steps):
            if min(most, wanted) <= best or not tries:
                break
            if is_full and self._frees_too_little(step, best):
                continue
            best = max(best, self._try(need, places, _trace(step, reached), best))
            tries -= 1
        return best

    def _sort(self, need: Need, steps: Sequence[ExchangeStep]) -> list[tuple[int, ExchangeStep]]:
        """Sort steps by how many stages can be kept when their need is left out, most first."""
        found = [(self._count_at_most(need, {step.gone.need}), step) for step in steps if step.gone]
        return sorted(found, key=lambda entry: -entry[0])

    def _frees_too_little(self, step: ExchangeStep, best: int) -> bool:
        """Return whether a team would lack a place: only one becomes free, no other need may go."""
        is_one = step.gone is not None and len(self._held.lines[step.gone.need]) == 1
        return is_one and best + 1 > self._keeps.most_of_many

    def _count_at_most(self, need: Need, outs: Set[str]) -> int:
        """Return how many stages at most are kept when ``outs`` are left out; ``NONE`` if empty."""
        if not outs:
            return NONE
        return self._keeps.count_at_most(need, [self._needs[out] for out in outs])

    def _list_entries(self, need: Need) -> list[list[Assignment]]:
        """Return places that serve the need alike: all in one group, for a team one per slot."""
        places = self._places.of(need.id)
        if need.people == 1:
            return [list(places)] if places else []
        by_slot: dict[str | None, list[Assignment]] = {}
        for place in places:
            by_slot.setdefault(place.slot, []).append(place)
        return list(by_slot.values())

    def _spread(
        self,
        places: Sequence[Assignment],
        reached: dict[str, ExchangeStep],
        closed: Set[str],
        ended: Sequence[Assignment] = (),
    ) -> Iterator[ExchangeStep]:
        """Yield the last step of a shortest path to every need and every free place.

        ``reached`` collects the last step by need; ``closed`` are needs that stay or move already;
        ``ended`` are lines that give way already, whose needs are left out.
        """
        stay = self._bounded | {line.need for line in ended}
        seen = bit_set(self._steps.number[line] for line in ended)
        for name in closed:
            seen |= self._steps.own.get(name, 0)
        waiting = deque([self._steps.enter(places)])
        while waiting:
            moves = waiting.popleft()
            if moves.free is not None:
                yield moves.free
            while new := moves.lines & ~seen:
                step = moves.steps[least_member(new)]
                if step.gone is not None:
                    name = step.gone.need
                    seen |= self._steps.own[name]
                    reached[name] = step
                    yield step
                    if name not in stay:
                        waiting.append(self._steps.move(step.gone))

    def _try(self, need: Need, places: Sequence[Assignment], path: Path, best: int) -> int:
        """Return the stages kept by the path and one path for each other person of a team."""
        paths = [path]
        while places[0].person is not None and len(paths) < need.people:
            more = self._find_another(need, places, paths, best)
            if more is None:
                return NONE
            paths.append(more)
        before, after = self._list_changes(need, paths)
        if not self._held.allows(before, after):
            return NONE
        outs = [self._needs[out] for out in _list_outs(paths)]
        return self._keeps.count(need, outs, before, after)

    def _find_another(
        self, need: Need, places: Sequence[Assignment], paths: Sequence[Path], best: int
    ) -> Path | None:
        """Return a path for one more person whose end can keep more stages than the best."""
        team = {path[0].place.person for path in paths}
        moved = {step.need for path in paths for step in path} | self._pinned
        ended = _list_ended(paths)
        left = [place for place in places if place.person not in team]
        reached = dict[str, ExchangeStep]()
        for step in self._spread(left, reached, moved, ended):
            if self._count_at_most(need, _list_outs([*paths, [step]])) > best:
                return _trace(step, reached)
        return None

    def _list_changes(
        self, need: Need, paths: Sequence[Path]
    ) -> tuple[list[Assignment], list[Assignment]]:
        """Return the lines that go and the lines that come, all of whole needs."""
        before = [line for out in _list_outs(paths) for line in self._held.lines[out]]
        after: list[Assignment] = []
        for path in paths:
            for earlier, step in pairwise(path):
                own = self._held.lines[step.need]
                before += own
                after += [step.place, *(line for line in own if line != earlier.gone)]
        after += [self._filled(need, path[0].place, before, after) for path in paths]
        return before, after

    def _filled(
        self, need: Need, line: Assignment, before: list[Assignment], after: list[Assignment]
    ) -> Assignment:
        """Return the need's own line; a delivery gets as many units as there is room for."""
        if line.person is not None:
            return line
        taken = sum(self._held.consumption(a) for a in after if a.stock == line.stock)
        each = self._places.offers.consumption(need.id, line.stock, None)
        room = self._held.room_after(line.stock, before) - taken
        units = min(need.quantity, room // each) if each else need.quantity
        return replace(line, units=max(units, need.least_units))


def _list_outs(paths: Sequence[Path]) -> Set[str]:
    """Return the needs left out."""
    return {line.need for line in _list_ended(paths)}


def _list_ended(paths: Sequence[Path]) -> list[Assignment]:
    """Return the last line of every path, which gives way without a new place for its need."""
    return [path[-1].gone for path in paths if path[-1].gone is not None]


def _trace(step: ExchangeStep, reached: Mapping[str, ExchangeStep]) -> Path:
    """Return the path that ends with a step."""
    path = [step]
    while path[-1].need in reached:
        path.append(reached[path[-1].need])
    return path[::-1]


class Keeps:
    """Counts the stages before the lottery, from the first, that a change of one answer keeps.

    The change brings one need in, leaves one out and moves others. The conditions are sufficient,
    not necessary: a stage that is counted is kept.

    most_of_many   the most stages that can be kept with two needs out for one
    """

    def __init__(self, problem: Problem, places: Places) -> None:
        self._offers = places.offers
        facts = Facts(
            needs=places.needs,
            helped=Counter(places.needs[need].recipient for need in places.held.lines),
            pledge_of={stock.id: stock.pledge for stock in problem.stocks},
            consumption=places.held.consumption,
            score=self._score,
        )
        policy = problem.policy.stages
        stages = list(takewhile(lambda stage: not kind_of(stage).is_draw, policy))
        every = (k for k, stage in enumerate(stages) if kind_of(stage).counts_every_need(stage))
        self.most_of_many = next(every, len(policy))
        self._of_needs = [kind_of(stage).needs_test(stage, facts) for stage in stages]
        self._of_lines = [kind_of(stage).lines_test(stage, facts) for stage in stages]

    def _score(self, line: Assignment) -> int:
        return self._offers.score(line.need, line.stock, line.person)

    def count_at_most(self, need: Need, outs: Sequence[Need]) -> int:
        """Return an upper bound of ``count`` from the needs alone."""
        for k, is_kept in enumerate(self._of_needs):
            if is_kept is not None and not is_kept(need, outs):
                return k
        return len(self._of_needs)

    def count(self, need: Need, outs: Sequence[Need], before: Lines, after: Lines) -> int:
        """Return the stages kept when ``before`` gives way to ``after``, both of whole needs."""
        most = self.count_at_most(need, outs)
        for k, is_kept in enumerate(self._of_lines[:most]):
            if is_kept is not None and not is_kept(before, after):
                return k
        return most
