"""The files of a month: one for every stage, and one for each other thing that an answer proves.

These are what each group can get alone (``possible``), the most contested needs of each group
(``contests``), what is decided before a stage (``decided``), and that a month has no answer
(``no_answer``).
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TextIO

from optimizer.checker.check import judge
from optimizer.checker.month.read import read_problem, read_solution
from optimizer.checker.month.schema import Row
from optimizer.checker.program.point import place_answer
from optimizer.checker.program.rows import build_rows
from optimizer.checker.proofs.alone import Groups, prove_possible
from optimizer.checker.proofs.forms import Levels, Sums
from optimizer.checker.proofs.proof import Event, Weights
from optimizer.checker.proofs.undecided import read_witness
from optimizer.checker.replay import number_month, prove_empty, prove_result
from optimizer.checker.stages import kind_of, open_month
from optimizer.checker.verdict import Ruling
from optimizer.vipr.conclude import conclude, list_proved
from optimizer.vipr.lines import ExportError, ProofLine, Term, combine
from optimizer.vipr.scribe import Scribe
from optimizer.vipr.trace import Assumptions
from optimizer.vipr.writer import Sheet, Writer

WHATS = ("stage", "levels", "possible", "contests", "decided", "no_answer")


@dataclass(frozen=True, slots=True)
class Statement:
    """What one file proves.

    what    one of ``WHATS`` except ``levels``
    stage   the stage that it is about; empty for ``no_answer``
    group   the group that it is about; empty: it is not about one group
    """

    what: str
    stage: str
    group: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.what, self.stage, self.group)))


class Export:
    """The proof files of one answer, whose certificate is replayed when this object is made."""

    def __init__(self, problem: object, solution: object) -> None:
        """Check the answer and replay its certificate. Both arguments are parsed JSON.

        Raises ``ExportError`` if the check refutes the answer.
        """
        verdict = judge(problem, solution)
        if verdict.fault is not None:
            raise ExportError(f"the check refutes the answer: {verdict.fault}")
        self._month = open_month(read_problem(problem))
        self._stated = read_solution(solution)
        self._results = [row for row in self._stated["stages"] if row["status"] == "proven"]
        self._certificate = self._stated["certificate"] or {"possible": {}, "stages": []}
        self._columns = number_month(self._month)
        lines = [self._month.label_line(line) for line in self._stated["assignments"]]
        point = place_answer(self._columns, lines)
        self._scribe = Scribe(build_rows(self._columns), point)
        stages = self._month.problem["policy"]["stages"]
        self._kinds = {stage["name"]: kind_of(stage) for stage in stages}
        self._sheets: dict[Statement, Sheet] = {}  # of all statements that are not of a stage
        if verdict.is_settled:
            self._refute_all()
        elif verdict.ruling is not Ruling.NO_ANSWER:
            self._replay_alone()
            self._replay()
        self._writer = Writer(self._scribe.book)

    def list_statements(self) -> list[Statement]:
        """Return a statement for every stage with steps, in policy order, then the others.

        Some of them may rest on a search; ``state`` refuses these.
        """
        steps = self._scribe.book.steps
        stages = [Statement("stage", name) for k, name in enumerate(self._kinds) if k in steps]
        return [*stages, *self._sheets]

    def find(self, asked: Mapping[str, str]) -> list[Statement]:
        """Return the statements whose fields have these values.

        ``what`` may be ``levels``: the stages that compare the ratios of groups (S2, S6).
        """
        return [one for one in self.list_statements() if self._suits(one, dict(asked))]

    def _suits(self, statement: Statement, asked: dict[str, str]) -> bool:
        if asked.get("what") == "levels" and isinstance(self._kinds.get(statement.stage), Levels):
            asked["what"] = "stage"
        return asked.items() <= asdict(statement).items()

    def state(self, statement: Statement, *, is_bound_wanted: bool = False) -> Sheet:
        """Return what the file of a statement states.

        With ``is_bound_wanted`` a stage that rests on a search is stated up to its first step that
        is not proved, with the proved bound. Otherwise such a statement raises ``ExportError``.
        """
        if statement.what != "stage":
            return _check_sheet(self._sheets[statement], is_bound_wanted=is_bound_wanted)
        return self._sum_up(statement, is_bound_wanted=is_bound_wanted)

    def write(self, sheet: Sheet, file: TextIO) -> int:
        """Write the file of a sheet and return the number of its derived lines."""
        return self._writer.write(file, sheet)

    def _refute_all(self) -> None:
        """Replay the proof that there is no answer, and keep a sheet for it."""
        prove_empty(self._scribe, self._certificate)
        statement, last = Statement("no_answer", ""), self._scribe.last
        facts = self._describe(statement)
        self._sheets[statement] = Sheet(0, facts, {}, None, last, [])

    def _replay_alone(self) -> None:
        """Replay what every group can get alone, and keep a sheet for each."""
        results = {row["name"]: row for row in self._results if row["levels"]}
        for stage in self._month.problem["policy"]["stages"]:
            if stage["name"] in results:
                groups = kind_of(stage).list_alone(self._month, stage)
                for group, needs in groups.items():
                    name = self._month.name_of(group)
                    statement = Statement("possible", stage["name"], name)
                    own = results[stage["name"]]
                    self._sheets[statement] = self._prove_alone(statement, own, {group: needs})

    def _prove_alone(self, statement: Statement, result: Row, groups: Groups) -> Sheet:
        scribe, certificate = self._scribe, self._certificate
        scribe.given, scribe.is_given = {}, True
        prove_possible(scribe, self._month, groups, result, certificate)
        scribe.is_given = False
        _, witness = certificate["possible"][statement.stage][statement.group]
        lines = read_witness(self._month, witness)
        met = self._columns.met
        kept = [line for line in lines if met[line["need"]] not in scribe.given]
        point = place_answer(self._columns, kept)
        last = scribe.last
        value = sum(weight * point[j] for j, weight in last.weights.items())
        facts = self._describe(statement) | {"value": str(value), "bound": str(last.right)}
        return Sheet(-1, facts, last.weights, value, last, [point], scribe.given)

    def _replay(self) -> None:
        """Replay every proved result, as the checker does, and the bounds of open sums."""
        scribe, proved = self._scribe, self._results
        events = [*self._certificate["stages"], *self._certificate.get("open", ())]
        for k, (number, stage, weights) in enumerate(self._list_aims()):
            kind, own = self._kinds[stage["name"]], events[k] if k < len(events) else []
            if k < len(proved):
                scribe.start(number, is_joined=proved[k]["value"] is not None)
                prove_result(scribe, self._month, (stage, proved[k], weights), k, own)
                scribe.finish()
                self._note_sets(number, stage["name"], own)
            elif isinstance(kind, Sums):
                scribe.bound_open(number, weights, own)

    def _note_sets(self, number: int, stage: str, events: list[Event]) -> None:
        """Keep sheets for what a result shows beside its sums: contests, and what is decided."""
        scribe = self._scribe
        names = [event[1] for event in events if event[0] == "open"]
        for name, shown in zip(names, scribe.shown, strict=False):
            line, weights = shown.line, shown.line.weights
            value = sum(weight * shown.point[j] for j, weight in weights.items())
            sheet = self._state(Statement("contests", stage, name), number, line, value)
            self._sheets[Statement("contests", stage, name)] = replace(
                sheet, points=[shown.point], extent=shown.extent
            )
        count = sum(len(event[1]) for event in events if event[0] == "decided")
        if count:
            line = _add_up(scribe.settled)
            statement = Statement("decided", stage)
            sheet = self._state(statement, number, line, line.right)
            self._sheets[statement] = replace(
                sheet, points=scribe.witnesses[:count], extent=scribe.extent
            )

    def _state(self, statement: Statement, number: int, line: ProofLine, value: int) -> Sheet:
        facts = self._describe(statement) | {"value": str(value), "bound": str(line.right)}
        return Sheet(number, facts, line.weights, value, line, [])

    def _list_aims(self) -> Iterator[tuple[int, Row, Weights]]:
        """Yield, for every result in order, number and row of its stage and weights of its sum."""
        for number, stage in enumerate(self._month.problem["policy"]["stages"]):
            kind = self._kinds[stage["name"]]
            for weights in kind.list_sums(self._month, self._scribe.program, stage):
                yield number, stage, weights

    def _sum_up(self, statement: Statement, *, is_bound_wanted: bool) -> Sheet:
        number, book = list(self._kinds).index(statement.stage), self._scribe.book
        steps = list_proved(book.steps[number], is_bound_wanted=is_bound_wanted)
        found = conclude(book, steps, number)
        kind = self._kinds[statement.stage]
        is_least = isinstance(kind, Sums) and kind.sign < 0
        facts = self._describe(statement) | {"value": str(found.value), "bound": str(found.bound)}
        keys = [row["key"] for row in self._stated["stages"] if row["name"] == statement.stage]
        if isinstance(kind, Sums) and len(keys) == len(book.steps[number]):
            facts["aims"] = [
                {"key": key, "factor": str(factor), "value": part.value, "bound": part.bound.right}
                for key, factor, part in zip(keys, found.factors, steps, strict=False)
            ]
        points, last = [self._scribe.point], found.last
        return Sheet(number, facts, found.objective, found.value, last, points, {}, is_least)

    def _describe(self, statement: Statement) -> Row:
        policy, names = self._month.problem["policy"], list(self._kinds)
        is_later = statement.what in ("stage", "contests", "decided")
        before = names[: names.index(statement.stage)] if is_later else []
        return {
            "question": self._stated["problem_sha256"],
            "answer": self._stated["result_sha256"],
            "policy": f"{policy['name']}/{policy['version']}",
            "what": statement.what,
            "stage": statement.stage,
            "group": statement.group,
            "kept": [name for name in before if any(r["name"] == name for r in self._results)],
        }


def _add_up(settled: Mapping[int, ProofLine]) -> ProofLine:
    """Return the sum of the lines that decide columns: at most 0, or (weight -1) at least 1."""
    weights = {j: -1 if line.sense == "G" else 1 for j, line in settled.items()}
    terms = [Term(line, weights[j]) for j, line in settled.items()]
    right = sum(term.times * term.line.right for term in terms)
    return combine(weights, right, terms, kind="lin")


def _check_sheet(sheet: Sheet, *, is_bound_wanted: bool) -> Sheet:
    """Return the sheet. Raises ``ExportError`` if it rests on an assumption.

    Also if its bound is above its value and ``is_bound_wanted`` is False.
    """
    bound = sheet.last.right
    if sheet.value is not None and sheet.value < bound and not is_bound_wanted:
        raise ExportError(f"{sheet.value} is reached, but no more than {bound} is proved")
    if Assumptions(sheet.stage).of(sheet.last):
        raise ExportError("it rests on what its stage assumes")
    return sheet
