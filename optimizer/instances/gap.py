"""Read generalised assignment instances of the OR-Library: each job goes to exactly one agent.

A file consists of whole numbers separated by white space: number of agents m, number of jobs n,
m rows of n costs, m rows of n consumptions (what a job takes of an agent's capacity), m capacities.
Source: J. E. Beasley, OR-Library, "gap" (1990).
"""

from optimizer.codec import ProblemError
from optimizer.policy import Policy, Stage, StageKind
from optimizer.problem import Need, Pair, Pin, Problem, Stock

GAP_POLICIES = {
    "min": Policy("gap-min", 1, (Stage("cost", StageKind.MIN_COST),)),
    "max": Policy("gap-max", 1, (Stage("profit", StageKind.MAX_SCORE),)),
}


def read_gap(name: str, text: str, sense: str) -> Problem:
    """Return the problem of one instance; ``sense``: "min" of costs or "max" of profits.

    Agents are stocks; jobs are pinned needs that take only listed pairs. Raises ``ProblemError``
    whose path is the position of the broken number.
    """
    numbers = [_whole(k, word) for k, word in enumerate(text.split())]
    agents, jobs = _read_sizes(numbers)
    wanted = 2 + 2 * agents * jobs + agents
    costs, uses = numbers[2:], numbers[2 + agents * jobs :]
    capacities = numbers[wanted - agents :]
    agent = [f"agent-{k:04d}" for k in range(agents)]
    job = [f"job-{k:05d}" for k in range(jobs)]
    cells = [(job[j], agent[k]) for k in range(agents) for j in range(jobs)]
    of_cell = zip(cells, costs[: len(cells)], uses[: len(cells)], strict=True)
    return Problem(
        name=name,
        seed="00",
        stocks=tuple(
            Stock(id_, id_, "job", capacity)
            for id_, capacity in zip(agent, capacities, strict=True)
        ),
        needs=tuple(Need(id_, id_, "job", listed=True) for id_ in job),
        pairs=tuple(Pair(*cell, score=cost, consumption=use) for cell, cost, use in of_cell),
        pins=tuple(Pin(id_) for id_ in job),
        policy=GAP_POLICIES[sense],
    )


def _read_sizes(numbers: list[int]) -> tuple[int, int]:
    """Return the numbers of agents and jobs, checked against the length of the file."""
    if len(numbers) < 2 or min(numbers[:2]) < 1:
        raise ProblemError("$[0]", "must begin with the numbers of agents and jobs")
    agents, jobs = numbers[:2]
    wanted = 2 + 2 * agents * jobs + agents
    if len(numbers) != wanted:
        raise ProblemError(f"$[{min(len(numbers), wanted)}]", f"must hold {wanted} numbers")
    return agents, jobs


def _whole(position: int, word: str) -> int:
    try:
        return int(word)
    except ValueError:
        raise ProblemError(f"$[{position}]", f"{word} is not a whole number") from None
