"""A second opinion on a solution: can CBC find anything better than a value stated as proven?

The stages are questioned in order, with the earlier ones kept as rows at their stated values. The
three outcomes are never confused: agreed, disagreed, unknown. ``verify`` checks rules and sums; the
last question here is whether one answer can have all stated values.

- The sums of the first stages (S1, S4, S5) are questioned component by component: a sum is greatest
  when it is greatest in every component (``search/components.py``). For the whole month at once the
  engine would have to prove that fractions in several components do not add up to a unit.
- Levels (S2, S6): see ``second/levels.py``; also what every group can get alone, the denominators.
- The lottery (S9): can a need that lost be met with all winners before it? Tickets are taken in
  order, several losers at a time; what is decided is kept.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile

from optimizer.engine.matrix import Weights
from optimizer.model.build import Model, build
from optimizer.model.variables import Columns, Terms, Variable
from optimizer.policy import Stage
from optimizer.problem import Problem, ProblemError
from optimizer.search.alone import list_required, read_possible
from optimizer.search.components import find_components, leading_sums
from optimizer.second.cbc import Answer, SecondEngine
from optimizer.second.levels import StatedGroup, question_levels
from optimizer.solution import Solution, SolutionStatus
from optimizer.stages.kind import Aim, Draw, Levels, Measure, Sums
from optimizer.stages.registry import kind_of
from optimizer.stages.tally import Tally


def question_parts(
    engine: SecondEngine, model: Model, aims: Sequence[Aim], stated: Mapping[Variable, int]
) -> Iterator[tuple[Aim, int, Answer]]:
    """Yield every aim in order, its stated sum, and whether any component has more; then keep it.

    stated   the value of every decision that an aim counts
    engine   of the whole month; it keeps the stated sums too
    """
    order, rows = model.columns.order, model.rows.order
    parts = [
        (frozenset(part.columns), SecondEngine([rows[i] for i in part.rows], engine.seconds))
        for part in find_components(model)
    ]
    for aim in aims:
        total, answers = 0, {Answer.NONE}
        for columns, of_part in parts:
            own = {order[j]: weight for j, weight in aim.weights.items() if j in columns}
            if own:
                value = sum(weight * stated[variable] for variable, weight in own.items())
                answers.add(ask_for_more(of_part, own, value))
                kept = [engine.equal(own, value)]
                of_part.keep(kept)
                engine.keep(kept)
                total += value
        yield aim, total, _worst(answers)


def _worst(answers: Set[Answer]) -> Answer:
    """Return the answer for the whole, given the answers for its parts."""
    return next(a for a in (Answer.FOUND, Answer.OPEN, Answer.NONE) if a in answers)


def ask_for_more(engine: SecondEngine, terms: Terms, value: int) -> Answer:
    """Return whether a sum can be greater than a value."""
    if sum(max(0, weight * int(v.upBound)) for v, weight in terms.items()) <= value:
        return Answer.NONE  # every column of the sum is at its upper bound
    return engine.ask([engine.at_least(terms, value + 1)]).answer


def ask_for_other(model: Model, needs: Sequence[int], stated: int, seconds: float) -> Answer:
    """Return FOUND when the most needs that the group can get alone differ from ``stated``.

    NONE when they do not; earlier stages do not count here. ``needs``: of the group, by position.
    """
    mets, network = model.columns.met, model.columns.network
    own: Terms = {mets[d]: 1 for d in needs if d in mets}
    counted = list_required(network.problem, network.ancestors).union(needs)
    alone = SecondEngine(model.rows.order, seconds)
    alone.keep([alone.at_most({met: 1 for d, met in mets.items() if d not in counted}, 0)])
    reply = alone.ask([], own)
    if reply.answer is not Answer.FOUND:
        return Answer.FOUND if reply.answer is Answer.NONE else Answer.OPEN  # not even the empty
    most = reply.total(own)
    if reply.is_best:
        return Answer.NONE if most == stated else Answer.FOUND
    return Answer.FOUND if most > stated else Answer.OPEN


CHUNK = 16  # losing needs that one question settles


def question_tickets(
    engine: SecondEngine, columns: Columns, met: Set[int], order: Sequence[int]
) -> Iterator[tuple[str, Answer]]:
    """Yield every run of tickets: NONE agreed, FOUND a better draw, OPEN unknown.

    met, order   needs by position; order: those that have a column, first drawn first
    """
    start = 0
    while start < len(order):
        end, losers = start, 0
        while end < len(order) and losers < CHUNK:
            losers += order[end] not in met
            end += 1
        run = order[start:end]
        yield (
            f"tickets {start + 1} to {end}",
            _draw_better(engine, columns, met, run) if losers else Answer.NONE,
        )
        keep_met(engine, columns, met, run)
        start = end


def keep_met(engine: SecondEngine, columns: Columns, met: Set[int], needs: Sequence[int]) -> None:
    """Keep the needs met or unmet as stated."""
    engine.keep([engine.equal({columns.met[d]: 1}, int(d in met)) for d in needs])


def _draw_better(
    engine: SecondEngine, columns: Columns, met: Set[int], run: Sequence[int]
) -> Answer:
    """Ask for one loser to be met with every winner whose ticket is lower."""
    instead = {d: engine.switch() for d in run if d not in met}
    rows = [engine.equal(dict.fromkeys(instead.values(), 1), 1)]
    for k, d in enumerate(run):
        later = [instead[e] for e in run[k:] if e in instead] if d in met else [instead[d]]
        rows.append(engine.at_least({columns.met[d]: 1, **dict.fromkeys(later, -1)}, 0))
    return engine.ask(rows).answer


class Verdict(StrEnum):
    """The second engine's verdict on one value."""

    AGREED = "agreed"
    DISAGREED = "disagreed"
    UNKNOWN = "unknown"


