"""Read student-project allocation: students rank projects of supervisors.

Three tables, each with or without a heading row:
students      id, project of the first choice, of the second, …
projects      id, supervisor, capacity[, least], in the order of the headings; without them also
              id, capacity, supervisor[, least]
supervisors   id, capacity[, least]
A project also uses its supervisor's capacity. Score of the k-th choice: longest list - k + 1.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from optimizer.codec import LARGEST, ProblemError
from optimizer.instances.columns import (
    PROJECT_WORDS,
    SUPERVISOR_WORDS,
    ColumnOrder,
    has_student_heading,
    order_columns,
)
from optimizer.instances.reasons import Words
from optimizer.instances.tables import Row, Table
from optimizer.policy import CountBy, GroupOutcome, Policy, Stage, StageKind
from optimizer.problem import Need, Pair, Problem, Stock

_SIZE = Stage("size", StageKind.MAX_COUNT, by=CountBy.ALL)
_RANKS = Stage("ranks", StageKind.MAX_SCORE)
_LOTTERY = Stage("lottery", StageKind.LOTTERY)
_EACH = Stage("each", StageKind.LEXIMIN, outcome=GroupOutcome.SCORE)
PROJECT_POLICIES = {
    "total": Policy("projects-total", 1, (_SIZE, _RANKS, _LOTTERY)),
    "leximin": Policy("projects-leximin", 1, (_SIZE, _EACH, _RANKS, _LOTTERY)),
}


@dataclass(frozen=True, slots=True)
class ProjectFiles:
    """The three tables and how to read them.

    header      whether all have a heading row; None: find out for each
    or_closed   a project has at least its least number of students or none at all
    """

    students: Table
    projects: Table
    supervisors: Table
    header: bool | None = None
    or_closed: bool = False


@dataclass(frozen=True, slots=True)
class Projects:
    """A problem that was read from the tables of students, projects and supervisors.

    problem    the problem
    seen       one line for the user: how many rows each table has, its heading row, encoding and
               separator, and which columns were recognised
    warnings   one sentence for each cell that was left out: empty, or a project named again
    words      how messages name projects and supervisors, and the row of each in its file
    """

    problem: Problem
    seen: str
    warnings: tuple[str, ...]
    words: Words


@dataclass(frozen=True, slots=True)
class _Place:
    """A project or a supervisor; ``above``: the supervisor of a project, empty for a supervisor."""

    id: str
    capacity: int
    least: int
    above: str
    row: Row

    @property
    def stock(self) -> str:
        """The id of the stock of the place."""
        return f"{'project' if self.above else 'supervisor'}-{self.id}"

    @property
    def title(self) -> str:
        """The words for the place, with its row in the file."""
        return f"{'project' if self.above else 'supervisor'} {self.id} (row {self.row.number})"


@dataclass(slots=True)
class _Chosen:
    """The projects that each student ranks, and warnings about what was left out of the lists."""

    has_heading: bool
    students: dict[str, list[str]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def add(self, table: Table, row: Row, projects: Set[str]) -> None:
        """Add the row of a student. Raises ``ProblemError`` for a project that is not known."""
        ranked: list[str] = []
        for column, project in enumerate(row.cells[1:], start=1):
            if project and project not in projects:
                raise table.fault(f"{project} is no project", row, column)
            if not project or project in ranked:
                reason = f"names {project} again" if project else "is empty"
                fault = table.fault(f"{reason}; later choices move up", row, column)
                self.warnings.append(str(fault))
            else:
                ranked.append(project)
        self.students[_get(table, row, 0).rstrip(":")] = ranked


def read_projects(files: ProjectFiles, policy: str) -> Projects:
    """Return the problem of the tables.

    Raises ``ProblemError`` whose path is the file, with row and column if one cell is at fault.
    """
    columns = order_columns(files.supervisors, SUPERVISOR_WORDS, files.header)
    bosses = _read_places(files.supervisors, columns, {})
    known = {boss.id: boss for boss in bosses}
    order = order_columns(files.projects, PROJECT_WORDS, files.header, known.keys())
    offers = _read_places(files.projects, order, known)
    chosen = _read_students(files, {offer.id for offer in offers})
    try:
        problem = _make_problem((*bosses, *offers), chosen, policy, or_closed=files.or_closed)
    except ProblemError as error:
        raise ProblemError(files.projects.name, f"{error.path[2:]} {error.reason}") from None
    tables = (files.students, files.projects, files.supervisors)
    headings = (chosen.has_heading, order.has_heading, columns.has_heading)
    lines = (
        f"{len(chosen.students)} students, {len(offers)} projects, {len(bosses)} supervisors",
        *(
            f"{table.name}: heading row {'yes' if heading else 'no'}, "
            f"encoding {table.encoding}, separator {table.separator}"
            for table, heading in zip(tables, headings, strict=True)
        ),
        f"columns of projects: {', '.join(order.names)}",
    )
    words = Words({place.stock: place.title for place in (*bosses, *offers)})
    return Projects(problem, "; ".join(lines), tuple(chosen.warnings), words)


def _make_problem(
    places: Sequence[_Place], chosen: _Chosen, policy: str, *, or_closed: bool
) -> Problem:
    longest = max(map(len, chosen.students.values()), default=0)
    return Problem(
        name="projects",
        seed="00",
        stocks=tuple(_make_stock(place, or_closed=or_closed) for place in places),
        needs=tuple(Need(name, name, "project", listed=True) for name in chosen.students),
        pairs=tuple(
            Pair(name, f"project-{project}", score=longest - rank)
            for name, ranked in chosen.students.items()
            for rank, project in enumerate(ranked)
        ),
        policy=PROJECT_POLICIES[policy],
    )


def _make_stock(place: _Place, *, or_closed: bool) -> Stock:
    if not place.above:
        return Stock(place.stock, place.id, "", place.capacity, least=place.least)
    parents = (f"supervisor-{place.above}",)
    stock = Stock(place.stock, place.above, "project", place.capacity, parents=parents)
    if or_closed:
        return replace(stock, least_if_used=place.least)
    return replace(stock, least=place.least)


def _read_places(table: Table, columns: ColumnOrder, bosses: Mapping[str, _Place]) -> list[_Place]:
    at, places = columns.at, []
    for row in columns.rows:
        above = ""
        if "supervisor" in at:
            above = _get(table, row, at["supervisor"])
            if above not in bosses:
                reason = f"{above} is no supervisor; columns are {', '.join(columns.names)}"
                raise table.fault(reason, row, at["supervisor"])
        name = _get(table, row, at["id"]).rstrip(":")
        if not name:
            raise table.fault("is empty", row, at["id"])
        capacity = _whole(table, row, at["capacity"])
        has_least = at.get("least", len(row.cells)) < len(row.cells) and row.cells[at["least"]]
        least = _whole(table, row, at["least"]) if has_least else 0
        if least > capacity:
            raise table.fault(f"{least} is more than the capacity {capacity}", row, at["least"])
        places.append(_Place(name, capacity, least, above, row))
    table.refuse_twice((place.id, place.row) for place in places)
    return places


def _get(table: Table, row: Row, column: int) -> str:
    if column >= len(row.cells) or not row.cells[column]:
        raise table.fault("is empty", row, column)
    return row.cells[column]


def _whole(table: Table, row: Row, column: int) -> int:
    cell = _get(table, row, column)
    if not cell.isdecimal() or len(cell) > len(str(LARGEST)):
        raise table.fault(f"{cell[:40]} is not a whole number of 0 or more", row, column)
    return int(cell)


def _read_students(files: ProjectFiles, projects: Set[str]) -> _Chosen:
    """Return the lists; a repeated project and an empty cell are left out, with a warning."""
    table = files.students
    heading = has_student_heading(table, files.header, projects)
    rows = table.rows[1:] if heading else table.rows
    chosen = _Chosen(heading)
    table.refuse_twice((row.cells[0].rstrip(":"), row) for row in rows)
    for row in rows:
        chosen.add(table, row, projects)
    return chosen
