"""The only link between the site and the optimizer: a frozen month in, a checked report out."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from matchmaker.rounds.question.problem import make_problem
from matchmaker.rounds.question.snapshot import FrozenOverride, Snapshot
from optimizer import pseudonyms
from optimizer.checker.bundle import make_bundle
from optimizer.codec import canonical_text
from optimizer.facts import Facts
from optimizer.limits import Limits
from optimizer.policy import COMMUNITY_2, POLICIES
from optimizer.problem import Problem
from optimizer.process.guard import OnBeat, solve_apart
from optimizer.report import Failure, SolveReport
from optimizer.rows import Need, Person, Stock
from optimizer.solution import Assignment, Solution
from optimizer.validity import Validity
from optimizer.what_if.rest import leave_rest, list_added

DEFAULT_POLICY = COMMUNITY_2.label
PUBLISHED = tuple(POLICIES)  # labels, from the first on


def make_problem_json(
    snapshot: Snapshot, seed: str, overrides: Iterable[FrozenOverride] | None = None
) -> str:
    """Return the canonical JSON of the problem of a frozen month.

    ``overrides`` replaces the pins and forbids of the snapshot; None keeps them. Raises
    ``ProblemError`` when the rows contradict each other.
    """
    return canonical_text(make_problem(snapshot, seed, overrides).to_json())


@dataclass(frozen=True, slots=True)
class QuestionRows:
    """The stocks, people and needs of a stored question."""

    stocks: tuple[Stock, ...]
    people: tuple[Person, ...]
    needs: tuple[Need, ...]


def read_rows(problem_json: str) -> QuestionRows:
    """Return the stocks, people and needs of a stored question, in the order of the question."""
    problem = Problem.from_json(json.loads(problem_json))
    return QuestionRows(problem.stocks, problem.people, problem.needs)


def make_rest_json(problem_json: str, facts: Facts) -> str:
    """Return the canonical JSON of the question of what is free in a decided month.

    Equal questions and facts give equal bytes.
    """
    rest = leave_rest(Problem.from_json(json.loads(problem_json)), facts)
    return canonical_text(rest.to_json())


def list_new(lines: Iterable[Assignment]) -> tuple[Assignment, ...]:
    """The lines of an answer to the rest that are new: no promise made before holds their place."""
    return list_added(lines)


def list_days_of(
    problem_json: str, lines: Collection[Assignment]
) -> dict[tuple[str, str | None], list[str]]:
    """Map each need and slot of ``lines`` to the days (ISO) that suit the need and all its givers.

    An empty list means any day, of the slot if there is one.
    """
    problem = Problem.from_json(json.loads(problem_json))
    validity = Validity(problem)
    stocks = {row.id: row for row in problem.stocks}
    people = {row.id: row for row in problem.people}
    needs = {row.id: row for row in problem.needs}
    teams: dict[tuple[str, str | None], list[tuple[Stock, Person | None]]] = {}
    for line in lines:
        giver = stocks[line.stock], people[line.person] if line.person else None
        teams.setdefault((line.need, line.slot), []).append(giver)
    return {
        (need, slot): [day for day in validity.list_common(needs[need], team, slot) if day]
        for (need, slot), team in teams.items()
    }


@dataclass(frozen=True, slots=True)
class PublicTexts:
    """Question and answer under the names of the month only: canonical JSON and hashes."""

    question: str
    answer: str
    question_sha256: str
    answer_sha256: str


def hide_names(problem_json: str, solution_json: str) -> PublicTexts | None:
    """Return what anyone may read of a solved question; None if it has no lots to use as names."""
    problem = Problem.from_json(json.loads(problem_json))
    if not problem.lots:
        return None
    asked, answer = pseudonyms.hide_names(problem, Solution.from_json(json.loads(solution_json)))
    return PublicTexts(
        canonical_text(asked.to_json()),
        canonical_text(answer.to_json()),
        asked.sha256,
        answer.result_sha256,
    )


@dataclass(frozen=True, slots=True)
class AskName:
    """The public names of an ask and of its home; each has a ticket of the draw."""

    ask: str
    home: str


def map_public_names(problem_json: str) -> dict[str, AskName]:
    """Map the id of each ask of a stored question to its public names.

    Nothing is published of a question without lots, so its map is empty.
    """
    problem = Problem.from_json(json.loads(problem_json))
    if not problem.lots:
        return {}
    return {need.id: AskName(need.lot, need.recipient) for need in problem.needs}


def pack_checker() -> bytes:
    """Return the checker as one file that Python 3.11 or later runs without anything else."""
    return make_bundle()


def solve(
    problem_json: str,
    limit_seconds: float,
    *,
    memory_mib: int,
    on_beat: OnBeat,
    is_priced: bool = True,
) -> SolveReport:
    """Solve, check, explain and price pins in a child process; a failure becomes a report, too.

    Pricing all pins and forbids together may take as long again as the solve itself; it is left out
    unless ``is_priced``. ``memory_mib`` limits the memory of the process. ``on_beat`` receives the
    progress repeatedly; when it returns False, the process is ended and the report is CANCELLED.
    """
    try:
        problem = Problem.from_json(json.loads(problem_json))
    except (ValueError, RecursionError):
        return SolveReport(failure=Failure.BROKEN_PROBLEM)
    limits = Limits(seconds=limit_seconds, price_seconds=limit_seconds if is_priced else None)
    return solve_apart(problem, limits, memory_mib=memory_mib, on_beat=on_beat)


@dataclass(frozen=True, slots=True)
class AnswerBefore:
    """The question and answer of an earlier run, with which a new answer is compared.

    names   need of the new question -> need before that it is a part of, where their ids differ
    """

    problem_json: str
    solution_json: str
    names: Mapping[str, str]


def compare(
    problem_json: str,
    limit_seconds: float,
    before: AnswerBefore,
    *,
    memory_mib: int,
    on_beat: OnBeat,
) -> SolveReport:
    """Solve and check as ``solve`` does, and compare the answer with the one before.

    Nothing is explained. Comparing may take as long again as the solve itself.
    """
    try:
        problem = Problem.from_json(json.loads(problem_json))
    except (ValueError, RecursionError):
        return SolveReport(failure=Failure.BROKEN_PROBLEM)
    limits = Limits(seconds=limit_seconds, explain_seconds=None, price_seconds=limit_seconds)
    old = {
        "problem": json.loads(before.problem_json),
        "solution": json.loads(before.solution_json),
        "names": before.names,
    }
    return solve_apart(problem, limits, memory_mib=memory_mib, on_beat=on_beat, before=old)
