"""Read student-project allocation: students rank projects.

Projects and supervisors have capacities.

Three CSV files, each with or without a heading row:
students      id, project of the first choice, of the second, …
projects      id, supervisor, capacity[, least]
supervisors   id, capacity[, least]
Semicolons, tabs or spaces can separate columns too. A project also uses its supervisor's capacity.
Score of the k-th choice: longest list - k + 1.
"""

import re
from collections.abc import Iterator

from optimizer.codec import ProblemError
from optimizer.policy import CountBy, GroupOutcome, Policy, Stage, StageKind
from optimizer.problem import Need, Pair, Problem, Stock

_SIZE = Stage("size", StageKind.MAX_COUNT, by=CountBy.ALL)
_RANKS = Stage("ranks", StageKind.MAX_SCORE)
_LOTTERY = Stage("lottery", StageKind.LOTTERY)
PROJECT_POLICIES = {
    "total": Policy("projects-total", 1, (_SIZE, _RANKS, _LOTTERY)),
    "leximin": Policy(
        "projects-leximin",
        1,
        (
            _SIZE,
            Stage("each", StageKind.LEXIMIN, outcome=GroupOutcome.SCORE),
            _RANKS,
            _LOTTERY,
        ),
    ),
}


def read_projects(students: str, projects: str, supervisors: str, policy: str) -> Problem:
    """Return the problem. Raises ``ProblemError`` with the file and row of the broken value."""
    bosses = _read_rows("supervisors", supervisors, 1)
    offers = _read_rows("projects", projects, 2)
    choices = _read_rows("students", students, None)
    known = {row[0] for row in bosses}
    for k, row in enumerate(offers):
        if row[1] not in known:
            raise ProblemError(f"$.projects[{k}][1]", f"{row[1]} is no supervisor")
    return Problem(
        name="projects",
        seed="00",
        stocks=(
            *(_stock("supervisors", k, row, 1) for k, row in enumerate(bosses)),
            *(_stock("projects", k, row, 2) for k, row in enumerate(offers)),
        ),
        needs=tuple(Need(row[0], row[0], "project", listed=True) for row in choices),
        pairs=tuple(_read_choices(choices, {row[0] for row in offers})),
        policy=PROJECT_POLICIES[policy],
    )


def _read_choices(choices: list[list[str]], projects: set[str]) -> Iterator[Pair]:
    """Yield a pair for every choice; the score falls by one from choice to choice."""
    longest = max((len(row) - 1 for row in choices), default=0)
    for k, row in enumerate(choices):
        for rank, project in enumerate(row[1:]):
            if project not in projects:
                raise ProblemError(f"$.students[{k}][{rank + 1}]", f"{project} is no project")
            yield Pair(row[0], f"project-{project}", score=longest - rank)


def _stock(file: str, k: int, row: list[str], column: int) -> Stock:
    capacity = _whole(f"$.{file}[{k}][{column}]", row[column])
    least = _whole(f"$.{file}[{k}][{column + 1}]", row[column + 1]) if row[column + 1 :] else 0
    kind = file.removesuffix("s")
    return Stock(
        id=f"{kind}-{row[0]}",
        giver=row[1] if kind == "project" else row[0],
        category="project" if kind == "project" else "",
        capacity=capacity,
        least=least,
        parents=(f"supervisor-{row[1]}",) if kind == "project" else (),
    )


def _read_rows(file: str, text: str, number: int | None) -> list[list[str]]:
    """Return rows of cells; a first row whose ``number``-th cell is not a number is a heading."""
    least = (number or 0) + 1
    separator = next((mark for mark in (",", ";", "\t") if mark in text), None)
    rows = [cells for line in text.splitlines() if (cells := _read_cells(line, separator))]
    if rows and _is_heading(rows[0], number):
        rows = rows[1:]
    for k, row in enumerate(rows):
        if len(row) < least:
            raise ProblemError(f"$.{file}[{k}]", f"must hold {least} values or more")
    return rows


def _read_cells(line: str, separator: str | None) -> list[str]:
    """Return cells stripped of spaces and colons; white space separates where nothing else does."""
    parts = line.split(separator) if separator else re.split(r"\s+", line.strip())
    cells = [part.strip().rstrip(":") for part in parts]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _is_heading(row: list[str], number: int | None) -> bool:
    if number is None:
        return row[0].lower() in ("id", "student", "students", "student_id")
    return len(row) > number and not row[number].isdigit()


def _whole(path: str, cell: str) -> int:
    if not cell.isdigit():
        raise ProblemError(path, f"{cell} is not a whole number of 0 or more")
    return int(cell)
