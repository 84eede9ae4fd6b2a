"""Where a need may go that lost a line, or has none yet, and which lines must give way for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from optimizer.explain_places import Places
from optimizer.solution import Assignment


@dataclass(frozen=True, slots=True)
class Step:
    """``comer`` gets the line ``place`` when ``gone`` gives way; None: the place is free."""

    comer: str
    place: Assignment
    gone: Assignment | None


@dataclass(frozen=True, slots=True)
class Moves:
    """Where one need may go: a step for every line that may give way, by its number.

    lines   the numbers as bits          free   a step to a free place
    """

    lines: int
    steps: dict[int, Step]
    free: Step | None


class Steps:
    """Steps between the places of one answer, remembered.

    number   of every line of the answer          bits   numbers of a need's lines, as bits
    """

    def __init__(self, places: Places) -> None:
        self._places, self._held = places, places.held
        self._moves: dict[Assignment, Moves] = {}
        self.number: dict[Assignment, int] = {}
        self.bits: dict[str, int] = {}
        for name, lines in self._held.lines.items():
            for line in lines:
                self.bits[name] = self.bits.get(name, 0) | 1 << len(self.number)
                self.number[line] = len(self.number)

    def enter(self, places: Sequence[Assignment]) -> Moves:
        """Moves of a need without lines into these places of its own."""
        steps, lines, free = dict[int, Step](), 0, None
        for place in places:
            for step in self._into(place):
                if step.gone is None:
                    free = free or step
                else:
                    steps.setdefault(self.number[step.gone], step)
        for number in steps:
            lines |= 1 << number
        return Moves(lines, steps, free)

    def move(self, line: Assignment) -> Moves:
        """Moves of a need that lost this line of its own and keeps the others."""
        if line not in self._moves:
            self._moves[line] = self.enter(list(self._find_others(line)))
        return self._moves[line]

    def _find_others(self, line: Assignment) -> Iterator[Assignment]:
        """Places of the same kind; for one of a team in the same slot, with somebody else."""
        own = self._held.lines[line.need]
        team = {other.person for other in own} if len(own) > 1 else set()
        for place in self._places.of(line.need):
            is_alike = (place.person is None) == (line.person is None)
            if team and (place.slot != line.slot or place.person in team):
                continue
            if is_alike:
                yield replace(place, units=line.units)

    def _into(self, place: Assignment) -> Iterator[Step]:
        """One step for every line of which any one, when it goes, may make the place free."""
        held = self._held
        full = [s for s in held.above[place.stock] if held.room[s] < place.units]
        if place.person is None or place.slot is None:
            gone = [line for stock in full for line in held.users[stock]]
        elif held.is_visited(place.need, place.slot):
            return
        else:
            there = held.at.get((place.person, place.slot))
            if there is not None:
                gone = [there]
            elif not held.has_time(place.person):
                gone = held.visits[place.person]
            else:
                gone = held.users[full[0]] if full else []
                if not full:
                    yield Step(place.need, place, None)
            gone = [line for line in gone if held.frees(line, full)]
        yield from (Step(place.need, place, line) for line in gone if line.need != place.need)