_OF_BETTER = {
    Answer.NONE: Verdict.AGREED,
    Answer.FOUND: Verdict.DISAGREED,
    Answer.OPEN: Verdict.UNKNOWN,
}
_OF_POINT = {**_OF_BETTER, Answer.NONE: Verdict.DISAGREED, Answer.FOUND: Verdict.AGREED}


@dataclass(frozen=True, slots=True)
class Opinion:
    """The verdict on one value. ``stage`` is empty for all values together."""

    stage: str
    of: str
    verdict: Verdict


def judge(opinions: list[Opinion]) -> Verdict:
    """Return the verdict on all: one disagreement refutes.

    Without a disagreement, one unknown opinion or none at all makes the verdict unknown.
    """
    verdicts = {opinion.verdict for opinion in opinions} or {Verdict.UNKNOWN}
    for verdict in (Verdict.DISAGREED, Verdict.UNKNOWN):
        if verdict in verdicts:
            return verdict
    return Verdict.AGREED


class Questioner:
    """Questions a solution's stages in order with the second engine."""

    def __init__(self, problem: Problem, solution: Solution, seconds: float) -> None:
        self._problem, self._solution = problem, solution
        self._model: Model = build(problem)
        self._columns = self._model.columns
        self._results = {(result.name, result.key): result for result in solution.stages}
        self.engine = SecondEngine(self._model.rows.order, seconds)
        met = {assignment.need for assignment in solution.assignments}
        self._met = {d for d, need in enumerate(problem.needs) if need.id in met}

    def question(self) -> Iterator[Opinion]:
        """Yield every opinion as it is formed, up to the first disagreement."""
        for opinion in self._question():
            yield opinion
            if opinion.verdict is Verdict.DISAGREED:
                return

    def _question(self) -> Iterator[Opinion]:
        if self._solution.status is SolutionStatus.INFEASIBLE:
            yield Opinion("", "no answer at all", _OF_BETTER[self.engine.ask([]).answer])
        stages = self._problem.policy.stages
        leading = leading_sums(stages)
        if not self._solution.is_usable or any(self._is_open(stage) for stage in leading):
            return
        yield from self._question_leading(leading)
        for stage in takewhile(lambda stage: not self._is_open(stage), stages[len(leading) :]):
            yield from kind_of(stage).ask(stage, self)
        yield self._question_all()

    def ask_draw(self, kind: Draw, stage: Stage) -> Iterator[Opinion]:
        """Ask, run after run of tickets, whether a loser can be met with all winners before it."""
        if (stage.name, "") not in self._results:
            yield Opinion(stage.name, "not stated", Verdict.DISAGREED)
            return
        met, order = self._columns.met, kind.order(stage, self._problem)
        drawn = [d for d in order if d in met]
        for tickets, answer in question_tickets(self.engine, self._columns, self._met, drawn):
            yield Opinion(stage.name, tickets, _OF_BETTER[answer])

    def _is_open(self, stage: Stage) -> bool:
        """Return whether the solution claims nothing about a stage."""
        return any(
            result.status is not SolutionStatus.PROVEN
            for (name, _), result in self._results.items()
            if name == stage.name
        )

    def _question_leading(self, leading: Sequence[Stage]) -> Iterator[Opinion]:
        aims = [aim for stage in leading for aim in kind_of(stage).aims(stage, self._columns)]
        columns, needs = self._columns, self._problem.needs
        units = Tally(self._problem, self._solution.assignments).units
        stated = {met: int(d in self._met) for d, met in columns.met.items()}
        stated |= {variable: units[needs[d].id] for d, variable in columns.units.items()}
        for aim, total, answer in question_parts(self.engine, self._model, aims, stated):
            result = self._results.get((aim.stage.name, aim.key))
            value, sign = None if result is None else result.value, kind_of(aim.stage).sign
            verdict = _OF_BETTER[answer] if value == sign * total else Verdict.DISAGREED
            yield Opinion(aim.stage.name, f"{aim.key} {value}".strip(), verdict)

    def _terms(self, weights: Weights) -> Terms:
        return {self._columns.order[j]: weight for j, weight in weights.items()}

    def ask_sums(self, kind: Sums, stage: Stage) -> Iterator[Opinion]:
        """Ask for each sum in turn whether it can be greater by one."""
        for aim in kind.aims(stage, self._columns):
            result = self._results.get((stage.name, aim.key))
            if result is None or result.value is None:
                yield Opinion(stage.name, f"{aim.key} not stated", Verdict.DISAGREED)
                return
            terms, value = self._terms(aim.weights), kind.sign * result.value
            answer = ask_for_more(self.engine, terms, value)
            yield Opinion(stage.name, f"{aim.key} {result.value}".strip(), _OF_BETTER[answer])
            self.engine.keep([self.engine.equal(terms, value)])

    def ask_levels(self, kind: Levels, stage: Stage) -> Iterator[Opinion]:
        """Ask what each group can get alone, then for each level whether more can be above it."""
        result = self._results.get((stage.name, ""))
        if result is None:
            yield Opinion(stage.name, "not stated", Verdict.DISAGREED)
            return
        stated = {level.group: level for level in result.levels}
        possible = read_possible(stage, self._problem, result.levels)
        groups = kind.groups_alone(stage, self._problem)
        for group, count in possible.items():
            if group not in groups:
                yield Opinion(stage.name, f"{group} is no group", Verdict.DISAGREED)
                return
            answer = ask_for_other(self._model, groups[group], count, self.engine.seconds)
            yield Opinion(stage.name, f"{group} could get {count}", _OF_BETTER[answer])
        measures = kind.measures(stage, self._columns, possible)
        whole = {measure.group: measure.denominator for measure in measures}
        if whole != {group: level.denominator for group, level in stated.items()}:
            yield Opinion(stage.name, "groups and denominators", Verdict.DISAGREED)
            return
        stated_groups = [self._state(kind.sign, m, stated[m.group].numerator) for m in measures]
        kept = question_levels(self.engine, stated_groups, worst_only=stage.worst_only)
        for level, answer in kept:
            yield Opinion(stage.name, f"level {abs(level)}", _OF_BETTER[answer])

    def _state(self, sign: int, measure: Measure, numerator: int) -> StatedGroup:
        units = sign * numerator - measure.offset
        return StatedGroup(measure, self._terms(measure.weights), units, measure.low)

    def _question_all(self) -> Opinion:
        keep_met(self.engine, self._columns, self._met, list(self._columns.met))
        answer = self.engine.ask([]).answer
        return Opinion("", "all values together", _OF_POINT[answer])


def second_opinion(
    problem: Problem,
    solution: Solution,
    seconds: float,
    on_opinion: Callable[[Opinion], None] | None = None,
) -> list[Opinion]:
    """Return every opinion on a solution's proven stages, in order.

    seconds      for one question to the engine; beyond them its answer is unknown
    on_opinion   called with each opinion as soon as it is formed
    Raises ``ProblemError`` for a policy with a public draw: its stages are not asked about yet.
    """
    if problem.policy.is_drawn:
        raise ProblemError("$.policy", f"agree does not ask about {problem.policy.label} yet")
    found = []
    for opinion in Questioner(problem, solution, seconds).question():
        found.append(opinion)
        if on_opinion is not None:
            on_opinion(opinion)
    return found
