"""Read generalised assignment instances of the OR-Library: each job goes to exactly one agent.

An instance consists of whole numbers separated by white space: number of agents m, number of jobs
n, m rows of n costs, m rows of n consumptions (what a job takes of an agent's capacity), m
capacities. A file holds one instance, or the number of instances followed by the instances. Either
every instance is followed by its best known value or none is. Source: J. E. Beasley, OR-Library,
"gap" (1990).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from optimizer.codec import LARGEST, ProblemError
from optimizer.instances.reasons import Words
from optimizer.policy import Policy, Stage, StageKind
from optimizer.problem import Need, Pair, Pin, Problem, Stock

GAP_POLICIES = {
    "min": Policy("gap-min", 1, (Stage("cost", StageKind.MIN_COST),)),
    "max": Policy("gap-max", 1, (Stage("profit", StageKind.MAX_SCORE),)),
}


@dataclass(frozen=True, slots=True)
class GapInstance:
    """One instance; ``costs`` and ``uses`` are in order of agent, then of job.

    ``best``: the best known value that follows the instance in the file; None: none follows.
    """

    agents: int
    jobs: int
    costs: tuple[int, ...]
    uses: tuple[int, ...]
    capacities: tuple[int, ...]
    best: int | None = None


class _Word(NamedTuple):
    text: str
    line: int


class _File:
    """The numbers of a file; errors name the file, the line and the position of the number."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self._words = [
            _Word(word, k)
            for k, line in enumerate(text.splitlines(), start=1)
            for word in line.split()
        ]
        self.numbers = [self._read(k, word) for k, word in enumerate(self._words)]

    def _read(self, k: int, word: _Word) -> int:
        digits = word.text.removeprefix("-")
        if not (digits.isascii() and digits.isdecimal() and len(digits) <= len(str(LARGEST))):
            raise self.fault(k, f"{word.text[:40]} is not a whole number up to {LARGEST}")
        return int(word.text)

    def fault(self, k: int, reason: str) -> ProblemError:
        """Return the error at number ``k``, counted from 0; past the end it names only the file."""
        place = self.name
        if k < len(self._words):
            place += f", line {self._words[k].line}, number {k + 1}"
        return ProblemError(place, reason)


def read_gaps(name: str, text: str) -> list[GapInstance]:
    """Return the instances of a file.

    Raises ``ProblemError`` whose path is the file with the line and position of the broken number,
    or only the file if numbers are missing at its end.
    """
    file = _File(name, text)
    numbers = file.numbers
    if len(numbers) < 2:
        raise file.fault(0, "must begin with the numbers of agents and jobs")
    for start, count in ((0, 1), (1, numbers[0])):
        for is_followed in (False, True):
            found = _divide(file, start, count, is_followed=is_followed)
            if found is not None:
                return found
    raise _explain(file)


def _divide(file: _File, start: int, count: int, *, is_followed: bool) -> list[GapInstance] | None:
    """Return ``count`` instances that use up all numbers from ``start`` on; None if they do not."""
    numbers = file.numbers
    starts: list[int] = []
    while len(starts) < count:
        size = _size(numbers, start)
        if size is None or start + size + is_followed > len(numbers):
            return None
        starts.append(start)
        start += size + is_followed
    if start < len(numbers) or not starts:
        return None
    return [_cut(file, k, is_followed=is_followed) for k in starts]


def _size(numbers: Sequence[int], start: int) -> int | None:
    """Return how many numbers the instance at ``start`` has; None if no instance begins there."""
    sizes = numbers[start : start + 2]
    if len(sizes) < 2 or min(sizes) < 1:
        return None
    agents, jobs = sizes
    return 2 + 2 * agents * jobs + agents


def _cut(file: _File, start: int, *, is_followed: bool) -> GapInstance:
    agents, jobs = file.numbers[start : start + 2]
    cells = agents * jobs
    costs, uses, capacities, end = (start + 2 + k * cells for k in (0, 1, 2, 2))
    end += agents
    for k in range(uses, end):
        if file.numbers[k] < 0:
            raise file.fault(k, "must be 0 or more")
    return GapInstance(
        agents,
        jobs,
        tuple(file.numbers[costs:uses]),
        tuple(file.numbers[uses:capacities]),
        tuple(file.numbers[capacities:end]),
        file.numbers[end] if is_followed else None,
    )


def _explain(file: _File) -> ProblemError:
    """Return the error of a file that is neither one instance nor several."""
    numbers = file.numbers
    if min(numbers[:2]) < 1:
        return file.fault(0, "must begin with the numbers of agents and jobs, or of instances")
    single = _size(numbers, 0) or 0
    reason = (
        f"holds {len(numbers)} numbers; {numbers[0]} agents and {numbers[1]} jobs make {single}"
    )
    where = single if len(numbers) > single else len(numbers)
    start = 1
    for k in range(numbers[0]):
        size = _size(numbers, start)
        if size is None or start + size > len(numbers):
            more = f", and as {numbers[0]} instances it ends or breaks in number {k + 1}"
            return file.fault(where, reason + more)
        start += size
    return file.fault(where, reason)


def read_gap(name: str, text: str, sense: str) -> Problem:
    """Return the problem of a file with one instance; ``sense``: "min" or "max" of the costs."""
    instances = read_gaps(name, text)
    if len(instances) > 1:
        raise ProblemError(name, f"holds {len(instances)} instances")
    return make_gap(name, instances[0], sense)


def name_jobs(instance: GapInstance) -> Words:
    """Return the words for agents and jobs; a file has no names for them, so they count from 1."""
    agents = {f"agent-{k:04d}": f"agent {k + 1}" for k in range(instance.agents)}
    return Words(agents, {f"job-{k:05d}": f"job {k + 1}" for k in range(instance.jobs)})


def make_gap(name: str, instance: GapInstance, sense: str) -> Problem:
    """Return the problem: agents are stocks, jobs are pinned needs, only listed pairs meet them."""
    agent = [f"agent-{k:04d}" for k in range(instance.agents)]
    job = [f"job-{k:05d}" for k in range(instance.jobs)]
    cells = [(j, a) for a in agent for j in job]
    try:
        return Problem(
            name=name,
            seed="00",
            stocks=tuple(
                Stock(id_, id_, "job", capacity)
                for id_, capacity in zip(agent, instance.capacities, strict=True)
            ),
            needs=tuple(Need(id_, id_, "job", listed=True) for id_ in job),
            pairs=tuple(
                Pair(*cell, score=cost, consumption=use)
                for cell, cost, use in zip(cells, instance.costs, instance.uses, strict=True)
            ),
            pins=tuple(Pin(id_) for id_ in job),
            policy=GAP_POLICIES[sense],
        )
    except ProblemError as error:
        raise ProblemError(name, f"{error.path.rpartition('.')[2]} {error.reason}") from None
